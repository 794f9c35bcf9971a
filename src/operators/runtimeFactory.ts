import type { OperatorRuntime, SinkPort, SourceRuntime } from '../engine/operatorRuntime.ts'
import type { OperatorSpec } from '../job/operatorSpec.ts'

/** What a room's `runtime.ts` exports as `runtime`: exactly one of these. `fetched`: what so many calls of `create` need and is not there yet, to be awaited before; null when it is. */
export type RuntimeFactory =
  | { readonly role: 'operator'; create(spec: OperatorSpec): OperatorRuntime; fetched?(count: number): Promise<void> | null }
  | { readonly role: 'source'; create(spec: OperatorSpec): SourceRuntime; fetched?(count: number): Promise<void> | null }
  | { readonly role: 'sink'; create(spec: OperatorSpec, port: SinkPort): OperatorRuntime; fetched?(count: number): Promise<void> | null }

import type { OperatorRuntime, SinkPort, SourceRuntime } from '../engine/operatorRuntime.ts'
import type { OperatorSpec } from '../job/operatorSpec.ts'

/** What a room's `runtime.ts` exports as `runtime`: exactly one of these. `fetched`: what `create` needs and is not there yet, to be awaited before; null when it is. */
export type RuntimeFactory =
  | { readonly role: 'operator'; create(spec: OperatorSpec): OperatorRuntime; fetched?(): Promise<void> | null }
  | { readonly role: 'source'; create(spec: OperatorSpec): SourceRuntime; fetched?(): Promise<void> | null }
  | { readonly role: 'sink'; create(spec: OperatorSpec, port: SinkPort): OperatorRuntime; fetched?(): Promise<void> | null }

import type { OperatorRuntime, SinkPort, SourceRuntime } from '../engine/operatorRuntime.ts'
import type { OperatorSpec } from '../job/operatorSpec.ts'

/** What a room's `runtime.ts` exports as `runtime`: exactly one of these. */
export type RuntimeFactory =
  | { readonly role: 'operator'; create(spec: OperatorSpec): OperatorRuntime }
  | { readonly role: 'source'; create(spec: OperatorSpec): SourceRuntime }
  | { readonly role: 'sink'; create(spec: OperatorSpec, port: SinkPort): OperatorRuntime }

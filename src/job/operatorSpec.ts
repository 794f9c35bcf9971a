import type { JsonObject } from '../columnar/json.ts'
import type { Schema } from '../columnar/schema.ts'

/** What the plan knows of an operator, given to the room's factory. Plain data: it crosses the worker boundary. */
export interface OperatorSpec {
  readonly id: string
  readonly kind: string
  readonly config: JsonObject
  /** One for each input edge, in port order then edge order; `port` names which input port of the definition it feeds. */
  readonly inputs: readonly { readonly port: string; readonly schema: Schema }[]
  readonly outputs: readonly { readonly port: string; readonly schema: Schema }[]
}

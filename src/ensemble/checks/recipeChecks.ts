import type { Txn } from '../znodes/types.ts'
import type { Checks } from './checks.ts'

/** Ghost state of the recipes: who may hold what by the committed sequence, and what the guarded resource accepted. */
export class RecipeChecks {
  /** Highest fencing token the resource has accepted. */
  tokenMax = 0

  onCommitted(_checks: Checks, _txn: Txn): void {}
}

import type { JsonObject } from '../../../columnar/json.ts'
import type { Schema } from '../../../columnar/schema.ts'
import type { Chance } from './chance.ts'

/**
 * How an operator joins generated programs: which inputs it takes, and a config for inputs with these columns. It is not asked to be right every time: a config that the
 * job's own check refuses is thrown away and drawn again. What it must not do is give a config whose result is open on either engine; `Stream` says what to look at.
 */
export interface GenerateFacet {
  /** Input ports in order. `many`: two or three edges into one port. No ports: a source, which `arbitrarySource` makes. */
  readonly inputs: readonly { readonly port: string; readonly many?: true }[]
  /** Null where these inputs do not suit it. */
  readonly config: (chance: Chance, inputs: readonly Stream[]) => JsonObject | null
  /** Whether rows of one key leave in an order that is settled, given that they come in one. Absent: no. */
  readonly keepsOrder?: true
}

export interface Stream {
  readonly operator: string
  readonly port: string
  readonly schema: Schema
  /** Brings updates or deletes. */
  readonly updating: boolean
  /** Some rows come behind the watermark. Where two inputs meet it is open which is read first, and with it which rows are late. */
  readonly late: boolean
  /** The order of all rows is settled: a source, and what keeps its order. Elsewhere ties must not be decided by arrival. */
  readonly ordered: boolean
  /** An outer join may have left its time attribute NULL, of which Flink makes one time or another: nothing may go by it. */
  readonly lacksTime: boolean
  /**
   * Comes from a Window Top-N or Window Deduplicate. Flink takes the partition of those (with the rank) for a unique key, though each window has such rows: what keeps rows by unique key loses all but the last
   * (docs/flink-facts.md).
   */
  readonly keyedByWindow: boolean
  /** Carries the columns of a window function, untouched since: only then do they stand for a window. */
  readonly windowed: boolean
}

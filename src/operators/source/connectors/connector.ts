import type { JsonObject } from '../../../columnar/json.ts'
import type { Variant } from '../../../job/configField.ts'
import type { Report } from '../../../job/problem.ts'
import type { SourceColumns } from '../columns.ts'

/** What the source's definition knows of one kind of connector. How it reads is `readers/`, which only workers load. */
export interface Connector {
  readonly variant: Variant
  /** The grey line on the node. */
  readonly subtitle: (connector: JsonObject) => string
  /** Columns and watermark that a newly chosen connector, stream or sample brings; null when it knows none. */
  readonly proposal: (connector: JsonObject) => SourceProposal | null
  /** Given the operator's config; reports at paths such as `connector.rows[3]` or `columns[2].type`. */
  readonly check: (config: JsonObject, columns: SourceColumns, report: Report) => void
  /** Columns nobody uses need not be read: nothing in them could fail. */
  readonly leavesOut: boolean
}

/** As config. */
export interface SourceProposal {
  readonly columns: readonly JsonObject[]
  readonly watermark?: JsonObject
  /** Settings of the connector itself that go with the columns, where it has none yet. */
  readonly connector?: JsonObject
}

import type { Json, JsonObject } from '../../../columnar/json.ts'
import { NotOfType } from '../../../columnar/valueJson.ts'
import { sourceProblems } from '../../../job/problemCatalogue.ts'
import { JsonRowReader } from '../../../streams/formats/jsonRow.ts'
import type { Connector } from './connector.ts'
import { changelogField, onErrorField, splitsField } from './shared.ts'

/** Problems shown for wrong rows, at most: a pasted table is usually wrong in one way. */
const rowProblemsMax = 5

export const inline: Connector = {
  variant: {
    type: 'inline',
    label: 'Rows in the job',
    summary: 'A few rows written into the job itself: for trying things and for tests.',
    fields: [
      { key: 'rows', label: 'Rows', control: 'rows', help: 'Each row lists the values of the columns that are read, in their order; computed columns are left out.' },
      changelogField,
      onErrorField,
      splitsField,
    ],
  },
  subtitle: (connector) => {
    const count = Array.isArray(connector.rows) ? connector.rows.length : 0
    return `${count.toLocaleString('en')} ${count === 1 ? 'row' : 'rows'}`
  },
  proposal: () => null,
  check: (config, columns, report) => {
    const connector = config.connector as JsonObject
    // Without all columns known there is nothing to hold the rows against, and what is wrong with the columns is said already.
    if (!Array.isArray(connector.rows) || columns.schema === null) return
    const reader = new JsonRowReader(columns.physical, columns.physical.fields.map((field) => field.name), connector.changelog === true)
    let problems = 0
    for (const [i, row] of (connector.rows as readonly Json[]).entries()) {
      const read = reader.read(row)
      if (!(read instanceof NotOfType)) continue
      const problem = connector.onError === 'skip' ? sourceProblems.skippedRow : sourceProblems.unreadableRow
      report(`connector.rows[${i}]`, problem(i + 1, `${read.reason}.`))
      problems++
      if (problems === rowProblemsMax) return
    }
  },
  leavesOut: false,
}

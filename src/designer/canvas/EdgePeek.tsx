import { cellText } from '../../columnar/batchText.ts'
import type { Value } from '../../columnar/column.ts'
import { printType, type DataType } from '../../columnar/dataType.ts'
import { nameOf, useDesigner, useEdgeSchema } from '../store/designerStore.ts'
import { edgeOfKey } from '../store/edgeKey.ts'
import { usePreview, useRun } from '../store/runStore.ts'
import { text as t } from '../text/text.ts'
import { usePeek } from './hovering.ts'
import { schemaDelta } from './schemaDelta.ts'
import styles from './canvas.module.css'

/** What an edge carries, beside the resting pointer: its columns, what the operator before it did to them, and its newest three rows. */
export function EdgePeek() {
  const peek = usePeek()
  return peek === null ? null : <Peek key={peek.edge} edge={peek.edge} x={peek.screen.x} y={peek.screen.y} />
}

const columnsMax = 7
const width = 420
const height = 150

function Peek({ edge, x, y }: { readonly edge: string; readonly x: number; readonly y: number }) {
  const found = useDesigner((state) => edgeOfKey(state.document.job, edge))
  const preview = usePreview(edge)
  const inferred = useEdgeSchema(edge)
  const before = useDesigner((state) => Object.values(state.check.inputs.get(found?.from ?? '') ?? {})[0]?.[0] ?? null)
  const idle = useRun().status.kind === 'idle'
  const schema = preview?.schema ?? inferred
  if (found === undefined) return null
  const rows = preview?.rows.slice(-3) ?? []
  const fields = schema?.fields.slice(0, columnsMax) ?? []
  const delta = schema === null || before === null ? null : schemaDelta(before, schema)
  return (
    <div className={styles.peek} style={{ left: Math.max(8, Math.min(x + 14, innerWidth - width)), top: y + 18 + height > innerHeight ? y - height : y + 18 }} role="tooltip">
      <div className={styles.peekHead}>
        <b>
          {nameOf(found.from)} → {nameOf(found.to)}
        </b>
        <span>
          {schema === null ? t.canvas.columnsUnknown : t.canvas.columns(schema.fields.length, false)}
          {delta !== null && delta.added > 0 ? <i className={styles.added}>+{delta.added}</i> : null}
          {delta !== null && delta.removed > 0 ? <i className={styles.removed}>−{delta.removed}</i> : null}
        </span>
      </div>
      {fields.length === 0 ? null : (
        <table>
          <thead>
            <tr>
              {fields.map((field) => (
                <th key={field.name} data-added={delta?.addedNames.has(field.name) === true ? '' : undefined} data-time={field.time}>
                  {field.name}
                  {rows.length === 0 ? <small>{printType(field.type)}</small> : null}
                </th>
              ))}
              {schema!.fields.length > fields.length ? <th>+{schema!.fields.length - fields.length}</th> : null}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => (
              <tr key={i} data-late={row.late ? '' : undefined} data-kind={row.kind}>
                {fields.map((field, at) => (
                  <td key={field.name} data-null={(row.values[at] ?? null) === null ? '' : undefined}>
                    {cell(row.values[at] ?? null, field.type)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {rows.length === 0 ? <p>{idle ? t.data.notRun : t.data.nothingYet}</p> : null}
    </div>
  )
}

/** Of a timestamp the time of day: the day is the same in nearly all rows one looks at. */
function cell(value: Value, type: DataType): string {
  const whole = cellText(value, type)
  const words = type.kind === 'TIMESTAMP' && value !== null ? whole.slice(11) : whole
  return words.length > 24 ? `${words.slice(0, 23)}…` : words
}

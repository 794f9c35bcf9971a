import { useEffect, useMemo, useRef, type KeyboardEvent } from 'react'
import { defaultRangeExtractor, useVirtualizer, type Range } from '@tanstack/react-virtual'
import { cellText } from '../../columnar/batchText.ts'
import type { RowKindText } from '../../columnar/batch.ts'
import type { Value } from '../../columnar/column.ts'
import { isNumeric, isTimestamp, printType, type DataType } from '../../columnar/dataType.ts'
import type { Schema } from '../../columnar/schema.ts'
import { text as t } from '../text/text.ts'
import styles from './data.module.css'

/**
 * Rows of an edge or a sink, virtualised: a hundred thousand rows cost what fits on the screen. A real grid for assistive technology, with arrow keys between
 * cells. It follows the newest row until the user scrolls away, and never moves under a reading eye.
 */
export interface TableRow {
  readonly kind: RowKindText
  readonly values: readonly Value[]
  readonly late: boolean
}

export interface DataTableProps {
  readonly label: string
  readonly schema: Schema
  readonly rowCount: number
  readonly rowAt: (index: number) => TableRow | undefined
  /** Changes whenever rows were added. */
  readonly version: number
  readonly emptyText: string
}

const rowHeightPx = 22
/** As padded in data.module.css. */
const rowInsetPx = 6

export function DataTable(props: DataTableProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const following = useRef(true)
  const { schema, rowCount } = props
  const withKinds = useMemo(() => {
    for (let i = Math.max(0, rowCount - 500); i < rowCount; i++) if ((props.rowAt(i)?.kind ?? '+I') !== '+I') return true
    return false
    // oxlint-disable-next-line react/exhaustive-deps -- rows are read through a stable function
  }, [rowCount, props.version, schema])
  const virtual = useVirtualizer({
    count: rowCount,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    overscan: 8,
    rangeExtractor: (range) => (following.current ? withNewest(range) : defaultRangeExtractor(range)),
  })
  useEffect(() => {
    // All rows are of one height: the end is the end. Asking the virtualizer would measure, and measure again in later frames.
    if (following.current && rowCount > 0 && scroller.current !== null) scroller.current.scrollTop = scroller.current.scrollHeight
  }, [rowCount, props.version])

  const columns = useMemo(
    () => {
      const rows = Array.from({ length: Math.min(rowCount, 40) }, (_, i) => props.rowAt(rowCount - 1 - i)?.values ?? [])
      // One day for the whole table: a window from 06:00 to 06:00 must not look empty.
      const days = new Set(schema.fields.flatMap((field, at) => (isTimestamp(field.type) ? rows.flatMap((values) => (typeof values[at] === 'number' ? [Math.floor(values[at] / 86_400_000)] : [])) : [])))
      return schema.fields.map((field, at): ColumnLook => {
        const sample = rows.map((values) => values[at] ?? null)
        const time = isTimestamp(field.type) ? timeLook(sample, days.size > 1) : null
        const characters = Math.max(field.name.length + 1, 4, ...sample.map((value) => Math.min(36, shownText(value, field.type, time).length)))
        return { characters, time }
      })
    },
    // oxlint-disable-next-line react/exhaustive-deps -- columns settle with the first rows and then keep their place
    [schema, Math.min(rowCount, 40)],
  )
  const widths = columns.map((column) => column.characters)
  const least = widths.map((characters) => Math.ceil(characters * 7.2 + 20))
  // Every row is a grid of its own: they share columns because they share this template and this width, never their contents'.
  const grid = {
    gridTemplateColumns: `${withKinds ? '44px ' : ''}${widths.map((characters, i) => `minmax(${least[i]}px, ${Math.max(1, characters)}fr)`).join(' ')}`,
    minWidth: least.reduce((sum, px) => sum + px, withKinds ? 44 + rowInsetPx : rowInsetPx),
  }
  const columnCount = schema.fields.length + (withKinds ? 1 : 0)

  return (
    <div
      ref={scroller}
      className={styles.scroller}
      role="grid"
      aria-label={props.label}
      aria-rowcount={rowCount + 1}
      aria-colcount={columnCount}
      tabIndex={0}
      onScroll={(event) => {
        const element = event.currentTarget
        following.current = element.scrollHeight - element.scrollTop - element.clientHeight < rowHeightPx * 1.5
      }}
      onKeyDown={(event) => moveCell(event, scroller.current)}
    >
      <div className={styles.headRow} role="row" aria-rowindex={1} style={grid}>
        {withKinds ? (
          <div role="columnheader" className={styles.headCell}>
            {t.data.operation}
          </div>
        ) : null}
        {schema.fields.map((field, i) => (
          <div key={i} role="columnheader" className={styles.headCell} data-number={isNumeric(field.type) ? '' : undefined} data-time={field.time === undefined ? undefined : ''} title={`${field.name} ${printType(field.type)}`}>
            {field.name}
          </div>
        ))}
      </div>
      {rowCount === 0 ? <p className={styles.empty}>{props.emptyText}</p> : null}
      <div className={styles.rows} style={{ height: virtual.getTotalSize(), minWidth: grid.minWidth }} role="presentation">
        {virtual.getVirtualItems().map((item, place) => {
          const row = props.rowAt(item.index)
          if (row === undefined) return null
          const retracts = row.kind === '-U' || row.kind === '-D'
          return (
            <div
              // Rows that run past take over the elements of those before them; rows that stand keep their own, and the focus in it.
              key={following.current ? place : item.key}
              role="row"
              aria-rowindex={item.index + 2}
              className={styles.row}
              data-late={row.late ? '' : undefined}
              data-retracts={retracts ? '' : undefined}
              style={{ ...grid, transform: `translateY(${item.start}px)` }}
            >
              {withKinds ? (
                <div role="gridcell" className={styles.kind} data-kind={row.kind} tabIndex={-1}>
                  {row.kind.replace('-', '−')}
                </div>
              ) : null}
              {schema.fields.map((field, i) => (
                <Cell key={i} value={row.values[i] ?? null} type={field.type} time={columns[i]?.time ?? null} />
              ))}
            </div>
          )
        })}
      </div>
    </div>
  )
}

/** While the newest rows are followed they are drawn before the scroll has come to them: a table that fills fast is never seen empty. */
function withNewest(range: Range): number[] {
  const indexes = defaultRangeExtractor(range)
  const shown = range.endIndex - range.startIndex + 1
  for (let i = Math.max((indexes[indexes.length - 1] ?? -1) + 1, range.count - shown); i < range.count; i++) indexes.push(i)
  return indexes
}

interface ColumnLook {
  readonly characters: number
  readonly time: TimeLook | null
}

/** How much of a timestamp a column shows: the day only where it changes, fractions only where there are some. The whole value is in the cell's title. */
interface TimeLook {
  readonly day: boolean
  readonly fraction: boolean
}

function timeLook(values: readonly Value[], severalDays: boolean): TimeLook {
  const times = values.filter((value) => typeof value === 'number')
  return {
    day: severalDays || times.every((time) => time % 86_400_000 === 0),
    fraction: times.some((time) => time % 1000 !== 0 && time % 1000 !== 999),
  }
}

function shownText(value: Value, type: DataType, time: TimeLook | null): string {
  const text = cellText(value, type)
  if (time === null || typeof value !== 'number') return text
  const whole = time.day ? text : text.slice(11)
  return time.fraction || value % 1000 !== 0 ? whole : whole.replace(/\.\d+/, '')
}

function Cell({ value, type, time }: { readonly value: Value; readonly type: DataType; readonly time: TimeLook | null }) {
  const full = cellText(value, type)
  const text = shownText(value, type, time)
  return (
    <div role="gridcell" className={styles.cell} data-number={isNumeric(type) ? '' : undefined} data-null={value === null ? '' : undefined} title={text === full && text.length <= 24 ? undefined : full} tabIndex={-1}>
      {text}
    </div>
  )
}

/** Arrow keys walk the cells that are on the screen; the grid itself is one Tab stop. */
function moveCell(event: KeyboardEvent, scroller: HTMLElement | null): void {
  const moves: Record<string, readonly [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }
  const move = moves[event.key]
  if (move === undefined || scroller === null) return
  const rows = [...scroller.querySelectorAll<HTMLElement>('[role="row"]')].filter((row) => row.querySelector('[role="gridcell"]') !== null)
  if (rows.length === 0) return
  event.preventDefault()
  event.stopPropagation()
  const active = document.activeElement
  const rowAt = rows.findIndex((row) => row.contains(active))
  if (rowAt < 0) {
    rows[rows.length - 1]!.querySelector<HTMLElement>('[role="gridcell"]')?.focus()
    return
  }
  const cells = [...rows[rowAt]!.children] as HTMLElement[]
  const cellAt = cells.indexOf(active as HTMLElement)
  const nextRow = rows[Math.min(Math.max(rowAt + move[0], 0), rows.length - 1)]!
  ;(nextRow.children[Math.min(Math.max(cellAt + move[1], 0), cells.length - 1)] as HTMLElement).focus()
}

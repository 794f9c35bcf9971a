import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import { ArrowRight, ChartLine, Download, Pin, PinOff, Table2 } from 'lucide-react'
import type { JsonObject } from '../../columnar/json.ts'
import type { Schema } from '../../columnar/schema.ts'
import type { FileFormat } from '../../streams/formats/writeFile.ts'
import { currentJob, nameOf, useDesigner, useEdgeSchema } from '../store/designerStore.ts'
import { edgeOfKey } from '../store/edgeKey.ts'
import { isActive, sinkRows, useEdgeMetrics, usePoisonRows, usePreview, useRun, useSinkRows, watchEdge } from '../store/runStore.ts'
import { chartConfigOf } from '../chart/chartConfig.ts'
import { text as t } from '../text/text.ts'
import type { DataTableProps, TableRow } from './DataTable.tsx'
import styles from './data.module.css'
import { selectedView, togglePin, usePinned, viewId, type DataView } from './views.ts'

/** Rows kept for an edge that is looked at. */
const rowsWatched = 500

/** The rows of the selection, and beside them those that are pinned. */
export function DataTab() {
  const selection = useDesigner((state) => state.selection)
  const job = useDesigner((state) => state.document.job)
  const pinned = usePinned()
  const selected = useMemo(() => selectedView(selection), [selection, job])
  const views = selected === null || pinned.some((view) => viewId(view) === viewId(selected)) ? pinned : [...pinned, selected]
  if (views.length === 0) return <p className={styles.hint}>{t.data.choose}</p>
  return (
    <div className={styles.panes}>
      {views.map((view) => (
        <div key={viewId(view)} className={styles.pane}>
          {view.kind === 'edge' ? <EdgePane view={view} pinned={pinned.includes(view)} /> : <SinkPane view={view} pinned={pinned.includes(view)} />}
        </div>
      ))}
    </div>
  )
}

function PinButton({ view, pinned }: { readonly view: DataView; readonly pinned: boolean }) {
  const label = pinned ? t.data.unpin : t.data.pin
  return (
    <button type="button" className={styles.iconButton} aria-label={label} title={label} aria-pressed={pinned} onClick={() => togglePin(view)}>
      {pinned ? <PinOff size={14} aria-hidden /> : <Pin size={14} aria-hidden />}
    </button>
  )
}

const noFields: Schema = { fields: [] }

const DataTable = lazy(() => import('./DataTable.tsx').then((module) => ({ default: module.DataTable })))

const ChartView = lazy(() => import('../chart/ChartView.tsx').then((module) => ({ default: module.ChartView })))

const StoredTable = lazy(() => import('../stores/StoredTable.tsx').then((module) => ({ default: module.StoredTable })))
const TopicsPane = lazy(() => import('../stores/TopicsPane.tsx').then((module) => ({ default: module.TopicsPane })))

/** A table comes with its columns: until they are known there are only words. */
function Rows(props: DataTableProps) {
  const words = (
    <div className={styles.scroller}>
      <p className={styles.empty}>{props.emptyText}</p>
    </div>
  )
  if (props.schema.fields.length === 0) return words
  return (
    <Suspense fallback={words}>
      <DataTable {...props} />
    </Suspense>
  )
}

function useEmptyText(): string {
  const run = useRun()
  return run.status.kind === 'idle' ? t.data.notRun : isActive(run.status) ? t.data.nothingYetRunning : t.data.nothingYet
}

function EdgePane({ view, pinned }: { readonly view: Extract<DataView, { kind: 'edge' }>; readonly pinned: boolean }) {
  const { key } = view
  useEffect(() => watchEdge(key, rowsWatched), [key])
  const preview = usePreview(key)
  const metrics = useEdgeMetrics(key)
  const inferred = useEdgeSchema(key)
  const edge = useDesigner((state) => edgeOfKey(state.document.job, key))
  const emptyText = useEmptyText()
  const rows = preview?.rows
  const rowAt = useCallback((index: number): TableRow | undefined => rows?.[index], [rows])
  const schema = preview?.schema ?? inferred ?? noFields
  if (edge === undefined) return null
  const [from, to] = [nameOf(edge.from), nameOf(edge.to)]
  const seen = metrics?.rows ?? preview?.rowsSeen ?? 0
  const shown = rows?.length ?? 0
  return (
    <>
      <div className={styles.paneHead}>
        <PinButton view={view} pinned={pinned} />
        <div className={styles.paneTitle}>
          <b>{from}</b>
          <ArrowRight size={12} aria-hidden />
          <b>{to}</b>
        </div>
        <span className={styles.spacer} />
        <span className={styles.quiet}>{shown < seen ? t.data.rowsKept(shown, seen) : t.data.rowsSeen(seen)}</span>
        {(metrics?.lateRows ?? 0) > 0 ? (
          <span className={styles.chip} data-tone="late">
            {t.data.late(metrics!.lateRows)}
          </span>
        ) : null}
        <PoisonChip id={edge.from} />
      </div>
      <Rows label={t.data.tableOf(from, to)} schema={schema} rowCount={shown} rowAt={rowAt} version={preview?.rowsSeen ?? 0} emptyText={emptyText} />
    </>
  )
}

function PoisonChip({ id }: { readonly id: string }) {
  const poison = usePoisonRows(id)
  if (poison.total === 0) return null
  const first = poison.rows
    .slice(0, 8)
    .map((row) => `${t.data.poisonRow(row.row)}: ${row.reason}`)
    .join('\n')
  return (
    <span className={styles.chip} data-tone="error" title={first}>
      {t.data.poison(poison.total)}
    </span>
  )
}

function SinkPane({ view, pinned }: { readonly view: Extract<DataView, { kind: 'sink' }>; readonly pinned: boolean }) {
  const rows = useSinkRows(view.id)
  const emptyText = useEmptyText()
  const inferred = useDesigner((state) => Object.values(state.check.inputs.get(view.id) ?? {})[0]?.[0] ?? null)
  const rowAt = useCallback(
    (index: number): TableRow | undefined => {
      if (index < 0 || index >= rows.rowCount) return undefined
      const row = rows.row(index)
      return { kind: row.kind, values: row.values, late: false }
    },
    [rows],
  )
  const name = nameOf(view.id)
  const config = useDesigner((state) => state.document.job.operators.find((operator) => operator.id === view.id)?.config)
  const chart = useMemo(() => (config === undefined ? null : chartConfigOf(config)), [config])
  const [asTable, setAsTable] = useState(false)
  const [arrivals, setArrivals] = useState(false)
  const kept = keptBy(config)
  const file = fileNamedBy(config)
  const download = file === null ? t.data.download : t.data.downloadFile(file.name)
  const schema = rows.schema ?? inferred ?? noFields
  return (
    <>
      <div className={styles.paneHead}>
        <PinButton view={view} pinned={pinned} />
        <div className={styles.paneTitle}>
          <b>{name}</b>
        </div>
        <span className={styles.spacer} />
        {chart === null ? null : (
          <button type="button" className={styles.iconButton} aria-label={asTable ? t.data.showChart : t.data.showTable} title={asTable ? t.data.showChart : t.data.showTable} onClick={() => setAsTable(!asTable)}>
            {asTable ? <ChartLine size={14} aria-hidden /> : <Table2 size={14} aria-hidden />}
          </button>
        )}
        {kept === null ? null : (
          <button type="button" className={styles.iconButton} aria-label={t.data.showArrivals} title={t.data.showArrivals} aria-pressed={arrivals} onClick={() => setArrivals(!arrivals)}>
            <Table2 size={14} aria-hidden />
          </button>
        )}
        <span className={styles.quiet}>{rows.rowCount < rows.rowsSeen ? t.data.rowsKept(rows.rowCount, rows.rowsSeen) : t.data.rowsSeen(rows.rowsSeen)}</span>
        <button type="button" className={styles.iconButton} aria-label={download} title={download} disabled={rows.rowCount === 0} onClick={() => void downloadRows(view.id)}>
          <Download size={14} aria-hidden />
        </button>
      </div>
      {kept !== null && !arrivals ? (
        <Suspense fallback={null}>{kept.kind === 'table' ? <StoredTable table={kept.name} schema={schema} /> : <TopicsPane only={kept.name} />}</Suspense>
      ) : chart !== null && !asTable ? (
        <Suspense fallback={null}>
          <ChartView label={t.data.chartOfSink(name, chart.y.join(', '), chart.x)} config={chart} schema={schema} rowCount={rows.rowCount} rowAt={rows.row} version={rows.rowsSeen} emptyText={emptyText} />
        </Suspense>
      ) : (
        <Rows label={t.data.tableOfSink(name)} schema={schema} rowCount={rows.rowCount} rowAt={rowAt} version={rows.rowsSeen} emptyText={emptyText} />
      )}
    </>
  )
}

/** The file of a file sink: the last part of its path. */
function fileNamedBy(config: JsonObject | undefined): { readonly name: string; readonly format: FileFormat } | null {
  const connector = config?.connector as JsonObject | undefined
  if (connector?.type !== 'file' || typeof connector.path !== 'string') return null
  const name = connector.path.split(/[\\/]/).findLast((part) => part !== '')
  return name === undefined ? null : { name, format: connector.format as FileFormat }
}

/** What outlives the run of what a sink has written: a topic, or a table of the store. */
function keptBy(config: JsonObject | undefined): { readonly kind: 'topic' | 'table'; readonly name: string } | null {
  const connector = config?.connector as JsonObject | undefined
  if (connector?.type === 'topic' && typeof connector.topic === 'string') return { kind: 'topic', name: connector.topic }
  return connector?.type === 'store' && typeof connector.table === 'string' ? { kind: 'table', name: connector.table } : null
}

/**
 * What the page holds of a sink, as `millrace run` writes it: of rows that are corrected or taken back, what is left. A file sink gives the file that it names, in its
 * format, the columns of its folders included; any other one JSON object a line.
 */
async function downloadRows(id: string): Promise<void> {
  const [{ finalRows }, { fileOf }, { saveFile }] = await Promise.all([import('../../columnar/compareRows.ts'), import('../../streams/formats/writeFile.ts'), import('../frame/takeAway.ts')])
  const rows = sinkRows(id)
  const { schema } = rows
  if (schema === null) return
  const changes = Array.from({ length: rows.rowCount }, (_, i) => rows.row(i))
  const config = currentJob().operators.find((operator) => operator.id === id)?.config
  const columns = Array.isArray(config?.key) ? config.key.map((name) => schema.fields.findIndex((field) => field.name === name)) : null
  const left = changes.every(({ kind }) => kind === '+I') ? changes.map(({ values }) => values) : finalRows(changes, schema, columns)
  const file = fileNamedBy(config)
  const content = await fileOf(file?.format ?? 'json', schema, left)
  saveFile(file?.name ?? `${id}.jsonl`, content as BlobPart, 'application/octet-stream')
}

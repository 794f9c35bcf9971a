import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import { Eraser } from 'lucide-react'
import type { Json, JsonObject } from '../../columnar/json.ts'
import { readJson } from '../../columnar/jsonText.ts'
import type { Schema } from '../../columnar/schema.ts'
import { NotOfType, valueOfJson } from '../../columnar/valueJson.ts'
import type { TableRow } from '../data/DataTable.tsx'
import { isActive, useRun } from '../store/runStore.ts'
import { stores as t } from '../text/stores.ts'
import { emptyTable, tableRows } from './pageStores.ts'
import { storesTrouble, useStoresTrouble, useStoresVersion } from './storesView.ts'
import styles from './stores.module.css'

const DataTable = lazy(() => import('../data/DataTable.tsx').then((module) => ({ default: module.DataTable })))

/** Rows shown of a table; it may hold many more. */
const rowsShownMax = 1000

/** What a table of the store holds, of all runs. A row that an earlier job wrote with other columns shows those that it has. */
export function StoredTable({ table, schema }: { readonly table: string; readonly schema: Schema }) {
  const version = useStoresVersion()
  const trouble = useStoresTrouble()
  const run = useRun()
  const [kept, setKept] = useState<{ readonly rows: readonly string[]; readonly count: number }>({ rows: [], count: 0 })
  useEffect(() => {
    let isCurrent = true
    tableRows(table, rowsShownMax).then((found) => isCurrent && setKept(found), storesTrouble)
    return () => {
      isCurrent = false
    }
  }, [table, version])
  const rows = useMemo(() => kept.rows.map((text) => rowOf(text, schema)), [kept, schema])
  const rowAt = useCallback((index: number): TableRow | undefined => rows[index], [rows])
  return (
    <>
      <div className={styles.head}>
        <span className={styles.hint}>{t.table(table)}</span>
        <span className={styles.quiet}>{t.rowsKept(rows.length, kept.count)}</span>
        <button type="button" className={styles.icon} disabled={isActive(run.status) || kept.count === 0} aria-label={t.empty(table)} title={t.empty(table)} onClick={() => emptyTable(table)}>
          <Eraser size={14} aria-hidden />
        </button>
      </div>
      {trouble === null ? null : <p className={styles.trouble}>{t.trouble(trouble)}</p>}
      {rows.length === 0 || schema.fields.length === 0 ? (
        <p className={styles.hint}>{t.tableEmpty}</p>
      ) : (
        <Suspense fallback={null}>
          <DataTable label={t.tableOf(table)} schema={schema} rowCount={rows.length} rowAt={rowAt} version={version} emptyText={t.tableEmpty} />
        </Suspense>
      )}
    </>
  )
}

function rowOf(text: string, schema: Schema): TableRow {
  const result = readJson(text, { duplicateKeys: 'last' })
  const json: Json = result.kind === 'value' ? result.value : null
  const values = schema.fields.map(({ name, type }) => {
    const value = valueOfJson(typeof json === 'object' && json !== null && !Array.isArray(json) ? ((json as JsonObject)[name] ?? null) : null, { ...type, nullable: true } as typeof type)
    return value instanceof NotOfType ? null : value
  })
  return { kind: '+I', values, late: false }
}

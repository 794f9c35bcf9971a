import { useMemo, useSyncExternalStore } from 'react'
import { exportFlinkSql, flinkVersions, type FlinkExport, type FlinkVersion } from '../../export/flinkSql.ts'
import { announce } from '../store/announcements.ts'
import { currentJob, selectItem, useDesigner, useJob } from '../store/designerStore.ts'
import { toast } from '../store/toasts.ts'
import { fileNameOf, saveFile } from '../frame/takeAway.ts'
import { exporting } from '../text/exporting.ts'
import { text } from '../text/text.ts'

/**
 * The open job as Flink SQL, for the views of it. This file and what it imports come with the first such view, never with the first screen.
 */
export { flinkVersions, type FlinkExport, type FlinkVersion }

let chosen: FlinkVersion = '2.2'
const listeners = new Set<() => void>()

/** One choice for sheet and dock, kept while the page is open. */
export function useFlinkVersion(): FlinkVersion {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => chosen,
  )
}

export function chooseFlinkVersion(version: FlinkVersion): void {
  chosen = version
  for (const listener of listeners) listener()
}

/** Anew when the job's logic may have changed: moving a box makes a new job too, and the same script. */
export function useFlinkExport(): FlinkExport {
  const job = useJob()
  const version = useFlinkVersion()
  const { name, settings, operators, edges } = job
  // oxlint-disable-next-line react/exhaustive-deps -- the layout is no part of the script
  return useMemo(() => exportFlinkSql(job, { version }), [name, settings, operators, edges, version])
}

/** The operator that is selected, where it is one. */
export function useSelectedOperator(): string | null {
  return useDesigner((state) => (state.selection.focused?.kind === 'operator' ? state.selection.focused.id : null))
}

export function selectOperator(id: string): void {
  selectItem({ kind: 'operator', id })
}

export function scriptName(): string {
  return fileNameOf(currentJob().name).replace(/\.job\.json$/, '.sql')
}

export async function copyScript(script: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(script)
    toast({ tone: 'plain', message: exporting.copied })
  } catch {
    toast({ tone: 'warning', message: text.commands.clipboardRefused })
  }
}

export function downloadScript(script: string): void {
  const name = scriptName()
  saveFile(name, script, 'application/sql')
  announce(exporting.downloaded(name))
}

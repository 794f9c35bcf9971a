import type { Json, JsonObject } from '../../columnar/json.ts'
import { addOperator, reveal } from '../store/designerStore.ts'
import { toast } from '../store/toasts.ts'
import { text } from '../text/text.ts'
import { inferCsv, inferJsonLines, type InferredFile } from './inferColumns.ts'
import type { FileFormat } from './openFiles.ts'

/** Read from the head of a file to learn its columns. */
const headBytes = 1_000_000

/** A source that reads a kept file, with the columns its rows show. */
export async function addFileSource(name: string, format: FileFormat, file: Blob): Promise<void> {
  const inferred = await inferFile(format, file)
  const config: JsonObject = configOf(name, format, inferred)
  const id = addOperator('source', { config, name: name.replace(/\.[^.]+$/, '') })
  if (id === null) return
  // On a blank document the panels come with the first operator and take room from the canvas.
  requestAnimationFrame(() => reveal({ kind: 'operator', id }))
  if (inferred === null || inferred.columns.length === 0) toast({ tone: 'warning', message: text.frame.drop.noColumns(name) })
  else toast({ tone: 'ok', message: text.frame.drop.added(name, inferred.columns.length, inferred.watermark?.column ?? null) })
}

export async function inferFile(format: FileFormat, file: Blob): Promise<InferredFile | null> {
  if (format !== 'csv' && format !== 'json') return null
  const whole = file.size <= headBytes
  const head = await file.slice(0, headBytes).text()
  return format === 'csv' ? inferCsv(head, whole) : inferJsonLines(head, whole)
}

function configOf(name: string, format: FileFormat, inferred: InferredFile | null): JsonObject {
  return {
    connector: { type: 'file', path: name, format, ...inferred?.options },
    columns: (inferred?.columns ?? []) as unknown as Json,
    ...(inferred?.watermark === null || inferred === null ? {} : { watermark: inferred.watermark as unknown as Json }),
  }
}

import type { Json, JsonObject } from '../../columnar/json.ts'
import { addOperator, reveal } from '../store/designerStore.ts'
import { toast } from '../store/toasts.ts'
import { text } from '../text/text.ts'
import { inferCsv, inferJsonLines, type InferredFile } from './inferColumns.ts'
import type { FileFormat } from '../../streams/formats/writeFile.ts'

/** Read from the head of a file of text to learn its columns. */
const headBytes = 1_000_000

/** A source that reads a kept file, with the columns its rows show. A file that cannot be read makes no source, and the reason is said. */
export async function addFileSource(name: string, format: FileFormat, file: Blob): Promise<void> {
  let inferred: InferredFile
  try {
    inferred = await inferFile(name, format, file)
  } catch (error) {
    return toast({ tone: 'error', message: error instanceof Error ? error.message : String(error) })
  }
  const id = addOperator('source', { config: configOf(name, format, inferred), name: name.replace(/\.[^.]+$/, '') })
  if (id === null) return
  // On a blank document the panels come with the first operator and take room from the canvas.
  requestAnimationFrame(() => reveal({ kind: 'operator', id }))
  if (inferred.columns.length === 0) toast({ tone: 'warning', message: text.frame.drop.noColumns(name) })
  else toast({ tone: 'ok', message: text.frame.drop.added(name, inferred.columns.length, inferred.watermark?.column ?? null) })
}

/** Rejects with a sentence when the file is not what its name says. */
export async function inferFile(name: string, format: FileFormat, file: Blob): Promise<InferredFile> {
  switch (format) {
    case 'csv':
      return inferCsv(await file.slice(0, headBytes).text(), file.size <= headBytes)
    case 'json':
      return inferJsonLines(await file.slice(0, headBytes).text(), file.size <= headBytes)
    case 'parquet':
    case 'arrow': {
      const { inferTyped } = await import('../../streams/inferTyped.ts')
      return { ...(await inferTyped(name, format, openFile(file))), options: {} }
    }
  }
}

function openFile(file: Blob): { readonly size: number; read(start: number, end: number): Promise<Uint8Array> } {
  return { size: file.size, read: async (start, end) => new Uint8Array(await file.slice(start, end).arrayBuffer()) }
}

function configOf(name: string, format: FileFormat, inferred: InferredFile): JsonObject {
  return {
    connector: { type: 'file', path: name, format, ...inferred.options },
    columns: inferred.columns as unknown as Json,
    ...(inferred.watermark === null ? {} : { watermark: inferred.watermark as unknown as Json }),
  }
}

import type { FileFormat } from '../../streams/formats/writeFile.ts'
import { keepFile } from './files.ts'
import { openText } from './openJob.ts'
import { toast } from '../store/toasts.ts'
import { text } from '../text/text.ts'

/**
 * Files from a drop, a paste or the file dialog. A job definition opens as a document; rows become a source of the open one. What a file is, is told by what it
 * holds where that can be told cheaply, else by its name.
 */
export async function openFiles(files: readonly File[]): Promise<void> {
  for (const file of files) {
    if (await isJob(file)) {
      if (file.size > jobBytesMax) {
        toast({ tone: 'error', message: text.frame.drop.jobTooLarge(file.name) })
        continue
      }
      await openText(await file.text(), file.name)
      continue
    }
    const format = formatOf(file.name)
    if (format === null) {
      toast({ tone: 'warning', message: text.frame.drop.unknown(file.name) })
      continue
    }
    await addFile(file, format)
  }
}

/** A JSON file that is one list of rows is kept as lines, which is how rows are read. */
async function addFile(file: File, format: FileFormat): Promise<void> {
  // Learning columns from rows is a chunk of its own.
  const [{ addFileSource }, { linesOfJsonList }] = await Promise.all([import('./fileSource.ts'), import('./inferColumns.ts')])
  const lines = format === 'json' && file.size <= listBytesMax && /^\s*\[/.test(await file.slice(0, 1000).text()) ? linesOfJsonList(await file.text()) : null
  const kept = lines === null ? file : new File([lines], file.name.replace(/\.json$/i, '.jsonl'), { type: 'application/x-ndjson' })
  await keepFile(kept)
  await addFileSource(kept.name, format, kept)
}

const listBytesMax = 64 * 1024 * 1024

export function formatOf(name: string): FileFormat | null {
  const ending = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase()
  switch (ending) {
    case 'json':
    case 'jsonl':
    case 'ndjson':
      return 'json'
    case 'csv':
    case 'tsv':
    case 'txt':
      return 'csv'
    case 'parquet':
      return 'parquet'
    case 'arrow':
    case 'arrows':
    case 'feather':
    case 'ipc':
      return 'arrow'
    default:
      return null
  }
}

/** The format's own limit; above it the text is not even read. */
const jobBytesMax = 10 * 1024 * 1024

/** A definition names its format near its beginning; canonical text has it in the first line but one. */
async function isJob(file: File): Promise<boolean> {
  if (!/\.json$/i.test(file.name) && file.type !== 'application/json') return false
  const head = await file.slice(0, 65_536).text()
  return /^\s*\{/.test(head) && /"format"\s*:\s*"millrace\//.test(head)
}

/** Opens the browser's file dialog. */
export function chooseFiles(): void {
  const input = document.createElement('input')
  input.type = 'file'
  input.multiple = true
  input.accept = '.json,.jsonl,.ndjson,.csv,.tsv,.parquet,.arrow,.feather,application/json'
  // In the document while the dialog is open: a loose element may be collected before the choice arrives.
  input.hidden = true
  document.body.append(input)
  input.addEventListener('cancel', () => input.remove())
  input.addEventListener('change', () => {
    void openFiles([...(input.files ?? [])])
    input.remove()
  })
  input.click()
}

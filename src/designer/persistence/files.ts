import { text } from '../text/text.ts'
import { withDatabase, type FileRecord } from './database.ts'

/**
 * Files the user gave: kept whole as Blobs in this browser, named by their file name, offered to sources by that name. Nothing is uploaded. A file of the
 * same name replaces the older one: that is what dropping the corrected file is for.
 */
export async function keepFile(file: File): Promise<FileRecord> {
  const record: FileRecord = { name: file.name, blob: file, size: file.size, addedAt: Date.now() }
  try {
    await withDatabase((db) => db.put('files', record))
  } catch {
    // Without storage the file serves as long as this tab is open.
    sessionFiles.set(file.name, record)
  }
  return record
}

export async function keptFile(name: string): Promise<Blob | null> {
  const here = sessionFiles.get(name)
  if (here !== undefined) return here.blob
  try {
    return (await withDatabase((db) => db.get('files', name)))?.blob ?? null
  } catch {
    return null
  }
}

export async function listFiles(): Promise<readonly Omit<FileRecord, 'blob'>[]> {
  try {
    const stored = await withDatabase((db) => db.getAll('files'))
    return [...stored, ...sessionFiles.values()].map(({ name, size, addedAt }) => ({ name, size, addedAt }))
  } catch {
    return [...sessionFiles.values()].map(({ name, size, addedAt }) => ({ name, size, addedAt }))
  }
}

export async function deleteFile(name: string): Promise<void> {
  sessionFiles.delete(name)
  await withDatabase((db) => db.delete('files', name))
}

const sessionFiles = new Map<string, FileRecord>()

interface OpenFile {
  readonly size: number
  read(start: number, end: number): Promise<Uint8Array>
}

/**
 * Bytes by path for jobs that run on this thread (tests of a job): kept files by name, else what the page's host serves at that path. Paths cannot leave the
 * page's own folder.
 */
export const browserFiles = {
  async open(path: string): Promise<OpenFile> {
    // Names of kept files have no folder.
    const blob = (path.includes('/') ? null : await keptFile(path)) ?? (await servedFile(path))
    return {
      size: blob.size,
      read: async (start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer()),
    }
  },
}

/** What came with the page does not change while it is open, so it is fetched once. */
const served = new Map<string, Promise<Blob>>()

export function servedFile(path: string): Promise<Blob> {
  let file = served.get(path)
  if (file === undefined) {
    file = fetched(path)
    served.set(path, file)
    file.catch(() => served.delete(path))
  }
  return file
}

async function fetched(path: string): Promise<Blob> {
  const base = new URL('.', document.baseURI)
  const url = new URL(path, base)
  if (url.origin !== base.origin || !url.pathname.startsWith(base.pathname)) throw new Error(text.persistence.fileOutside(path))
  const response = await fetch(url)
  // A host that answers every path with its start page has not got the file.
  if (!response.ok || (response.headers.get('content-type') ?? '').startsWith('text/html')) throw new Error(text.persistence.fileMissing(path))
  return response.blob()
}

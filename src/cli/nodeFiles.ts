import { existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { reasonOf } from './jobFile.ts'

/**
 * Files by path for sources that run in this process: paths are relative to the working directory. `samples/…` names the data that comes with
 * Millrace, wherever it is installed, unless the working directory has such a file.
 *
 * A file stays open until the process ends, because a source reads until the end of the job. Reading is synchronous: the pieces are small, and
 * the thread has nothing else to do before it has them.
 */
export const nodeFiles = {
  open: (path: string): Promise<OpenFile> => {
    try {
      return Promise.resolve(new NodeFile(path, locate(path)))
    } catch (error) {
      return Promise.reject(new Error(`${path} cannot be read: ${reasonOf(error)}. Check the path${isAbsolute(path) ? '' : `; it is taken from ${process.cwd()}`}.`))
    }
  },
}

/** Those files, and `-` for standard input: it is kept whole, because a source reads it in pieces, and again after a restart. */
export function filesAndInput(stdin: () => Promise<Uint8Array>): typeof nodeFiles {
  let whole: Promise<Uint8Array> | null = null
  return {
    open: async (path) => {
      if (path !== '-') return nodeFiles.open(path)
      const bytes = await (whole ??= stdin())
      return { size: bytes.length, read: (start, end) => Promise.resolve(bytes.slice(start, end)) }
    },
  }
}

interface OpenFile {
  readonly size: number
  read(start: number, end: number): Promise<Uint8Array>
}

/** Rows are read in pieces from known places, and again after a restart, which a pipe or a device cannot give. */
export const notRegular = 'it is a pipe or a device; a source needs a file that can be read from any place'

class NodeFile implements OpenFile {
  readonly size: number
  readonly #name: string
  readonly #path: string
  readonly #file: number
  readonly #changedMs: number

  constructor(name: string, path: string) {
    this.#name = name
    this.#path = path
    // Asked before it is opened: opening a pipe waits for somebody to write into it.
    const kind = statSync(path)
    if (kind.isDirectory()) throw new Error('it is a folder')
    if (!kind.isFile()) throw new Error(notRegular)
    this.#file = openSync(path, 'r')
    const stats = fstatSync(this.#file)
    this.size = stats.size
    this.#changedMs = stats.mtimeMs
  }

  async read(start: number, end: number): Promise<Uint8Array> {
    const now = statSync(this.#path, { throwIfNoEntry: false })
    if (now === undefined) throw new Error(`${this.#name} disappeared while it was read. Put it back and run the job again.`)
    if (now.size !== this.size || now.mtimeMs !== this.#changedMs) throw new Error(`${this.#name} changed while it was read. Run the job again.`)
    const bytes = new Uint8Array(end - start)
    for (let filled = 0; filled < bytes.length; ) {
      const count = readSync(this.#file, bytes, filled, bytes.length - filled, start + filled)
      if (count === 0) throw new Error(`${this.#name} became shorter while it was read. Run the job again.`)
      filled += count
    }
    return bytes
  }
}

function locate(path: string): string {
  const own = resolve(path)
  if (!path.startsWith('samples/') || existsSync(own)) return own
  // dist/cli/chunks and src/cli are both below the folder that holds `public`.
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    const packaged = join(folder, 'public', path)
    if (existsSync(packaged)) return packaged
  }
  return own
}

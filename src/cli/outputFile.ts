import { closeSync, mkdirSync, openSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { reasonOf } from './jobFile.ts'
import { RunError } from './terminal.ts'

/**
 * A file that a run writes piece by piece. A piece is on disk whole or the run is over: a full disk or a file that is taken away ends it with a sentence and
 * exit code 1, and what was written stays.
 */
export class OutputFile {
  readonly #name: string
  readonly #file: number

  /** Throws what the file system says when the file cannot be opened. With `append` it keeps what it has. */
  constructor(name: string, path: string, append = false) {
    this.#name = name
    this.#file = openSync(path, append ? 'a' : 'w')
  }

  write(data: string | Uint8Array): void {
    try {
      // Writes all of it, where writeSync may stop half-way.
      writeFileSync(this.#file, data)
    } catch (error) {
      throw new RunError(`error: ${this.#name} cannot be written: ${reasonOf(error)}; what was written stays`)
    }
  }

  close(): void {
    closeSync(this.#file)
  }
}

/** Makes the folder that a file is in. Node's own way never returns where a file system answers that a folder is missing in which nothing can be made, such as /proc. */
export function makeFolderOf(path: string): void {
  const missing: string[] = []
  for (let folder = dirname(path); statSync(folder, { throwIfNoEntry: false }) === undefined && folder !== dirname(folder); folder = dirname(folder)) missing.push(folder)
  for (const folder of missing.toReversed()) mkdirSync(folder)
}

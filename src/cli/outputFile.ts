import { closeSync, constants, fstatSync, fsyncSync, ftruncateSync, mkdirSync, openSync, statSync, writeFileSync } from 'node:fs'
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
  #length: number

  /** Throws what the file system says when the file cannot be opened. With `append` it keeps what it has. */
  constructor(name: string, path: string, append = false) {
    this.#name = name
    this.#file = openSync(path, append ? constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND : 'w')
    this.#length = append ? fstatSync(this.#file).size : 0
  }

  /** Bytes in it. */
  get length(): number {
    return this.#length
  }

  /** Back to how it was; what came later is cut off. */
  truncate(length: number): void {
    if (this.#length < length) {
      throw new RunError(`error: ${this.#name} has ${this.#length} bytes, and the checkpoint was taken when it had ${length}; name the file that the earlier run has written`)
    }
    ftruncateSync(this.#file, length)
    this.#length = length
  }

  /** On disk when this returns. What cannot be flushed, such as a pipe, need not be. */
  flush(): void {
    try {
      fsyncSync(this.#file)
    } catch {
      return
    }
  }

  write(data: string | Uint8Array): void {
    try {
      // Writes all of it, where writeSync may stop half-way.
      writeFileSync(this.#file, data)
      this.#length += typeof data === 'string' ? Buffer.byteLength(data) : data.length
    } catch (error) {
      throw new RunError(`error: ${this.#name} cannot be written: ${reasonOf(error, true)}; what was written stays`)
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

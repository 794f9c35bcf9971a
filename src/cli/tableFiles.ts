import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '../columnar/json.ts'
import { printJson, readJson } from '../columnar/jsonText.ts'
import { StateReader, StateWriter } from '../columnar/stateCodec.ts'
import { TableRows, type TableChange } from '../runtime/storeTables.ts'
import { reasonOf } from './jobFile.ts'
import { makeFolderOf, OutputFile } from './outputFile.ts'
import { RunError } from './terminal.ts'

/**
 * A table of the store as files in the folder of `--store`: `<table>.jsonl` holds its rows, one a line, and `<table>.changes.jsonl` the committed changes of the run that is under way, or was cut off. A run that ends well makes new
 * rows of the two and lets the changes go; the next one to begin does that for one that did not.
 */
export class TableFile {
  readonly #rows: string
  readonly #changes: string
  readonly #key: readonly string[]
  readonly #output: OutputFile

  constructor(folder: string, table: string, key: readonly string[], resuming: boolean) {
    this.#rows = join(folder, `${table}.jsonl`)
    this.#changes = join(folder, `${table}.changes.jsonl`)
    this.#key = key
    makeFolderOf(this.#rows)
    if (!resuming && existsSync(this.#changes)) this.#fold()
    this.#output = new OutputFile(this.#changes, this.#changes, true)
  }

  commit(changes: readonly TableChange[]): void {
    let text = ''
    for (const { kind, row } of changes) text += `{"kind":"${kind}","row":${row}}\n`
    this.#output.write(text)
  }

  snapshot(): Uint8Array {
    this.#output.flush()
    const writer = new StateWriter()
    writer.number('length', this.#output.length)
    return writer.finish()
  }

  restore(written: Uint8Array | null): void {
    this.#output.truncate(written === null ? 0 : StateReader.open(written).number('length'))
  }

  /** The run has ended well. */
  finish(): void {
    this.#output.flush()
    this.#fold()
  }

  close(): void {
    this.#output.close()
  }

  /** New rows out of the old ones and the changes; whole or not at all. */
  #fold(): void {
    const table = new TableRows()
    try {
      if (existsSync(this.#rows)) for (const line of linesOf(this.#rows)) table.apply({ kind: '+I', key: this.#keyOf(line), row: line })
      for (const line of linesOf(this.#changes)) {
        const { kind, row } = objectOf(line, this.#changes)
        const text = printJson(row!)
        table.apply({ kind: kind as TableChange['kind'], key: this.#keyOf(text), row: text })
      }
      const fresh = `${this.#rows}.new`
      writeFileSync(fresh, table.rows.map((row) => `${row}\n`).join(''), { flush: true })
      renameSync(fresh, this.#rows)
      rmSync(this.#changes)
    } catch (error) {
      if (error instanceof RunError) throw error
      throw new RunError(`error: the table in ${this.#rows} cannot be brought up to date: ${reasonOf(error)}; its changes stay in ${this.#changes}`)
    }
  }

  #keyOf(row: string): string | null {
    if (this.#key.length === 0) return null
    const json = objectOf(row, this.#rows)
    return this.#key.map((column) => printJson(json[column] ?? null)).join(',')
  }
}

function linesOf(path: string): readonly string[] {
  return readFileSync(path, 'utf8').split('\n').filter((line) => line.trim() !== '')
}

function objectOf(line: string, path: string): JsonObject {
  const result = readJson(line, { duplicateKeys: 'last' })
  if (result.kind === 'error' || typeof result.value !== 'object' || result.value === null || Array.isArray(result.value)) throw new RunError(`error: ${path} holds a line that is no row of a table: ${line.slice(0, 200)}`)
  return result.value as JsonObject
}

import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Job } from '../../src/job/job.ts'
import type { FlinkVersion } from '../../src/operators/emitters.ts'
import { exportFlinkSql } from '../../src/export/flinkSql.ts'
import { programText } from '../../src/runtime/testing/generated/arbitraryProgram.ts'
import type { Answer } from './answer.ts'
import { CannotRun } from './flinkRun.ts'
import type { BatchAnswer } from './flinkBatch.ts'

/**
 * What Flink answered to generated programs, on this machine alone (`target/` is not committed): a run that was cut off goes on where it was, a mended engine or rule is judged again without asking, and wrong
 * rules of the engine (`mutants.mjs`) are held against answers that are there.
 *
 * An answer counts for a program with its rows and for the script that was exported of it: when the exporter writes another, Flink is asked again. What could not be run is not kept, nor what failed over the files of
 * the harness itself, which another run may have taken away.
 */
export class AskedBefore {
  readonly #path: string
  readonly #version: FlinkVersion
  readonly #answers = new Map<string, BatchAnswer>()

  constructor(folder: string, version: FlinkVersion) {
    this.#path = join(folder, `answers-${version}.jsonl`)
    this.#version = version
    if (!existsSync(this.#path)) return
    for (const line of readFileSync(this.#path, 'utf8').split('\n')) {
      // The last line of a run that was cut off may be half of one.
      if (!line.endsWith('}')) continue
      const { key, sinks } = JSON.parse(line) as { readonly key: string; readonly sinks: Readonly<Record<string, Answer>> }
      if (!lostFiles(Object.values(sinks))) this.#answers.set(key, new Map(Object.entries(sinks)))
    }
  }

  answerTo(job: Job): BatchAnswer | undefined {
    return this.#answers.get(this.#keyOf(job))
  }

  keep(job: Job, answer: BatchAnswer): void {
    if (answer instanceof CannotRun || lostFiles([...answer.values()])) return
    const key = this.#keyOf(job)
    this.#answers.set(key, answer)
    appendFileSync(this.#path, `${JSON.stringify({ key, sinks: Object.fromEntries(answer) })}\n`)
  }

  #keyOf(job: Job): string {
    const hash = createHash('sha256').update(programText(job))
    // Without the comments: a certificate that says more asks nothing else.
    for (const { text } of exportFlinkSql(job, { version: this.#version }).statements) hash.update(text)
    return hash.digest('base64url').slice(0, 22)
  }
}

function lostFiles(answers: readonly Answer[]): boolean {
  return answers.some((answer) => answer.kind === 'failed' && answer.reason.includes('FileNotFoundException'))
}

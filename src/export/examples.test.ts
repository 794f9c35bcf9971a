import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Job } from '../job/job.ts'
import { parseJob } from '../job/parseJob.ts'
import { printProblem } from '../job/problem.ts'
import { flinkStatements } from '../sql/testing/flinkTokens.ts'
import { exportFlinkSql, flinkVersions } from './flinkSql.ts'

const folder = join(import.meta.dirname, '../../examples')
const files = readdirSync(folder).filter((name) => name.endsWith('.json'))

/** Refresh the scripts with `npx vitest run src/export -u`, and read the difference. */
describe.each(files)('examples/%s as Flink SQL', (file) => {
  const job = parseJob(readFileSync(join(folder, file), 'utf8')).job as Job
  const exported = flinkVersions.map((version) => exportFlinkSql(job, { version }))
  const [older, newest] = exported as [(typeof exported)[0], (typeof exported)[0]]

  it('is the script that stands beside it', async () => {
    expect(newest.problems.map(printProblem)).toEqual([])
    await expect(newest.text!).toMatchFileSnapshot(join(folder, 'flink-sql', file.replace(/\.json$/, '.sql')))
  })

  it('has the same statements for every version of Flink, and the same bytes each time', () => {
    expect(older.statements.map(({ text }) => text)).toEqual(newest.statements.map(({ text }) => text))
    expect(exportFlinkSql(job, { version: '2.2' })).toEqual(newest)
  })

  it('says of every line which operator it belongs to, and of every operator what it means', () => {
    const lines = newest.text!.split('\n')
    for (const { operator, kind, text, fromLine, toLine } of newest.statements) {
      const found = lines.slice(fromLine - 1, toLine)
      if (operator !== null) expect(found.shift()).toMatch(new RegExp(`^-- ${operator}(  |$)`))
      expect(found.join('\n'), kind).toBe(text)
    }
    const ids = job.operators.map(({ id }) => id)
    expect([...new Set(newest.statements.flatMap(({ operator }) => operator ?? []))].toSorted()).toEqual(ids.toSorted())
    expect(newest.certificate.map(({ operator }) => operator).toSorted()).toEqual(ids.toSorted())
    expect(newest.queries.map(({ sink }) => sink).toSorted()).toEqual(job.operators.filter(({ kind }) => kind === 'sink').map(({ id }) => id).toSorted())
  })

  it('is one job: the only statement that writes is one statement set', () => {
    const statements = flinkStatements(newest.text!)
    const first = statements.map((tokens) => tokens.slice(0, 3).map(({ value }) => value).join(' '))
    expect(first.filter((words) => /^(?:SET |CREATE TEMPORARY (?:TABLE|VIEW)|EXECUTE STATEMENT SET|INSERT INTO .*|END)/.test(words))).toEqual(first)
    expect(first.filter((words) => words.startsWith('EXECUTE'))).toHaveLength(1)
  })
})

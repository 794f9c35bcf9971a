import { join } from 'node:path'
import * as fc from 'fast-check'
import type { Json } from '../../src/columnar/json.ts'
import { exportFlinkSql } from '../../src/export/flinkSql.ts'
import { hostileName, hostileText, literalText as literal, nameText as name } from '../../src/export/testing/hostileWords.ts'
import type { Edge, Job, Operator } from '../../src/job/job.ts'
import { printProblem } from '../../src/job/problem.ts'
import type { FlinkVersion } from '../../src/operators/emitters.ts'
import { flinkStatements, type FlinkToken } from '../../src/sql/testing/flinkTokens.ts'
import { answerOfFlink, difference, differenceText } from './answer.ts'
import { startFlink, type FlinkProcess } from './flinkProcess.ts'
import { boundToFiles } from './flinkRun.ts'
import { flinkRelease, Session } from './gateway.ts'
import { jobOf } from './program.ts'
import { runMillrace } from './millraceRun.ts'

/**
 * `npm run conformance -- --names 10000`: names and texts that mean to break out of their quotes, on a real Flink. Each job has a hundred names of columns and fields and seventy texts: literals, the job's name, the
 * names of its operators (comments of the script), values of options, and values of rows.
 *
 * The whole script is given to Flink, comments and statement set included. A word is held only when it comes back as it was: a column by its name in the result, a literal as a value of a row, the job's name out of
 * SET, an option out of SHOW CREATE TABLE; comments by the statements around them being the ones that were meant. What every view gives is compared with Millrace besides.
 */
export interface HostileRun {
  readonly release: string
  readonly seed: number
  readonly names: number
  readonly texts: number
  readonly scripts: number
  readonly statements: number
  /** Statements that Flink refused, words that came back otherwise, rows that differ: none is what is wanted. */
  readonly differences: readonly string[]
}

const namesPerJob = 100
const textsPerJob = 70
const jobsAtOnce = 3

export async function askHostileNames(version: FlinkVersion, root: string, wanted: number, seed: number, say: (line: string) => void): Promise<HostileRun> {
  const flink = await startFlink(version, root, say)
  try {
    const words = fc.record({ names: fc.uniqueArray(hostileName, { minLength: namesPerJob, maxLength: namesPerJob }), texts: fc.array(hostileText, { minLength: textsPerJob, maxLength: textsPerJob }) })
    const jobs = fc.sample(words, { numRuns: Math.ceil(wanted / (namesPerJob + textsPerJob)), seed }).map(({ names, texts }) => hostileJob(version, names, texts))
    const plain = shapeOf(scriptText(hostileJob(version, numbered('n', namesPerJob), numbered('t', textsPerJob)).job, version))
    const differences: string[] = []
    let statements = 0
    let next = 0
    const work = async (): Promise<void> => {
      while (next < jobs.length) {
        const index = next++
        const asked = await askJob(jobs[index]!, flink, join(root, 'conformance', 'target', 'inputs', `hostile-${version}-${index}`), plain)
        statements += asked.statements
        differences.push(...asked.differences.map((text) => `script ${index}: ${text}`))
        if ((index + 1) % 10 === 0) say(`${version}: ${index + 1} of ${jobs.length} scripts, ${differences.length} differences`)
      }
    }
    await Promise.all(Array.from({ length: jobsAtOnce }, work))
    return { release: await flinkRelease(flink.gateway), seed, names: jobs.length * namesPerJob, texts: jobs.length * textsPerJob, scripts: jobs.length, statements, differences }
  } catch (error) {
    say(flink.complaints())
    throw error
  } finally {
    await flink.stop()
  }
}

interface HostileJob {
  readonly job: Job
  /** What each sink is fed with, where the words themselves say it: names of columns, and the texts of the constant ones. */
  readonly told: { readonly sink: string; readonly columns: readonly { readonly name: string; readonly constant?: string }[] }
  readonly identifiers: ReadonlyMap<string, string>
}

const start = Date.UTC(2026, 0, 31, 12)

function hostileJob(version: FlinkVersion, names: readonly string[], texts: readonly string[]): HostileJob {
  // A dot in the name of a time attribute is what Flink refuses and the certificate says so (`dotted time` in plannerLimits.ts).
  const time = names.find((candidate) => !candidate.includes('.'))!
  const [row, field, inner, deep, made, total, high, rank, element, place, ...others] = names.filter((candidate) => candidate !== time) as [string, string, string, string, string, string, string, string, string, string, ...string[]]
  const columns = others.slice(0, 40)
  const constants = others.slice(40)
  const [jobName, rowsName, someName, toldName, sumsName, bestName, eachName, printed, other, added, ...literals] = texts as [string, string, string, string, string, string, string, string, string, string, ...string[]]
  // 1.20 has no WITH ORDINALITY.
  const numbers = version !== '1.20'
  const [a, b, c] = columns as [string, string, string]
  const rows = [0, 1, 2].map((at): Json => [...columns.map((_, i) => texts[(at * 11 + i) % texts.length]!), new Date(start + at * 500).toISOString().replace('T', ' ').replace('Z', ''), Object.fromEntries([[field, at], [inner, Object.fromEntries([[deep, texts[at]!]])]])])
  const operators: Operator[] = [
    {
      id: 'rows',
      kind: 'source',
      name: rowsName,
      config: {
        connector: { type: 'inline', rows },
        columns: [
          ...columns.map((column) => ({ name: column, type: 'STRING' })),
          { name: time, type: 'TIMESTAMP(3)' },
          { name: row, type: `ROW<${name(field)} INT, ${name(inner)} ROW<${name(deep)} STRING>>` },
          { name: made, expression: `CONCAT(${name(a)}, ${literal(added)})` },
        ],
        watermark: { column: time, delayMs: 2000 },
      },
    },
    // Never NULL, whatever the words are.
    { id: 'some', kind: 'filter', name: someName, config: { where: `(${name(a)} = ${literal(literals[0]!)} OR ${name(b)} IN (${literals.slice(1, 4).map(literal).join(', ')}) OR ${name(row)}.${name(inner)}.${name(deep)} <> ${literal(literals[4]!)}) IS NOT NULL` } },
    { id: 'told', kind: 'project', name: toldName, config: { columns: [...constants.map((constant, i) => ({ name: constant, expression: literal(literals[i]!) })), ...columns.map((column) => ({ name: column, expression: name(column) }))] } },
    {
      id: 'sums',
      kind: 'window-aggregate',
      name: sumsName,
      config: { window: { type: 'tumble', timeColumn: time, sizeMs: 10_000 }, groupBy: [c, made], aggregates: [{ name: total, expression: `COUNT(${name(a)}) FILTER (WHERE ${name(b)} <> ${literal(literals[5]!)})` }, { name: high, expression: `MAX(${name(row)}.${name(field)})` }, ...(numbers ? [] : [{ name: place, expression: 'COUNT(*)' }])] },
    },
    { id: 'best', kind: 'top-n', name: bestName, config: { partitionBy: [c], orderBy: [{ column: a, direction: 'DESC' }, { column: b }], n: 2, rankColumn: rank } },
    { id: 'each', kind: 'unnest', name: eachName, config: { expression: `ARRAY[${name(a)}, ${literal(literals[6]!)}]`, columns: [{ name: element }], ...(numbers ? { ordinalityColumn: place } : {}) } },
    ...['told', 'sums', 'best', 'each'].map((id, i): Operator => ({ id: `${id}_out`, kind: 'sink', config: { connector: { type: 'collect' }, flink: { connector: 'print', options: { 'print-identifier': i % 2 === 0 ? printed : other } } } })),
  ]
  const edges: Edge[] = [['rows', 'some'], ['some', 'told'], ['some', 'sums'], ['some', 'best'], ['some', 'each'], ['told', 'told_out'], ['sums', 'sums_out'], ['best', 'best_out'], ['each', 'each_out']].map(([from, to]) => ({ from: from!, to: to! }))
  return {
    job: jobOf(jobName, operators, edges),
    told: { sink: 'told_out', columns: [...constants.map((constant, i) => ({ name: constant, constant: literals[i]! })), ...columns.map((column) => ({ name: column }))] },
    identifiers: new Map([['best_out', printed], ['sums_out', other]]),
  }
}

async function askJob({ job, told, identifiers }: HostileJob, flink: FlinkProcess, folder: string, plain: string): Promise<{ readonly statements: number; readonly differences: readonly string[] }> {
  const differences: string[] = []
  const bound = await boundToFiles(job, folder)
  const text = scriptText(bound, flink.version)
  if (shapeOf(text) !== plain) differences.push('its statements are not those of the script with plain words')
  const { statements: parts, queries } = exportFlinkSql(bound, { version: flink.version })
  const lines = text.split('\n')
  const session = await Session.open(flink.gateway, {}, flink.jobManager)
  let statements = 0
  try {
    let from = 0
    for (const { kind, operator, toLine } of parts) {
      if (kind === 'insert') continue
      // With the comments before it, as a client sends it.
      const statement = lines.slice(from, toLine).join('\n').replace(/;$/, '')
      from = toLine
      statements++
      const answer = kind === 'statement-set' ? await session.query(statement.replace('EXECUTE STATEMENT SET', 'EXPLAIN STATEMENT SET'), 120_000) : await session.configure(statement)
      if (answer?.kind === 'refused') return { statements, differences: [...differences, `${operator ?? kind} is refused: ${answer.reason}`] }
    }
    const settings = await session.query('SET', 60_000)
    const named = settings.kind === 'rows' ? settings.changes.find(({ fields }) => fields[0] === 'pipeline.name')?.fields[1] : settings.reason
    // SET takes blanks and control characters at the ends away, as Java's trim does.
    if (named !== javaTrimmed(job.name)) differences.push(`the job's name ${JSON.stringify(job.name)} came back as ${JSON.stringify(named)}`)
    for (const [table, identifier] of identifiers) {
      const shown = await session.query(`SHOW CREATE TABLE \`${table}\``, 60_000)
      const tokens = shown.kind === 'rows' ? flinkStatements(String(shown.changes[0]!.fields[0])).flat() : []
      const found = tokens[tokens.findIndex(({ kind, value }) => kind === 'text' && value === 'print-identifier') + 2]?.value
      if (found !== identifier) differences.push(`the option ${JSON.stringify(identifier)} came back as ${JSON.stringify(found ?? shown)}`)
    }
    const millrace = await runMillrace(job)
    for (const { sink, text: query } of queries) {
      statements++
      const answer = await session.query(query.trimEnd().replace(/;$/, ''), 240_000)
      if (answer.kind === 'refused') {
        differences.push(`${sink} is refused: ${answer.reason}`)
        continue
      }
      if (sink === told.sink) {
        if (answer.changes.length !== 3) differences.push(`${sink} has ${answer.changes.length} rows`)
        told.columns.forEach((column, i) => {
          if (answer.columns[i]?.name !== column.name) differences.push(`the name ${JSON.stringify(column.name)} came back as ${JSON.stringify(answer.columns[i]?.name)}`)
          const odd = column.constant === undefined ? undefined : answer.changes.find(({ fields }) => fields[i] !== column.constant)
          if (odd !== undefined) differences.push(`the text ${JSON.stringify(column.constant)} came back as ${JSON.stringify(odd.fields[i])}`)
        })
      }
      const found = difference(answerOfFlink(answer), millrace.get(sink)!)
      if (found !== null) differences.push(`${sink}:\n${differenceText(found)}`)
    }
  } finally {
    await session.close()
  }
  return { statements, differences }
}

function numbered(letter: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${letter}${i}`)
}

function scriptText(job: Job, version: FlinkVersion): string {
  const { text, problems } = exportFlinkSql(job, { version })
  if (text === null) throw new Error(problems.map(printProblem).join('\n'))
  return text
}

function javaTrimmed(text: string): string {
  const characters = Array.from(text)
  const from = characters.findIndex((character) => character > ' ')
  return from < 0 ? '' : characters.slice(from, characters.findLastIndex((character) => character > ' ') + 1).join('')
}

/** A script with a mark for each name and text, and for each number since lengths of texts are part of their types: what is left is what no word may change. */
function shapeOf(script: string): string {
  const mark = ({ kind, value }: FlinkToken): string => (kind === 'name' ? '`' : kind === 'text' ? "'" : kind === 'number' ? '#' : value)
  return flinkStatements(script).map((statement) => statement.map(mark).join(' ')).join(' ;\n')
}

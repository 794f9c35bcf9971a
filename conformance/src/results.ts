import { flinkVersions, type FlinkVersion } from '../../src/operators/emitters.ts'
import { digestOf, readFixtures } from './fixtures.ts'
import { judge, notesFor, runsOn } from './judge.ts'
import { runMillrace } from './millraceRun.ts'
import { exportFlinkSql } from '../../src/export/flinkSql.ts'
import { generatedSection } from './generatedLog.ts'
import { hostileSection } from './hostileLog.ts'
import { reasonFor } from '../programs/expressionReasons.ts'
import type { Grid } from '../programs/grids.ts'
import { readGrid, type CellAnswer } from './grid.ts'
import { differenceKinds, differencesOf, kindOfDifference } from './openDifferences.ts'
import type { Program, ProgramSet } from './program.ts'

/** The state of conformance as a page: from the answers that are kept, so that it says the same wherever it is written. */
export async function resultsPage(sets: readonly ProgramSet[], grids: readonly Grid[], root: string): Promise<string> {
  const rows: string[] = []
  const notes: string[] = []
  const differing: string[] = []
  const nullability: string[] = []
  const totals = new Map<FlinkVersion, Counts>()
  const releases: string[] = []
  const incomparable = sets.flatMap((set) => set.incomparable.map(({ name, reason }) => `- ${name}: ${reason}`))
  const millrace = new Map<string, Awaited<ReturnType<typeof runMillrace>>>()
  for (const set of sets) for (const program of set.programs) millrace.set(program.name, await runMillrace(program.job))
  for (const version of flinkVersions) {
    const total: Counts = { identical: 0, noted: 0, different: 0, unanswered: 0, incomparable: 0 }
    totals.set(version, total)
    for (const set of sets) {
      const kept = readFixtures(root, set.name, version)
      if (kept !== null && !releases.includes(kept.release)) releases.push(kept.release)
      const counts: Counts = { identical: 0, noted: 0, different: 0, unanswered: 0, incomparable: set.incomparable.length }
      for (const program of set.programs) {
        const refused = runsOn(program, version) ? notExportable(program, version) : `It is not for Flink ${version}.`
        if (refused !== null) {
          counts.incomparable++
          const line = `- ${program.name}: ${refused}`
          if (!incomparable.includes(line)) incomparable.push(line)
          continue
        }
        const answers = kept?.byProgram.get(program.name)
        if (answers === undefined || answers.digest !== digestOf(program)) {
          counts.unanswered++
          continue
        }
        const verdict = judge(program, version, answers.sinks, millrace.get(program.name)!)
        for (const line of verdict.nullability) nullability.push(`- ${version} ${program.name}: ${line}`)
        if (verdict.kind === 'identical') counts.identical++
        else if (verdict.kind === 'noted') {
          counts.noted++
          for (const note of notesFor(program, version)) notes.push(`- ${version} **${program.name}** (${program.says}): ${note.reason}`)
        } else {
          counts.different++
          differing.push(`- ${version} **${program.name}** (${program.says})`)
        }
      }
      rows.push(`| ${set.name} | ${version} | ${cells(counts)} |`)
      for (const key of Object.keys(total) as (keyof Counts)[]) total[key] += counts[key]
    }
    rows.push(`| **all** | ${version} | ${cells(total)} |`)
  }
  return `# What Flink says

Written by \`npm run conformance\` from the answers kept in \`fixtures/\` (Flink ${releases.join(', ')}). Every program is run by both engines over the same rows; see [README](README.md).

| programs | Flink | identical | noted difference | different | not answered yet | not comparable |
|---|---|---|---|---|---|---|
${rows.toSorted().join('\n')}

Expressions, each over ${grids[0]?.rows.length ?? 0} rows of values; those that differ stand in [EXPRESSIONS.md](EXPRESSIONS.md) by function.

| grid | Flink | identical | other value | only Millrace fails | only Flink fails | other type, same values | not answered yet |
|---|---|---|---|---|---|---|---|
${gridRows(grids, root).join('\n')}

${generatedSection(root)}${hostileSection(root)}${section('Different', differing)}${section('Noted differences', notes)}${section('Not comparable', incomparable)}${section('Columns that differ only in NOT NULL', nullability)}`
}

function notExportable(program: Program, version: FlinkVersion): string | null {
  const { problems } = exportFlinkSql(program.job, { version })
  const refused = problems.find((problem) => problem.code === 'MR-500')
  return refused === undefined ? null : refused.message
}

function gridRows(grids: readonly Grid[], root: string): string[] {
  return grids.flatMap((grid) =>
    flinkVersions.map((version) => {
      const answers = readGrid(root, grid.name, version) ?? new Map<string, CellAnswer>()
      const answered = grid.expressions.filter(({ text }) => answers.has(text)).length
      const found = differencesOf(grid, answers).map(({ text }) => kindOfDifference(text))
      const different = differenceKinds.map((kind) => found.filter((one) => one === kind).length).join(' | ')
      return `| ${grid.name} | ${version} | ${answered - found.length} | ${different} | ${grid.expressions.length - answered} |`
    }),
  )
}

/** Every expression that differs, by what it is about, with Flink's answer and ours. */
export function expressionsPage(grids: readonly Grid[], root: string): string {
  const lines = new Map<string, Map<string, FlinkVersion[]>>()
  const reasons = new Map<string, number>()
  for (const version of flinkVersions) {
    for (const grid of grids) {
      for (const { expression, text } of differencesOf(grid, readGrid(root, grid.name, version) ?? new Map<string, CellAnswer>())) {
        const about = lines.get(expression.about) ?? new Map<string, FlinkVersion[]>()
        lines.set(expression.about, about)
        const reason = reasonFor(expression.text, text) ?? 'Not explained yet.'
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
        const line = `- \`${expression.text}\`${grid.timeZone === 'UTC' ? '' : ` in ${grid.timeZone}`}: ${text.length > 400 ? `${text.slice(0, 400)} …` : text}`
        about.set(line, [...(about.get(line) ?? []), version])
      }
    }
  }
  const sections = [...lines].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([about, found]) => `## ${about}\n\n${[...found].map(([line, versions]) => `${line} (${versions.join(', ')})`).join('\n')}\n`)
  const why = [...reasons].toSorted(([, a], [, b]) => b - a).map(([reason, count]) => `- ${count}: ${reason}`)
  return `# Expressions that differ from Flink\n\nWritten by \`npm run conformance -- --refresh\`. Row numbers count from 0 in \`programs/grids.ts\`.\n\n## Why\n\nExpressions by the reason why they may differ (\`programs/expressionReasons.ts\`), both versions together.\n\n${why.join('\n')}\n\n${sections.join('\n')}`
}

interface Counts {
  identical: number
  noted: number
  different: number
  unanswered: number
  incomparable: number
}

function cells(counts: Counts): string {
  return [counts.identical, counts.noted, counts.different, counts.unanswered, counts.incomparable].join(' | ')
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `## ${title}\n\n${lines.join('\n')}\n\n`
}

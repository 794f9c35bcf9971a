import { flinkVersions, type FlinkVersion } from '../../src/operators/emitters.ts'
import { digestOf, readFixtures } from './fixtures.ts'
import { judge, notesFor, runsOn } from './judge.ts'
import { runMillrace } from './millraceRun.ts'
import type { ProgramSet } from './program.ts'

/** The state of conformance as a page: from the answers that are kept, so that it says the same wherever it is written. */
export async function resultsPage(sets: readonly ProgramSet[], root: string): Promise<string> {
  const rows: string[] = []
  const notes: string[] = []
  const differing: string[] = []
  const nullability: string[] = []
  const totals = new Map<FlinkVersion, Counts>()
  const releases: string[] = []
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
        if (!runsOn(program, version)) {
          counts.incomparable++
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
  const incomparable = sets.flatMap((set) => set.incomparable.map(({ name, reason }) => `- ${name}: ${reason}`))
  return `# What Flink says

Written by \`npm run conformance\` from the answers kept in \`fixtures/\` (Flink ${releases.join(', ')}). Every program is run by both engines over the same rows; see [README](README.md).

| programs | Flink | identical | noted difference | different | not answered yet | not comparable |
|---|---|---|---|---|---|---|
${rows.toSorted().join('\n')}

${section('Different', differing)}${section('Noted differences', notes)}${section('Not comparable', incomparable)}${section('Columns that differ only in NOT NULL', nullability)}`
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

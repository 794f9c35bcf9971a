import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Runs of generated programs on a real Flink, as RESULTS.md prints them: a line of JSON for each, the newest of a seed and release standing for the earlier ones. */
export interface GeneratedRun {
  readonly release: string
  readonly seed: number
  /** Digest of the programs' texts: another one means that the generator draws others by this seed now. */
  readonly programs: string
  readonly asked: number
  readonly identical: number
  readonly bothFail: number
  /** Programs by the reasons that explain them. */
  readonly explained: Readonly<Record<string, number>>
  readonly notRun: number
  readonly different: number
  readonly perMinute: number
  /** Programs by the kinds of operators in them. */
  readonly kinds: Readonly<Record<string, number>>
}

function pathOf(root: string): string {
  return join(root, 'conformance', 'fixtures', 'generated-runs.jsonl')
}

export function keptRuns(root: string): GeneratedRun[] {
  return existsSync(pathOf(root))
    ? readFileSync(pathOf(root), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as GeneratedRun)
    : []
}

export function keepRun(root: string, run: GeneratedRun): void {
  const runs = [...keptRuns(root).filter(({ release, seed }) => release !== run.release || seed !== run.seed), run]
  runs.sort((a, b) => (a.release === b.release ? a.seed - b.seed : a.release < b.release ? -1 : 1))
  writeFileSync(pathOf(root), `${runs.map((one) => JSON.stringify(one)).join('\n')}\n`)
}

export function generatedSection(root: string): string {
  const runs = keptRuns(root)
  if (runs.length === 0) return ''
  const count = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((sum, n) => sum + n, 0)
  const cells = (run: readonly GeneratedRun[]): string => {
    const sum = (of: (one: GeneratedRun) => number): number => run.reduce((total, one) => total + of(one), 0)
    return [sum((one) => one.asked), sum((one) => one.identical), sum((one) => one.bothFail), sum((one) => count(one.explained)), sum((one) => one.notRun), sum((one) => one.different)].join(' | ')
  }
  const releases = [...new Set(runs.map(({ release }) => release))]
  const kinds = [...new Set(runs.flatMap((run) => Object.keys(run.kinds)))].filter((kind) => kind !== 'source' && kind !== 'sink').toSorted()
  const reasons = new Map<string, number>()
  for (const run of runs) for (const [reason, n] of Object.entries(run.explained)) reasons.set(`${run.release}: ${reason}`, (reasons.get(`${run.release}: ${reason}`) ?? 0) + n)
  return `## Generated programs

Random small jobs over random disordered rows (\`node dist/conformance/generated.js --generated N --seed S --keep\`). *Explained*: Flink's rule, put in place of ours at the operators whose certificate notes a difference, gives
Flink's answer exactly at every sink.

| Flink | seed | programs | asked | identical | both fail | explained | not run | different |
|---|---|---|---|---|---|---|---|---|
${releases.map((release) => `| **${release}** | all | | ${cells(runs.filter((run) => run.release === release))} |`).join('\n')}
${runs.map((run) => `| ${run.release} | ${run.seed} | \`${run.programs}\` | ${cells([run])} |`).join('\n')}

| programs with | ${releases.join(' | ')} |
|---|${releases.map(() => '---|').join('')}
${kinds.map((kind) => `| ${kind} | ${releases.map((release) => runs.filter((run) => run.release === release).reduce((sum, run) => sum + (run.kinds[kind] ?? 0), 0)).join(' | ')} |`).join('\n')}

${[...reasons].map(([reason, n]) => `- ${n} explained on ${reason}.`).join('\n')}

`
}

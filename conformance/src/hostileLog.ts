import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HostileRun } from './hostileNames.ts'

/** Runs of hostile names and texts on a real Flink, as RESULTS.md prints them: a line of JSON for each, the newest of a release and seed. */
function pathOf(root: string): string {
  return join(root, 'conformance', 'fixtures', 'hostile-runs.jsonl')
}

export function keptHostileRuns(root: string): HostileRun[] {
  return existsSync(pathOf(root))
    ? readFileSync(pathOf(root), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as HostileRun)
    : []
}

export function keepHostileRun(root: string, run: HostileRun): void {
  const runs = [...keptHostileRuns(root).filter(({ release, seed }) => release !== run.release || seed !== run.seed), run]
  runs.sort((a, b) => (a.release === b.release ? a.seed - b.seed : a.release < b.release ? -1 : 1))
  writeFileSync(pathOf(root), `${runs.map((one) => JSON.stringify(one)).join('\n')}\n`)
}

export function hostileSection(root: string): string {
  const runs = keptHostileRuns(root)
  if (runs.length === 0) return ''
  return `## Hostile names and texts

Quotes, comments, ends of statements, escapes, reserved words, control characters and the rest of Unicode, as names of columns and fields, literals, comments, values of options and of rows
(\`npm run conformance -- --names N --seed S\`). *Differences*: statements that Flink refused, and words that did not come back as they were.

| Flink | seed | names | texts | scripts | statements | differences |
|---|---|---|---|---|---|---|
${runs.map(({ release, seed, names, texts, scripts, statements, differences }) => `| ${release} | ${seed} | ${names} | ${texts} | ${scripts} | ${statements} | ${differences.length} |`).join('\n')}

${runs.flatMap(({ release, differences }) => differences.map((text) => `- ${release}: ${text.replaceAll('\n', ' ')}\n`)).join('')}
`
}

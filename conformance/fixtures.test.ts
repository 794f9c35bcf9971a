import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { flinkVersions, type FlinkVersion } from '../src/operators/emitters.ts'
import { reasonFor } from './programs/expressionReasons.ts'
import { grids } from './programs/grids.ts'
import { programSets } from './programs/sets.ts'
import { digestOf, readFixtures } from './src/fixtures.ts'
import { readGrid } from './src/grid.ts'
import { judge, runsOn } from './src/judge.ts'
import { differencesOf, openOf } from './src/openDifferences.ts'
import { runMillrace } from './src/millraceRun.ts'
import type { Program } from './src/program.ts'

/**
 * Millrace against what Flink answered when it was last asked (`npm run conformance -- --refresh`). Without Java: the answers are files.
 *
 * A program without an answer, new or changed since, is left to the runner: it has nothing to be compared with yet.
 */
const root = fileURLToPath(new URL('..', import.meta.url))

for (const set of programSets) {
  const kept = new Map(flinkVersions.map((version) => [version, readFixtures(root, set.name, version)?.byProgram]))
  const answeredBy = (program: Program): FlinkVersion[] => flinkVersions.filter((version) => runsOn(program, version) && kept.get(version)?.get(program.name)?.digest === digestOf(program))
  // What cannot be exported has no answers.
  const programs = set.programs.filter((program) => answeredBy(program).length > 0)
  if (programs.length === 0) continue
  describe(`${set.name}, as Flink has it`, () => {
    for (const program of programs) {
      it(`${program.name} · ${program.says}`, async () => {
        const millrace = await runMillrace(program.job)
        for (const version of answeredBy(program)) {
          const verdict = judge(program, version, kept.get(version)!.get(program.name)!.sinks, millrace)
          expect(`${version} ${verdict.kind === 'noted' ? 'identical' : verdict.kind}\n${verdict.kind === 'noted' ? '' : verdict.text}`).toBe(`${version} identical\n`)
        }
      })
    }
  })
}

it('has an answer for almost every program', () => {
  for (const version of flinkVersions) {
    const programs = programSets.flatMap((set) => set.programs.filter((program) => runsOn(program, version)).map((program) => ({ set, program })))
    const answered = programs.filter(({ set, program }) => readFixtures(root, set.name, version)?.byProgram.get(program.name)?.digest === digestOf(program))
    expect(answered.length, `programs of Flink ${version} with a kept answer: run npm run conformance -- --refresh`).toBeGreaterThan(programs.length * 0.9)
  }
})

for (const grid of grids) {
  describe(`grid ${grid.name}, as Flink has it`, () => {
    for (const version of flinkVersions) {
      const answers = readGrid(root, grid.name, version)
      if (answers === null) continue
      it(`${version}: nothing differs but what is known to`, () => {
        const open = openOf(root, version, grid.name)
        const unexplained = differencesOf(grid, answers).filter(({ expression }) => !open.has(expression.text))
        expect(unexplained.map(({ expression, text }) => `${expression.text}: ${text}`)).toEqual([])
      })
      it(`${version}: what differs has a reason`, () => {
        expect(differencesOf(grid, answers).filter(({ expression, text }) => reasonFor(expression.text, text) === null).map(({ expression, text }) => `${expression.text}: ${text}`)).toEqual([])
      })
    }
  })
}

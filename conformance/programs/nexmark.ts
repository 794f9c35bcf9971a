import { nexmarkQueries, withGenerator } from '../../examples/nexmark/queries.ts'
import type { Note, Program, ProgramSet } from '../src/program.ts'

/**
 * The Nexmark queries (`examples/nexmark/`, the very files) over the first events of Millrace's own seeded generator, each in one subtask and in two.
 *
 * As many events as make every query's answer worth comparing and no more: answers are kept row by row. At a hundred events a second an auction lives for about
 * seventeen seconds, and a window has a few hundred bids.
 */
const eventsOf: Readonly<Record<string, number>> = { q0: 100, q1: 200, q2: 5000, q3: 3000, q4: 2000, q5: 2000, q6: 3000, q7: 5000, q8: 3000, q9: 1000, q11: 5000, q15: 2000, q16: 500, q19: 500, q20: 500, q23: 250 }

/** Why a query is no program. */
const incomparable: Readonly<Record<string, string>> = {
  q12: 'Its windows are of processing time: what a cluster gives depends on when it runs. The job’s own tests hold it under a clock that follows the rows.',
}

const noted: Readonly<Record<string, readonly Note[]>> = {
  q9: [
    {
      versions: ['2.2'],
      reason: 'Flink 2.1 and later plan this Top-1, of two columns over inserts, as one that keeps the first row and takes nothing back: every bid that was the highest once stays in the stream. The sink’s key puts that right; on 1.20 the rows are identical.',
    },
  ],
}

export const nexmarkPrograms: ProgramSet = {
  name: 'nexmark',
  programs: nexmarkQueries.flatMap(({ name, job }): Program[] => {
    if (incomparable[name] !== undefined) return []
    const { layout: _layout, tests: _tests, description, ...bare } = withGenerator(job, { events: eventsOf[name] ?? 300, eventsPerSecond: 100 })
    return [1, 2].map((parallelism): Program => ({
      name: `nexmark-${name}${parallelism === 1 ? '' : `-in-${parallelism}`}`,
      says: `${description!.split(/(?<=[.:]) /)[0]!.replace(/[.:]$/, '')}${parallelism === 1 ? '' : `, in ${parallelism} subtasks`}`,
      job: { ...bare, settings: { ...bare.settings, parallelism } },
      ...(noted[name] === undefined ? {} : { noted: noted[name] }),
    }))
  }),
  incomparable: nexmarkQueries.flatMap(({ name }) => (incomparable[name] === undefined ? [] : [{ name: `nexmark-${name}`, reason: incomparable[name] }])),
}

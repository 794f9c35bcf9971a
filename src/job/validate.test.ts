import { describe as suite, expect, it } from 'vitest'
import type { Schema } from '../columnar/schema.ts'
import { bigintType, timestampType } from '../columnar/dataType.ts'
import type { Job } from './job.ts'
import type { DefinitionOf, OperatorDefinition } from './operatorDefinition.ts'
import { describe, printProblem } from './problem.ts'
import { columnProblems } from './problemCatalogue.ts'
import { inputSchema } from './inferSchemas.ts'
import { subjectOf } from './subject.ts'
import { jobOf } from './testing/jobOf.ts'
import { checkJob } from './validate.ts'

// Three small kinds are enough to show every rule of the kernel; the real rooms have tests of their own.
const numbers: Schema = { fields: [{ name: 'n', type: bigintType }, { name: 'ts', type: timestampType, time: 'event' }] }
const base = {
  icon: 'box',
  summary: '',
  searchTerms: [],
  initialConfig: () => ({}),
  subtitle: () => '',
  distribution: ({ inputs }: { inputs: object }) => Object.keys(inputs).map(() => ({ kind: 'any' as const })),
}
const kinds: Record<string, OperatorDefinition> = {
  numbers: { ...base, kind: 'numbers', title: 'Numbers', family: 'source', inputs: [], outputs: [{ name: 'out', title: 'Out' }], fields: [], infer: () => ({ out: numbers }) },
  keep: {
    ...base,
    kind: 'keep',
    title: 'Keep',
    family: 'shape',
    inputs: [{ name: 'in', title: 'In' }],
    outputs: [
      { name: 'out', title: 'Out' },
      { name: 'late', title: 'Late', optional: true },
    ],
    fields: [{ key: 'column', label: 'Column', control: 'column', input: 'in' }],
    infer: ({ config, inputs, report }) => {
      const schema = inputSchema(inputs, 'in')
      if (schema === null) return {}
      if (typeof config.column === 'string' && !schema.fields.some((field) => field.name === config.column)) {
        report('column', columnProblems.unknownColumn(config.column, schema.fields.map((field) => field.name)))
      }
      return { out: schema, late: schema }
    },
  },
  pair: {
    ...base,
    kind: 'pair',
    title: 'Pair',
    family: 'join',
    inputs: [
      { name: 'left', title: 'Left' },
      { name: 'right', title: 'Right' },
    ],
    outputs: [{ name: 'out', title: 'Out' }],
    fields: [],
    infer: ({ inputs }) => (inputSchema(inputs, 'left') === null ? {} : { out: inputSchema(inputs, 'left')! }),
  },
  drain: { ...base, kind: 'drain', title: 'Drain', family: 'sink', inputs: [{ name: 'in', title: 'In', many: true }], outputs: [], fields: [], infer: () => ({}) },
}
const definitionOf: DefinitionOf = (kind) => (Object.hasOwn(kinds, kind) ? kinds[kind] : undefined)

function problemsOf(text: string): string[] {
  return checkJob(jobOf(text), definitionOf).problems.map(printProblem)
}

suite('checking a job', () => {
  it('finds nothing wrong with a sound job and knows every schema', () => {
    const checked = checkJob(jobOf('drain c; keep b column=n; numbers a; a>b; b>c; b.late>c'), definitionOf)
    expect(checked.problems).toEqual([])
    expect(checked.order).toEqual(['a', 'b', 'c'])
    expect(checked.edges).toEqual([numbers, numbers, numbers])
    expect(checked.inputs.get('c')).toEqual({ in: [numbers, numbers] })
    expect(checked.outputs.get('b')).toEqual({ out: numbers, late: numbers })
  })

  it('carries on behind what it cannot know', () => {
    const checked = checkJob(jobOf('mystery a; keep b column=n; drain c; a>b; b>c'), definitionOf)
    expect(checked.problems.map(printProblem)).toEqual([
      'error MR-101 a.kind: The operator kind `mystery` is not known to this Millrace. The palette and the published schema (job-1.json) list the kinds it has.',
    ])
    expect(checked.edges).toEqual([null, null])
  })

  it('names what was probably meant', () => {
    expect(problemsOf('numbers a; keep b column=tz; drain c; a>b; b>c')[0]).toBe(
      'error MR-111 b.column: There is no column `tz` in the input. Did you mean `ts`? Its columns: `n`, `ts`.',
    )
    expect(problemsOf('numbers a; keep b colum=n; drain c; a>b; b>c')).toEqual([
      'error MR-103 b.column: "Column" is not set; it needs the name of a column.',
      'error MR-102 b.colum: The setting `colum` is not known here. Did you mean `column`? Known settings: `column`. Remove it or correct its name.',
    ])
  })

  it('reports wiring: missing inputs, surplus edges, unknown ends and ports, repeats, self-loops', () => {
    expect(problemsOf('numbers a; pair p; drain c; a>p.left; p>c').filter((line) => line.includes('MR-12'))).toEqual([
      "error MR-120 p: The input `right` (Right) is not connected. Draw an edge from an operator's output to it.",
    ])
    expect(problemsOf('numbers a; numbers a2; keep b column=n; drain c; a>b; a2>b; b>c')).toEqual([
      'error MR-121 b: The input `in` has 2 edges; it takes one. Merge the streams in a Union first, or remove an edge.',
    ])
    const wrong = problemsOf('numbers a; keep b column=n; drain c; a>b; b>c; b.sideways>c; a>b.up; b>d; a>b.in; c>c')
    expect(wrong.map((line) => line.slice(0, 30))).toEqual([
      'error MR-123 edges[2].fromPort',
      'error MR-123 edges[3].toPort: ',
      'error MR-122 edges[4].to: The ',
      'error MR-124 edges[5]: The edg',
      'error MR-125 c: The operator `',
    ])
  })

  it('names the operators of a cycle, and survives it', () => {
    expect(problemsOf('numbers a; pair p; keep b column=n; keep d column=n; drain c; a>p.left; p>b; b>d; d>p.right; b.late>c')).toEqual([
      'error MR-126 b: These operators feed each other in a circle: b → d → p → b. Streams flow one way: remove one of the edges.',
    ])
  })

  it('knows pieces that meet outside the job, and reports a circle through such a place', () => {
    const meeting: DefinitionOf = (kind) => {
      const definition = definitionOf(kind)
      if (definition === undefined || (kind !== 'numbers' && kind !== 'drain')) return definition
      return { ...definition, meetsAt: (config) => (typeof config.column === 'string' ? { place: config.column, waits: kind === 'numbers' } : null), fields: [{ key: 'column', label: 'Column', control: 'text', optional: true }] }
    }
    const linesOf = (text: string): string[] => checkJob(jobOf(text), meeting).problems.map(printProblem)
    expect(linesOf('numbers a; drain b column=t; numbers x column=t; drain y; a>b; x>y')).toEqual([])
    expect(linesOf('numbers a; drain b column=t; numbers x column=u; drain y; a>b; x>y')[0]).toContain('advice MR-127')
    expect(linesOf('numbers a column=t; drain b column=t; a>b')[0]).toContain('error MR-133 a: These operators feed each other in a circle that goes through a topic: a → b → a.')
  })

  it('advises on pieces, on rows that go nowhere and on a job without a sink', () => {
    expect(problemsOf('numbers a; drain b; numbers x; drain y; a>b; x>y')[0]).toContain('advice MR-127 job: The job falls into 2 pieces')
    expect(problemsOf('numbers a; keep b column=n; drain c; numbers d; a>b; b.late>c; d>c')).toEqual([
      'advice MR-130 b: The rows of the output `out` go nowhere. Connect it, or remove the operator.',
    ])
    expect(problemsOf('numbers a; keep b column=n; a>b').map((line) => line.slice(0, 14))).toEqual(['warning MR-128'])
    expect(problemsOf('')).toHaveLength(1)
  })

  it('reports duplicate and malformed ids', () => {
    expect(problemsOf('numbers a; numbers a; drain B-1; a>B-1').map((line) => line.slice(0, 29))).toEqual([
      'error MR-010 operators[1].id:',
      'error MR-009 operators[2].id:',
    ])
  })

  it('checks settings against each other and the tests against the operators', () => {
    const job: Job = {
      ...jobOf('numbers a; drain c; a>c'),
      settings: { parallelism: 200, timeZone: 'Mars/Olympus' },
      tests: [{ name: 't', inputs: { b: [] }, expect: { a: [] } }],
    }
    expect(checkJob(job, definitionOf).problems.map((problem) => `${problem.code} ${problem.place.path}`)).toEqual([
      'MR-014 settings.parallelism',
      'MR-015 settings.timeZone',
      'MR-016 tests[0].inputs.b',
      'MR-016 tests[0].expect.a',
    ])
  })

  it('asks again only what an edit touched and what lies behind it', () => {
    const asked: string[] = []
    const spied = new Map(
      Object.keys(kinds).map((kind) => {
        const definition = definitionOf(kind)!
        return [kind, { ...definition, infer: (context: Parameters<OperatorDefinition['infer']>[0]) => (asked.push(kind), definition.infer(context)) }] as const
      }),
    )
    const of: DefinitionOf = (kind) => spied.get(kind)
    const memory = new WeakMap()
    const job = jobOf('numbers a; keep b column=n; drain c; a>b; b>c')
    const first = checkJob(job, of, memory)
    expect(asked).toEqual(['numbers', 'keep', 'drain'])
    asked.length = 0
    const edited: Job = { ...job, operators: job.operators.map((operator) => (operator.id === 'b' ? { ...operator, config: { column: 'x' } } : operator)) }
    const second = checkJob(edited, of, memory)
    // The drain sees the same schema object, so it is not asked.
    expect(asked).toEqual(['keep'])
    expect(first.problems).toEqual([])
    expect(second.problems.map((problem) => problem.code)).toEqual(['MR-111'])
  })

  it('checks a chain of 20,000 operators without running out of stack', () => {
    const count = 20_000
    const operators = Array.from({ length: count }, (_, i) =>
      i === 0 ? { id: 'o0', kind: 'numbers', config: {} } : { id: `o${i}`, kind: 'keep', config: { column: 'n' } },
    )
    const edges = Array.from({ length: count - 1 }, (_, i) => ({ from: `o${i}`, to: `o${i + 1}` }))
    const checked = checkJob({ format: 'millrace/job', version: 1, name: 'long', operators, edges }, definitionOf)
    expect(checked.edges.at(-1)).toBe(numbers)
    expect(checked.problems.map((problem) => problem.code)).toEqual(['MR-128'])
  })
})

suite('a problem in words', () => {
  it('starts with the operator as its reader knows it', () => {
    const job: Job = { ...jobOf('keep counts column=n'), operators: [{ id: 'counts', kind: 'keep', name: 'hourly totals', config: { column: 'n' } }] }
    const problem = { ...columnProblems.timeColumnType('placed_at', 'STRING'), place: { operator: 'counts', path: 'column' } }
    expect(describe(problem, subjectOf(job, definitionOf, 'counts'))).toBe(
      'Keep "hourly totals": the time column `placed_at` has type STRING; event time needs TIMESTAMP. ' +
        'Convert it in a Project before this operator, for example `TO_TIMESTAMP(placed_at)`, or choose another column.',
    )
  })
})

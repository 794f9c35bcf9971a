import { describe, expect, it } from 'vitest'
import { bigintType, stringType, timestampType } from '../columnar/dataType.ts'
import type { Schema } from '../columnar/schema.ts'
import { inputSchema } from '../job/inferSchemas.ts'
import type { DefinitionOf, OperatorDefinition } from '../job/operatorDefinition.ts'
import { printProblem } from '../job/problem.ts'
import { jobOf } from '../job/testing/jobOf.ts'
import type { Settings } from '../job/job.ts'
import { compile, type CompileOptions } from './compile.ts'
import { explain } from './explain.ts'

// The compiler names no operator, so one kind of each distribution shows all it does. Examples with the real rooms are in examples/.
const bids: Schema = {
  fields: [
    { name: 'auction', type: bigintType },
    { name: 'price', type: bigintType },
    { name: 'url', type: stringType },
    { name: 'ts', type: timestampType, time: 'event' },
  ],
}
const base = { icon: 'box', summary: '', searchTerms: [], fields: [], initialConfig: () => ({}), subtitle: () => '' }
const input = { name: 'in', title: 'In' }
const out = { name: 'out', title: 'Out' }
const passOn: OperatorDefinition['infer'] = ({ inputs }) => (inputSchema(inputs, 'in') === null ? {} : { out: inputSchema(inputs, 'in')! })
const listed = (value: unknown): string[] => (typeof value === 'string' && value !== '' ? value.split(',') : [])

const kinds: Record<string, OperatorDefinition> = {
  read: {
    ...base,
    kind: 'read',
    title: 'Read',
    family: 'source',
    inputs: [],
    outputs: [out],
    fields: [{ key: 'splits', label: 'Splits', control: 'integer', min: 1, optional: true }],
    infer: () => ({ out: bids }),
    distribution: () => [],
    splits: (config) => (config.splits as number | undefined) ?? 1,
    columnsNotRead: ({ schema, used }) => schema.fields.map((field) => field.name).filter((name) => !used.has(name)),
  },
  keep: {
    ...base,
    kind: 'keep',
    title: 'Keep',
    family: 'shape',
    inputs: [input],
    outputs: [out],
    fields: [{ key: 'where', label: 'Where', control: 'text' }],
    infer: passOn,
    distribution: () => [{ kind: 'any' }],
    columnsNeeded: ({ config, used }) => ({ in: new Set([...listed(config.where), ...(used.out ?? [])]) }),
  },
  count: {
    ...base,
    kind: 'count',
    title: 'Count',
    family: 'state',
    inputs: [{ ...input, insertOnly: true }],
    outputs: [out, { name: 'late', title: 'Late', optional: true }],
    fields: [
      { key: 'by', label: 'By', control: 'text', optional: true },
      { key: 'updates', label: 'Updates', control: 'boolean', optional: true },
    ],
    infer: ({ inputs, config }) => {
      const schema = inputSchema(inputs, 'in')
      if (schema === null) return {}
      const keys = schema.fields.filter((field) => listed(config.by).includes(field.name))
      return { out: { fields: [...keys, { name: 'n', type: bigintType }] }, ...(config.updates === true ? {} : { late: schema }) }
    },
    distribution: ({ config }) => [{ kind: 'hash', columns: listed(config.by) }],
    rowKinds: ({ config }) => (config.updates === true ? ['+I', '-U', '+U'] : ['+I']),
    state: (config) => `one count for each ${listed(config.by).join(', ')}`,
    columnsNeeded: ({ config }) => ({ in: new Set(listed(config.by)) }),
  },
  merge: { ...base, kind: 'merge', title: 'Merge', family: 'shape', inputs: [{ ...input, many: true }], outputs: [out], infer: passOn, distribution: () => [{ kind: 'any' }] },
  pair: {
    ...base,
    kind: 'pair',
    title: 'Pair',
    family: 'join',
    inputs: [
      { name: 'left', title: 'Left' },
      { name: 'right', title: 'Right' },
    ],
    outputs: [out],
    infer: ({ inputs }) => ({ out: inputSchema(inputs, 'left')! }),
    distribution: () => [
      { kind: 'hash', columns: ['price'] },
      { kind: 'broadcast' },
    ],
  },
  write: { ...base, kind: 'write', title: 'Write', family: 'sink', inputs: [input], outputs: [], infer: () => ({}), distribution: () => [{ kind: 'any' }] },
}
const definitionOf: DefinitionOf = (kind) => (Object.hasOwn(kinds, kind) ? kinds[kind] : undefined)

function planOf(text: string, settings: Settings = {}, options: CompileOptions = {}): string {
  const job = jobOf(text, settings)
  return explain(compile(job, definitionOf, options), job, definitionOf)
}

/** The part of an explanation under the given headings. */
function sections(text: string, ...headings: string[]): string {
  return text
    .split('\n\n')
    .filter((section) => headings.some((heading) => section.startsWith(heading)))
    .join('\n')
    .trimEnd()
}

describe('compiling', () => {
  it('explains every stage', () => {
    expect(planOf('read a; keep b where=price; count c by=auction; write d; a>b; b>c; c>d')).toBe(`Job "test"
  parallelism 2 · 128 key groups · time zone UTC · a checkpoint every 1 s, exactly-once

Logical plan
  a: Read ×1
    out → auction BIGINT, price BIGINT, url STRING, ts TIMESTAMP(3) *event time*
    rows +I
  b: Keep ×1
    in ← a (as they come)
    out → auction BIGINT, price BIGINT, url STRING, ts TIMESTAMP(3) *event time*
    rows +I
  c: Count ×2
    in ← b (by auction)
    out → auction BIGINT, n BIGINT
    late → auction BIGINT, price BIGINT, url STRING, ts TIMESTAMP(3) *event time*
    rows +I
    state: one count for each auction
  d: Write ×2
    in ← c (as they come)

Rewrites
  none

Physical plan
  chain 0 ×1: a → b
  chain 1 ×2: c → d

Exchanges
  b → c: hash by auction, 2 channels
`)
  })

  it('keeps what follows a one-split source in its subtask until a key is needed', () => {
    expect(sections(planOf('read a; keep b where=x; keep c where=x; write d; a>b; b>c; c>d', { parallelism: 4 }), 'Physical', 'Exchanges')).toBe(
      'Physical plan\n  chain 0 ×1: a → b → c → d\nExchanges\n  none',
    )
  })

  it('reads splits side by side and keeps chains behind them as wide', () => {
    expect(sections(planOf('read a splits=3; keep b where=x; count c by=auction; write d; a>b; b>c; c>d', { parallelism: 4 }), 'Physical', 'Exchanges')).toBe(
      'Physical plan\n  chain 0 ×3: a → b\n  chain 1 ×4: c → d\nExchanges\n  b → c: hash by auction, 12 channels',
    )
    // Eight splits on two subtasks: each reads four.
    expect(sections(planOf('read a splits=8; count c by=auction; write d; a>c; c>d'), 'Physical')).toBe('Physical plan\n  chain 0 ×2: a\n  chain 1 ×2: c → d')
  })

  it('deals rows out only where an operator asks for its own parallelism', () => {
    expect(sections(planOf('read a; keep b where=x parallelism=3; write d; a>b; b>d'), 'Physical', 'Exchanges')).toBe(
      'Physical plan\n  chain 0 ×1: a\n  chain 1 ×3: b → d\nExchanges\n  a → b: rebalance, 3 channels',
    )
  })

  it('brings all rows into one subtask where there is no key', () => {
    expect(sections(planOf('read a splits=2; count c; write d; a>c; c>d'), 'Physical', 'Exchanges')).toBe(
      'Physical plan\n  chain 0 ×2: a\n  chain 1 ×1: c → d\nExchanges\n  a → c: single, 2 channels',
    )
  })

  it('merges streams without losing the order of either', () => {
    expect(sections(planOf('read a; read b; merge m; write d; a>m; b>m; m>d'), 'Physical', 'Exchanges')).toBe(
      'Physical plan\n  chain 0 ×1: a\n  chain 1 ×1: b\n  chain 2 ×1: m → d\nExchanges\n  a → m: forward, 1 channel\n  b → m: forward, 1 channel',
    )
    expect(sections(planOf('read a; read b splits=2; merge m; write d; a>m; b>m; m>d'), 'Exchanges')).toBe(
      'Exchanges\n  a → m: forward, 1 channel\n  b → m: single, 2 channels',
    )
  })

  it('gives each input of a join its own exchange, also when both come from one operator', () => {
    expect(sections(planOf('read a; pair p; write d; a>p.left; a>p.right; p>d'), 'Physical', 'Exchanges')).toBe(
      'Physical plan\n  chain 0 ×1: a\n  chain 1 ×2: p → d\nExchanges\n  a → p: hash by price, 2 channels\n  a → p: broadcast, 2 channels',
    )
  })

  it('fuses keyed operators too when there is but one subtask', () => {
    expect(sections(planOf('read a; keep b where=x; count c by=auction; write d; a>b; b>c; c>d', { parallelism: 1 }), 'Physical', 'Exchanges')).toBe(
      'Physical plan\n  chain 0 ×1: a → b → c → d\nExchanges\n  none',
    )
  })

  it('chains every consumer of an operator, and side outputs, into one task', () => {
    const job = jobOf('read a; count c by=auction; write d; write e; keep f where=x; write g; a>c; c>d; c.late>e; c>f; f>g')
    const { physical } = compile(job, definitionOf)
    expect(physical!.chains[1]!.operators.map(({ spec }) => spec.id)).toEqual(['c', 'd', 'e', 'f', 'g'])
    expect(physical!.chains[1]!.operators[0]!.outputs).toEqual([
      { kind: 'chained', edge: 1, output: 0, operator: 1, input: 0 },
      { kind: 'chained', edge: 2, output: 1, operator: 2, input: 0 },
      { kind: 'chained', edge: 3, output: 0, operator: 3, input: 0 },
    ])
    expect(sections(planOf('read a; count c by=auction; write d; write e; keep f where=x; write g; a>c; c>d; c.late>e; c>f; f>g'), 'Physical')).toBe(
      'Physical plan\n  chain 0 ×1: a\n  chain 1 ×2: c → d, c → e, c → f → g',
    )
  })

  it('does not read columns that no sink depends on', () => {
    const text = 'read a; keep b where=price; count c by=auction; write d; a>b; b>c; c>d'
    const pruned = planOf(text, {}, { edgesShown: false })
    expect(sections(pruned, 'Rewrites')).toBe('Rewrites\n  prune columns: a does not read url')
    const plan = compile(jobOf(text), definitionOf, { edgesShown: false })
    const schemas = plan.physical!.chains.flatMap((chain) => chain.operators.map(({ spec }) => `${spec.id}: ${spec.inputs.map(({ schema }) => schema.fields.map(({ name }) => name).join(' ')).join(' | ')}`))
    expect(schemas).toEqual(['a: ', 'b: auction price ts', 'c: auction price ts', 'd: auction n'])
    // The key is at the same name, not at the same index.
    expect(plan.physical!.exchanges[0]!.partitioning).toEqual({ kind: 'hash', columns: [0] })
  })

  it('reads everything where a sink shows everything', () => {
    expect(sections(planOf('read a; keep b where=price; write d; a>b; b>d', {}, { edgesShown: false }), 'Rewrites')).toBe('Rewrites\n  none')
  })

  it('gives no plan to a job with errors, and says why', () => {
    const broken = compile(jobOf('read a; count c by=auction updates=true; count e by=n; write d; a>c; c>e; e>d'), definitionOf)
    expect(broken.physical).toBeNull()
    expect(broken.problems.map(printProblem)).toEqual([
      'error MR-114 e: Count takes only inserts, but this input also brings updates and deletes. Put it before the operator that updates its result.',
    ])
    const lateless = compile(jobOf('read a; count c by=auction updates=true; write d; write e; a>c; c>d; c.late>e'), definitionOf)
    expect(lateless.problems.map((problem) => problem.code)).toEqual(['MR-131'])
    expect(lateless.physical).toBeNull()
  })

  it('gives no plan to a job without operators', () => {
    const { physical, problems } = compile(jobOf(''), definitionOf)
    expect(physical).toBeNull()
    expect(problems.map((problem) => `${problem.severity} ${problem.code}`)).toEqual(['warning MR-129'])
  })

  it('says when a parallelism has no effect', () => {
    expect(compile(jobOf('read a parallelism=4; count c parallelism=2; write d; a>c; c>d'), definitionOf).problems.map((problem) => `${problem.code} ${problem.place.operator}`)).toEqual([
      'MR-132 a',
      'MR-132 c',
    ])
  })

  it('plans 20,000 operators without recursion', () => {
    const count = 20_000
    const text = ['read o0', ...Array.from({ length: count - 2 }, (_, i) => `keep o${i + 1} where=x`), `write o${count - 1}`, ...Array.from({ length: count - 1 }, (_, i) => `o${i}>o${i + 1}`)].join('; ')
    const { physical } = compile(jobOf(text), definitionOf, { edgesShown: false })
    expect(physical!.chains.length).toBe(1)
    expect(physical!.chains[0]!.operators.length).toBe(count)
  })
})

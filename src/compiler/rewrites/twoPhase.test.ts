import { describe, expect, it } from 'vitest'
import { bigintType, timestampType } from '../../columnar/dataType.ts'
import type { Schema } from '../../columnar/schema.ts'
import { inputSchema } from '../../job/inferSchemas.ts'
import type { DefinitionOf, OperatorDefinition, TwoPhaseContext } from '../../job/operatorDefinition.ts'
import type { Settings } from '../../job/job.ts'
import { jobOf } from '../../job/testing/jobOf.ts'
import { compile, type CompileOptions } from '../compile.ts'
import { explain } from '../explain.ts'

const bids: Schema = { fields: [{ name: 'auction', type: bigintType }, { name: 'price', type: bigintType }, { name: 'ts', type: timestampType, time: 'event' }] }
const partial: Schema = { fields: [{ name: 'n', type: bigintType }, { name: 'auction', type: bigintType }] }
const base = { icon: 'box', summary: '', searchTerms: [], fields: [], initialConfig: () => ({}), subtitle: () => '' }
const input = { name: 'in', title: 'In' }
const out = { name: 'out', title: 'Out' }
const asked: TwoPhaseContext[] = []

const tally: OperatorDefinition = {
  ...base,
  kind: 'tally',
  title: 'Tally',
  family: 'state',
  inputs: [input],
  rowKinds: () => ['+I'],
  outputs: [out, { name: 'late', title: 'Late', optional: true }],
  fields: [{ key: 'by', label: 'By', control: 'text', optional: true }],
  infer: ({ inputs }) => ({ out: partial, late: inputSchema(inputs, 'in')! }),
  distribution: ({ config }) => [typeof config.by === 'string' ? { kind: 'hash', columns: [config.by] } : { kind: 'single' }],
  twoPhase: (context) => {
    asked.push(context)
    return context.listened.has('late') ? null : { partial, text: 'is tallied before the exchange' }
  },
}
const kinds: Record<string, OperatorDefinition> = {
  read: {
    ...base,
    kind: 'read',
    title: 'Read',
    family: 'source',
    inputs: [],
    outputs: [out],
    fields: [{ key: 'splits', label: 'Splits', control: 'integer', min: 1, optional: true }, { key: 'kinds', label: 'Kinds', control: 'text', optional: true }],
    infer: () => ({ out: bids }),
    rowKinds: ({ config }) => (config.kinds === 'all' ? ['+I', '-U', '+U', '-D'] : ['+I']),
    distribution: () => [],
    splits: (config) => (config.splits as number | undefined) ?? 1,
  },
  tally,
  write: { ...base, kind: 'write', title: 'Write', family: 'sink', inputs: [input], outputs: [], infer: () => ({}), distribution: () => [{ kind: 'any' }] },
}
const definitionOf: DefinitionOf = (kind) => kinds[kind]

/** What is explained from the rewrites on. */
function planOf(text: string, settings: Settings = {}, options: CompileOptions = {}): string {
  const job = jobOf(text, settings)
  const whole = explain(compile(job, definitionOf, options), job, definitionOf)
  return whole.slice(whole.indexOf('Rewrites'))
}

const text = 'read a splits=2; tally t by=auction; write w; a>t; t>w'

describe('two phases', () => {
  it('put a local half into the chain before the exchange', () => {
    expect(planOf(text, {}, { twoPhase: false })).toBe(`Rewrites
  none

Physical plan
  chain 0 ×2: a
  chain 1 ×2: t → w

Exchanges
  a → t: hash by auction, 4 channels
`)
    expect(planOf(text)).toBe(`Rewrites
  two phases: t is tallied before the exchange

Physical plan
  chain 0 ×2: a → t.local
  chain 1 ×2: t → w

Exchanges
  t.local → t: hash by auction, 4 channels
`)
  })

  it('send partial rows, of which the key is found under its name', () => {
    const { physical, rewritten } = compile(jobOf(text), definitionOf)
    expect(physical!.exchanges[0]!.partitioning).toEqual({ kind: 'hash', columns: [1] })
    const [local, global] = ['t.local', 't'].map((id) => rewritten!.operators.find(({ spec }) => spec.id === id)!.spec)
    expect(local!.phase).toEqual({ kind: 'local', of: 't' })
    expect([local!.inputs, local!.outputs]).toEqual([[{ port: 'in', schema: bids }], [{ port: 'out', schema: partial }]])
    expect(global!.phase).toEqual({ kind: 'global', rows: bids })
    expect(global!.inputs).toEqual([{ port: 'in', schema: partial }])
    expect(global!.outputs.map(({ port }) => port)).toEqual(['out', 'late'])
    // The job's edge is the one before the local half.
    expect(rewritten!.edges.map(({ edge, from, to, hidden }) => `${edge} ${from}>${to}${hidden === true ? ' hidden' : ''}`)).toEqual(['0 a>t.local', '0 t.local>t hidden', '1 t>w'])
    expect(physical!.chains[0]!.operators.map(({ outputs }) => outputs)).toEqual([
      [{ kind: 'chained', edge: 0, output: 0, operator: 1, input: 0 }],
      [{ kind: 'exchange', edge: 0, output: 0, exchange: 0, hidden: true }],
    ])
  })

  it('ask with what leaves the operator, and keep one phase where it declines', () => {
    asked.length = 0
    expect(planOf(`${text}; write l; t.late>l`, { timeZone: 'Europe/Berlin' })).toContain('Rewrites\n  none')
    expect([...asked[0]!.listened]).toEqual(['out', 'late'])
    expect(asked[0]!.timeZone).toBe('Europe/Berlin')
  })

  it('are for rows that leave their subtask, and for inserts alone', () => {
    const none = 'Rewrites\n  none'
    expect(planOf('read a; tally t by=auction; write w; a>t; t>w', { parallelism: 1 })).toContain(none)
    expect(planOf('read a; tally t; write w; a>t; t>w')).toContain(none)
    expect(planOf('read a splits=2 kinds=all; tally t by=auction; write w; a>t; t>w')).toContain(none)
    expect(planOf('read a; tally t by=auction; write w; a>t; t>w')).toContain('chain 0 ×1: a → t.local\n  chain 1 ×2: t → w')
    expect(planOf('read a splits=2; tally t; write w; a>t; t>w')).toContain('t.local → t: single, 2 channels')
  })
})

import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../columnar/json.ts'
import type { FlinkVersion } from '../operators/emitters.ts'
import { exportFlinkSql } from './flinkSql.ts'

const source = {
  id: 's',
  kind: 'source',
  config: {
    connector: { type: 'inline', rows: [] },
    columns: [{ name: 'k', type: 'STRING' }, { name: 'ts', type: 'TIMESTAMP(3)' }, { name: 'v', type: 'INT' }, { name: 'd', type: 'DATE' }],
    watermark: { column: 'ts', delayMs: 0 },
  } as unknown as JsonObject,
}

/** The notes of the operator named `last`, behind others in a row. */
function notesOf(operators: readonly { readonly kind: string; readonly config: JsonObject }[], version: FlinkVersion = '2.2', selfJoin = false): readonly string[] {
  const chain = operators.map((operator, i) => ({ ...operator, id: i === operators.length - 1 ? 'last' : `o${i}` }))
  const ids = ['s', ...chain.map(({ id }) => id), 'out']
  const joined = ids.find((id) => chain.find((operator) => operator.id === id)?.kind.endsWith('-join'))
  const edges = ids.slice(1).flatMap((id, i) => (id === joined && selfJoin ? ['left', 'right'].map((toPort) => ({ from: ids[i]!, to: id, toPort })) : [{ from: ids[i]!, to: id }]))
  const job = { format: 'millrace/job', version: 1, name: 'limits', operators: [source, ...chain, { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } }], edges } as const
  const exported = exportFlinkSql(job, { version })
  expect(exported.problems).toEqual([])
  const { verdict } = exported.certificate.find(({ operator }) => operator === 'last')!
  return verdict.kind === 'noted' ? verdict.notes : []
}

const tumble = (offsetMs: number): JsonObject => ({ window: { type: 'tumble', timeColumn: 'ts', sizeMs: 2000, offsetMs } })
const count = [{ name: 'n', expression: 'COUNT(*)' }]

describe('planner limits', () => {
  it('note a time attribute with a dot in its name', () => {
    const noted = (column: string): boolean => {
      const config = { connector: { type: 'inline', rows: [] }, columns: [{ name: column, type: 'TIMESTAMP(3)' }], watermark: { column, delayMs: 0 } } as unknown as JsonObject
      const operators = [{ id: 's', kind: 'source', config }, { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } }]
      const { certificate } = exportFlinkSql({ format: 'millrace/job', version: 1, name: 'dots', operators, edges: [{ from: 's', to: 'out' }] }, { version: '2.2' })
      const { verdict } = certificate.find(({ operator }) => operator === 's')!
      return verdict.kind === 'noted' && verdict.notes.some((note) => note.includes('nested field'))
    }
    expect([noted('a.b'), noted('a b')]).toEqual([true, false])
  })
  it('note a column compared with itself, and no other comparison', () => {
    expect(notesOf([{ kind: 'filter', config: { where: 'v > 0 AND k = k' } }])).toEqual([expect.stringContaining('column with itself')])
    expect(notesOf([{ kind: 'filter', config: { where: 'v IN (0, v)' } }])).toEqual([expect.stringContaining('column with itself')])
    expect(notesOf([{ kind: 'filter', config: { where: 'v IN (0, 1)' } }])).toEqual([])
    expect(notesOf([{ kind: 'filter', config: { where: 'v + 1 = v' } }])).toEqual([])
  })
  it('note windows with an offset that is no whole slice, their own or one they are given', () => {
    expect(notesOf([{ kind: 'window-aggregate', config: { ...tumble(1000), groupBy: [], aggregates: count } }])).toEqual([expect.stringContaining('buffer')])
    expect(notesOf([{ kind: 'window-assign', config: tumble(1000) }, { kind: 'window-aggregate', config: { groupBy: [], aggregates: count } }])).toEqual([expect.stringContaining('buffer')])
    expect(notesOf([{ kind: 'window-aggregate', config: { ...tumble(0), groupBy: [], aggregates: count } }])).toEqual([])
  })
  it('note EXISTS behind an UNNEST', () => {
    const unnest = { kind: 'unnest', config: { expression: "SPLIT(k, 'a')", columns: [{ name: 'e' }] } as unknown as JsonObject }
    const join = { kind: 'regular-join', config: { type: 'anti', on: [{ left: 'k', right: 'k' }] } as unknown as JsonObject }
    expect(notesOf([unnest, join], '2.2', true)).toEqual([expect.stringContaining('EXISTS')])
    expect(notesOf([{ kind: 'filter', config: { where: 'v > 0' } }, join], '2.2', true)).toEqual([])
  })
  it('note a condition on a rank, also by another name', () => {
    const top = { kind: 'top-n', config: { partitionBy: [], orderBy: [{ column: 'v', direction: 'DESC' }], n: 3, rankColumn: 'r' } as unknown as JsonObject }
    const project = { kind: 'project', config: { columns: [{ name: 'p', expression: 'r <= 2' }, { name: 'v', expression: 'v' }] } as unknown as JsonObject }
    expect(notesOf([top, project, { kind: 'filter', config: { where: 'p IS TRUE' } }])).toEqual([expect.stringContaining('rank')])
    expect(notesOf([top, project, { kind: 'filter', config: { where: 'v > 1' } }])).toEqual([])
  })
  it('note a condition on a rank behind a join, by the name it has there', () => {
    const top = { kind: 'top-n', config: { partitionBy: [], orderBy: [{ column: 'v', direction: 'DESC' }], n: 3, rankColumn: 'r' } as unknown as JsonObject }
    const join = { kind: 'regular-join', config: { type: 'left', on: [{ left: 'k', right: 'k' }] } as unknown as JsonObject }
    const filter = (where: string) => ({ kind: 'filter', config: { where } as unknown as JsonObject })
    expect(notesOf([top, join, filter('r0 < v')], '2.2', true)).toEqual([expect.stringContaining('rank')])
    expect(notesOf([top, join, filter('v0 < v')], '2.2', true)).toEqual([])
  })
  it('note groups by the partition of a Window Top-N, unless its window is part of them', () => {
    const best = (n: number) => ({ kind: 'window-top-n', config: { ...tumble(0), partitionBy: ['k'], orderBy: [{ column: 'v', direction: 'DESC' }], n } as unknown as JsonObject })
    const group = (...groupBy: string[]) => ({ kind: 'group-aggregate', config: { groupBy, aggregates: count } as unknown as JsonObject })
    expect(notesOf([best(1), group('k', 'd')])).toEqual([expect.stringContaining('group of its own')])
    expect(notesOf([best(1), group('d')])).toEqual([])
    expect(notesOf([best(2), group('k')])).toEqual([])
    expect(notesOf([best(1), group('k', 'window_start', 'window_end')])).toEqual([])
  })
  it('note SUM(DISTINCT) over hopping windows, and FIRST_VALUE of a date', () => {
    const window = { type: 'hop', timeColumn: 'ts', sizeMs: 2000, slideMs: 1000 }
    expect(notesOf([{ kind: 'window-aggregate', config: { window, groupBy: [], aggregates: [{ name: 'n', expression: 'SUM(DISTINCT v)' }] } as unknown as JsonObject }])).toEqual([expect.stringContaining('SUM(DISTINCT')])
    expect(notesOf([{ kind: 'group-aggregate', config: { groupBy: ['k'], aggregates: [{ name: 'f', expression: 'FIRST_VALUE(d)' }] } as unknown as JsonObject }])).toEqual([expect.stringContaining('FIRST_VALUE')])
    expect(notesOf([{ kind: 'group-aggregate', config: { groupBy: ['k'], aggregates: [{ name: 'f', expression: 'FIRST_VALUE(v)' }] } as unknown as JsonObject }])).toEqual([])
  })
  it('note a constant text that is compared with a time, and a Top-N by constants', () => {
    expect(notesOf([{ kind: 'filter', config: { where: 'CAST(0 AS STRING) = ts' } }])).toEqual([expect.stringContaining('constant text')])
    expect(notesOf([{ kind: 'filter', config: { where: "k = ts OR '2026-01-31 12:00:00' = ts" } }])).toEqual([])
    const first = (n: number) => ({ kind: 'top-n', config: { partitionBy: [], orderBy: [{ column: 'v', direction: 'DESC' }], n, rankColumn: 'r' } as unknown as JsonObject })
    const ofRank = { kind: 'project', config: { columns: [{ name: 'ts', expression: 'ts' }, { name: 'p', expression: 'CAST(r - r AS STRING)' }] } as unknown as JsonObject }
    expect(notesOf([first(1), ofRank, { kind: 'filter', config: { where: 'p = ts' } }])).toContainEqual(expect.stringContaining('constant text'))
    expect(notesOf([first(2), ofRank, { kind: 'filter', config: { where: 'p = ts' } }])).not.toContainEqual(expect.stringContaining('constant text'))
    const project = (expression: string) => ({ kind: 'project', config: { columns: [{ name: 'p', expression }, { name: 'v', expression: 'v' }] } as unknown as JsonObject })
    const top = (column: string) => ({ kind: 'top-n', config: { partitionBy: [], orderBy: [{ column, direction: 'DESC' }], n: 3 } as unknown as JsonObject })
    expect(notesOf([project('COALESCE(0.5, v)'), top('p')])).toEqual([expect.stringContaining('one constant')])
    expect(notesOf([project('COALESCE(0.5, v)'), top('v')])).toEqual([])
    expect(notesOf([project('COALESCE(v, 0.5)'), top('p')])).toEqual([])
  })
  it('note a join behind a Top-N with ranks over groups', () => {
    const group = { kind: 'group-aggregate', config: { groupBy: ['k'], aggregates: [{ name: 's', expression: 'SUM(v)' }] } as unknown as JsonObject }
    const top = (rest: object) => ({ kind: 'top-n', config: { partitionBy: [], orderBy: [{ column: 's', direction: 'DESC' }], n: 2, rankColumn: 'rank', ...rest } as unknown as JsonObject })
    const join = { kind: 'regular-join', config: { type: 'anti', on: [{ left: 's', right: 's' }] } as unknown as JsonObject }
    const said = [expect.stringContaining('While ranks move')]
    expect(notesOf([group, top({}), join], '2.2', true)).toEqual(said)
    expect(notesOf([group, top({}), { kind: 'filter', config: { where: 's > 0' } }, join], '1.20', true)).toEqual(said)
    expect(notesOf([group, top({ n: 1 }), join], '2.2', true)).toEqual([])
    expect(notesOf([group, top({ rankColumn: undefined }), join], '2.2', true)).toEqual([])
    // Two columns of a group are more than the rank, which then is the key.
    expect(notesOf([{ ...group, config: { ...group.config, groupBy: ['k', 'd'] } }, top({}), join], '2.2', true)).toEqual([])
  })
  it('note a Top-N by the columns of groups that an outer join takes back', () => {
    const join = (type: string) => ({ kind: 'regular-join', config: { type, on: [{ left: 'k', right: 'k' }], columns: [{ name: 'r', expression: 'r.k' }, { name: 'v', expression: 'r.v' }] } as unknown as JsonObject })
    const top = (column: string) => ({ kind: 'top-n', config: { partitionBy: [], orderBy: [{ column, direction: 'ASC' }], n: 2 } as unknown as JsonObject })
    const group = { kind: 'group-aggregate', config: { groupBy: ['r'], aggregates: [{ name: 's', expression: 'SUM(v)' }] } as unknown as JsonObject }
    const chain = (type: string, column: string) => notesOf([join(type), group, top(column)], '2.2', true)
    expect(chain('left', 'r')).toEqual([expect.stringContaining('padded with NULLs')])
    expect(chain('left', 's')).toEqual([])
    expect(chain('inner', 'r')).toEqual([])
  })
  it('note a row number among other OVER aggregates for 1.20 alone', () => {
    const over = { kind: 'over-aggregate', config: { partitionBy: [], orderBy: [{ column: 'ts', direction: 'ASC' }], frame: { type: 'range', preceding: 'unbounded' }, aggregates: [...count, { name: 'r', expression: 'ROW_NUMBER()' }] } as unknown as JsonObject }
    expect(notesOf([over], '1.20')).toHaveLength(1)
    expect(notesOf([over], '2.2')).toEqual([])
  })

  // Each question is answered once: asked for each operator anew, the first takes a minute and the second for ever.
  it('are found in thousands of operators behind each other, and where joins of a stream with itself follow each other', () => {
    const projected = { kind: 'project', config: { columns: [{ name: 'v', expression: 'v' }, { name: 'r', expression: 'r' }] } }
    const top = { kind: 'top-n', config: { partitionBy: [], orderBy: [{ column: 'v' }], n: 2, rankColumn: 'r' } }
    const filters = Array.from({ length: 3000 }, () => ({ kind: 'filter', config: { where: 'v > 0' } }))
    expect(notesOf([top, ...filters, { kind: 'filter', config: { where: 'r < v' } }]).join(' ')).toContain('rank')
    const joined = Array.from({ length: 40 }, () => [{ kind: 'regular-join', config: { type: 'inner', on: [{ left: 'v', right: 'v' }] } }, projected]).flat()
    const operators = [top, ...joined, { kind: 'filter', config: { where: 'r < v' } }].map((operator, i, all) => ({ ...operator, id: i === all.length - 1 ? 'last' : `o${i}` }))
    const ids = ['s', ...operators.map(({ id }) => id), 'out']
    const edges = operators.flatMap(({ id, kind }, i) => (kind === 'regular-join' ? ['left', 'right'].map((toPort) => ({ from: ids[i]!, to: id, toPort })) : [{ from: ids[i]!, to: id }]))
    const job = { format: 'millrace/job', version: 1, name: 'diamonds', operators: [source, ...operators, { id: 'out', kind: 'sink', config: { connector: { type: 'collect' } } }], edges: [...edges, { from: 'last', to: 'out' }] } as const
    const { verdict } = exportFlinkSql(job as unknown as Parameters<typeof exportFlinkSql>[0], { version: '2.2' }).certificate.find(({ operator }) => operator === 'last')!
    expect(verdict).toMatchObject({ kind: 'noted', notes: [expect.stringContaining('rank') as string] })
  })
})

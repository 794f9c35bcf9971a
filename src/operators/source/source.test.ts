import { freshArrays } from '../../columnar/arrays.ts'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { rowAt, type Batch } from '../../columnar/batch.ts'
import { parseBatch, printBatch } from '../../columnar/batchText.ts'
import type { Float64Column } from '../../columnar/column.ts'
import { concatBatches } from '../../columnar/concat.ts'
import type { JsonObject } from '../../columnar/json.ts'
import { printType } from '../../columnar/dataType.ts'
import type { SourceContext, SourcePosition, SourceRuntime } from '../../engine/operatorRuntime.ts'
import { inferOperator } from '../../job/inferSchemas.ts'
import { printProblem } from '../../job/problem.ts'
import { sampleStreams } from '../../streams/sampleStreams.ts'
import { rowsOf } from '../../streams/testing/openBytes.ts'
import { cases, type SourceCase } from './cases.ts'
import { definition } from './definition.ts'
import { runtime } from './runtime.ts'

function inferred(config: JsonObject): { columns: string[] | null; problems: string[] } {
  const { outputs, problems } = inferOperator({ id: 's', kind: 'source', config }, definition, {}, {})
  const schema = outputs.out
  return {
    columns: schema === undefined ? null : schema.fields.map((field) => `${field.name} ${printType(field.type)}${field.time === undefined ? '' : ` *${field.time}*`}`),
    problems: problems.map(printProblem),
  }
}

interface Poison {
  readonly row: number
  readonly reason: string
  readonly text: string
}

interface Read {
  readonly batches: Batch[]
  readonly poison: Poison[]
  readonly source: SourceRuntime
  /** Before each batch. */
  readonly positions: SourcePosition[]
}

async function read(config: JsonObject, options: { only?: readonly string[]; rowsMax?: number; files?: Record<string, Uint8Array>; split?: number; splits?: number; poison?: Poison[]; batches?: Batch[]; clockFollows?: true; from?: SourcePosition } = {}): Promise<Read> {
  const { outputs } = inferOperator({ id: 's', kind: 'source', config }, definition, {}, {})
  const schema = { fields: outputs.out!.fields.filter((field) => options.only === undefined || options.only.includes(field.name)) }
  if (runtime.role !== 'source') throw new Error('no source')
  const source = runtime.create({ id: 's', kind: 'source', config, inputs: [], outputs: [{ port: 'out', schema }] })
  const poison = options.poison ?? []
  let eventTime = 0
  const context: SourceContext = {
    arrays: freshArrays,
    operatorId: 's',
    split: options.split ?? 0,
    splits: options.splits ?? 1,
    timeZone: 'UTC',
    processingTime: () => (options.clockFollows === true ? eventTime : 1_000_000),
    ...(options.clockFollows === true ? { eventTimesRead: (times, rowCount) => (eventTime = Math.max(eventTime, ...times.values.subarray(0, rowCount))) } : {}),
    files: {
      open: async (path) => {
        const bytes = options.files?.[path]
        if (bytes === undefined) throw new Error(`There is no file ${path}.`)
        return { size: bytes.length, read: async (start, end) => bytes.slice(start, end) }
      },
    },
    counters: { lateRows: 0, poisonRows: 0 },
    poison: (row, reason, text) => poison.push({ row, reason, text }),
  }
  await source.open(context)
  if (options.from !== undefined) await source.seek!(options.from)
  const batches = options.batches ?? []
  const positions: SourcePosition[] = []
  for (;;) {
    positions.push(source.position!())
    const batch = source.next(options.rowsMax ?? 1000)
    if (batch === 'end') break
    if (batch === 'wait') await source.ready!()
    else batches.push(batch)
  }
  if (options.poison === undefined) expect(context.counters.poisonRows).toBe(poison.length)
  return { batches, poison, source, positions }
}

function printed(batches: readonly Batch[]): string[] {
  return printBatch(concatBatches(batches)!).split('\n')
}

const columns = [
  { name: 'ts', type: 'TIMESTAMP(3)' },
  { name: 'k', type: 'STRING' },
  { name: 'v', type: 'BIGINT' },
]
const rows = [
  ['2026-01-31 12:00:00', 'a', 1],
  ['2026-01-31 12:00:02.5', 'b', null],
]

describe('source, by cases', () => {
  const filesOf = (one: SourceCase): Record<string, Uint8Array> => Object.fromEntries(Object.entries(one.files ?? {}).map(([path, text]) => [path, new TextEncoder().encode(text)]))
  const poisonOf = (poison: readonly Poison[]): string[] => poison.map(({ row, reason }) => `${row}: ${reason}`)
  describe.each(cases)('$name', (one) => {
    const { columns: found, problems } = inferred(one.config)
    it('has no problems', () => {
      expect(problems).toEqual([])
      if (one.schema !== undefined) expect(found!.join(', ')).toBe(one.schema)
    })
    it.each([1000, 1])('in batches of at most %i rows', async (rowsMax) => {
      const poison: Poison[] = []
      const batches: Batch[] = []
      const run = read(one.config, { rowsMax, files: filesOf(one), poison, batches })
      if (one.fails !== undefined) await expect(run).rejects.toThrow(one.fails)
      else await run
      expect(batches.every((batch) => batch.rowCount <= rowsMax)).toBe(true)
      if (one.rows !== undefined) expect(printed(batches).join('\n')).toBe(printBatch(parseBatch(batches[0]!.schema, one.rows)))
      expect(poisonOf(poison)).toEqual(one.poison ?? [])
    })
    if (one.fails === undefined) {
      it('goes on from wherever it was', async () => {
        const files = filesOf(one)
        const { batches, positions, poison } = await read(one.config, { rowsMax: 2, files })
        const rows = rowsOf(batches)
        for (const position of positions) {
          const again = await read(one.config, { rowsMax: 3, files, from: position })
          expect(rowsOf(again.batches)).toEqual(rows.slice(position.rows))
          // Bad rows before the place were told the first time.
          expect(poison.length).toBeGreaterThanOrEqual(again.poison.length)
        }
      })
    }
    if (one.rows !== undefined && one.fails === undefined) {
      it('over two splits', async () => {
        const halves: Batch[] = []
        const poison: Poison[] = []
        for (const split of [0, 1]) halves.push(...(await read(one.config, { files: filesOf(one), split, splits: 2, rowsMax: 1, poison })).batches)
        expect(printed(halves).toSorted()).toEqual(printBatch(parseBatch(halves[0]!.schema, one.rows!)).split('\n').toSorted())
        expect(poisonOf(poison)).toEqual(one.poison ?? [])
      })
    }
    if (one.rows !== undefined && one.poison === undefined && one.fails === undefined) {
      it('with any one column alone', async () => {
        const { batches } = await read(one.config, { files: filesOf(one) })
        const whole = concatBatches(batches)!
        for (const [i, field] of whole.schema.fields.entries()) {
          const alone = await read(one.config, { only: [field.name], files: filesOf(one) })
          expect(rowsOf(alone.batches).map(([value]) => value)).toEqual(rowsOf([whole]).map((row) => row[i]))
        }
      })
    }
  })
})

describe('source', () => {
  it('does not let a computed column see another', () => {
    const config = {
      connector: { type: 'inline', rows: [] },
      columns: [{ name: 'v', type: 'BIGINT' }, { name: 'twice', expression: 'v * 2' }, { name: 'more', expression: 'twice + 1' }],
    }
    expect(inferred(config).problems.join()).toMatch(/MR-2\d\d s\.columns\[2\]\.expression/)
  })

  it('may hold changes of all kinds only when told so', () => {
    expect(definition.rowKinds!({ config: { connector: { type: 'inline', changelog: true } }, inputs: {} })).toEqual(['+I', '-U', '+U', '-D'])
    expect(definition.rowKinds!({ config: { connector: { type: 'inline' } }, inputs: {} })).toEqual(['+I'])
  })

  it('generates Nexmark bids, only the columns wanted', async () => {
    const config = definition.initialConfig({ inputs: {} })
    expect(inferred(config).problems).toEqual([])
    expect(definition.subtitle(config)).toBe('nexmark bid · 100,000')
    expect(definition.columnsNotRead!({ config, schema: { fields: [{ name: 'price', type: { kind: 'BIGINT', nullable: true } }, { name: 'dateTime', type: { kind: 'TIMESTAMP', precision: 3, nullable: true } }] }, used: new Set() })).toEqual(['price'])
    const { batches, source } = await read(config, { only: ['auction', 'dateTime'], rowsMax: 5000 })
    expect(source.rowsTotal).toBe(92_000)
    expect(batches.reduce((total, batch) => total + batch.rowCount, 0)).toBe(92_000)
    expect(batches[0]!.columns).toHaveLength(2)
  })

  it('brings the columns of a stream that is newly chosen', () => {
    const changed = definition.adjustConfig!({ connector: { type: 'nexmark', stream: 'person' }, columns: [] }, 'connector.stream')
    expect(inferred(changed)).toMatchObject({ problems: [] })
    expect(inferred(changed).columns).toContain('dateTime TIMESTAMP(3) *event*')
    const kept = { connector: { type: 'nexmark', stream: 'person' }, columns: [{ name: 'id', type: 'BIGINT' }] }
    expect(definition.adjustConfig!(kept, 'connector.seed')).toBe(kept)
  })

  it.each([
    ['the time of a generator in order', { connector: {}, time: 'dateTime' }, true],
    ['the time of a split', { connector: {}, time: 'dateTime', splits: 2 }, true],
    ['the time of events that are shuffled', { connector: { outOfOrderGroupSize: 1000 }, time: 'dateTime' }, false],
    ['another column of the same rows', { connector: {}, time: 'expires' }, false],
    ['a computed time', { connector: {}, time: 'later', columns: [{ name: 'later', expression: "`dateTime` + INTERVAL '1' SECOND" }] }, false],
    ['no time at all', { connector: {}, time: null }, false],
  ] as const)('claims that times do not fall of %s: %j, %j', async (_, { connector, time, ...options }, claimed) => {
    const columns = [{ name: 'id', type: 'BIGINT' }, { name: 'dateTime', type: 'TIMESTAMP(3)' }, { name: 'expires', type: 'TIMESTAMP(3)' }, ...('columns' in options ? options.columns : [])]
    const splits = 'splits' in options ? options.splits : 1
    const config = { connector: { type: 'nexmark', stream: 'auction', events: 5000, splits, ...connector }, columns, ...(time === null ? {} : { watermark: { column: time, delayMs: 4000 } }) }
    for (let split = 0; split < splits; split++) {
      const { batches } = await read(config, { split, splits, rowsMax: 100 })
      expect(batches.map((batch) => batch.inOrder === true)).toEqual(batches.map(() => claimed))
      if (time === 'dateTime') {
        const times = batches.flatMap((batch) => [...(batch.columns[1] as Float64Column).values.subarray(0, batch.rowCount)])
        expect(times.every((value, row) => row === 0 || value >= times[row - 1]!)).toBe(claimed)
      }
    }
  })

  it('proposes and reads the wide Nexmark stream, of which computed columns see into the rows', async () => {
    const connector = { type: 'nexmark', stream: 'all', events: 5 }
    const proposed = definition.adjustConfig!({ connector, columns: [] }, 'connector.stream')
    const config = { ...proposed, columns: [...(proposed.columns as JsonObject[]), { name: 'id', expression: 'COALESCE(person.id, auction.id, bid.auction)' }] }
    expect(inferred(config).problems).toEqual([])
    expect(inferred(config).columns!.map((column) => column.split(' ').slice(0, 2).join(' ').split('<')[0])).toEqual(['event_type INT', 'person ROW', 'auction ROW', 'bid ROW', 'dateTime TIMESTAMP(3)', 'id BIGINT'])
    const rowsRead = rowsOf((await read(config)).batches)
    expect(rowsRead.map((row) => row[0])).toEqual([0, 1, 1, 1, 2])
    expect(rowsRead.map((row) => row.slice(1, 4).map((value) => value !== null))).toEqual([0, 1, 1, 1, 2].map((type) => [0, 1, 2].map((kind) => kind === type)))
    expect(rowsRead.slice(0, 4).map((row) => row[5])).toEqual([1000n, 1000n, 1001n, 1002n])
  })

  it('evaluates a watermark expression for each row', async () => {
    const config = { connector: { type: 'inline', rows }, columns, watermark: { column: 'ts', expression: "ts - INTERVAL '4' SECOND" } }
    expect(inferred(config).problems).toEqual([])
    const { batches, source } = await read(config)
    expect([...source.watermarkOf!(batches[0]!)].slice(0, 2)).toEqual([Date.UTC(2026, 0, 31, 11, 59, 56), Date.UTC(2026, 0, 31, 11, 59, 58, 500)])
  })

  it('has told the event times of its rows before PROCTIME() is asked, wherever the column stands', async () => {
    const seen = { name: 'seen', expression: 'PROCTIME()' }
    for (const watermark of [{ column: 'ts', delayMs: 0 }, { column: 'computed', delayMs: 0 }]) {
      const config = { connector: { type: 'inline', rows: [...rows, ['2026-01-31 12:00:01', 'c', 3]] }, columns: [seen, ...columns, { name: 'computed', expression: 'ts' }], watermark }
      const { batches } = await read(config, { rowsMax: 1, clockFollows: true })
      expect(rowsOf(batches).map(([first]) => first)).toEqual([0, 2500, 2500].map((ms) => Date.UTC(2026, 0, 31, 12) + ms))
    }
  })

  it('skips and counts rows that cannot be read, or fails with the row', async () => {
    const bad = { type: 'inline', rows: [['2026-01-31 12:00:00', 'a', 1], ['no time', 'b', 2], ['2026-01-31 12:00:01', 'c']] }
    const skipping = { connector: { ...bad, onError: 'skip' }, columns }
    const { batches, poison } = await read(skipping)
    expect(printed(batches)).toHaveLength(2)
    expect(poison).toEqual([
      { row: 2, reason: 'ts: expected TIMESTAMP(3), found "no time".', text: '["no time","b",2]' },
      { row: 3, reason: 'it has 2 values, expected 3, one for each column.', text: '["2026-01-31 12:00:01","c"]' },
    ])
    await expect(read({ connector: bad, columns })).rejects.toThrow('Row 2 cannot be read: ts: expected TIMESTAMP(3), found "no time".')
    expect(inferred(skipping).problems.map((text) => text.slice(0, 37))).toEqual(['warning MR-300 s.connector.rows[1]: Ro', 'warning MR-300 s.connector.rows[2]: Ro'].map((text) => text.slice(0, 37)))
  })

  it.each(sampleStreams.map((stream) => [stream.id, stream] as const))('reads every row of the sample %s', async (id, stream) => {
    const config = definition.adjustConfig!({ connector: { type: 'sample', sample: id } }, 'connector.sample')
    expect(inferred(config).problems).toEqual([])
    const { batches, source } = await read(config, { files: { [stream.path]: readFileSync(join(import.meta.dirname, '../../../public', stream.path)) } })
    expect(source.rowsTotal).toBe(stream.rows)
    expect(batches.reduce((total, batch) => total + batch.rowCount, 0)).toBe(stream.rows)
    // Text columns hold something, and no column is empty throughout.
    for (const [i, field] of batches[0]!.schema.fields.entries()) {
      expect(batches.some((batch) => Array.from({ length: batch.rowCount }, (_, row) => rowAt(batch, row)[i]).some((value) => value !== null)), field.name).toBe(true)
    }
  })

  it('generates rows by rules, the same from run to run and over splits', async () => {
    const config = definition.adjustConfig!({ connector: { type: 'datagen', rows: 100 } }, 'connector.type')
    expect(inferred(config).problems).toEqual([])
    const whole = printed((await read(config)).batches).slice(1)
    expect(whole).toHaveLength(100)
    const halves = [0, 1].map(async (split) => printed((await read(config, { split, splits: 2, rowsMax: 7 })).batches).slice(1))
    const cells = (line: string): string => line.replaceAll(/ +/g, ' ')
    expect((await Promise.all(halves)).flat().map(cells).toSorted()).toEqual(whole.map(cells).toSorted())
    const only = await read(config, { only: ['value'] })
    expect(printed(only.batches).slice(1)).toEqual(whole.map((line) => line.split('|')[3]!.trim()))
  })

  it.each<[string, JsonObject, RegExp]>([
    ['a rule of a column that is not there', { v: { kind: 'sequence' }, w: { kind: 'sequence' } }, /`w`.*no such column/],
    ['a rule of an unknown kind', { v: { kind: 'sequenz' } }, /"kind" is "sequenz"/],
    ['a rule with an unknown setting', { v: { kind: 'random', mini: 1 } }, /"mini" is not known/],
    ['a rule that does not fit the type', { k: { kind: 'sequence' } }, /gives numbers, but the column is STRING/],
    ['a choice of a wrong value', { v: { kind: 'choice', values: ['x'] } }, /expected BIGINT, found "x"/],
    ['ends that cross', { v: { kind: 'random', min: 2, max: 1 } }, /not above the second/],
  ])('reports %s', (_, fields, expected) => {
    const { problems } = inferred({ connector: { type: 'datagen', fields }, columns: columns.slice(1) })
    expect(problems.join('\n')).toMatch(expected)
    expect(problems[0]).toMatch(/MR-176 s\.connector\.fields/)
    expect(problems).toHaveLength(1)
  })

  it.each<[string, JsonObject, RegExp]>([
    ['a watermark on a text', { connector: { type: 'inline', rows: [] }, columns, watermark: { column: 'k', delayMs: 0 } }, /MR-171 s\.watermark\.column/],
    ['a watermark on an unknown column', { connector: { type: 'inline', rows: [] }, columns, watermark: { column: 'tz', delayMs: 0 } }, /MR-111 s\.watermark\.column/],
    ['a watermark on PROCTIME()', { connector: { type: 'inline', rows: [] }, columns: [...columns, { name: 'p', expression: 'PROCTIME()' }], watermark: { column: 'p', delayMs: 0 } }, /MR-171/],
    ['a watermark without delay', { connector: { type: 'inline', rows: [] }, columns, watermark: { column: 'ts' } }, /MR-103 s\.watermark\.delayMs/],
    ['a watermark expression of another type', { connector: { type: 'inline', rows: [] }, columns, watermark: { column: 'ts', expression: 'v' } }, /MR-172 s\.watermark\.expression/],
    ['two columns of one name', { connector: { type: 'inline', rows: [] }, columns: [...columns, columns[0]!] }, /MR-112 s\.columns\[3\]\.name/],
    ['a type that is none', { connector: { type: 'inline', rows: [] }, columns: [{ name: 'a', type: 'BIGNUM' }] }, /MR-170 s\.columns\[0\]\.type/],
    ['an expression that is none', { connector: { type: 'inline', rows: [] }, columns: [...columns, { name: 'x', expression: 'v +' }] }, /MR-2\d\d s\.columns\[3\]\.expression/],
    ['a row of a wrong type', { connector: { type: 'inline', rows: [[1, 2, 3]] }, columns }, /MR-300 s\.connector\.rows\[0\]/],
    ['a connector that is not there', { connector: { type: 'pigeon', topic: 'x' }, columns }, /MR-106 s\.connector\.type/],
    ['a name that no topic has', { connector: { type: 'topic', topic: 'a b' }, columns }, /MR-107 s\.connector\.topic/],
    ['offsets that are none', { connector: { type: 'topic', topic: 'x', startFrom: 'specific-offsets', startOffsets: '0:42' }, columns }, /MR-176 s\.connector\.startOffsets.*partition:0,offset:42/],
    ['a time of writing that is none', { connector: { type: 'topic', topic: 'x', startFrom: 'timestamp', startTimestamp: 'noon' }, columns }, /MR-176 s\.connector\.startTimestamp/],
    ['offsets where reading starts elsewhere', { connector: { type: 'topic', topic: 'x', startOffsets: 'partition:0,offset:1' }, columns }, /s\.connector\.startOffsets/],
    ['a key of a topic that is not there', { connector: { type: 'topic', topic: 'x', key: ['kk'] }, columns }, /MR-111 s\.connector\.key\[0\]/],
    ['a computed key of a topic', { connector: { type: 'topic', topic: 'x', key: ['p'] }, columns: [...columns, { name: 'p', expression: 'v + 1' }] }, /MR-178 s\.connector\.key\[0\]/],
    ['a topic of upserts that is read from its end', { connector: { type: 'topic', topic: 'x', key: ['k'], startFrom: 'latest-offset' }, columns }, /MR-179 s\.connector\.startFrom/],
    ['a Nexmark column that is not there', { connector: { type: 'nexmark', stream: 'bid' }, columns: [{ name: 'prize', type: 'BIGINT' }] }, /MR-173 s\.columns\[0\]\.name.*`price`/],
    ['a Nexmark column of another type', { connector: { type: 'nexmark', stream: 'bid' }, columns: [{ name: 'price', type: 'INT' }] }, /MR-174 s\.columns\[0\]\.type/],
    ['a NOT NULL column that is NULL for other kinds of events', { connector: { type: 'nexmark', stream: 'all' }, columns: [{ name: 'bid', type: 'ROW<auction BIGINT, bidder BIGINT, price BIGINT, channel STRING, url STRING, dateTime TIMESTAMP(3), extra STRING> NOT NULL' }] }, /MR-174 s\.columns\[0\]\.type/],
    ['splits of a stream without end', { connector: { type: 'nexmark', stream: 'bid', events: 0, splits: 2 }, columns: [{ name: 'price', type: 'BIGINT' }] }, /MR-175/],
    ['only computed columns', { connector: { type: 'inline', rows: [] }, columns: [{ name: 'p', expression: 'PROCTIME()' }] }, /MR-177/],
  ])('reports %s', (_, config, expected) => {
    const { problems } = inferred(config)
    expect(problems.join('\n')).toMatch(expected)
    expect(problems).toHaveLength(1)
  })
})

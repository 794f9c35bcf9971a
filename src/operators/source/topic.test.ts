import { describe, expect, it } from 'vitest'
import { freshArrays } from '../../columnar/arrays.ts'
import type { Batch } from '../../columnar/batch.ts'
import { printBatch } from '../../columnar/batchText.ts'
import { concatBatches } from '../../columnar/concat.ts'
import type { JsonObject } from '../../columnar/json.ts'
import type { SourcePosition, SourceRuntime } from '../../engine/operatorRuntime.ts'
import type { TopicAccess, TopicRequest } from '../../engine/topicAccess.ts'
import { inferOperator } from '../../job/inferSchemas.ts'
import { definition } from './definition.ts'
import { runtime } from './runtime.ts'

type Record = readonly [key: string | null, value: string | null]

const columns = [{ name: 'k', type: 'STRING' }, { name: 'n', type: 'BIGINT' }]

/** One partition whose offsets begin at 5 and have a gap behind the second record, as a marker leaves it. */
function topicOf(records: readonly Record[], requests: TopicRequest[] = []): TopicAccess {
  const offsets = records.map((_, i) => 5 + i + (i > 1 ? 1 : 0))
  const end = (offsets.at(-1) ?? 4) + 1
  return {
    open: (request) => {
      requests.push(request)
      let next = 5
      return Promise.resolve({
        offset: 5,
        stop: end,
        isLoading: false,
        seek: (offset) => void (next = offset),
        // Three at a time, and now and then nothing.
        poll: () => {
          const some = offsets.map((offset, i) => ({ offset, record: records[i]! })).filter(({ offset }) => offset >= next).slice(0, 3)
          if (some.length === 0) return 'end'
          next = some.at(-1)!.offset + 1
          return { offsets: Float64Array.from(some.map(({ offset }) => offset)), keys: some.map(({ record }) => record[0]), values: some.map(({ record }) => record[1]), timestamps: new Float64Array(some.length), next }
        },
      })
    },
  }
}

interface Read {
  readonly text: string
  readonly poison: readonly string[]
  /** Before each batch, and the rows that came from there on. */
  readonly places: readonly { readonly position: SourcePosition; readonly from: number }[]
  readonly batches: readonly Batch[]
}

async function sourceOf(connector: JsonObject, topics: TopicAccess, poison: string[]): Promise<SourceRuntime> {
  const config = { connector: { type: 'topic', topic: 't', ...connector }, columns }
  const { outputs, problems } = inferOperator({ id: 's', kind: 'source', config }, definition, {}, {})
  if (problems.length > 0 || runtime.role !== 'source') throw new Error(problems.map(({ message }) => message).join())
  const source = runtime.create({ id: 's', kind: 'source', config, inputs: [], outputs: [{ port: 'out', schema: outputs.out! }] })
  await source.open({
    arrays: freshArrays,
    operatorId: 's',
    split: 1,
    splits: 2,
    timeZone: 'UTC',
    processingTime: () => 0,
    files: { open: () => Promise.reject(new Error('no files')) },
    topics,
    counters: { lateRows: 0, poisonRows: 0 },
    poison: (row, reason) => void poison.push(`${row}: ${reason}`),
  })
  return source
}

async function read(connector: JsonObject, topics: TopicAccess, rowsMax = 2, from?: SourcePosition): Promise<Read> {
  const poison: string[] = []
  const source = await sourceOf(connector, topics, poison)
  if (from !== undefined) await source.seek!(from)
  const batches: Batch[] = []
  const places: { position: SourcePosition; from: number }[] = []
  for (;;) {
    places.push({ position: source.position!(), from: batches.length })
    const batch = source.next(rowsMax)
    if (batch === 'end') break
    if (batch === 'wait') throw new Error('nothing is waited for here')
    batches.push(batch)
  }
  return { text: textOf(batches), poison, places, batches }
}

function textOf(batches: readonly Batch[]): string {
  return batches.length === 0 ? '' : printBatch(concatBatches([...batches])!)
}

const trimmed = (table: string): string => table.trim().split('\n').map((line) => line.trim().replaceAll(/\s*\|\s*/g, ' | ')).join('\n')

const row = (k: string, n: number): string => `{"k":"${k}","n":${n}}`

const cases: readonly { readonly name: string; readonly connector: JsonObject; readonly records: readonly Record[]; readonly rows: string; readonly poison?: readonly string[] }[] = [
  { name: 'reads a row of each record, and none of an empty one', connector: {}, records: [[null, row('a', 1)], ['x', null], [null, '{"n":9007199254740993}']], rows: 'k | n\na | 1\nnull | 9007199254740993' },
  {
    name: 'takes upserts apart: first, later, equal, deleted, deleted twice, there again',
    connector: { key: ['k'] },
    records: [['{"k":"a"}', row('a', 1)], ['{"k":"b"}', row('b', 1)], ['{"k":"a"}', row('a', 2)], ['{"k":"a"}', '{"n":2,"k":"a"}'], ['{"k":"b"}', null], ['{"k":"b"}', null], ['{"k":"b"}', row('b', 3)]],
    rows: 'op | k | n\n+I | a | 1\n+I | b | 1\n-U | a | 1\n+U | a | 2\n-D | b | 1\n+I | b | 3',
  },
  {
    name: 'reads Debezium changes',
    connector: { format: 'debezium-json' },
    records: [
      [null, `{"before":null,"after":${row('a', 1)},"op":"c"}`],
      [null, `{"before":${row('a', 1)},"after":${row('a', 2)},"op":"u"}`],
      [null, `{"schema":{},"payload":{"before":null,"after":${row('b', 1)},"op":"r"}}`],
      [null, `{"before":${row('a', 2)},"after":null,"op":"d"}`],
    ],
    rows: 'op | k | n\n+I | a | 1\n-U | a | 1\n+U | a | 2\n+I | b | 1\n-D | a | 2',
  },
  {
    name: 'leaves out records that it cannot read, and counts them by their offsets',
    connector: { onError: 'skip' },
    records: [[null, '{"k"'], [null, row('a', 1)], [null, '{"k":"b","n":"many"}'], [null, row('c', 2)]],
    rows: 'k | n\na | 1\nc | 2',
    poison: ['5: it is not JSON', '8: n: '],
  },
  { name: 'ends where the topic ended when the run began', connector: { boundedMode: 'latest-offset' }, records: [[null, row('a', 1)]], rows: 'k | n\na | 1' },
]

describe('a source of a topic', () => {
  for (const { name, connector, records, rows, poison = [] } of cases) {
    it(name, async () => {
      const whole = await read(connector, topicOf(records))
      expect(trimmed(whole.text)).toBe(rows)
      expect(whole.poison).toHaveLength(poison.length)
      whole.poison.forEach((text, i) => expect(text).toContain(poison[i]!))
      // From every place between two reads on, the same rows come.
      for (const rowsMax of [1, 2, 4096]) {
        const cut = await read(connector, topicOf(records), rowsMax)
        for (const { position, from } of cut.places) {
          const rest = await read(connector, topicOf(records), rowsMax, position)
          expect(textOf(rest.batches)).toBe(textOf(cut.batches.slice(from)))
        }
      }
    })
  }

  it('fails over a record that cannot be read, with its offset', async () => {
    await expect(read({}, topicOf([[null, row('a', 1)], [null, '7']]))).rejects.toThrow('Row 6 cannot be read')
  })

  it('asks for its partition, from where it is told', async () => {
    const requests: TopicRequest[] = []
    await read({ startFrom: 'latest-offset', isolation: 'read_uncommitted' }, topicOf([], requests))
    await read({ startFrom: 'timestamp', startTimestamp: '1970-01-01 00:00:02' }, topicOf([], requests))
    await read({ startFrom: 'specific-offsets', startOffsets: 'partition:1,offset:42;partition:0,offset:7' }, topicOf([], requests))
    await read({ startFrom: 'specific-offsets', startOffsets: 'partition:0,offset:7' }, topicOf([], requests))
    expect(requests.map(({ start, isolation, partition }) => [partition, start, isolation])).toEqual([
      [1, { kind: 'latest' }, 'read_uncommitted'],
      [1, { kind: 'time', timestamp: 2000 }, 'read_committed'],
      [1, { kind: 'offset', offset: 42 }, 'read_committed'],
      [1, { kind: 'earliest' }, 'read_committed'],
    ])
  })
})

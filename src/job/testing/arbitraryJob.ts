import * as fc from 'fast-check'
import { ExactNumber, type Json, type JsonObject } from '../../columnar/json.ts'
import type { Job } from '../job.ts'
import type { DefinitionOf, OperatorDefinition } from '../operatorDefinition.ts'

/** Jobs with every part of the envelope, in any order and any wiring, and one kind of operator that has every control. */
const everything: OperatorDefinition = {
  kind: 'everything',
  title: 'Everything',
  family: 'shape',
  icon: 'box',
  summary: 'Has every control.',
  searchTerms: [],
  inputs: [{ name: 'in', title: 'In', many: true }],
  outputs: [{ name: 'out', title: 'Out' }],
  fields: [
    { key: 'text', label: 'Text', control: 'text', maxLength: 20, optional: true },
    { key: 'count', label: 'Count', control: 'integer', min: 1, max: 10, optional: true },
    { key: 'sizeMs', label: 'Size', control: 'duration', minMs: 1 },
    { key: 'outer', label: 'Outer', control: 'boolean', optional: true, showWhen: (config) => config.text !== 'inner' },
    { key: 'type', label: 'Type', control: 'choice', choices: [{ value: 'inner', label: 'Inner' }, { value: 'left', label: 'Left' }], optional: true },
    { key: 'time', label: 'Time', control: 'column', input: 'in', optional: true },
    { key: 'keys', label: 'Keys', control: 'columns', input: 'in', minCount: 1, optional: true },
    { key: 'sets', label: 'Sets', control: 'columnSets', input: 'in', optional: true },
    { key: 'where', label: 'Where', control: 'expression', result: 'boolean', optional: true },
    { key: 'aggregates', label: 'Aggregates', control: 'namedExpressions', aggregate: true, optional: true },
    { key: 'on', label: 'On', control: 'columnPairs', optional: true },
    { key: 'orderBy', label: 'Order by', control: 'orderBy', input: 'in', optional: true },
    { key: 'columns', label: 'Columns', control: 'schema', optional: true },
    {
      key: 'window',
      label: 'Window',
      control: 'variant',
      optional: true,
      variants: [
        { type: 'tumble', label: 'Tumbling', fields: [{ key: 'sizeMs', label: 'Size', control: 'duration', minMs: 1 }] },
        { type: 'session', label: 'Session', fields: [{ key: 'gapMs', label: 'Gap', control: 'duration', minMs: 1 }, { key: 'by', label: 'By', control: 'columns', input: 'in', optional: true }] },
      ],
    },
    { key: 'watermark', label: 'Watermark', control: 'object', optional: true, fields: [{ key: 'delayMs', label: 'Delay', control: 'duration', signed: true }] },
    { key: 'rows', label: 'Rows', control: 'rows', optional: true },
    { key: 'flink', label: 'Flink', control: 'json', optional: true },
    { key: 'code', label: 'Code', control: 'code', language: 'javascript', optional: true },
  ],
  initialConfig: () => ({ sizeMs: 1 }),
  subtitle: () => '',
  infer: ({ inputs }) => (inputs.in?.[0] ? { out: inputs.in[0] } : {}),
  distribution: ({ inputs }) => (inputs.in ?? []).map(() => ({ kind: 'any' })),
}
export const everythingDefinition = everything
export const everythingOf: DefinitionOf = (kind) => (kind === 'everything' ? everything : undefined)

/** JSON values as the reader gives them. */
export const arbitraryJson: fc.Arbitrary<Json> = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 3 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string(),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n }).map((value) => new ExactNumber(String(value | 1n))),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(fc.string({ maxLength: 6 }), tie('json'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).json

const word = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/)
const column = fc.string({ minLength: 1, maxLength: 8 })
const ms = fc.integer({ min: 1, max: 1_000_000 })

export const arbitraryConfig: fc.Arbitrary<JsonObject> = fc
  .record(
    {
      sizeMs: ms,
      text: fc.string({ maxLength: 20 }).filter((text) => text !== 'inner'),
      count: fc.integer({ min: 1, max: 10 }),
      outer: fc.boolean(),
      type: fc.constantFrom('inner', 'left'),
      keys: fc.array(column, { minLength: 1, maxLength: 3 }),
      sets: fc.array(fc.array(column, { maxLength: 2 }), { maxLength: 2 }),
      where: fc.string({ maxLength: 20 }),
      aggregates: fc.array(fc.record({ expression: fc.string(), name: column }), { maxLength: 2 }),
      on: fc.array(fc.record({ right: column, left: column }), { maxLength: 2 }),
      orderBy: fc.array(fc.record({ direction: fc.constantFrom('ASC', 'DESC'), column }, { requiredKeys: ['column'] }), { maxLength: 2 }),
      columns: fc.array(fc.record({ type: fc.string(), name: column }), { minLength: 1, maxLength: 2 }),
      window: fc.oneof(
        fc.record({ sizeMs: ms, type: fc.constant('tumble') }),
        fc.record({ by: fc.array(column, { maxLength: 2 }), gapMs: ms, type: fc.constant('session') }, { requiredKeys: ['gapMs', 'type'] }),
      ),
      watermark: fc.record({ delayMs: fc.integer({ min: -1000, max: 1000 }) }),
      rows: fc.array(fc.array(arbitraryJson, { maxLength: 3 }), { maxLength: 3 }),
      flink: fc.dictionary(fc.constantFrom('connector', 'b.c', '10', 'z', 'scan'), fc.string({ maxLength: 5 }), { noNullPrototype: true }),
    },
    { requiredKeys: ['sizeMs'], noNullPrototype: true },
  )
  .map((config) => config as JsonObject)

const position = fc.record({ y: fc.integer({ min: -5000, max: 5000 }), x: fc.integer({ min: -5000, max: 5000 }) })

export const arbitraryJob: fc.Arbitrary<Job> = fc.uniqueArray(word, { minLength: 0, maxLength: 8 }).chain((ids) => {
  const id = ids.length === 0 ? word : fc.constantFrom(...ids)
  return fc.record(
    {
      edges: fc.array(
        fc.record({ toPort: fc.constantFrom('in', 'left', 'right'), to: id, from: id, fromPort: fc.constantFrom('out', 'late') }, { requiredKeys: ['to', 'from'], noNullPrototype: true }),
        { maxLength: 12 },
      ),
      operators: fc.tuple(
        ...ids.map((operatorId) =>
          fc.record(
            {
              config: arbitraryConfig,
              name: fc.string({ maxLength: 12 }),
              parallelism: fc.integer({ min: 1, max: 8 }),
              kind: fc.constantFrom('everything', 'unknown'),
              id: fc.constant(operatorId),
            },
            { requiredKeys: ['config', 'kind', 'id'], noNullPrototype: true },
          ),
        ),
      ),
      version: fc.constant(1 as const),
      name: fc.string({ maxLength: 30 }),
      format: fc.constant('millrace/job' as const),
      description: fc.string({ maxLength: 30 }),
      settings: fc.record(
        {
          timeZone: fc.constantFrom('UTC', 'Europe/Berlin'),
          parallelism: fc.integer({ min: 1, max: 8 }),
          checkpoint: fc.record({ retained: fc.integer({ min: 1, max: 9 }), intervalMs: fc.integer({ min: 0, max: 9999 }) }, { requiredKeys: [], noNullPrototype: true }),
          restart: fc.record({ attempts: fc.integer({ min: 0, max: 9 }), strategy: fc.constantFrom('fixed-delay' as const, 'none' as const) }, { requiredKeys: ['strategy'], noNullPrototype: true }),
        },
        { requiredKeys: [], noNullPrototype: true },
      ),
      layout: fc.record(
        {
          groups: fc.array(fc.record({ operators: fc.array(id, { maxLength: 3 }), name: fc.string({ maxLength: 10 }), id: word }), { maxLength: 2 }),
          operators: fc.dictionary(id, position, { noNullPrototype: true }),
          notes: fc.array(fc.record({ text: fc.string(), x: fc.integer(), y: fc.integer(), id: word }).map((note) => ({ ...note, x: note.x % 1e6, y: note.y % 1e6 })), { maxLength: 2 }),
        },
        { requiredKeys: [], noNullPrototype: true },
      ),
      tests: fc.array(
        fc.record(
          {
            expect: fc.dictionary(id, fc.array(fc.dictionary(column, arbitraryJson, { maxKeys: 3, noNullPrototype: true }), { maxLength: 2 }), { maxKeys: 2, noNullPrototype: true }),
            name: fc.string({ maxLength: 10 }),
            inputs: fc.dictionary(id, fc.array(fc.array(arbitraryJson, { maxLength: 2 }), { maxLength: 2 }), { maxKeys: 2, noNullPrototype: true }),
          },
          { requiredKeys: ['expect', 'name'], noNullPrototype: true },
        ),
        { maxLength: 2 },
      ),
    },
    { requiredKeys: ['edges', 'operators', 'version', 'name', 'format'], noNullPrototype: true },
  ) as fc.Arbitrary<Job>
})

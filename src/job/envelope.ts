import type { CheckpointSettings, CoordinationSettings, Edge, Group, Job, JobTest, Layout, MiniBatchSettings, Note, Operator, Position, RestartSettings, Settings } from './job.ts'
import { operatorIdPattern, settingsDefaults } from './job.ts'
import type { Shape } from './shape.ts'
import { textBytesMax } from './shape.ts'

/**
 * The shape of a job document, format 1: everything but what stands in `config`, which the operators' fields say.
 *
 * Key order here is the canonical order. `keysOf` ties each shape to its type, so a key added to one and not the other does not compile.
 */
export const nameLengthMax = 200
export const operatorCountMax = 20_000
export const edgeCountMax = 50_000
export const documentBytesMax = 10_000_000
/** One Web Worker or thread each. */
export const parallelismMax = 64

type OptionalKeys<T> = { [K in keyof T]-?: undefined extends T[K] ? K : Record<string, never> extends Pick<T, K> ? K : never }[keyof T]
type KeyShapes<T> = { readonly [K in keyof T]-?: K extends OptionalKeys<T> ? readonly ['optional', Shape] : readonly ['required', Shape] }

function keysOf<T>(shapes: KeyShapes<T>, help?: string): Shape {
  const keys = Object.fromEntries(
    Object.entries<readonly ['optional' | 'required', Shape]>(shapes as never).map(([key, [presence, shape]]) => [key, { shape, optional: presence === 'optional' }]),
  )
  return help === undefined ? { kind: 'object', keys } : { kind: 'object', keys, help }
}

const name: Shape = { kind: 'text', lengthMax: nameLengthMax }
const text: Shape = { kind: 'text', lengthMax: textBytesMax }
const id: Shape = { kind: 'text', lengthMax: 63, pattern: operatorIdPattern }
/** Whatever an edge, a group or a test names may be missing from the job: that is a Problem of wiring, not of form. */
const reference: Shape = { kind: 'text', lengthMax: nameLengthMax }
const milliseconds = (defaultMs: number, help: string): Shape => ({ kind: 'integer', min: 0, max: 31_536_000_000_000, default: defaultMs, help })
const count = (min: number, max: number, standard: number, help: string): Shape => ({ kind: 'integer', min, max, default: standard, help })

const checkpoint = keysOf<CheckpointSettings>({
  intervalMs: ['optional', milliseconds(settingsDefaults.checkpoint.intervalMs, 'Time between checkpoints; 0 turns them off.')],
  mode: ['optional', { kind: 'choice', choices: ['exactly-once', 'at-least-once'], default: settingsDefaults.checkpoint.mode }],
  timeoutMs: ['optional', milliseconds(settingsDefaults.checkpoint.timeoutMs, 'A checkpoint that takes longer is given up.')],
  minPauseMs: ['optional', milliseconds(settingsDefaults.checkpoint.minPauseMs, 'Least time between the end of one checkpoint and the start of the next.')],
  tolerableFailures: ['optional', count(0, 1_000_000, settingsDefaults.checkpoint.tolerableFailures, 'Failed checkpoints in a row before the job fails.')],
  retained: ['optional', count(1, 1000, settingsDefaults.checkpoint.retained, 'Completed checkpoints that are kept.')],
  unaligned: ['optional', { kind: 'boolean', default: settingsDefaults.checkpoint.unaligned, help: 'Barriers overtake rows.' }],
})

const restart = keysOf<RestartSettings>({
  strategy: ['required', { kind: 'choice', choices: ['fixed-delay', 'exponential-delay', 'none'], default: settingsDefaults.restart.strategy }],
  attempts: ['optional', count(0, 1_000_000, settingsDefaults.restart.attempts, 'Restarts before the job fails for good.')],
  delayMs: ['optional', milliseconds(settingsDefaults.restart.delayMs, 'Wait before a restart.')],
})

const miniBatch = keysOf<MiniBatchSettings>(
  {
    latencyMs: ['optional', milliseconds(settingsDefaults.miniBatch.latencyMs, 'How long a row may be held; 0 holds none.')],
    size: ['optional', count(1, 100_000_000, settingsDefaults.miniBatch.size, 'Rows that are held at most.')],
  },
  'Group aggregates hold rows together and give one change for each group.',
)

const coordination = keysOf<CoordinationSettings>(
  {
    servers: ['optional', count(1, 9, settingsDefaults.coordination.servers, 'Servers of the ensemble.')],
    jobManagers: ['optional', count(1, 5, settingsDefaults.coordination.jobManagers, 'Job managers, of which one leads.')],
    brokers: ['optional', count(1, 9, settingsDefaults.coordination.brokers, 'Brokers that hold topics.')],
  },
  'The in-page coordination ensemble.',
)

const settings = keysOf<Settings>({
  parallelism: ['optional', count(1, parallelismMax, settingsDefaults.parallelism, 'Subtasks per operator.')],
  maxParallelism: ['optional', count(1, 32_768, settingsDefaults.maxParallelism, 'Number of key groups.')],
  checkpoint: ['optional', checkpoint],
  restart: ['optional', restart],
  stateTtlMs: ['optional', milliseconds(settingsDefaults.stateTtlMs, 'Keyed state not touched for so long is forgotten; 0 keeps it for ever.')],
  miniBatch: ['optional', miniBatch],
  timeZone: ['optional', { kind: 'text', lengthMax: 100, help: 'Session time zone, an IANA name or GMT+hh:mm. Default "UTC".' }],
  coordination: ['optional', coordination],
})

const operator = keysOf<Operator>({
  id: ['required', id],
  kind: ['required', { kind: 'text', lengthMax: nameLengthMax }],
  name: ['optional', { ...name, help: 'What people see; any text.' } as Shape],
  parallelism: ['optional', { kind: 'integer', min: 1, max: parallelismMax, help: "Subtasks of this operator; the job's setting when absent." }],
  // A union has nothing to set, so its config may be left out.
  config: ['required', { kind: 'json', object: true, absent: {} }],
})

const edge = keysOf<Edge>({
  from: ['required', reference],
  fromPort: ['optional', { kind: 'text', lengthMax: nameLengthMax, help: 'Default "out".' }],
  to: ['required', reference],
  toPort: ['optional', { kind: 'text', lengthMax: nameLengthMax, help: 'Default "in".' }],
})

const number: Shape = { kind: 'number' }
const layout = keysOf<Layout>(
  {
    operators: ['optional', { kind: 'record', value: keysOf<Position>({ x: ['required', number], y: ['required', number] }) }],
    notes: [
      'optional',
      {
        kind: 'list',
        countMax: 10_000,
        item: keysOf<Note>({
          id: ['required', reference],
          x: ['required', number],
          y: ['required', number],
          width: ['optional', number],
          height: ['optional', number],
          text: ['required', text],
        }),
      },
    ],
    groups: [
      'optional',
      {
        kind: 'list',
        countMax: 10_000,
        item: keysOf<Group>({
          id: ['required', reference],
          name: ['required', name],
          operators: ['required', { kind: 'list', item: reference, countMax: operatorCountMax }],
        }),
      },
    ],
  },
  'Where things stand on the canvas; it has no effect on the result.',
)

const anyJson: Shape = { kind: 'json' }
const test = keysOf<JobTest>({
  name: ['required', name],
  inputs: [
    'optional',
    {
      kind: 'record',
      value: { kind: 'list', countMax: 1_000_000, item: { kind: 'list', item: anyJson, countMax: 10_000 } },
      help: 'Rows in schema order, by source id.',
    },
  ],
  expect: [
    'required',
    {
      kind: 'record',
      value: { kind: 'list', countMax: 1_000_000, item: { kind: 'json', object: true } },
      help: 'Rows by column name, by sink id; compared without order.',
    },
  ],
})

export const jobShape = keysOf<Job>({
  format: ['required', { kind: 'constant', value: 'millrace/job' }],
  version: ['required', { kind: 'constant', value: 1 }],
  name: ['required', name],
  description: ['optional', text],
  settings: ['optional', settings],
  operators: ['required', { kind: 'list', item: operator, countMax: operatorCountMax }],
  edges: ['required', { kind: 'list', item: edge, countMax: edgeCountMax }],
  layout: ['optional', layout],
  tests: ['optional', { kind: 'list', item: test, countMax: 10_000 }],
})

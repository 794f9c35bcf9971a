import type { JsonObject } from '../columnar/json.ts'
import { isTimestamp, printType, timestampType, type DataType } from '../columnar/dataType.ts'
import { fieldOf, type Field, type Schema } from '../columnar/schema.ts'
import type { ConfigField, Variant } from './configField.ts'
import type { Report } from './problem.ts'
import { columnProblems, windowProblems } from './problemCatalogue.ts'
import { windowOf, type WindowConfig } from './windowOf.ts'

export { windowOf, type WindowConfig }

/**
 * The `window` of a config: its form, its meaning as data, its rules, and the columns it brings (job format, section 4).
 *
 * Every operator over windows takes it in the same words, and any of them may leave it out when its input already carries `window_start` and
 * `window_end`: then those are the window (Flink: a cascading window operation).
 */
export const windowColumnNames = ['window_start', 'window_end', 'window_time'] as const

/** The config field, offering time columns of the given input port. */
export function windowField(input: string, options: { readonly session: boolean }): ConfigField {
  const timeColumn: ConfigField = {
    key: 'timeColumn',
    label: 'Time column',
    control: 'column',
    input,
    time: true,
    help: 'The column that tells when a row happened. It must be a time attribute: event time with a watermark, or PROCTIME().',
  }
  const size = (label: string): ConfigField => ({ key: 'sizeMs', label, control: 'duration', minMs: 1, help: 'Length of each window.' })
  const offset: ConfigField = {
    key: 'offsetMs',
    label: 'Offset',
    control: 'duration',
    signed: true,
    optional: true,
    default: 0,
    advanced: true,
    help: 'Shifts where windows start, for example by 15 minutes past the hour. Smaller than the size; may be negative.',
  }
  const variants: Variant[] = [
    { type: 'tumble', label: 'Tumbling', summary: 'Windows side by side: each row is in exactly one.', fields: [timeColumn, size('Size'), offset] },
    {
      type: 'hop',
      label: 'Hopping',
      summary: 'Overlapping windows: a new one starts at every slide.',
      fields: [
        timeColumn,
        size('Size'),
        { key: 'slideMs', label: 'Slide', control: 'duration', minMs: 1, help: 'How often a window starts. The size must be a multiple of it.' },
        offset,
      ],
    },
    {
      type: 'cumulate',
      label: 'Cumulating',
      summary: 'A window that grows step by step to its size, with a result at every step.',
      fields: [
        timeColumn,
        size('Greatest size'),
        { key: 'stepMs', label: 'Step', control: 'duration', minMs: 1, help: 'How often the growing window gives a result. The size must be a multiple of it.' },
        offset,
      ],
    },
  ]
  if (options.session) {
    variants.push({
      type: 'session',
      label: 'Session',
      summary: 'Rows of one key that follow each other within a gap.',
      fields: [
        timeColumn,
        { key: 'gapMs', label: 'Gap', control: 'duration', minMs: 1, help: 'A session ends when no row came for this long. Rows exactly one gap apart still belong together.' },
        { key: 'partitionBy', label: 'Sessions of', control: 'columns', input, optional: true, advanced: true, help: 'Columns whose values have sessions of their own. Default: the group.' },
      ],
    })
  }
  return {
    key: 'window',
    label: 'Window',
    control: 'variant',
    variants,
    optional: true,
    help: 'How time is cut. Leave it out when the input already has window_start and window_end: they are then the window.',
  }
}

/** A day of seconds fits; beyond that the number of results surprises people. */
const windowsOfRowMax = 100_000

/** Reports what is wrong with a window's numbers, whatever its input. */
export function checkWindowSizes(window: WindowConfig, report: Report): void {
  if (window.type === 'session') return
  if (window.type === 'hop' && window.sizeMs % window.slideMs !== 0) {
    report('window.slideMs', windowProblems.sizeNotMultiple('slide', durationText(window.sizeMs), durationText(window.slideMs)))
  }
  const windows = window.sizeMs / (window.type === 'hop' ? window.slideMs : window.type === 'cumulate' ? window.stepMs : window.sizeMs)
  if (windows > windowsOfRowMax) report(window.type === 'hop' ? 'window.slideMs' : 'window.stepMs', windowProblems.manyWindows(Math.ceil(windows)))
  if (window.type === 'cumulate' && window.sizeMs % window.stepMs !== 0) {
    report('window.stepMs', windowProblems.sizeNotMultiple('step', durationText(window.sizeMs), durationText(window.stepMs)))
  }
  if (Math.abs(window.offsetMs) >= window.sizeMs) {
    report('window.offsetMs', windowProblems.offsetTooLarge(durationText(window.offsetMs), durationText(window.sizeMs)))
  }
}

/** Whether sizes can be cut into slices: what `checkWindowSizes` reports. */
export function isSoundWindow(window: WindowConfig): boolean {
  let sound = true
  checkWindowSizes(window, (_, finding) => {
    if (finding.severity === 'error') sound = false
  })
  return sound
}

/** The column that must be a time attribute, with Problems when it is not; null then. */
export function timeAttribute(column: string, schema: Schema, path: string, report: Report): Field | null {
  const field = fieldOf(schema, column)
  if (field === undefined) {
    report(path, columnProblems.unknownColumn(column, schema.fields.map((known) => known.name)))
    return null
  }
  if (field.time !== undefined) return field
  const attributes = schema.fields.filter((known) => known.time !== undefined).map((known) => known.name)
  report(path, isTimestamp(field.type) ? columnProblems.notTimeAttribute(column, attributes) : columnProblems.timeColumnType(column, printType(field.type)))
  return null
}

/** The window columns that an input already carries; null when it does not. */
export interface AttachedWindow {
  readonly start: number
  readonly end: number
  /** `window_time`, where it was passed on: it tells the kind of time. */
  readonly time: number | null
}

export function attachedWindowOf(schema: Schema): AttachedWindow | null {
  const start = timestampIndex(schema, 'window_start')
  const end = timestampIndex(schema, 'window_end')
  if (start < 0 || end < 0) return null
  const time = timestampIndex(schema, 'window_time')
  return { start, end, time: time < 0 ? null : time }
}

function timestampIndex(schema: Schema, name: string): number {
  return schema.fields.findIndex((field) => field.name === name && isTimestamp(field.type))
}

/** `window_start`, `window_end` and `window_time` as a window over this time attribute gives them. */
export function windowFields(time: { readonly type: DataType; readonly time?: 'event' | 'processing' } | null): Field[] {
  const bound: DataType = { ...timestampType, nullable: false } as DataType
  const type: DataType = time?.type.kind === 'TIMESTAMP_LTZ' ? { kind: 'TIMESTAMP_LTZ', precision: 3, nullable: false } : bound
  return [
    { name: 'window_start', type: bound },
    { name: 'window_end', type: bound },
    { name: 'window_time', type, time: time?.time ?? 'event' },
  ]
}

/** The config of a one-minute tumbling window over the first time attribute, event time before processing time; null when there is none. */
export function guessedWindow(schema: Schema | null): JsonObject | null {
  const fields = schema?.fields ?? []
  const time = fields.find((field) => field.time === 'event') ?? fields.find((field) => field.time === 'processing')
  return time === undefined ? null : { type: 'tumble', timeColumn: time.name, sizeMs: 60_000 }
}

/** The window in a few words: "hop 1 min / 20 s". */
export function windowText(config: JsonObject): string {
  const window = windowOf(config)
  if (window === null) return config.window === undefined ? 'window of the input' : ''
  switch (window.type) {
    case 'tumble':
      return `tumble ${durationText(window.sizeMs)}`
    case 'hop':
      return `hop ${durationText(window.sizeMs)} / ${durationText(window.slideMs)}`
    case 'cumulate':
      return `cumulate ${durationText(window.sizeMs)} / ${durationText(window.stepMs)}`
    case 'session':
      return `session, gap ${durationText(window.gapMs)}`
  }
}

const durationUnits = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
  [1, 'ms'],
] as const

/** A duration as people write it: "1 min", "1 h 30 min", "-250 ms". */
export function durationText(ms: number): string {
  if (ms === 0) return '0 s'
  const parts: string[] = []
  let rest = Math.abs(ms)
  for (const [unit, name] of durationUnits) {
    if (rest < unit) continue
    parts.push(`${Math.floor(rest / unit)} ${name}`)
    rest %= unit
  }
  return `${ms < 0 ? '-' : ''}${parts.join(' ')}`
}

/** A config in which the window's columns follow a rename. */
export function renameInWindow(config: JsonObject, from: string, to: string): JsonObject {
  const window = config.window as JsonObject | undefined
  if (window === undefined) return config
  const renamed: Record<string, unknown> = { ...window }
  if (window.timeColumn === from) renamed.timeColumn = to
  if (Array.isArray(window.partitionBy)) renamed.partitionBy = window.partitionBy.map((name) => (name === from ? to : name))
  return { ...config, window: renamed as JsonObject }
}

/**
 * The window that an operator works on, its own or the input's, with Problems when there is none: the time attribute behind it, which is null for an input
 * whose windows have lost their `window_time`. Null when it cannot be known.
 */
export function checkWindow(config: JsonObject, schema: Schema, report: Report): { readonly field: Field | null } | null {
  const attached = attachedWindowOf(schema)
  if (config.window === undefined) {
    if (attached !== null) return { field: attached.time === null ? null : schema.fields[attached.time]! }
    report('window', windowProblems.noWindow(schema.fields.map((field) => field.name)))
    return null
  }
  const window = windowOf(config)
  if (window === null) return null
  const field = timeAttribute(window.timeColumn, schema, 'window.timeColumn', report)
  if (attached !== null && field !== null && field.name !== 'window_time') report('window', windowProblems.windowTwice())
  checkWindowSizes(window, report)
  return field === null ? null : { field }
}

/** What rows look like once windows are assigned to them: the input, its time attributes plain timestamps now, and the window's columns. */
export function assignedFields(schema: Schema, time: Field | null, report: Report): Field[] {
  for (const name of windowColumnNames) if (fieldOf(schema, name) !== undefined) report('window', columnProblems.duplicateColumn(name))
  return [...schema.fields.map(({ name, type }) => ({ name, type })), ...windowFields(time)]
}

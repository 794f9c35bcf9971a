/**
 * What a window aggregate and an interval join give, said a second time: row at a time, over plain arrays, with nothing of the engine. Slow and obvious, so that where the two
 * disagree the engine is looked at first. Rows behind the watermark are part of it.
 *
 * Rules: a watermark is the highest time seen less the delay, and holds for rows after the one that raised it; a window has fired when the watermark is at or past its end less one;
 * a row behind counts in those windows that have not fired; a hopping or tumbling window without rows gives nothing, a cumulating one gives a row for every step after its
 * group's first; sessions join when they meet, a gap exactly kept included. SUM, MIN, MAX and AVG pass over NULL and are NULL of nothing; AVG of integers truncates.
 */
export interface EventRow {
  readonly k: number | null
  readonly ts: number
  readonly v: number | null
}

export type EvaluatedWindow =
  | { readonly type: 'tumble'; readonly sizeMs: number }
  | { readonly type: 'hop'; readonly sizeMs: number; readonly slideMs: number }
  | { readonly type: 'cumulate'; readonly sizeMs: number; readonly stepMs: number }
  | { readonly type: 'session'; readonly gapMs: number }

export interface WindowResult {
  readonly k: number | null
  readonly start: number
  readonly end: number
  readonly n: number
  readonly sum: number | null
  readonly low: number | null
  readonly high: number | null
  readonly mean: number | null
}

export function windowAggregate(rows: readonly EventRow[], delayMs: number, window: EvaluatedWindow): WindowResult[] {
  return window.type === 'session' ? sessionAggregate(rows, delayMs, window.gapMs) : gridAggregate(rows, delayMs, window)
}

function windowsOf(ts: number, window: Exclude<EvaluatedWindow, { type: 'session' }>): { start: number; end: number }[] {
  if (window.type === 'tumble') {
    const start = Math.floor(ts / window.sizeMs) * window.sizeMs
    return [{ start, end: start + window.sizeMs }]
  }
  const found: { start: number; end: number }[] = []
  if (window.type === 'hop') {
    for (let start = Math.floor(ts / window.slideMs) * window.slideMs; start + window.sizeMs > ts; start -= window.slideMs) found.push({ start, end: start + window.sizeMs })
  } else {
    const start = Math.floor(ts / window.sizeMs) * window.sizeMs
    for (let end = start + window.stepMs; end <= start + window.sizeMs; end += window.stepMs) if (end > ts) found.push({ start, end })
  }
  return found
}

function gridAggregate(rows: readonly EventRow[], delayMs: number, window: Exclude<EvaluatedWindow, { type: 'session' }>): WindowResult[] {
  const contents = new Map<string, { k: number | null; start: number; end: number; rows: EventRow[] }>()
  let watermark = -Infinity
  for (const row of rows) {
    for (const { start, end } of windowsOf(row.ts, window)) {
      if (watermark >= end - 1) continue
      const name = `${row.k}/${start}/${end}`
      const content = contents.get(name) ?? { k: row.k, start, end, rows: [] }
      content.rows.push(row)
      contents.set(name, content)
    }
    watermark = Math.max(watermark, row.ts - delayMs)
  }
  return [...contents.values()].map((content) => resultOf(content.k, content.start, content.end, content.rows))
}

function sessionAggregate(rows: readonly EventRow[], delayMs: number, gapMs: number): WindowResult[] {
  let open: { k: number | null; start: number; end: number; rows: EventRow[] }[] = []
  const results: WindowResult[] = []
  let watermark = -Infinity
  for (const row of rows) {
    const meets = open.filter((session) => session.k === row.k && session.start <= row.ts + gapMs && session.end >= row.ts)
    const start = Math.min(row.ts, ...meets.map((session) => session.start))
    const end = Math.max(row.ts + gapMs, ...meets.map((session) => session.end))
    if (watermark < end - 1) {
      const merged = { k: row.k, start, end, rows: [...meets.flatMap((session) => session.rows), row] }
      open = [...open.filter((session) => !meets.includes(session)), merged]
    }
    watermark = Math.max(watermark, row.ts - delayMs)
    for (const session of open) if (watermark >= session.end - 1) results.push(resultOf(session.k, session.start, session.end, session.rows))
    open = open.filter((session) => watermark < session.end - 1)
  }
  return [...results, ...open.map((session) => resultOf(session.k, session.start, session.end, session.rows))]
}

function resultOf(k: number | null, start: number, end: number, rows: readonly EventRow[]): WindowResult {
  const values = rows.flatMap((row) => (row.v === null ? [] : [row.v]))
  const some = values.length > 0
  const sum = values.reduce((total, value) => total + value, 0)
  return { k, start, end, n: rows.length, sum: some ? sum : null, low: some ? Math.min(...values) : null, high: some ? Math.max(...values) : null, mean: some ? Math.trunc(sum / values.length) + 0 : null }
}

export type Pair = readonly [EventRow | null, EventRow | null]

/** Rows that pair when the right time is in [left + lower, left + upper]; NULL keys pair with nothing. For inputs without rows behind the watermark. */
export function intervalJoin(left: readonly EventRow[], right: readonly EventRow[], lowerMs: number, upperMs: number, type: 'inner' | 'left' | 'right' | 'full'): Pair[] {
  const matches = (l: EventRow, r: EventRow): boolean => l.k !== null && l.k === r.k && r.ts >= l.ts + lowerMs && r.ts <= l.ts + upperMs
  return pairs(left, right, matches, type)
}

/** Rows that pair in the tumbling window both are in. For inputs without rows behind the watermark. */
export function windowJoin(left: readonly EventRow[], right: readonly EventRow[], sizeMs: number, type: 'inner' | 'left' | 'right' | 'full'): Pair[] {
  const matches = (l: EventRow, r: EventRow): boolean => l.k !== null && l.k === r.k && Math.floor(l.ts / sizeMs) === Math.floor(r.ts / sizeMs)
  return pairs(left, right, matches, type)
}

function pairs(left: readonly EventRow[], right: readonly EventRow[], matches: (l: EventRow, r: EventRow) => boolean, type: string): Pair[] {
  const inner = left.flatMap((l) => right.filter((r) => matches(l, r)).map((r): Pair => [l, r]))
  const alone = (here: boolean, rows: readonly EventRow[], other: (row: EventRow) => boolean): EventRow[] => (here ? rows.filter((row) => !other(row)) : [])
  return [
    ...inner,
    ...alone(type === 'left' || type === 'full', left, (l) => right.some((r) => matches(l, r))).map((l): Pair => [l, null]),
    ...alone(type === 'right' || type === 'full', right, (r) => left.some((l) => matches(l, r))).map((r): Pair => [null, r]),
  ]
}

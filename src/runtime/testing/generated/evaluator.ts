/**
 * What operators over event time give, said a second time: row at a time, over plain arrays, with nothing of the engine. Slow and obvious, so that where the two
 * disagree the engine is looked at first. Rows behind the watermark are part of it. Tables that are corrected are in `tableEvaluator.ts`, row patterns in `operators/match/testing/naiveMatch.ts`.
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

/** Every window a row is in. */
export function windowsOf(ts: number, window: Exclude<EvaluatedWindow, { type: 'session' }>): { start: number; end: number }[] {
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
export type GridWindow = Exclude<EvaluatedWindow, { type: 'session' }>
export type JoinType = 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti'

/** Rows that pair when the right time is in [left + lower, left + upper]; NULL keys pair with nothing. For inputs without rows behind the watermark. */
export function intervalJoin(left: readonly EventRow[], right: readonly EventRow[], lowerMs: number, upperMs: number, type: JoinType): Pair[] {
  return joined(left, right, (l, r) => l.k !== null && l.k === r.k && r.ts >= l.ts + lowerMs && r.ts <= l.ts + upperMs, type)
}

export interface WindowPair {
  readonly pair: Pair
  readonly start: number
  readonly end: number
}

/** Rows that pair in each window both are in. For inputs without rows behind the watermark. */
export function windowJoin(left: readonly EventRow[], right: readonly EventRow[], window: GridWindow, type: JoinType): WindowPair[] {
  const contents = new Map<string, { start: number; end: number; left: EventRow[]; right: EventRow[] }>()
  const put = (side: 'left' | 'right', row: EventRow): void => {
    for (const { start, end } of windowsOf(row.ts, window)) {
      const content = contents.get(`${start}/${end}`) ?? { start, end, left: [], right: [] }
      content[side].push(row)
      contents.set(`${start}/${end}`, content)
    }
  }
  for (const row of left) put('left', row)
  for (const row of right) put('right', row)
  return [...contents.values()].flatMap(({ start, end, ...rows }) => joined(rows.left, rows.right, (l, r) => l.k !== null && l.k === r.k, type).map((pair) => ({ pair, start, end })))
}

/** The version of its key that each left row meets: the one with the greatest time not above its own, of equal times the last to come. NULL is a key like any other here, as it is on Flink. */
export function temporalJoin(left: readonly EventRow[], right: readonly EventRow[], type: 'inner' | 'left'): Pair[] {
  return left.flatMap((l): Pair[] => {
    const versions = right.filter((r) => r.k === l.k && r.ts <= l.ts)
    const newest = Math.max(...versions.map((r) => r.ts))
    const met = versions.findLast((r) => r.ts === newest) ?? null
    return met === null && type === 'inner' ? [] : [[l, met]]
  })
}

export function joined<L, R>(left: readonly L[], right: readonly R[], matches: (l: L, r: R) => boolean, type: JoinType): (readonly [L | null, R | null])[] {
  if (type === 'semi' || type === 'anti') return left.filter((l) => right.some((r) => matches(l, r)) === (type === 'semi')).map((l) => [l, null] as const)
  return [
    ...left.flatMap((l) => right.filter((r) => matches(l, r)).map((r) => [l, r] as const)),
    ...(type === 'left' || type === 'full' ? left.filter((l) => !right.some((r) => matches(l, r))) : []).map((l) => [l, null] as const),
    ...(type === 'right' || type === 'full' ? right.filter((r) => !left.some((l) => matches(l, r))) : []).map((r) => [null, r] as const),
  ]
}

/** What counts in each window: its rows that came before it fired. */
function windowContents(rows: readonly EventRow[], delayMs: number, window: GridWindow): { start: number; end: number; rows: EventRow[] }[] {
  const contents = new Map<string, { start: number; end: number; rows: EventRow[] }>()
  let watermark = -Infinity
  for (const row of rows) {
    for (const { start, end } of windowsOf(row.ts, window)) {
      if (watermark >= end - 1) continue
      const content = contents.get(`${start}/${end}`) ?? { start, end, rows: [] }
      content.rows.push(row)
      contents.set(`${start}/${end}`, content)
    }
    watermark = Math.max(watermark, row.ts - delayMs)
  }
  return [...contents.values()]
}

export interface RankedRow {
  readonly row: EventRow
  readonly start: number
  readonly end: number
  readonly rank: number
}

/** The first n rows of each key in each window; of rows that tie, the first to come. */
export function windowTopN(rows: readonly EventRow[], delayMs: number, window: GridWindow, before: (a: EventRow, b: EventRow) => number, n: number): RankedRow[] {
  return windowContents(rows, delayMs, window).flatMap(({ start, end, rows: content }) =>
    byKey(content).flatMap((group) => group.toSorted(before).slice(0, n).map((row, i) => ({ row, start, end, rank: i + 1 }))),
  )
}

/** The first or last row in time of each key in each window; of equal times, the first or last to come. */
export function windowDeduplicate(rows: readonly EventRow[], delayMs: number, window: GridWindow, keep: 'first' | 'last'): RankedRow[] {
  return windowContents(rows, delayMs, window).flatMap(({ start, end, rows: content }) =>
    byKey(content).map((group) => ({ row: group.reduce((kept, row) => ((keep === 'first' ? row.ts < kept.ts : row.ts >= kept.ts) ? row : kept)), start, end, rank: 1 })),
  )
}

/**
 * The first row in time of each key waits for the watermark and then stands for ever, and rows behind the watermark are late; the last replaces what was kept whenever it comes, and knows
 * no late row.
 */
export function deduplicate(rows: readonly EventRow[], delayMs: number, keep: 'first' | 'last'): EventRow[] {
  const kept = new Map<number | null, EventRow>()
  let watermark = -Infinity
  for (const row of rows) {
    const before = kept.get(row.k)
    if (keep === 'last') {
      if (before === undefined || row.ts >= before.ts) kept.set(row.k, row)
    } else if (before === undefined ? row.ts >= watermark : before.ts > watermark && row.ts >= watermark && row.ts < before.ts) kept.set(row.k, row)
    watermark = Math.max(watermark, row.ts - delayMs)
  }
  return [...kept.values()]
}

export interface Frame {
  readonly type: 'rows' | 'range'
  readonly preceding: number | 'unbounded'
}

/** Each row in time with the rows of its frame: those of its key before it in time, in order of arrival among equals; of a range, equals behind it too. */
export function overFrames(rows: readonly EventRow[], delayMs: number, frame: Frame): { readonly row: EventRow; readonly frame: readonly EventRow[]; readonly number: number }[] {
  let watermark = -Infinity
  const inTime = rows.filter((row) => {
    const late = row.ts <= watermark
    watermark = Math.max(watermark, row.ts - delayMs)
    return !late
  })
  return byKey(inTime).flatMap((group) => {
    const ordered = group.toSorted((a, b) => a.ts - b.ts)
    return ordered.map((row, i) => {
      const until = frame.type === 'rows' ? ordered.slice(0, i + 1) : ordered.filter(({ ts }) => ts <= row.ts)
      const { preceding } = frame
      const inFrame = preceding === 'unbounded' ? until : frame.type === 'rows' ? until.slice(-(preceding + 1)) : until.filter(({ ts }) => ts >= row.ts - preceding)
      return { row, frame: inFrame, number: i + 1 }
    })
  })
}

function byKey(rows: readonly EventRow[]): EventRow[][] {
  return groupsOf(rows, (row) => String(row.k))
}

/** Rows of one name together, in the order of their first. */
export function groupsOf<T>(rows: readonly T[], nameOf: (row: T) => string): T[][] {
  const found = new Map<string, T[]>()
  for (const row of rows) {
    const name = nameOf(row)
    const group = found.get(name)
    if (group === undefined) found.set(name, [row])
    else group.push(row)
  }
  return [...found.values()]
}

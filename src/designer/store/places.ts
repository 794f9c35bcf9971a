import type { Job, Position } from '../../job/job.ts'

/**
 * Where operators stand that the document gives no place: a job written by hand or by a script has no layout, and is read from left to right all the same.
 *
 * A column for each step from the sources, a source beside what it feeds; in a column each stands beside what feeds it, and a channel that passes a column has a place there too, so that it runs under
 * no operator. Only a picture: the document stays as it is until somebody moves something. Those without a place stand below those with one.
 */
export const columnWidth = 193
export const rowHeight = 132

export function placeOf(job: Job, id: string): Position {
  const places = job.layout?.operators
  return places !== undefined && Object.hasOwn(places, id) ? places[id]! : (placesWithout(job).get(id) ?? { x: 0, y: 0 })
}

const known = new WeakMap<Job, ReadonlyMap<string, Position>>()

function placesWithout(job: Job): ReadonlyMap<string, Position> {
  let places = known.get(job)
  if (places === undefined) {
    places = layered(job)
    known.set(job, places)
  }
  return places
}

/** A channel over more columns than a screen shows is given no room: thousands of operators would have millions of such places. */
const passedMax = 20

interface Stand {
  /** Null: a channel on its way to another column. */
  readonly id: string | null
  readonly before: Stand[]
  row: number
}

function layered(job: Job): ReadonlyMap<string, Position> {
  const all = new Set(job.operators.map(({ id }) => id))
  const placed = Object.entries(job.layout?.operators ?? {}).filter(([id]) => all.has(id))
  const placedIds = new Set(placed.map(([id]) => id))
  const ids = inReadingOrder(job).filter((id) => !placedIds.has(id))
  const among = new Set(ids)
  const edges = job.edges.filter(({ from, to }) => among.has(from) && among.has(to) && from !== to)
  const columns = columnsOf(ids, edges)
  const stands = new Map(ids.map((id): [string, Stand] => [id, { id, before: [], row: 0 }]))
  const byColumn: Stand[][] = []
  const standAt = (column: number, stand: Stand): void => void (byColumn[column] ??= []).push(stand)
  for (const id of ids) standAt(columns.get(id)!, stands.get(id)!)
  for (const { from, to } of edges) {
    let before = stands.get(from)!
    const passed = columns.get(to)! - columns.get(from)! - 1
    for (let column = columns.get(from)! + 1; passed <= passedMax && column < columns.get(to)!; column++) {
      const passing: Stand = { id: null, before: [before], row: 0 }
      standAt(column, passing)
      before = passing
    }
    if (columns.get(from)! < columns.get(to)!) stands.get(to)!.before.push(before)
  }
  const left = placed.length === 0 ? 0 : Math.min(...placed.map(([, { x }]) => x))
  const top = placed.length === 0 ? 0 : Math.max(...placed.map(([, { y }]) => y)) + rowHeight
  const places = new Map<string, Position>()
  byColumn.forEach((column, index) => {
    const wished = column.map((stand, order) => ({ stand, wish: stand.before.length === 0 ? order : stand.before.reduce((sum, { row }) => sum + row, 0) / stand.before.length }))
    let next = 0
    for (const { stand, wish } of wished.toSorted((a, b) => a.wish - b.wish)) {
      stand.row = Math.max(wish, next)
      next = stand.row + 1
      if (stand.id !== null) places.set(stand.id, { x: left + index * columnWidth, y: Math.round(top + stand.row * rowHeight) })
    }
  })
  return places
}

/** What feeds an operator comes before it, a join's left before its right, so that their channels do not cross. */
function inReadingOrder(job: Job): string[] {
  const feeds = new Map<string, { readonly id: string; readonly port: string }[]>()
  for (const { from, to, toPort = '' } of job.edges) feeds.set(to, [...(feeds.get(to) ?? []), { id: from, port: toPort }])
  const left = new Set(job.edges.map(({ from }) => from))
  const known = new Set(job.operators.map(({ id }) => id))
  const seen = new Set<string>()
  const order: string[] = []
  // Ends first, from which everything is found that leads to one; then what stands in circles.
  const starts = [...job.operators.filter(({ id }) => !left.has(id)), ...job.operators]
  for (const start of starts) {
    const way = [{ id: start.id, visited: false }]
    for (let at = way.pop(); at !== undefined; at = way.pop()) {
      if (at.visited) order.push(at.id)
      else if (known.has(at.id) && !seen.has(at.id)) {
        seen.add(at.id)
        way.push({ id: at.id, visited: true })
        const before = (feeds.get(at.id) ?? []).toSorted((a, b) => (a.port < b.port ? -1 : a.port > b.port ? 1 : 0))
        for (const { id } of before.toReversed()) way.push({ id, visited: false })
      }
    }
  }
  return order
}

/** The longest way from a source, in operators. What stands in a circle is in the first column. */
function columnsOf(ids: readonly string[], edges: readonly { readonly from: string; readonly to: string }[]): Map<string, number> {
  const columns = new Map(ids.map((id) => [id, 0]))
  const after = new Map<string, string[]>()
  const waitsFor = new Map<string, number>()
  for (const { from, to } of edges) {
    after.set(from, [...(after.get(from) ?? []), to])
    waitsFor.set(to, (waitsFor.get(to) ?? 0) + 1)
  }
  const ready = ids.filter((id) => !waitsFor.has(id))
  const sources = [...ready]
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    for (const next of after.get(id) ?? []) {
      columns.set(next, Math.max(columns.get(next)!, columns.get(id)! + 1))
      waitsFor.set(next, waitsFor.get(next)! - 1)
      if (waitsFor.get(next) === 0) ready.push(next)
    }
  }
  for (const id of sources) {
    const fed = (after.get(id) ?? []).map((next) => columns.get(next)!)
    if (fed.length > 0) columns.set(id, Math.max(0, Math.min(...fed) - 1))
  }
  return columns
}

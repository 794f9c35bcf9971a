import { eventChildrenChanged, eventDeleted, parentOf } from './types.ts'

/**
 * The watches of one server: two tables, data and child (reference 1.9). exists and getData register in the first, getChildren in the second, a persistent watch in
 * both, a persistent recursive one in the data table, where it is found by walking up the path. Standard watches go when they fire.
 */
export const watchStandard = 1
export const watchPersistent = 2
export const watchRecursive = 4

export class Watcher {
  client = 0
  modes = 0
}

export class WatchTable {
  data = new Map<string, Watcher[]>()
  child = new Map<string, Watcher[]>()
  /** How many recursive watches stand: without any, no path is walked. */
  recursive = 0

  add(table: Map<string, Watcher[]>, path: string, client: number, mode: number): void {
    const watchers = table.get(path)
    if (watchers !== undefined) {
      for (const watcher of watchers) {
        if (watcher.client !== client) continue
        if (mode === watchRecursive && (watcher.modes & watchRecursive) === 0) this.recursive++
        watcher.modes |= mode
        return
      }
    }
    const watcher = new Watcher()
    watcher.client = client
    watcher.modes = mode
    if (mode === watchRecursive) this.recursive++
    if (watchers === undefined) table.set(path, [watcher])
    else watchers.push(watcher)
  }

  /** Takes a client's watches of these modes off a path; tells whether there was one. */
  remove(table: Map<string, Watcher[]>, path: string, client: number, modes: number): boolean {
    const watchers = table.get(path)
    if (watchers === undefined) return false
    for (let i = 0; i < watchers.length; i++) {
      const watcher = watchers[i]!
      if (watcher.client !== client || (watcher.modes & modes) === 0) continue
      if ((watcher.modes & modes & watchRecursive) !== 0) this.recursive--
      watcher.modes &= ~modes
      if (watcher.modes === 0) watchers.splice(i, 1)
      if (watchers.length === 0) table.delete(path)
      return true
    }
    return false
  }

  removeClient(client: number): void {
    for (const table of [this.data, this.child]) {
      for (const [path, watchers] of table) {
        const at = watchers.findIndex((watcher) => watcher.client === client)
        if (at < 0) continue
        if ((watchers[at]!.modes & watchRecursive) !== 0) this.recursive--
        watchers.splice(at, 1)
        if (watchers.length === 0) table.delete(path)
      }
    }
  }

  get isEmpty(): boolean {
    return this.data.size === 0 && this.child.size === 0
  }
}

/** Who is told what; `tell` sends. Scratch state is empty between calls. */
export interface Fired {
  tell(client: number, type: number, path: string): void
}

const told: number[] = []
let toldCount = 0

function isTold(client: number): boolean {
  for (let i = 0; i < toldCount; i++) if (told[i] === client) return true
  return false
}

/** A znode was created, deleted or changed: fires the data watches on it and the recursive ones above it. */
export function fireData(table: WatchTable, type: number, path: string, parent: string, keepsStandard: boolean, oneLevel: boolean, fired: Fired): void {
  toldCount = 0
  const watchers = table.data.get(path)
  if (watchers !== undefined) fireList(table, table.data, path, watchers, type, keepsStandard, fired, path)
  if (table.recursive > 0 && path !== '/') {
    let above = parent
    for (;;) {
      const list = table.data.get(above)
      if (list !== undefined) {
        for (const { client, modes } of list) {
          if ((modes & watchRecursive) === 0 || isTold(client)) continue
          told[toldCount++] = client
          fired.tell(client, type, path)
        }
      }
      if (above === '/' || oneLevel) break
      above = parentOf(above)
    }
  }
  if (type === eventDeleted) {
    const children = table.child.get(path)
    if (children !== undefined) fireList(table, table.child, path, children, type, keepsStandard, fired, path)
  }
}

/** A child came or went. */
export function fireChildren(table: WatchTable, parent: string, keepsStandard: boolean, fired: Fired): void {
  const watchers = table.child.get(parent)
  if (watchers === undefined) return
  toldCount = 0
  fireList(table, table.child, parent, watchers, eventChildrenChanged, keepsStandard, fired, parent)
}

function fireList(table: WatchTable, of: Map<string, Watcher[]>, key: string, watchers: Watcher[], type: number, keepsStandard: boolean, fired: Fired, path: string): void {
  let kept = 0
  for (let i = 0; i < watchers.length; i++) {
    const watcher = watchers[i]!
    // A watcher in both tables hears of a deletion once.
    if (!isTold(watcher.client)) {
      told[toldCount++] = watcher.client
      fired.tell(watcher.client, type, path)
    }
    if (!keepsStandard) watcher.modes &= ~watchStandard
    if (watcher.modes !== 0) watchers[kept++] = watcher
  }
  if (kept === 0) of.delete(key)
  else while (watchers.length > kept) watchers.pop()
}

import { opCreate, opMulti, opSetData, type Txn } from '../znodes/types.ts'
import { lastUpTo } from './model.ts'
import type { Checks } from './checks.ts'

/** The recipes against the committed sequence: who may hold what, who was woken, what was taken (reference 5.5, recipes). */
export class RecipeChecks {
  /** Clients told of one transaction below a lock's folder. */
  wokenZxid = 0
  woken: number[] = []
  /** Per folder: czxid of the lock node that held last. */
  lastHeld = new Map<string, number>()
  /** Items taken from queues. */
  taken = new Set<string>()
  /** Highest token that has led. */
  ledMax = 0
  /** Zxids at which a full barrier was opened. */
  opened = 0
  insideAtOpening = 0

  onCommitted(checks: Checks, txn: Txn): void {
    if (txn.type === opMulti) {
      for (const part of txn.parts!) if (part.type === opSetData && part.path === '/led') this.#led(checks, txn, Number(part.data))
    } else if (txn.type === opCreate && txn.path === '/barrier/ready') {
      this.opened = txn.zxid
      this.insideAtOpening = (checks.model.childCount.get('/barrier') ?? 1) - 1
    }
  }

  #led(checks: Checks, txn: Txn, token: number): void {
    if (token < this.ledMax) checks.fail('ELE-1', -1, `an act of the leader with token ${token} took effect at ${txn.zxid} after one with token ${this.ledMax}`)
    this.ledMax = Math.max(this.ledMax, token)
  }

  /** A client believes to hold: by the committed sequence nobody may be before it. */
  onHeld(checks: Checks, node: number, path: string, folder: string, isReader: boolean): void {
    const own = checks.model.nodes.get(path)
    if (own === undefined) return
    if (!isReader && folder !== '/shared') {
      // Suffixes begin anew when the folder does; czxids never do.
      const before = this.lastHeld.get(folder) ?? 0
      if (own.czxid < before) checks.fail('LOCK-3', node, `gets ${path} after a lock node that came later had it`)
      this.lastHeld.set(folder, Math.max(before, own.czxid))
    }
    const mine = Number(path.slice(-10))
    for (const other of checks.model.nodes.keys()) {
      if (!other.startsWith(`${folder}/`) || Number(other.slice(-10)) >= mine) continue
      if (isReader && other.startsWith(`${folder}/r`)) continue
      checks.fail('LOCK-1', node, `believes to hold ${path} while ${other} is before it`)
      return
    }
  }

  onWoken(checks: Checks, node: number, zxid: number, folder: string): void {
    if (zxid !== this.wokenZxid) {
      this.wokenZxid = zxid
      this.woken.length = 0
    }
    if (!this.woken.includes(node)) this.woken.push(node)
    // Several readers behind one writer are no herd.
    if (folder !== '/shared' && this.woken.length > 1) checks.fail('LOCK-4', node, `is woken by the same release as ${this.woken.length - 1} others`)
  }

  onTaken(checks: Checks, node: number, path: string): void {
    if (this.taken.has(path)) checks.fail('QUE-1', node, `takes ${path}, which was taken before`)
    this.taken.add(path)
  }

  /** Whoever passes saw a `ready` that was made when all were inside. */
  onPassed(checks: Checks, node: number, need: number, view: number): void {
    const changes = checks.model.changes.get('/barrier/ready')
    const at = changes === undefined ? -1 : lastUpTo(changes.dataZxids, view)
    if (at < 0 || changes!.dataZxids[at] !== this.opened) return
    if (this.insideAtOpening < need) checks.fail('BAR-1', node, `passes the barrier, which was opened with ${this.insideAtOpening} of ${need} inside`)
  }
}

import type { Job } from '../../job/job.ts'
import { edgeKey } from '../store/edgeKey.ts'

/**
 * Which operators wait, and for whom: an operator with several inputs goes on only as far as its slowest one (Flink's minimum over inputs), so a branch that
 * stands far behind its sibling holds everything after the join. Everything upstream of the slow gate is behind; nothing else is, however old its rows: a
 * chain has no one to be behind of.
 *
 * Pure; the numbers are the newest watermark of each edge. An input that has ended (infinite) holds nobody back.
 */
export interface Waiting {
  /** The edge into the slowest gate. */
  readonly slow: string
  /** Where it stands; null when no watermark has come through it yet. */
  readonly slowAt: number | null
  /** The gate that is furthest ahead. */
  readonly ahead: string
  readonly aheadAt: number
}

export interface Behind {
  /** By operator id: the operators with an input far behind another. */
  readonly waiting: ReadonlyMap<string, Waiting>
  readonly operators: ReadonlySet<string>
  /** By edge key. */
  readonly edges: ReadonlySet<string>
}

export const nothingBehind: Behind = { waiting: new Map(), operators: new Set(), edges: new Set() }

export interface BehindLimits {
  /** Less than this between two inputs is the ordinary unevenness of running side by side. */
  readonly lagMs: number
  /** Say it of inputs without any watermark too; not in the first moments of a run. */
  readonly silent: boolean
}

export function behindOf(job: Job, watermarkOf: (edge: string) => number | null, limits: BehindLimits): Behind {
  const incoming = new Map<string, string[]>()
  const sources = new Map<string, string>()
  for (const edge of job.edges) {
    const key = edgeKey(edge)
    sources.set(key, edge.from)
    const list = incoming.get(edge.to)
    if (list === undefined) incoming.set(edge.to, [key])
    else list.push(key)
  }
  const waiting = new Map<string, Waiting>()
  const operators = new Set<string>()
  const edges = new Set<string>()
  for (const [operator, keys] of incoming) {
    if (keys.length < 2) continue
    let slow: string | null = null
    let slowAt: number | null = Infinity
    let ahead: string | null = null
    let aheadAt = -Infinity
    for (const key of keys) {
      const at = watermarkOf(key)
      if (at === Infinity) continue
      if ((at ?? -Infinity) < (slowAt ?? -Infinity) || slow === null) [slow, slowAt] = [key, at]
      if (at !== null && at > aheadAt) [ahead, aheadAt] = [key, at]
    }
    if (slow === null || ahead === null || slow === ahead) continue
    if (slowAt === null ? !limits.silent : aheadAt - slowAt < limits.lagMs) continue
    waiting.set(operator, { slow, slowAt, ahead, aheadAt })
    // Everything that feeds the slow gate.
    const open = [slow]
    while (open.length > 0) {
      const key = open.pop()!
      if (edges.has(key)) continue
      edges.add(key)
      const from = sources.get(key)!
      operators.add(from)
      open.push(...(incoming.get(from) ?? []))
    }
  }
  return waiting.size === 0 ? nothingBehind : { waiting, operators, edges }
}

/**
 * Measures and prints. Absolute rates move by up to 1.8 times between runs on a shared machine, so a result is always a ratio of two things measured in
 * the same process, turn and turn about; the median of the turns counts, with process CPU time beside wall time.
 */
export interface Contestant {
  readonly name: string
  /** One whole pass over the rows. Returns something that depends on all of them, so that no pass can be skipped. */
  readonly pass: () => unknown
}

export interface Result {
  readonly name: string
  readonly rows: number
  /** Median wall time of a pass. */
  readonly wallMs: number
  readonly cpuMs: number
  readonly rowsPerSecond: number
}

export interface Comparison {
  readonly title: string
  readonly results: readonly Result[]
  /** Speed of the first contestant against each other: 1 is equal, above 1 the first is faster. */
  readonly ratios: readonly { readonly against: string; readonly ratio: number }[]
  readonly goal: { readonly against: string; readonly atLeast: number } | null
}

export interface CompareOptions {
  readonly rows: number
  readonly turns?: number
  readonly warmups?: number
  /** Passes of one contestant before the other's: 1 unless more are asked for. */
  readonly passesOfTurn?: number
  /** Called before each contestant's turn, outside the clock: to collect what the one before has left. */
  readonly beforeTurn?: () => void
  readonly goal?: { readonly against: string; readonly atLeast: number }
}

export async function compare(title: string, contestants: readonly Contestant[], options: CompareOptions): Promise<Comparison> {
  const turns = options.turns ?? 7
  const wall = contestants.map((): number[] => [])
  const cpu = contestants.map((): number[] => [])
  const passes = options.passesOfTurn ?? 1
  for (let turn = -(options.warmups ?? 2); turn < turns; turn += passes) {
    for (const [i, { pass }] of contestants.entries()) {
      kept = null
      options.beforeTurn?.()
      for (let k = 0; k < passes; k++) {
        const cpuBefore = cpuMs()
        const before = performance.now()
        kept = await pass()
        const ms = performance.now() - before
        const used = cpuMs() - cpuBefore
        if (turn < 0) continue
        wall[i]!.push(ms)
        cpu[i]!.push(used)
      }
    }
  }
  const results = contestants.map(({ name }, i): Result => {
    const wallMs = median(wall[i]!)
    return { name, rows: options.rows, wallMs, cpuMs: median(cpu[i]!), rowsPerSecond: (options.rows / wallMs) * 1000 }
  })
  const [first, ...others] = results
  const comparison: Comparison = {
    title,
    results,
    ratios: others.map((other) => ({ against: other.name, ratio: other.wallMs / first!.wallMs })),
    goal: options.goal ?? null,
  }
  print(comparison)
  return comparison
}

/** Process CPU time; 0 in a page, which does not know. */
function cpuMs(): number {
  if (typeof process === 'undefined') return 0
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Where passes leave what they made, so that the engine of the language cannot drop their work. */
let kept: unknown
export function lastKept(): unknown {
  return kept
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

function print({ title, results, ratios, goal }: Comparison): void {
  console.log(`\n${title}`)
  const width = Math.max(...results.map((result) => result.name.length))
  for (const result of results) {
    console.log(`  ${result.name.padEnd(width)}  ${rate(result.rowsPerSecond).padStart(10)} rows/s  ${result.wallMs.toFixed(1).padStart(8)} ms  cpu ${result.cpuMs.toFixed(1).padStart(8)} ms`)
  }
  for (const { against, ratio } of ratios) {
    const wanted = goal?.against === against ? `  goal ≥ ${goal.atLeast}  ${ratio >= goal.atLeast ? 'reached' : 'NOT REACHED'}` : ''
    console.log(`  ${results[0]!.name} runs at ${ratio.toFixed(2)} × ${against}${wanted}`)
  }
}

function rate(perSecond: number): string {
  if (perSecond >= 1e6) return `${(perSecond / 1e6).toFixed(1)} M`
  return `${(perSecond / 1e3).toFixed(0)} k`
}

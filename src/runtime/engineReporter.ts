import { FailedSubtask, type EngineThread, type Subtask } from './engineThread.ts'
import type { PoisonRow } from './jobRun.ts'
import type { EdgeReport, EngineReport, OperatorReport, PreviewReport } from './wire.ts'

/**
 * What one engine has to tell: counts of its subtasks and edges, the newest rows of edges, rows that could not be read.
 *
 * Counts are totals; whoever listens makes rates of them. Rows are taken only for edges where something passed since the last report.
 */
const poisonRowsMax = 100

export class EngineReporter {
  readonly #thread: EngineThread
  readonly #rowsReported = new Map<object, number>()
  readonly #poison = new Map<string, { total: number; reported: number; kept: number; rows: PoisonRow[] }>()
  #failedIn: FailedSubtask | null = null

  constructor(thread: EngineThread) {
    this.#thread = thread
  }

  poison(operator: string, row: number, reason: string, text: string): void {
    let poison = this.#poison.get(operator)
    if (poison === undefined) {
      poison = { total: 0, reported: 0, kept: 0, rows: [] }
      this.#poison.set(operator, poison)
    }
    poison.total++
    if (poison.kept >= poisonRowsMax) return
    poison.kept++
    poison.rows.push({ row, reason, text })
  }

  watch(edge: number, rows: number): void {
    for (const { taps } of this.#thread.subtasks) {
      for (const { tap } of taps) {
        if (tap.edge !== edge) continue
        tap.keep = rows
        this.#rowsReported.delete(tap)
      }
    }
  }

  failed(error: unknown): void {
    if (error instanceof FailedSubtask) this.#failedIn = error
  }

  report(at: number): EngineReport {
    const operators: OperatorReport[] = []
    const edges: EdgeReport[] = []
    const previews: PreviewReport[] = []
    for (const subtask of this.#thread.subtasks) {
      this.#operators(subtask, at, operators)
      for (const { tap, exchange } of subtask.taps) {
        edges.push({ edge: tap.edge, rows: tap.rows, lateRows: tap.lateRows, queueFill: exchange?.fill() ?? 0, watermark: tap.watermark })
        if (tap.keep === 0 || (this.#rowsReported.get(tap) ?? 0) === tap.rows) continue
        this.#rowsReported.set(tap, tap.rows)
        previews.push({ edge: tap.edge, subtask: subtask.subtask, at, rows: tap.newest() })
      }
    }
    return { at, operators, edges, previews, poison: this.#newPoison() }
  }

  /** Operators that have others before their inputs. */
  readonly #hasBefore = new Set<string>()

  #operators(subtask: Subtask, at: number, reports: OperatorReport[]): void {
    const { task, nodes } = subtask
    const { time } = task
    time.enter(time.state, at)
    for (const { node, operator, runtime, sources } of nodes) {
      const rowsTotal = sources.length > 0 && sources.every((source) => source.rowsTotal !== undefined) ? sources.reduce((sum, source) => sum + source.rowsTotal!, 0) : null
      const { phase } = operator.spec
      const report: OperatorReport = {
        operator: node.id,
        subtask: subtask.subtask,
        status: this.#failedIn !== null && this.#failedIn.failure.operatorId === node.id && this.#failedIn.subtask === subtask.subtask ? 'failed' : subtask.finished ? 'finished' : 'running',
        // An operator in two phases takes its rows in the one and gives its results in the other; of what stands before one, the rows that go on are counted again when they come in.
        rowsIn: phase?.kind === 'global' ? 0 : phase?.kind === 'before' ? node.rowsIn - node.rowsOut : node.rowsIn,
        rowsOut: phase?.kind === 'local' || phase?.kind === 'before' ? 0 : node.rowsOut,
        lateRows: node.lateRows,
        poisonRows: node.poisonRows,
        watermark: runtime === null ? node.forwarded : node.watermark,
        firstWatermark: node.firstWatermark,
        lastWatermark: node.lastWatermark,
        busyMs: time.busyMs,
        idleMs: time.idleMs,
        backPressuredMs: time.backPressuredMs,
        stateBytes: runtime?.stateBytes?.() ?? 0,
        gauges: rowsTotal === null ? (runtime?.gauges?.() ?? {}) : { rowsTotal },
      }
      // Chains are in topological order, so the local phase, or what stands before, has come before.
      if (phase?.kind === 'before') this.#hasBefore.add(phase.of)
      const local = phase?.kind === 'global' || this.#hasBefore.has(node.id) ? reports.findIndex((other) => other.operator === report.operator && other.subtask === report.subtask) : -1
      if (local < 0) reports.push(report)
      else reports[local] = bothPhases(reports[local]!, report)
    }
  }

  #newPoison(): EngineReport['poison'] {
    const news: { operator: string; rows: readonly PoisonRow[]; total: number }[] = []
    for (const [operator, poison] of this.#poison) {
      if (poison.total === poison.reported) continue
      news.push({ operator, rows: poison.rows, total: poison.total })
      poison.reported = poison.total
      poison.rows = []
    }
    return news
  }
}

/** One subtask's halves, or parts, as one: what is shown is the global one, whose task makes the results. */
function bothPhases(local: OperatorReport, global: OperatorReport): OperatorReport {
  const gauges: Record<string, number> = { ...local.gauges }
  for (const [name, value] of Object.entries(global.gauges)) gauges[name] = Math.max(gauges[name] ?? 0, value)
  const status = local.status === 'failed' ? 'failed' : global.status
  return { ...global, status, rowsIn: local.rowsIn + global.rowsIn, poisonRows: local.poisonRows + global.poisonRows, stateBytes: local.stateBytes + global.stateBytes, gauges }
}

import type { Schema } from '../columnar/schema.ts'
import type { PhysicalPlan } from '../compiler/physicalPlan.ts'
import type { EdgeMetrics, MetricsFrame, OperatorMetrics, PreviewRow, RunEvent, SubtaskMetrics } from './jobRun.ts'
import type { EngineReport, OperatorReport } from './wire.ts'

/**
 * Numbers of all engines put together, at the pace of the engines' reports.
 *
 * Rates are differences between two reports of the same subtask, over the time between them on that engine's clock. An operator's watermark is the least
 * of its subtasks, its busy, idle and back-pressured times are those of the worst, as in Flink's web interface.
 */
export class RunMetrics {
  readonly #startedAt: number
  readonly #operatorIds: readonly string[]
  readonly #latest = new Map<number, EngineReport>()
  readonly #before = new Map<number, EngineReport>()
  readonly #schemas = new Map<number, Schema>()
  readonly #keep: (edge: number) => number
  readonly #previews = new Map<number, Map<number, { readonly at: number; readonly rows: readonly PreviewRow[] }>>()
  readonly #shown = new Map<number, EngineReport>()
  readonly #changedEdges = new Set<number>()
  readonly #poison = new Map<string, Map<number, number>>()
  readonly #poisonKept = new Map<string, number>()

  constructor(plan: PhysicalPlan, startedAt: number, keep: (edge: number) => number) {
    this.#startedAt = startedAt
    this.#keep = keep
    this.#operatorIds = plan.chains.flatMap((chain) => chain.operators.flatMap(({ spec }) => (spec.phase === undefined || spec.phase.kind === 'global' ? [spec.id] : [])))
    for (const chain of plan.chains) for (const { spec, outputs } of chain.operators) for (const output of outputs) if (output.hidden !== true) this.#schemas.set(output.edge, spec.outputs[output.output]!.schema)
  }

  /** Takes an engine's report; rows that could not be read come back as events at once. */
  take(engine: number, report: EngineReport): RunEvent[] {
    const latest = this.#latest.get(engine)
    if (latest !== undefined) this.#before.set(engine, latest)
    this.#latest.set(engine, report)
    for (const preview of report.previews) {
      let parts = this.#previews.get(preview.edge)
      if (parts === undefined) {
        parts = new Map()
        this.#previews.set(preview.edge, parts)
      }
      parts.set(preview.subtask, preview)
      this.#changedEdges.add(preview.edge)
    }
    return report.poison.map(({ operator, rows, total }) => {
      let totals = this.#poison.get(operator)
      if (totals === undefined) {
        totals = new Map()
        this.#poison.set(operator, totals)
      }
      totals.set(engine, total)
      const kept = this.#poisonKept.get(operator) ?? 0
      const shown = rows.slice(0, Math.max(0, poisonRowsMax - kept))
      this.#poisonKept.set(operator, kept + shown.length)
      return { kind: 'poison', operator, rows: shown, total: [...totals.values()].reduce((sum, count) => sum + count, 0) }
    })
  }

  /** An engine begins anew. */
  forget(engine: number): void {
    this.#latest.delete(engine)
    this.#before.delete(engine)
    this.#shown.delete(engine)
  }

  /** Each of these engines has reported since the last frame. */
  hasReportOf(engines: readonly number[]): boolean {
    return engines.every((engine) => this.#latest.has(engine) && this.#latest.get(engine) !== this.#shown.get(engine))
  }

  /** A frame of the latest reports, and the previews that changed since the last one. */
  frame(now: number): RunEvent[] {
    for (const [engine, report] of this.#latest) this.#shown.set(engine, report)
    const operators: Record<string, OperatorMetrics> = {}
    for (const id of this.#operatorIds) operators[id] = this.#operator(id)
    const frame: MetricsFrame = { at: now - this.#startedAt, operators, edges: this.#edges() }
    const events: RunEvent[] = [{ kind: 'metrics', frame }]
    for (const edge of this.#changedEdges) {
      const keep = this.#keep(edge)
      const rows = [...this.#previews.get(edge)!.values()].toSorted((a, b) => a.at - b.at).flatMap((part) => part.rows)
      events.push({ kind: 'preview', edge, schema: this.#schemas.get(edge)!, rows: rows.slice(Math.max(0, rows.length - keep)), rowsSeen: frame.edges[edge]?.rows ?? 0 })
    }
    this.#changedEdges.clear()
    return events
  }

  #operator(id: string): OperatorMetrics {
    const subtasks: { readonly subtask: number; readonly metrics: SubtaskMetrics; readonly poisonRows: number; readonly in: number; readonly out: number; readonly gauges: Readonly<Record<string, number>>; readonly first: number | null; readonly last: number | null }[] = []
    for (const [engine, report] of this.#latest) {
      const before = this.#before.get(engine)
      for (const now of report.operators) {
        if (now.operator !== id) continue
        const then = before?.operators.find((other) => other.operator === id && other.subtask === now.subtask)
        const seconds = (report.at - (before?.at ?? this.#startedAt)) / 1000
        subtasks.push({
          subtask: now.subtask,
          metrics: subtaskMetrics(now, then, seconds),
          poisonRows: now.poisonRows,
          in: rate(now.rowsIn - (then?.rowsIn ?? 0), seconds),
          out: rate(now.rowsOut - (then?.rowsOut ?? 0), seconds),
          gauges: now.gauges,
          first: now.firstWatermark,
          last: now.lastWatermark,
        })
      }
    }
    subtasks.sort((a, b) => a.subtask - b.subtask)
    const all = subtasks.map(({ metrics }) => metrics)
    const gauges: Record<string, number> = {}
    for (const subtask of subtasks) {
      // Windows cut by the clock are the same in every subtask; everything else adds up.
      for (const [name, value] of Object.entries(subtask.gauges)) gauges[name] = name === 'openWindows' ? Math.max(gauges[name] ?? 0, value) : (gauges[name] ?? 0) + value
    }
    return {
      rowsIn: sum(all, 'rowsIn'),
      rowsOut: sum(all, 'rowsOut'),
      lateRows: sum(all, 'lateRows'),
      poisonRows: subtasks.reduce((total, { poisonRows }) => total + poisonRows, 0),
      rowsInPerSecond: subtasks.reduce((total, subtask) => total + subtask.in, 0),
      rowsOutPerSecond: subtasks.reduce((total, subtask) => total + subtask.out, 0),
      watermark: all.length === 0 || all.some(({ watermark }) => watermark === null) ? null : Math.min(...all.map(({ watermark }) => watermark!)),
      firstWatermark: subtasks.reduce<number | null>((least, { first }) => (first === null ? least : Math.min(least ?? Infinity, first)), null),
      lastWatermark: subtasks.reduce<number | null>((most, { last }) => (last === null ? most : Math.max(most ?? -Infinity, last)), null),
      busyMsPerSecond: greatest(all, 'busyMsPerSecond'),
      idleMsPerSecond: greatest(all, 'idleMsPerSecond'),
      backPressuredMsPerSecond: greatest(all, 'backPressuredMsPerSecond'),
      stateBytes: sum(all, 'stateBytes'),
      gauges,
      subtasks: all,
    }
  }

  #edges(): Record<number, EdgeMetrics> {
    const edges: Record<number, { rows: number; rowsPerSecond: number; lateRows: number; queueFill: number; watermark: number | null }> = {}
    for (const edge of this.#schemas.keys()) edges[edge] = { rows: 0, rowsPerSecond: 0, lateRows: 0, queueFill: 0, watermark: null }
    for (const [engine, report] of this.#latest) {
      const before = this.#before.get(engine)
      const seconds = (report.at - (before?.at ?? this.#startedAt)) / 1000
      for (const now of report.edges) {
        const edge = edges[now.edge]!
        edge.rows += now.rows
        edge.rowsPerSecond += rate(now.rows, seconds)
        edge.lateRows += now.lateRows
        edge.queueFill = Math.max(edge.queueFill, now.queueFill)
        if (now.watermark !== -Infinity) edge.watermark = Math.max(edge.watermark ?? -Infinity, now.watermark)
      }
      for (const then of before?.edges ?? []) edges[then.edge]!.rowsPerSecond -= rate(then.rows, seconds)
    }
    for (const edge of Object.values(edges)) edge.rowsPerSecond = Math.max(0, edge.rowsPerSecond)
    return edges
  }
}

/** As many as an engine keeps, over all of them. */
const poisonRowsMax = 100

function subtaskMetrics(now: OperatorReport, then: OperatorReport | undefined, seconds: number): SubtaskMetrics {
  return {
    status: now.status,
    rowsIn: now.rowsIn,
    rowsOut: now.rowsOut,
    lateRows: now.lateRows,
    watermark: now.watermark === -Infinity ? null : now.watermark,
    busyMsPerSecond: rate(now.busyMs - (then?.busyMs ?? 0), seconds),
    idleMsPerSecond: rate(now.idleMs - (then?.idleMs ?? 0), seconds),
    backPressuredMsPerSecond: rate(now.backPressuredMs - (then?.backPressuredMs ?? 0), seconds),
    stateBytes: now.stateBytes,
  }
}

function rate(count: number, seconds: number): number {
  return seconds > 0 ? count / seconds : 0
}

function sum(all: readonly SubtaskMetrics[], field: 'rowsIn' | 'rowsOut' | 'lateRows' | 'stateBytes'): number {
  return all.reduce((total, subtask) => total + subtask[field], 0)
}

function greatest(all: readonly SubtaskMetrics[], field: 'busyMsPerSecond' | 'idleMsPerSecond' | 'backPressuredMsPerSecond'): number {
  return all.reduce((most, subtask) => Math.max(most, subtask[field]), 0)
}

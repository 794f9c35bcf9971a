import { describe, expect, it } from 'vitest'
import { ManualClock, systemClock } from '../deterministic/clock.ts'
import { EngineServer } from './engineServer.ts'
import { fakeOperators, planOf } from './testing/fakeOperators.ts'
import type { EventPort, FromEngine, ToEngine } from './wire.ts'

/** The shell's end of an engine's port, that answers only when told to. */
class ShellPort implements EventPort {
  onmessage: ((event: MessageEvent) => void) | null = null
  readonly heard: FromEngine[] = []
  onHeard: () => void = () => {}
  postMessage(message: unknown): void {
    this.heard.push(message as FromEngine)
    this.onHeard()
  }
  close(): void {}
  answer(message: ToEngine): void {
    this.onmessage!({ data: message } as MessageEvent)
  }
  count(kind: FromEngine['kind']): number {
    return this.heard.filter((message) => message.kind === kind).length
  }
  until(when: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (when()) resolve()
      }
      this.onHeard = look
      look()
    })
  }
}

describe('an engine', () => {
  it('stops reading when the shell does not acknowledge what sinks received, and goes on when it does', async () => {
    const port = new ShellPort()
    const server = new EngineServer({ clock: systemClock(), operators: fakeOperators, hearMessages: () => new Promise((resolve) => void setImmediate(resolve)) })
    const plan = planOf(1, [
      { id: 'rows', kind: 'rows', config: { rows: 409_600 } },
      { id: 'out', kind: 'out', from: ['rows'] },
    ])
    expect(await server.deploy({ plan, exactNumbers: [], worker: 0, subtasks: [0], carriers: { kind: 'none' }, previewRows: 0, eventTimeAsProcessingTime: false, checkpoints: false, splits: {}, restores: [], epoch: 0, haltAfterRows: null }, port)).toBeNull()
    await server.release({ kind: 'max' })
    const rowsRead = () => port.heard.reduce((rows, message) => (message.kind === 'report' ? message.report.operators.find(({ operator }) => operator === 'rows')!.rowsOut : rows), 0)
    // Two reports in which nothing moves any more.
    let reports = 0
    let seen = -1
    await port.until(() => {
      if (port.count('report') === reports) return false
      reports = port.count('report')
      const still = rowsRead() === seen && seen > 0
      seen = rowsRead()
      return still
    })
    expect(port.count('sink')).toBe(8)
    expect(rowsRead()).toBeLessThanOrEqual(10 * 4096)
    let acknowledged = 0
    await port.until(() => {
      while (acknowledged < port.count('sink')) {
        acknowledged++
        queueMicrotask(() => port.answer({ kind: 'sinkTaken', operator: 'out', subtask: 0 }))
      }
      return port.count('finished') === 1
    })
    expect(rowsRead()).toBe(409_600)
    expect(port.count('sink')).toBe(100)
  })
  it('shows the first rows at once, and a few after them together', async () => {
    const port = new ShellPort()
    const clock = new ManualClock(0)
    const turn = () => new Promise<void>((resolve) => void setImmediate(resolve))
    const server = new EngineServer({ clock, operators: fakeOperators, hearMessages: turn })
    const plan = planOf(1, [
      { id: 'rows', kind: 'rows', config: { rows: 1000, watermark: { column: 'ts', delayMs: 0 } } },
      { id: 'out', kind: 'out', from: ['rows'] },
    ])
    expect(await server.deploy({ plan, exactNumbers: [], worker: 0, subtasks: [0], carriers: { kind: 'none' }, previewRows: 0, eventTimeAsProcessingTime: false, checkpoints: false, splits: {}, restores: [], epoch: 0, haltAfterRows: null }, port)).toBeNull()
    const first = (await server.position())!
    const showsBy = async (from: number, until: number): Promise<number> => {
      for (let now = from; now <= until; now += 2) {
        clock.advanceTo(now)
        // Wakes the engine for a pass.
        await server.release({ kind: 'factor', base: first, since: 0, factor: 10 })
        await turn()
        await turn()
      }
      return port.count('sink')
    }
    expect(await showsBy(0, 94)).toBe(1)
    expect(await showsBy(96, 190)).toBe(2)
    await server.cancel()
  })
})

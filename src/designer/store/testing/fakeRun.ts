import type { JobRun, JobStatus, RunEvent, Speed } from '../../../runtime/jobRun.ts'

/** A run that does what a test tells it, and writes down what it was asked. */
export class FakeRun implements JobRun {
  status: JobStatus = { kind: 'running', since: 0 }
  readonly asked: string[] = []
  readonly workers = 2
  private readonly listeners = new Set<(event: RunEvent) => void>()

  subscribe(listener: (event: RunEvent) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  emit(event: RunEvent): void {
    if (event.kind === 'status') this.status = event.status
    for (const listener of this.listeners) listener(event)
  }

  pause(): void {
    this.asked.push('pause')
    this.emit({ kind: 'status', status: { kind: 'paused' } })
  }
  resume(): void {
    this.asked.push('resume')
    this.emit({ kind: 'status', status: { kind: 'running', since: 0 } })
  }
  step(): void {
    this.asked.push('step')
  }
  setSpeed(speed: Speed): void {
    this.asked.push(`speed ${speed.kind === 'max' ? 'max' : speed.factor}`)
  }
  watch(edge: number, rows: number): void {
    this.asked.push(`watch ${edge} ${rows}`)
  }
  unwatch(edge: number): void {
    this.asked.push(`unwatch ${edge}`)
  }
  checkpoints: JobRun['checkpoints'] = null
  savepoint(name: string): void {
    this.asked.push(`savepoint ${name}`)
  }
  restoreFrom(checkpoint: number): void {
    this.asked.push(`restore ${checkpoint}`)
  }
  killWorker(worker: number): void {
    this.asked.push(`kill ${worker}`)
  }
  stop(): Promise<void> {
    this.asked.push('stop')
    this.emit({ kind: 'status', status: { kind: 'canceled' } })
    return Promise.resolve()
  }
}

import type { Batch } from '../../columnar/batch.ts'
import type { PhysicalPlan } from '../../compiler/physicalPlan.ts'
import { ManualClock, type Clock } from '../../deterministic/clock.ts'
import type { Outlet } from '../../engine/exchange.ts'
import type { FileAccess } from '../../engine/operatorRuntime.ts'
import { Topics } from '../../ensemble/log/topics.ts'
import { workerCountOf } from '../channels.ts'
import { EngineServer } from '../engineServer.ts'
import { EngineThread, type Operators } from '../engineThread.ts'
import { installedOperators } from '../installedOperators.ts'
import type { Launcher } from '../launcher.ts'
import { JobFailed, runFailureOf } from '../runFailure.ts'
import { MemoryTables } from '../storeTables.ts'
import { localTopics, TopicReads } from '../topicReads.ts'
import { splitsNow, TopicWriters } from '../topicWriters.ts'
import { transactionalSinks, type DurableStores } from '../transactionalSinks.ts'

/**
 * A whole job in the calling thread, to its end: for tests, examples and the command line's `test`.
 *
 * The same plan and data give the same batches in the same order every time: the scheduler runs without a time limit, and a source that has to wait
 * is waited for before anything else moves, so that the speed of a disk decides nothing.
 */
export interface InProcessOptions {
  readonly files?: FileAccess
  /** Processing time; stands at 0 unless given. */
  readonly clock?: Clock
  readonly processingTime?: 'wall' | 'event'
  readonly operators?: Operators
  /** Topics and tables; absent: they live as long as the run. */
  readonly stores?: DurableStores
}

/** What each sink received, by operator id; a sink that received nothing has an empty list. Rejects with `JobFailed`. */
export async function runToEnd(plan: PhysicalPlan, options: InProcessOptions = {}): Promise<Map<string, Batch[]>> {
  const received = new Map<string, Batch[]>()
  const waiting: Promise<void>[] = []
  const clock = options.clock ?? new ManualClock(0)
  const operators = options.operators ?? installedOperators
  const stores = options.stores ?? { topics: new Topics(), tables: new MemoryTables(), owner: plan.name ?? '' }
  const transactional = transactionalSinks(plan, stores, clock)
  const writers = new TopicWriters(plan, transactional)
  const reads = new TopicReads(stores.topics, (topic) => writers.isWritten(topic))
  try {
    await operators.fetchedFor?.(plan.chains.flatMap((chain) => chain.operators.map(({ spec }) => spec)))
    const thread = new EngineThread({
      plan,
      subtasks: Array.from({ length: workerCountOf(plan) }, (_, i) => i),
      operators,
      clock,
      eventTimeAsProcessingTime: options.processingTime === 'event',
      files: options.files ?? noFiles,
      topics: localTopics(reads),
      splits: splitsNow(plan, stores.topics),
      writerTo: unreachable,
      readerFrom: unreachable,
      sink: (operator, subtask) => {
        const batches = received.get(operator) ?? []
        received.set(operator, batches)
        const sink = transactional.get(operator)
        const deliver = (batch: Batch): void => {
          batches.push({ ...batch, watermarks: null })
          sink?.append(subtask, batch)
        }
        return { port: { deliver }, outlet: sink === undefined ? null : endOutlet(() => writers.ended(operator, subtask)) }
      },
      poison: () => {},
      inTurn: true,
      sourceWaits: (ready) => waiting.push(ready),
      previewRows: 0,
    })
    await thread.open()
    thread.gate.until = Infinity
    try {
      while (!thread.isFinished) {
        const moved = thread.pass()
        if (waiting.length > 0) await Promise.all(waiting.splice(0))
        else if (!moved && !thread.isFinished) dueTimer(thread, clock)
      }
    } finally {
      thread.close()
    }
  } catch (error) {
    throw new JobFailed(runFailureOf(error))
  } finally {
    reads.close()
  }
  return received
}

/** Says when a sink has no more rows. */
function endOutlet(end: () => void): Outlet {
  return { hasCredit: () => true, flush: () => false, barrier: () => {}, idle: () => {}, active: () => {}, end }
}

/** One engine in the calling thread that hosts every subtask: a whole `JobRun` without workers. It shares the thread in slices. */
export function inProcessLauncher(clock: Clock, operators: Operators = installedOperators): Launcher {
  return {
    name: 'in-process',
    usesWorkers: false,
    launch() {
      const echo = new MessageChannel()
      let heard: () => void = () => {}
      echo.port1.onmessage = () => heard()
      const server = new EngineServer({
        clock,
        operators,
        hearMessages: () =>
          new Promise((resolve) => {
            heard = resolve
            echo.port2.postMessage(null)
          }),
      })
      return {
        control: server,
        deploy: (deployment, events) => server.deploy(deployment, events),
        terminate: async () => {
          await server.cancel()
          echo.port1.close()
        },
      }
    },
  }
}

/** Nothing moves: either a timer is to come and the clock is ours to move, or the run would never end. */
function dueTimer(thread: EngineThread, clock: Clock): void {
  const wake = thread.nextWake()
  if (clock instanceof ManualClock && wake !== Infinity) clock.advanceTo(Math.max(wake, clock.now()))
  else throw new Error('no task can go on, and none waits for input: a channel has lost an element')
}

const noFiles: FileAccess = {
  open: (path) => Promise.reject(new Error(`There is no file ${path} here: this run was given no files.`)),
}

function unreachable(): never {
  throw new Error('a run in one thread has no channels to other threads')
}

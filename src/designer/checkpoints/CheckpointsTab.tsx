import { useState, type CSSProperties } from 'react'
import { CircleCheck, CircleX, History, LoaderCircle, RotateCcw, Save, Skull } from 'lucide-react'
import { timestampText } from '../../columnar/valueText.ts'
import type { CheckpointRecord, CheckpointState, SubtaskAcknowledgement } from '../../runtime/checkpointCoordinator.ts'
import { Button } from '../frame/Button.tsx'
import { byteText } from '../parts/format.ts'
import { faceOf } from '../store/definitions.ts'
import { currentJob, nameOf } from '../store/designerStore.ts'
import { isActive, killWorker, restoreFrom, takeSavepoint, useCheckpoints, useRun, workerCount } from '../store/runStore.ts'
import { checkpoints as words } from '../text/checkpoints.ts'
import { text as t } from '../text/text.ts'
import { killJobManager, killServer, loseQuorum } from './livePlane.ts'
import { usePlane } from './planeView.ts'
import { StoredTable } from './StoredTable.tsx'
import { useStorageTrouble } from './storageTrouble.ts'
import styles from './checkpoints.module.css'

/**
 * Checkpoints as Flink's web interface shows them: how many, the history, and of one checkpoint each subtask with its delays and sizes; beside them what can be done: a savepoint, going on from a
 * checkpoint, killing a worker to see it recover. All figures are the checkpoint coordinator's own.
 */
export function CheckpointsTab() {
  const state = useCheckpoints()
  const run = useRun()
  const [chosen, choose] = useState<number | null>(null)
  if (state === null) {
    return (
      <div className={styles.before}>
        <p className={styles.hint}>{run.status.kind === 'idle' ? words.notRun : isActive(run.status) ? words.nothingYet : words.tooShort}</p>
        {isActive(run.status) ? null : <StoredTable shown={none} />}
      </div>
    )
  }
  const records = state.inFlight === null ? state.history : [state.inFlight, ...state.history]
  const shown = records.find(({ id }) => id === chosen) ?? records.find(({ status }) => status === 'completed') ?? records[0] ?? null
  return (
    <div className={styles.tab}>
      <Overview state={state} active={run.status.kind === 'running' || run.status.kind === 'paused'} />
      <section className={styles.left}>
        {records.length === 0 ? <p className={styles.hint}>{state.settings.intervalMs === 0 ? words.off : isActive(run.status) ? words.nothingYet : words.tooShort}</p> : <HistoryTable state={state} records={records} shown={shown} onChoose={choose} />}
        {isActive(run.status) ? null : <StoredTable shown={records.filter(({ status }) => status === 'completed').map(({ id }) => id)} />}
      </section>
      {shown === null ? null : <Detail record={shown} restorable={shown.status === 'completed' && (run.status.kind === 'running' || run.status.kind === 'paused' || !isActive(run.status))} />}
    </div>
  )
}

const none: readonly number[] = []

function Overview({ state, active }: { readonly state: CheckpointState; readonly active: boolean }) {
  const { settings, counts, history } = state
  const trouble = useStorageTrouble()
  const durations = history.flatMap(({ status, triggeredAt, endedAt }) => (status === 'failed' || endedAt === null ? [] : [endedAt - triggeredAt])).toSorted((a, b) => a - b)
  const workers = workerCount()
  return (
    <header className={styles.overview}>
      <span className={styles.settings}>
        {[words.every(settings.intervalMs), words.mode[settings.mode], ...(settings.unaligned ? [words.unaligned] : []), words.keeps(settings.retained)].join(', ')}
      </span>
      <dl className={styles.counts}>
        {(['triggered', 'completed', 'failed', 'restored'] as const).map((count) => (
          <div key={count} data-count={count} data-some={counts[count] > 0 ? '' : undefined}>
            <dt>{words.counts[count]}</dt>
            <dd>{counts[count]}</dd>
          </div>
        ))}
        {durations.length === 0 ? null : (
          <>
            <div data-extra="">
              <dt>{words.median}</dt>
              <dd>{words.ms(durations[durations.length >> 1]!)}</dd>
            </div>
            <div data-extra="">
              <dt>{words.worst}</dt>
              <dd>{words.ms(durations[Math.min(durations.length - 1, Math.floor(durations.length * 0.99))]!)}</dd>
            </div>
          </>
        )}
      </dl>
      <span className={styles.spacer} />
      <Button look="outline" size="small" disabled={!active} onClick={() => takeSavepoint('')}>
        <Save size={13} aria-hidden />
        {words.savepoint}
      </Button>
      {workers === 0 ? null : (
        <span className={styles.kill} role="group" aria-label={words.kill}>
          <Skull size={13} aria-hidden />
          {words.kill}
          {Array.from({ length: workers }, (_, worker) => (
            <Button key={worker} look="outline" size="small" disabled={!active} aria-label={words.killNumber(worker)} title={words.killWhy} onClick={() => killWorker(worker)}>
              {worker}
            </Button>
          ))}
        </span>
      )}
      <ControlPlane active={active} />
      {trouble === null ? null : (
        <p className={styles.trouble} role="status">
          {words.inMemory(trouble)}
        </p>
      )}
    </header>
  )
}

/** Who leads, why nothing completes if so, and ways to see a failover. */
function ControlPlane({ active }: { readonly active: boolean }) {
  const plane = usePlane()
  if (plane === null) return null
  const now =
    plane.topicsWaitFor !== null ? words.sinksWait(plane.topicsWaitFor) : plane.waitsFor !== null ? words.planeWaits(plane.waitsFor) : plane.jobManager === null ? words.nobodyLeads : words.leads(plane.jobManager, plane.server)
  const sentence = plane.takeovers > 0 ? `${now} · ${words.tookOver(plane.takeovers)}` : now
  return (
    <>
      <span className={styles.kill} role="group" aria-label={words.breakPlane}>
        <Skull size={13} aria-hidden />
        {words.killLeading}
        <Button look="outline" size="small" disabled={!active} title={words.killJobManagerWhy} onClick={killJobManager}>
          {words.killJobManager}
        </Button>
        <Button look="outline" size="small" disabled={!active} title={words.killServerWhy} onClick={killServer}>
          {words.killServer}
        </Button>
        <Button look="outline" size="small" disabled={!active} title={words.loseQuorumWhy} onClick={loseQuorum}>
          {words.loseQuorum}
        </Button>
      </span>
      <span className={styles.plane} role="status" title={sentence} data-waits={plane.waitsFor === null && plane.topicsWaitFor === null ? undefined : ''}>
        {sentence}
      </span>
    </>
  )
}

interface HistoryProps {
  readonly state: CheckpointState
  readonly records: readonly CheckpointRecord[]
  readonly shown: CheckpointRecord | null
  readonly onChoose: (id: number) => void
}

function HistoryTable({ state, records, shown, onChoose }: HistoryProps) {
  const largest = Math.max(1, ...records.map(({ bytes }) => bytes))
  const { columns } = words
  return (
    <div className={styles.scroller} tabIndex={0} role="region" aria-label={words.history}>
      <table className={styles.history}>
        <thead>
          <tr>
            <th scope="col">{columns.id}</th>
            <th scope="col">{columns.status}</th>
            <th scope="col">{columns.kind}</th>
            <th scope="col">{columns.started}</th>
            <th scope="col" data-number="">
              {columns.endToEnd}
            </th>
            <th scope="col" data-number="">
              {columns.alignment}
            </th>
            <th scope="col" data-number="">
              {columns.size}
            </th>
            <th aria-hidden />
          </tr>
        </thead>
        <tbody>
          {records.map((record) => (
            <HistoryRow key={record.id} state={state} record={record} largest={largest} chosen={record === shown} onChoose={onChoose} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function HistoryRow({ state, record, largest, chosen, onChoose }: { readonly state: CheckpointState; readonly record: CheckpointRecord; readonly largest: number; readonly chosen: boolean; readonly onChoose: (id: number) => void }) {
  const alignment = Math.max(0, ...record.subtasks.map(({ alignmentMs }) => alignmentMs))
  const took = (record.endedAt ?? record.acknowledgedAt ?? record.triggeredAt) - record.triggeredAt
  const restores = state.restores.filter(({ checkpoint }) => checkpoint === record.id)
  return (
    <tr data-chosen={chosen ? '' : undefined} data-status={record.status} onClick={() => onChoose(record.id)}>
      <td>
        <button type="button" className={styles.id} aria-current={chosen ? 'true' : undefined} aria-label={words.title(record.kind, record.id)}>
          {record.id}
        </button>
      </td>
      <td>
        <Status record={record} />
        {restores.map(({ at, reason }) => (
          <span key={at} className={styles.restored} title={words.restoredWhy(reason)}>
            <RotateCcw size={12} aria-hidden />
            {t.transport.checkpoints.restored(record.id)}
          </span>
        ))}
      </td>
      <td className={styles.quiet}>{record.name === null ? words.kind[record.kind] : words.named(record.name)}</td>
      <td data-mono="">{timeOf(record.triggeredAt)}</td>
      <td data-number="">{record.status === 'failed' ? words.none : `${words.ms(took)}${record.endedAt === null ? '…' : ''}`}</td>
      <td data-number="">{record.subtasks.length === 0 ? words.none : words.ms(alignment)}</td>
      <td data-number="">{record.subtasks.length === 0 ? words.none : byteText(record.bytes)}</td>
      <td aria-hidden>
        <i className={styles.size} style={{ '--share': `${(record.bytes / largest) * 100}%` } as CSSProperties} />
      </td>
    </tr>
  )
}

function Status({ record }: { readonly record: CheckpointRecord }) {
  const { status } = record
  const Icon = status === 'failed' ? CircleX : status === 'completed' || status === 'discarded' ? CircleCheck : LoaderCircle
  const said =
    status === 'acknowledging'
      ? words.acknowledging(record.subtasks.length, record.tasks)
      : status === 'writing'
        ? words.writing
        : status === 'failed'
          ? words.failed(record.failure ?? '')
          : status === 'completed'
            ? words.completed
            : words.discarded
  return (
    <span className={styles.status} data-status={status} title={said}>
      <Icon size={14} aria-hidden />
      <span>{said}</span>
    </span>
  )
}

/** One checkpoint: when each subtask got its barriers, how long it stood still, what it sent; and going on from it. */
function Detail({ record, restorable }: { readonly record: CheckpointRecord; readonly restorable: boolean }) {
  const took = record.endedAt === null || record.status === 'failed' ? null : words.ms(record.endedAt - record.triggeredAt)
  const span = Math.max(1, ...record.subtasks.map(({ startDelayMs, alignmentMs, syncMs, asyncMs }) => startDelayMs + alignmentMs + syncMs + asyncMs))
  const subtasks = [...record.subtasks].toSorted((a, b) => a.chain - b.chain || a.subtask - b.subtask)
  return (
    <aside className={styles.detail} aria-label={words.title(record.kind, record.id)}>
      <header className={styles.detailHead}>
        <div>
          <b>{words.title(record.kind, record.id)}</b>
          <span className={styles.quiet}>{words.startedAt(timeOf(record.triggeredAt), took)}</span>
        </div>
        {record.status === 'completed' ? (
          <span className={styles.chip}>
            <CircleCheck size={12} aria-hidden />
            {words.restorable}
          </span>
        ) : null}
      </header>
      {record.status === 'failed' ? <p className={styles.failure}>{record.failure}</p> : null}
      {record.committedBy === null ? null : <p className={styles.quiet}>{words.committedBy(record.committedBy)}</p>}
      <ul className={styles.subtasks} aria-label={words.subtasks(record.id)} tabIndex={0}>
        {subtasks.map((subtask) => (
          <SubtaskRow key={`${subtask.chain}/${subtask.subtask}`} subtask={subtask} span={span} />
        ))}
        {record.status === 'acknowledging' && record.subtasks.length < record.tasks ? <li className={styles.quiet}>{words.acknowledging(record.subtasks.length, record.tasks)}</li> : null}
      </ul>
      <footer className={styles.detailFoot}>
        <Button look="outline" size="small" disabled={!restorable} title={words.restoreWhy} onClick={() => void restoreFrom(record.id)}>
          <History size={13} aria-hidden />
          {words.restoreHere}
        </Button>
        <span className={styles.legend} aria-hidden>
          {(['delay', 'alignment', 'sync', 'async'] as const).map((part) => (
            <span key={part}>
              <i data-part={part} />
              {words.bars[part]}
            </span>
          ))}
        </span>
      </footer>
    </aside>
  )
}

function SubtaskRow({ subtask, span }: { readonly subtask: SubtaskAcknowledgement; readonly span: number }) {
  const { startDelayMs, alignmentMs, syncMs, asyncMs } = subtask
  const parts = [
    ['delay', startDelayMs],
    ['alignment', alignmentMs],
    ['sync', syncMs],
    ['async', asyncMs],
  ] as const
  const bytes = subtask.operators.reduce((sum, operator) => sum + operator.bytes, 0)
  const heaviest = subtask.operators.reduce((heavy, operator) => (operator.bytes > heavy.bytes ? operator : heavy), subtask.operators[0]!)
  const name = nameOf(heaviest.operator)
  const { ms } = words
  return (
    <li title={subtask.operators.map(({ operator, bytes: size }) => `${nameOf(operator)} ${byteText(size)}`).join(', ')}>
      <i className={styles.family} data-family={familyOf(heaviest.operator)} aria-hidden />
      <span className={styles.name}>
        {name} <span className={styles.quiet}>{subtask.subtask}</span>
      </span>
      <span className={styles.bar} aria-hidden>
        {parts.map(([part, length]) => (
          <i key={part} data-part={part} style={{ width: `${(length / span) * 100}%`, minWidth: length > 0 && part !== 'delay' ? 2 : 0 }} />
        ))}
      </span>
      <span className={styles.figure} aria-hidden>
        {subtask.finished ? words.ended : ms(subtask.endToEndMs)}
      </span>
      <span className={styles.figure} aria-hidden>
        {byteText(bytes)}
      </span>
      <span className={styles.words}>{words.row(name, subtask.subtask, ms(startDelayMs), ms(alignmentMs), ms(syncMs), ms(asyncMs), byteText(bytes))}</span>
    </li>
  )
}

function familyOf(operator: string): string {
  return faceOf(currentJob().operators.find(({ id }) => id === operator)?.kind ?? '')?.family ?? 'shape'
}

function timeOf(ms: number): string {
  const date = new Date(ms)
  return timestampText(ms - date.getTimezoneOffset() * 60_000, 0).slice(11)
}

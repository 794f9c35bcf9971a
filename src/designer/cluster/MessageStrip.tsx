import { HardDrive, MousePointer2, Check, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { zxidText } from '../../ensemble/world/trace.ts'
import { cluster as t } from '../text/cluster.ts'
import { act, choose, clusterView, seek, seekEvent, useCluster } from './clusterStore.ts'
import { describeMessage, fateText } from './words.ts'
import type { Message } from './recording.ts'
import styles from './strip.module.css'

/** What was chosen in the diagram, in the words of the protocol, and what can be done about it. */
export function MessageStrip() {
  const { chosen, run } = useCluster()
  const { names } = run.recording.world
  if (chosen === null) {
    return (
      <div className={styles.strip} data-empty="">
        <MousePointer2 aria-hidden />
        <span>{t.nothingChosen}</span>
      </div>
    )
  }
  if (chosen.kind === 'write') {
    const { write } = chosen
    return (
      <Strip icon={<HardDrive aria-hidden />} title={t.writeTitle[write.kind]} sentence={t.writeText[write.kind]}>
        <span className={styles.second}>{names[write.node]}</span>
        <Field label={t.sent} value={seconds(write.from)} />
        <span className={styles.quiet}>{t.writeTook(write.to - write.from)}</span>
      </Strip>
    )
  }
  if (chosen.kind === 'applied') {
    const { applied } = chosen
    return (
      <Strip icon={<Check aria-hidden />} title={t.appliedTitle(zxidText(applied.zxid))} sentence={t.appliedText}>
        <span className={styles.second}>{names[applied.node]}</span>
        <span className={styles.value}>{seconds(applied.time)}</span>
      </Strip>
    )
  }
  const { message } = chosen
  const { title, fields, sentence } = describeMessage(message)
  return (
    <Strip icon={<MousePointer2 aria-hidden />} title={title} sentence={sentence} actions={<Actions message={message} name={names[message.to]!} />}>
      <span className={styles.second}>{t.fromTo(names[message.from]!, names[message.to]!)}</span>
      <Field label={t.sent} value={seconds(message.sent)} />
      {message.fate === 'delivered' || message.fate === 'underWay' ? <Field label={t.arrives} value={seconds(message.arrives)} /> : <span className={styles.lost}>{fateText(message.fate)}</span>}
      {fields.map(([label, value]) => (
        <Field key={label} label={label} value={value} />
      ))}
    </Strip>
  )
}

function Strip(props: { readonly icon: ReactNode; readonly title: string; readonly sentence: string; readonly actions?: ReactNode; readonly children: ReactNode }) {
  return (
    <section className={styles.strip} aria-label={t.chosen}>
      {props.icon}
      <div className={styles.words}>
        <div className={styles.line}>
          <b>{props.title}</b>
          {props.children}
        </div>
        <p className={styles.sentence}>{props.sentence}</p>
      </div>
      {props.actions}
      <button type="button" className={styles.close} aria-label={t.forget} title={t.forget} onClick={() => choose(null)}>
        <X aria-hidden />
      </button>
    </section>
  )
}

function Field({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <span className={styles.field}>
      <span className={styles.quiet}>{label}</span> <span className={styles.value}>{value}</span>
    </span>
  )
}

function Actions({ message, name }: { readonly message: Message; readonly name: string }) {
  const arrived = Number.isFinite(message.arrivedEvent)
  return (
    <div className={styles.actions}>
      <button type="button" className={styles.plain} onClick={() => seek(message.sent)}>
        {t.goToSending}
      </button>
      {arrived && message.fate === 'delivered' ? (
        <>
          <button type="button" className={styles.plain} onClick={() => seekEvent(message.arrivedEvent)}>
            {t.goToArrival}
          </button>
          <button
            type="button"
            className={styles.button}
            onClick={() => {
              seekEvent(message.arrivedEvent - 1)
              if (clusterView().run.world.nodes[message.to]!.up) act({ kind: 'kill', node: message.to })
            }}
          >
            {t.killOnArrival(name)}
          </button>
        </>
      ) : null}
    </div>
  )
}

function seconds(micros: number): string {
  return (micros / 1e6).toFixed(4)
}

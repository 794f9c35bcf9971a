import { memo, useState } from 'react'
import { cluster as t } from '../text/cluster.ts'
import { seekEvent, useCluster } from './clusterStore.ts'
import { storyActs } from './marks.ts'
import { firstAfter, type Recording } from './recording.ts'
import { describeMessage, fateText } from './words.ts'
import styles from './panes.module.css'

const linesMax = 150

interface Line {
  readonly time: number
  readonly event: number
  readonly who: string
  readonly act: string
  readonly text: string
}

/** Everything up to the place as lines of text, newest first: the diagram for those who read or listen. Each line goes to its moment. */
export const Happened = memo(function Happened() {
  const { run } = useCluster()
  const [detail, setDetail] = useState<'story' | 'all' | 'messages'>('story')
  const { lines, earlier } = linesOf(run.recording, run.world.events + (run.isAtHead ? 0.5 : 0), detail)
  return (
    <div className={styles.happened}>
      <div className={styles.tools} role="group" aria-label={t.happened.log}>
        {(['story', 'all', 'messages'] as const).map((each) => (
          <button key={each} type="button" className={styles.toggle} aria-pressed={detail === each} onClick={() => setDetail(each)}>
            {each === 'story' ? t.happened.story : each === 'all' ? t.happened.all : t.happened.withMessages}
          </button>
        ))}
      </div>
      {lines.length === 0 ? (
        <p className={styles.empty}>{t.happened.empty}</p>
      ) : (
        <ol className={styles.lines} aria-label={t.happened.log} tabIndex={0} data-happened="">
          {lines.map((line, i) => (
            <li key={`${line.event} ${line.who} ${line.text} ${lines.length - i}`} data-act={line.act}>
              <button type="button" className={styles.time} aria-label={t.happened.go((line.time / 1e6).toFixed(6))} onClick={() => seekEvent(Math.ceil(line.event))}>
                {(line.time / 1e6).toFixed(6)}
              </button>
              <span className={styles.who}>{line.who}</span>
              <span>{line.text}</span>
            </li>
          ))}
          {earlier > 0 ? <li className={styles.more}>{t.happened.more(earlier)}</li> : null}
        </ol>
      )}
    </div>
  )
})

function linesOf(recording: Recording, until: number, detail: 'story' | 'all' | 'messages'): { readonly lines: readonly Line[]; readonly earlier: number } {
  const { names } = recording.world
  const { notes, messages } = recording
  const lines: Line[] = []
  let earlier = 0
  for (let i = firstAfter(notes, until + 1e-6, (note) => note.event) - 1; i >= 0; i--) {
    const { act, time, event, node, text } = notes[i]!
    if (detail === 'story' && !storyActs.has(act)) continue
    if (lines.length < linesMax) lines.push({ time, event, who: names[node] ?? t.ensemble, act, text })
    else earlier++
  }
  if (detail !== 'messages') return { lines, earlier }
  const sent: Line[] = []
  for (let i = firstAfter(messages, until + 1e-6, (message) => message.sentEvent) - 1; i >= 0 && sent.length < linesMax; i--) {
    const message = messages[i]!
    const fate = message.arrivedEvent <= until ? fateText(message.fate) : fateText('underWay')
    sent.push({ time: message.sent, event: message.sentEvent, who: names[message.from]!, act: 'message', text: t.happened.message('', describeMessage(message).title, names[message.to]!, fate).trim() })
  }
  const both = [...lines, ...sent].toSorted((a, b) => b.event - a.event).slice(0, linesMax)
  return { lines: both, earlier: 0 }
}

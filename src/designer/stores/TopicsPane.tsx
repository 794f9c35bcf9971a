import { useEffect } from 'react'
import { Trash2 } from 'lucide-react'
import type { Topic } from '../../ensemble/log/topics.ts'
import { usePlane } from '../checkpoints/planeView.ts'
import { isActive, useRun } from '../store/runStore.ts'
import { stores as t } from '../text/stores.ts'
import { load, pageTopics, removeTopic, storedTopicNames } from './pageStores.ts'
import { storesChanged, storesTrouble, useStoresTrouble, useStoresVersion } from './storesView.ts'
import styles from './stores.module.css'

/** The topics that jobs of this page write and read, as Kafka's tools show them: offsets of each partition, and how transactions ended. `only`: one of them. */
export function TopicsPane({ only }: { readonly only?: string }) {
  useStoresVersion()
  const trouble = useStoresTrouble()
  const run = useRun()
  const waits = usePlane()?.topicsWaitFor ?? null
  useEffect(() => {
    const names = only === undefined ? storedTopicNames() : Promise.resolve([only])
    names.then((all) => Promise.all(all.map(load))).then(storesChanged, storesTrouble)
  }, [only])
  const topics = pageTopics().all.filter(({ name }) => only === undefined || name === only)
  return (
    <section className={styles.topics} aria-label={t.topics} tabIndex={0}>
      {trouble === null ? null : <p className={styles.trouble}>{t.trouble(trouble)}</p>}
      {waits === null ? null : (
        <p className={styles.trouble} role="status">
          {t.waits(waits)}
        </p>
      )}
      {topics.length === 0 ? <p className={styles.hint}>{t.topicsHint}</p> : topics.map((topic) => <TopicTable key={topic.name} topic={topic} removable={!isActive(run.status)} />)}
    </section>
  )
}

function TopicTable({ topic, removable }: { readonly topic: Topic; readonly removable: boolean }) {
  const { name, partitions, committed, aborted } = topic
  const open = partitions.reduce((most, partition) => Math.max(most, partition.openTransactions), 0)
  return (
    <div className={styles.topic}>
      <div className={styles.head}>
        <b>{name}</b>
        <span className={styles.quiet}>{t.records(partitions.reduce((sum, { recordCount }) => sum + recordCount, 0))}</span>
        <span className={styles.quiet}>{t.transactions(committed, aborted, open)}</span>
        <button type="button" className={styles.icon} disabled={!removable} aria-label={t.remove(name)} title={t.remove(name)} onClick={() => removeTopic(name)}>
          <Trash2 size={14} aria-hidden />
        </button>
      </div>
      <table className={styles.table} aria-label={t.topic(name)}>
        <thead>
          <tr>
            <th scope="col">{t.partition}</th>
            <th scope="col">{t.start}</th>
            <th scope="col" title={t.stableTitle}>
              {t.stable}
            </th>
            <th scope="col" title={t.highWatermarkTitle}>
              {t.highWatermark}
            </th>
            <th scope="col" title={t.endTitle}>
              {t.end}
            </th>
            <th scope="col">{t.count}</th>
          </tr>
        </thead>
        <tbody>
          {partitions.map(({ index, startOffset, lastStableOffset, highWatermark, endOffset, recordCount }) => (
            <tr key={index}>
              <td>{index}</td>
              <td>{startOffset}</td>
              <td data-behind={lastStableOffset < endOffset ? '' : undefined}>{lastStableOffset}</td>
              <td>{highWatermark}</td>
              <td>{endOffset}</td>
              <td>{recordCount}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

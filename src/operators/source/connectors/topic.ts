import type { JsonObject } from '../../../columnar/json.ts'
import { parseTimestamp } from '../../../columnar/valueText.ts'
import { columnProblems, sourceProblems } from '../../../job/problemCatalogue.ts'
import type { Connector } from './connector.ts'
import { onErrorField } from './shared.ts'

/** What Kafka takes as the name of a topic. */
export const topicPattern = '[A-Za-z0-9._-]{1,249}'

export const topic: Connector = {
  variant: {
    type: 'topic',
    label: 'Topic',
    summary: 'Records of a topic, which a sink of this job or of an earlier run has written.',
    fields: [
      { key: 'topic', label: 'Topic', control: 'text', maxLength: 249, pattern: topicPattern, placeholder: 'orders' },
      {
        key: 'startFrom',
        label: 'Start from',
        control: 'choice',
        choices: [
          { value: 'earliest-offset', label: 'Earliest offset' },
          { value: 'latest-offset', label: 'Latest offset' },
          { value: 'timestamp', label: 'Time of writing' },
          { value: 'specific-offsets', label: 'Offsets' },
        ],
        optional: true,
        default: 'earliest-offset',
        help: 'Where a fresh run begins in each partition. One that goes on from a checkpoint begins at the offsets in it.',
      },
      { key: 'startTimestamp', label: 'Written from', control: 'text', placeholder: '2026-01-31 12:00:00', showWhen: (connector) => connector.startFrom === 'timestamp', help: 'In UTC. Records that were written before are left out.' },
      {
        key: 'startOffsets',
        label: 'Offsets',
        control: 'text',
        maxLength: 4000,
        placeholder: 'partition:0,offset:42;partition:1,offset:300',
        showWhen: (connector) => connector.startFrom === 'specific-offsets',
        help: 'As in Flink. Partitions that are not named begin at their earliest offset.',
      },
      {
        key: 'boundedMode',
        label: 'Ends',
        control: 'choice',
        choices: [
          { value: 'unbounded', label: 'With the topic' },
          { value: 'latest-offset', label: 'Where it ends when the run begins' },
        ],
        optional: true,
        default: 'unbounded',
        advanced: true,
        help: 'With the topic: when everything is read and no sink of this run writes it any more. On Flink such a source has no end.',
      },
      {
        key: 'format',
        label: 'Format',
        control: 'choice',
        choices: [
          { value: 'json', label: 'JSON' },
          { value: 'debezium-json', label: 'Debezium changes' },
        ],
        optional: true,
        default: 'json',
        help: 'What a record holds: a row, or a change with the row before and after.',
      },
      {
        key: 'key',
        label: 'Key',
        control: 'columns',
        input: 'out',
        optional: true,
        advanced: true,
        showWhen: (connector) => connector.format !== 'debezium-json',
        help: 'Columns that stand in the record’s key: a later record of the same key replaces the earlier one, one without a value deletes it (upsert-kafka).',
      },
      {
        key: 'isolation',
        label: 'Isolation',
        control: 'choice',
        choices: [
          { value: 'read_committed', label: 'Committed records' },
          { value: 'read_uncommitted', label: 'All records' },
        ],
        optional: true,
        default: 'read_committed',
        advanced: true,
        help: 'Records of transactions that are open or aborted are read only with the second.',
      },
      onErrorField,
    ],
  },
  subtitle: (connector) => (typeof connector.topic === 'string' ? `topic ${connector.topic}` : 'topic'),
  proposal: () => null,
  check: (config, columns, report) => {
    const connector = config.connector as JsonObject
    const names = columns.columns.map(({ name }) => name)
    keyOf(connector).forEach((column, i) => {
      const found = columns.columns.find(({ name }) => name === column)
      if (found === undefined) report(`connector.key[${i}]`, columnProblems.unknownColumn(column, names))
      else if (found.computed !== null) report(`connector.key[${i}]`, sourceProblems.computedKey(column))
    })
    if (keyOf(connector).length > 0 && connector.startFrom !== undefined && connector.startFrom !== 'earliest-offset') report('connector.startFrom', sourceProblems.upsertStart())
    if (typeof connector.startTimestamp === 'string' && parseTimestamp(connector.startTimestamp) === null) {
      report('connector.startTimestamp', sourceProblems.badField('startTimestamp', `${JSON.stringify(connector.startTimestamp)} is no time. Write it like "2026-01-31 12:00:00".`))
    }
    if (typeof connector.startOffsets === 'string' && specificOffsets(connector.startOffsets) === null) {
      report('connector.startOffsets', sourceProblems.badField('startOffsets', `${JSON.stringify(connector.startOffsets)} is no list of offsets. Write it like "partition:0,offset:42;partition:1,offset:300".`))
    }
  },
  // A value that cannot be read is found by reading it.
  leavesOut: false,
}

export function keyOf(connector: JsonObject): readonly string[] {
  return Array.isArray(connector.key) ? (connector.key as readonly string[]) : []
}

/** Offsets by partition out of Flink's `partition:0,offset:42;partition:1,offset:300`; null when it is not written so. */
export function specificOffsets(text: string): ReadonlyMap<number, number> | null {
  const offsets = new Map<number, number>()
  for (const part of text.split(';')) {
    const match = /^\s*partition\s*:\s*(\d{1,6})\s*,\s*offset\s*:\s*(\d{1,15})\s*$/.exec(part)
    if (match === null) return null
    offsets.set(Number(match[1]), Number(match[2]))
  }
  return offsets
}

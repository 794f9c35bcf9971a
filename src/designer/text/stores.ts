import { formatCount, plural } from './plural.ts'

/** Topics and tables that outlive a run. */
export const stores = {
  topics: 'Topics of jobs',
  topicsHint: 'No job has written a topic yet. Choose Topic as the connector of a sink.',
  topic: (name: string) => `Topic ${name}`,
  transactions: (committed: number, aborted: number, open: number) =>
    `${formatCount(committed)} committed${aborted > 0 ? `, ${formatCount(aborted)} aborted` : ''}${open > 0 ? `, ${formatCount(open)} open` : ''}`,
  records: (count: number) => plural(count, 'record', 'records'),
  partition: 'Partition',
  start: 'Start',
  stable: 'LSO',
  stableTitle: 'Last stable offset: readers of committed records get what is below',
  highWatermark: 'HW',
  highWatermarkTitle: 'High watermark: what all in-sync replicas hold. While a job runs, three brokers keep its topics; afterwards the page has the one copy',
  end: 'LEO',
  endTitle: 'Log end offset: where the next record goes',
  count: 'Records',
  remove: (name: string) => `Delete the topic ${name} and its records`,
  table: (name: string) => `Table ${name}`,
  tableOf: (name: string) => `Rows of the table ${name}`,
  tableEmpty: 'The table holds no rows. Rows come into it when a checkpoint covers them.',
  rowsKept: (shown: number, count: number) => (shown < count ? `first ${formatCount(shown)} of ${plural(count, 'row', 'rows')}` : plural(count, 'row', 'rows')),
  empty: (name: string) => `Empty the table ${name}`,
  waits: (why: string) => `Sinks wait: ${why}`,
  trouble: (why: string) => `The browser does not keep topics and tables: ${why}`,
}

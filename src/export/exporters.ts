import type { Job } from '../job/job.ts'
import type { Problem } from '../job/problem.ts'
import { exportFlinkSql, flinkVersions, type FlinkVersion } from './flinkSql.ts'
import { exportJobJson } from './jobJson.ts'

/** What a job can be written as, for shells that offer the choice. A new form is one entry here. */
export interface Exporter {
  readonly title: string
  /** Of a file that holds it, without the name. */
  readonly extension: string
  /** `text` is null when the job cannot be written in this form; the problems say why. */
  write(job: Job, options: ExportOptions): { readonly text: string | null; readonly problems: readonly Problem[] }
}

export interface ExportOptions {
  readonly flinkVersion: FlinkVersion
}

export type ExportForm = 'json' | 'flink-sql'

export const exporters: Readonly<Record<ExportForm, Exporter>> = {
  json: { title: 'Job JSON', extension: 'job.json', write: (job) => ({ text: exportJobJson(job), problems: [] }) },
  'flink-sql': { title: 'Flink SQL', extension: 'sql', write: (job, { flinkVersion }) => exportFlinkSql(job, { version: flinkVersion }) },
}

export { flinkVersions, type FlinkVersion }

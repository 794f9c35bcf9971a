import { plural } from './plural.ts'

/** Flink SQL: the certificate, the script, and the way to it. */
export const exporting = {
  forms: { sql: 'Flink SQL', json: 'Job JSON' },
  form: 'Form of the export',
  version: 'Flink version',
  versionName: (version: string) => `Flink ${version}`,
  forOperators: (operators: number) => `${plural(operators, 'operator', 'operators')}, one script, one job on the cluster`,
  script: 'The script in Flink SQL',
  certificate: 'What each operator means on Flink',
  settings: (count: number) => `It rests on ${plural(count, 'setting', 'settings')}`,
  same: 'Same meaning',
  noted: 'Noted difference',
  notExportable: 'Not exportable',
  unknown: 'Has problems',
  counts: { same: (count: number) => `${count} same`, noted: (count: number) => `${count} noted`, not: (count: number) => `${count} not exportable` },
  summary: (same: number, noted: number, not: number) => `${same} with the same meaning, ${noted} with a noted difference, ${not} not exportable`,
  noScript: 'No script yet',
  noScriptWhy: 'Every operator must be exportable, and the job without errors. What is in the way:',
  secrets: 'Passwords stay names: ${secret:NAME} is filled in where the script runs.',
  beside: 'Show beside the canvas',
  copy: 'Copy',
  copied: 'Script copied',
  download: (name: string) => `Download ${name}`,
  downloadShort: 'Download',
  downloaded: (name: string) => `Downloaded ${name}`,
  size: (lines: number, characters: number) => `${plural(lines, 'line', 'lines')}, ${(characters / 1000).toFixed(1)} kB`,
}

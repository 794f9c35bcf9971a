import { plural } from './plural.ts'

/** The list of problems around the sentences that problems bring themselves. */
export const problems = {
  title: 'Problems',
  none: 'No problems.',
  noneButFailed: 'No problems in the job itself. Its run failed: the reason stands at the operator and beside the clock.',
  job: 'Job',
  more: (count: number) => plural(count, 'more problem', 'more problems'),
  severity: { error: 'Error', warning: 'Warning', advice: 'Advice' },
}

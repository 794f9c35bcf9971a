import { plural } from './plural.ts'

/** The list of problems around the sentences that problems bring themselves. */
export const problems = {
  title: 'Problems',
  none: 'No problems.',
  job: 'Job',
  more: (count: number) => plural(count, 'more problem', 'more problems'),
  severity: { error: 'Error', warning: 'Warning', advice: 'Advice' },
}

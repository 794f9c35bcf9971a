import type { OperatorBefore } from '../job/operatorDefinition.ts'

/** The filter that a join's own condition becomes in front of one of its inputs. */
export function filterBefore(where: string): Omit<OperatorBefore, 'input'> {
  return { kind: 'filter', config: { where }, text: `asks ${where.replaceAll(/\s+/g, ' ').trim()}` }
}

import { isNumeric } from '../../../../columnar/dataType.ts'
import type { JsonObject } from '../../../../columnar/json.ts'
import type { Chance } from '../chance.ts'
import type { GenerateFacet } from '../facet.ts'
import { eventTimeOf, keyColumns } from './windows.ts'

interface Variable {
  readonly name: string
  readonly quantifier: string
  readonly needed: boolean
  readonly greedy: boolean
}

/** Patterns of two to four variables over a numeric column, such as Flink takes: what it refuses is not drawn. */
export const match: GenerateFacet = {
  inputs: [{ port: 'in' }],
  config: (chance, [input]) => {
    const time = eventTimeOf(input!)
    const number = input!.schema.fields.find((field) => field.time === undefined && isNumeric(field.type))?.name
    // Which rows follow each other is decided by arrival among rows of one time.
    if (time === null || number === undefined || !input!.ordered || input!.updating) return null
    const variables = arbitraryVariables(chance)
    const names = variables.map(({ name }) => name)
    const target = variables.find(({ needed }, i) => i > 0 && needed && variables.slice(0, i).some((before) => before.needed))
    const afterMatch = chance.oneOf(['SKIP PAST LAST ROW', 'SKIP PAST LAST ROW', 'SKIP TO NEXT ROW', ...(target === undefined ? [] : [`SKIP TO FIRST ${target.name}`, `SKIP TO LAST ${target.name}`])])
    return {
      partitionBy: chance.someOf(keyColumns(input!), 0, 1).filter((name) => name !== number),
      orderBy: [{ column: time }],
      pattern: variables.map(({ name, quantifier }) => name + quantifier).join(' '),
      define: names.flatMap((name, i): JsonObject[] => (chance.happens(75) ? [{ name, expression: arbitraryCondition(chance, number, name, names.slice(0, i)) }] : [])),
      measures: [
        { name: 'm_last', expression: `${chance.oneOf(names)}.${number}` },
        { name: 'm_first', expression: `FIRST(${chance.oneOf(names)}.${number}, ${chance.integer(0, 1)})` },
        { name: 'm_back', expression: `LAST(${chance.oneOf(names)}.${number}, ${chance.integer(0, 2)})` },
        { name: 'm_count', expression: `COUNT(${chance.oneOf(names)}.${number})` },
        { name: 'm_all', expression: `${chance.oneOf(['COUNT', 'MIN', 'MAX'])}(${number})` },
        { name: 'm_sum', expression: `SUM(${chance.oneOf(names)}.${number})` },
        { name: 'm_time', expression: `MATCH_ROWTIME(${time})` },
      ],
      ...(chance.happens(40) ? { withinMs: chance.oneOf([1000, 2000, 5000, 15_000]) } : {}),
      ...(afterMatch === 'SKIP PAST LAST ROW' ? {} : { afterMatch }),
    }
  },
}

function arbitraryVariables(chance: Chance): Variable[] {
  const count = chance.integer(2, 4)
  const needed = chance.integer(0, count - 1)
  const variables: Variable[] = []
  for (let i = 0; i < count; i++) {
    const afterGreedy = variables[i - 1]?.greedy === true
    const quantifiers = [
      '', '', '+?', '{2}', '{1,3}?', '{2,}?',
      ...(i === count - 1 ? [] : ['+', '{1,2}', '{2,}']),
      ...(i === needed ? [] : ['{0,2}?', ...(afterGreedy ? [] : ['?', '*?', ...(i === count - 1 ? [] : ['*'])])]),
    ]
    const quantifier = chance.oneOf(quantifiers)
    variables.push({ name: 'ABCD'[i]!, quantifier, needed: !/^[?*]|^\{0/.test(quantifier), greedy: ['+', '*', '{1,2}', '{2,}'].includes(quantifier) })
  }
  return variables
}

function arbitraryCondition(chance: Chance, number: string, own: string, before: readonly string[]): string {
  const other = before.length === 0 ? own : chance.oneOf(before)
  return chance.oneOf([
    `${number} > ${chance.oneOf(['0', '1', '-1'])}`,
    `${own}.${number} <= ${chance.oneOf(['0', '2', '42'])}`,
    `${number} IS NOT NULL`,
    `${number} >= LAST(${other}.${number})`,
    `${own}.${number} <> ${other}.${number}`,
    `LAST(${own}.${number}, 1) IS NULL OR ${own}.${number} >= LAST(${own}.${number}, 1)`,
    `COUNT(${own}.${number}) < 3`,
    `COUNT(${other}.${number}) + COUNT(${own}.${number}) < 4`,
    `FIRST(${other}.${number}) = ${number} OR MAX(${other}.${number}) > ${number}`,
  ])
}

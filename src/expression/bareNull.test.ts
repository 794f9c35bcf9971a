import { describe, expect, it } from 'vitest'
import { checkAggregate } from './aggregates.ts'
import type { Expression } from './expression.ts'
import { functionTable } from './functions.ts'
import { parseExpression } from './parse.ts'
import { printExpression } from './print.ts'
import { problemsOf, scopeOf } from './testing/evaluate.ts'

const columns = { i: ['INT', []], x: ['STRING', []], b: ['BOOLEAN', []], arr: ['ARRAY<INT>', []] } as const

describe('a bare NULL', () => {
  it.each([
    'i = NULL', 'NULL < NULL', 'i IS DISTINCT FROM NULL', 'i IN (NULL)', 'NULL NOT IN (1, i)', 'i BETWEEN NULL AND 2', 'NULL IS NOT NULL', 'CASE WHEN b THEN NULL ELSE 1 END', 'CASE WHEN NULL THEN 1 END',
    "CASE x WHEN NULL THEN 'a' END", 'COALESCE(NULL, NULL, i)', 'IFNULL(i, NULL)', 'NULLIF(i, NULL)', 'ARRAY[NULL, i]', "MAP[NULL, 1, 'b', 2]", 'ARRAY_CONTAINS(arr, NULL)', 'ARRAY_APPEND(arr, NULL)',
  ])('has a type by what stands beside it: %s', (text) => {
    expect(problemsOf(text, columns)).toEqual([])
  })

  it.each([
    ['NULL + i', 'CAST(NULL AS INT)'],
    ['b AND NULL', 'CAST(NULL AS BOOLEAN)'],
    ['UPPER(NULL)', 'CAST(NULL AS STRING)'],
    ["x || NULL", 'CAST(NULL AS STRING)'],
    ['IF(b, NULL, 1)', 'CAST(NULL AS INT)'],
    ['GREATEST(i, NULL)', 'CAST(NULL AS INT)'],
    ['ARRAY_APPEND(NULL, 1)', 'CAST(NULL AS'],
    ['COALESCE(NULL, NULL)', 'CAST(NULL AS'],
    ['NULLIF(NULL, 1)', 'CAST(NULL AS'],
    ['CASE WHEN b THEN NULL END', 'CAST(NULL AS'],
    ['ROW(i, NULL)', 'CAST(NULL AS'],
    ["MAP['a', NULL, 'b', 2]", 'CAST(NULL AS INT)'],
    ['MAP[NULL, 1]', 'CAST(NULL AS'],
    ['arr[NULL]', 'CAST(NULL AS BIGINT)'],
  ])('is refused where nothing says what it is: %s', (text, way) => {
    const problems = problemsOf(text, columns)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain('MR-214')
    expect(problems[0]).toContain(way)
  })

  it.each(['SUM(NULL)', 'COUNT(DISTINCT NULL)', 'SUM(i) FILTER (WHERE NULL)', 'MAX(i + NULL)'])('is refused in an aggregate: %s', (text) => {
    expect(checkAggregate(text, scopeOf(columns)).problems.map(({ code }) => code)).toEqual(['MR-214'])
  })

  it('is refused as it stands, and taken as the message says, by every function', () => {
    for (const definition of new Set(functionTable.values())) {
      if (definition.kind === 'aggregate' || definition.kind === 'over') continue
      for (const { expression } of definition.examples) {
        const tree = parseExpression(expression).expression!
        if (tree.kind !== 'call') continue
        for (const [i] of tree.args.entries()) {
          const withArgument = (argument: Expression): string => printExpression({ ...tree, args: tree.args.with(i, argument) })
          const [problem] = problemsOf(withArgument({ kind: 'literal', value: null, type: { kind: 'NULL', nullable: true }, span: tree.span }))
          const cast = problem === undefined ? undefined : /CAST\(NULL AS .*\)(?=\.$)/.exec(problem)?.[0]
          if (cast !== undefined) expect(problemsOf(withArgument(parseExpression(cast).expression!)).filter((said) => said.includes('MR-214')), expression).toEqual([])
        }
      }
    }
  })
})

import { describe, expect, it } from 'vitest'
import { evaluate, evaluateText, problemsOf } from '../testing/evaluate.ts'

describe('functions of JSON', () => {
  it.each([
    [`JSON_VALUE('{"a": 1.50}', '$.a')`, '1.50'],
    [`JSON_VALUE('{"a": 1e3}', '$.a')`, '1E+3'],
    [`JSON_VALUE('{"a": 12345678901234567890}', '$.a')`, '12345678901234567890'],
    [`JSON_VALUE('{"a": "é\\u00e9"}', '$.a')`, 'éé'],
    [`JSON_VALUE('{"a": false}', '$.a')`, 'false'],
    [`JSON_VALUE('{"a": null}', '$.a')`, 'NULL'],
    [`JSON_VALUE('{"a": null}', '$.a' DEFAULT 'e' ON EMPTY DEFAULT 'x' ON ERROR)`, 'e'],
    [`JSON_VALUE('{"a": [1]}', 'lax $.a' DEFAULT 'e' ON EMPTY DEFAULT 'x' ON ERROR)`, 'e'],
    [`JSON_VALUE('{"a": [1]}', 'strict $.a' DEFAULT 'e' ON EMPTY DEFAULT 'x' ON ERROR)`, 'x'],
    [`JSON_VALUE('{', 'lax $.a' DEFAULT 'e' ON EMPTY DEFAULT 'x' ON ERROR)`, 'x'],
    [`JSON_VALUE('', '$')`, 'NULL'],
    [`JSON_VALUE('"x"', '$')`, 'x'],
    [`JSON_VALUE('[[1, 2], [3]]', '$[-1][0]' RETURNING INT)`, '3'],
    [`JSON_VALUE('{"a b": {"c''d": 5}}', '$[''a b'']["c''d"]' RETURNING DOUBLE)`, '5.0'],
    [`JSON_VALUE('{"a": 7}', 'lax $.b' RETURNING INT DEFAULT 3 ON EMPTY)`, '3'],
    [`JSON_VALUE('{"__proto__": 1}', 'lax $.toString')`, 'NULL'],
    [`JSON_VALUE(CAST(NULL AS STRING), '$.a')`, 'NULL'],
    [`JSON_EXISTS('{"a": 1}', 'strict $.b')`, 'FALSE'],
    [`JSON_EXISTS('{"a": 1}', 'strict $.b' UNKNOWN ON ERROR)`, 'NULL'],
    [`JSON_EXISTS('[1, 2]', 'lax $[*]')`, 'TRUE'],
    [`JSON_QUERY('{"a": [{"b": 1}, {"b": 2}]}', '$.a[*].b')`, '[1,2]'],
    [`JSON_QUERY('{"a": [1, 2, 3, 4]}', '$.a[1:3]')`, '[2,3]'],
    [`JSON_QUERY('{"a": 1}', 'strict $.a' EMPTY OBJECT ON ERROR)`, '{}'],
    [`JSON_QUERY('{"a": [1]}', '$.a' WITH UNCONDITIONAL ARRAY WRAPPER)`, '[[1]]'],
    [`'[' IS JSON`, 'FALSE'],
    [`'1' IS JSON SCALAR`, 'TRUE'],
    [`'{}' IS NOT JSON OBJECT`, 'FALSE'],
  ])('%s is %s', (text, result) => {
    expect(evaluateText(text).text).toBe(result)
  })

  it('fail the row where ERROR is asked for, or the value has another type', () => {
    const columns = { j: ['STRING', ['{"a": "x"}']] } as const
    expect(() => evaluate("JSON_VALUE(j, 'lax $.b' ERROR ON EMPTY)", columns)).toThrow(/leads to no value/)
    expect(() => evaluate("JSON_VALUE(j, '$.a' RETURNING INT)", columns)).toThrow(/INT/)
    expect(() => evaluate("JSON_EXISTS(j, 'strict $.b' ERROR ON ERROR)", columns)).toThrow(/JSON_EXISTS/)
  })

  it('say in words what is wrong with a path', () => {
    expect(problemsOf("JSON_VALUE('{}', 'a')")[0]).toMatch(/must begin with \$/)
    expect(problemsOf("JSON_VALUE('{}', '$..a')")[0]).toMatch(/deep scan/)
    expect(problemsOf("JSON_VALUE('{}', '$[?(@.a)]')")[0]).toMatch(/filter/)
    expect(problemsOf("JSON_VALUE('{}', '$.a[')")[0]).toMatch(/cannot be read at/)
    expect(problemsOf("JSON_VALUE('{}', '$' RETURNING BIGINT)")[0]).toMatch(/^MR-218/)
  })
})

describe('functions of arrays and maps', () => {
  const columns = {
    a: ['ARRAY<INT>', [[3, null, 1, 3], [], null, [null]]],
    v: ['INT', [3, 1, 1, null]],
    m: ['MAP<STRING, INT>', [[['x', 1], ['y', null]], [], null, [['x', 2]]]],
  } as const
  it.each([
    ['CARDINALITY(a)', [4, 0, null, 1]],
    ['CARDINALITY(m)', [2, 0, null, 1]],
    ['ARRAY_CONTAINS(a, v)', [true, false, null, true]],
    ['ARRAY_POSITION(a, v)', [1, 0, null, null]],
    ['ARRAY_DISTINCT(a)', [[3, null, 1], [], null, [null]]],
    ['ARRAY_REMOVE(a, v)', [[null, 1], [], null, []]],
    ['ARRAY_REVERSE(a)', [[3, 1, null, 3], [], null, [null]]],
    ['ARRAY_CONCAT(a, a)', [[3, null, 1, 3, 3, null, 1, 3], [], null, [null, null]]],
    ['ARRAY_UNION(a, ARRAY[3, 7])', [[3, null, 1, 7], [3, 7], null, [null, 3, 7]]],
    ['ARRAY_APPEND(a, v)', [[3, null, 1, 3, 3], [1], null, [null, null]]],
    ['ARRAY_PREPEND(a, 9)', [[9, 3, null, 1, 3], [9], null, [9, null]]],
    ['ARRAY_SLICE(a, 2, 3)', [[null, 1], [], null, []]],
    ['ARRAY_SLICE(a, -2, -1)', [[1, 3], [], null, [null]]],
    ['ARRAY_SLICE(a, 3, 2)', [[], [], null, []]],
    ['ARRAY_MAX(a)', [3, null, null, null]],
    ['ARRAY_MIN(a)', [1, null, null, null]],
    ['ARRAY_SORT(a)', [[null, 1, 3, 3], [], null, [null]]],
    ['ARRAY_SORT(a, FALSE)', [[3, 3, 1, null], [], null, [null]]],
    ['ARRAY_SORT(a, TRUE, FALSE)', [[1, 3, 3, null], [], null, [null]]],
    ["ARRAY_JOIN(CAST(a AS ARRAY<STRING>), '-')", ['3-1-3', '', null, '']],
    ["ARRAY_JOIN(CAST(a AS ARRAY<STRING>), '-', '?')", ['3-?-1-3', '', null, '?']],
    ['a[1]', [3, null, null, null]],
    ['a[5]', [null, null, null, null]],
    ["m['x']", [1, null, null, 2]],
    ['MAP_KEYS(m)', [['x', 'y'], [], null, ['x']]],
    ['MAP_VALUES(m)', [[1, null], [], null, [2]]],
    ["MAP_UNION(m, MAP['y', 5])", [[['x', 1], ['y', 5]], [['y', 5]], null, [['x', 2], ['y', 5]]]],
  ])('%s', (text, result) => {
    expect(evaluate(text, columns)).toEqual(result)
  })

  it('take no element that does not fit, and no array of two', () => {
    expect(problemsOf("ARRAY_CONTAINS(a, 'x')", columns)[0]).toMatch(/Cast the second/)
    expect(problemsOf('ARRAY_CONTAINS(a, 1.5)', columns)[0]).toMatch(/^MR-214/)
    expect(problemsOf("ARRAY_UNION(a, ARRAY['x'])", columns)[0]).toMatch(/one type/)
    expect(problemsOf('ARRAY_JOIN(a, 1)', columns)[0]).toMatch(/ARRAY<STRING>/)
    expect(() => evaluate('ELEMENT(a)', columns)).toThrow(/found 4/)
    expect(evaluate('ELEMENT(a)', { a: ['ARRAY<INT>', [[], [5], null]] })).toEqual([null, 5, null])
    expect(() => evaluate('MAP_FROM_ARRAYS(a, ARRAY[1])', { a: ['ARRAY<INT>', [[1, 2]]] })).toThrow(/2 keys and 1 values/)
  })
})

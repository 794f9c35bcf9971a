import type { OperatorCase, ProblemCase } from '../operatorCase.ts'

const rows = (head: string, text: string) => ({ rows: `${head}\n${text}` })

export const cases: readonly OperatorCase[] = [
  {
    name: 'makes a row of each element of an array; an empty one and NULL give none',
    config: { expression: 'tags', columns: [{ name: 'tag' }] },
    inputs: { in: 'id INT, tags ARRAY<STRING>' },
    schema: 'id INT, tags ARRAY<STRING>, tag STRING',
    steps: [rows('id | tags', '1 | ["a","b"]\n2 | []\n3 | null\n4 | ["c",null]')],
    expect: { out: 'id | tags | tag\n1 | ["a","b"] | a\n1 | ["a","b"] | b\n4 | ["c",null] | c\n4 | ["c",null] | null' },
    ordered: true,
  },
  {
    name: 'keeps rows without elements, with NULLs',
    config: { expression: 'tags', columns: [{ name: 'tag' }], outer: true },
    inputs: { in: 'id INT, tags ARRAY<STRING>' },
    steps: [rows('id | tags', '1 | ["a"]\n2 | []\n3 | null')],
    expect: { out: 'id | tags | tag\n1 | ["a"] | a\n2 | [] | null\n3 | null | null' },
  },
  {
    name: 'gives key and value of a map',
    config: { expression: 'counts', columns: [{ name: 'word' }, { name: 'n' }] },
    inputs: { in: 'id INT, counts MAP<STRING, INT>' },
    schema: 'id INT, counts MAP<STRING, INT>, word STRING, n INT',
    steps: [rows('id | counts', '1 | [["a",1],["b",null]]\n2 | []')],
    expect: { out: 'id | counts | word | n\n1 | [["a",1],["b",null]] | a | 1\n1 | [["a",1],["b",null]] | b | null' },
  },
  {
    name: "gives the fields of rows apart",
    config: { expression: 'items', columns: [{ name: 'sku' }, { name: 'amount' }] },
    inputs: { in: 'id INT, items ARRAY<ROW<sku STRING, amount INT>>' },
    schema: 'id INT, items ARRAY<ROW<sku STRING, amount INT>>, sku STRING, amount INT',
    steps: [rows('id | items', '1 | [{"sku":"x","amount":2},{"sku":null,"amount":3}]')],
    expect: { out: 'id | items | sku | amount\n1 | [{"sku":"x","amount":2},{"sku":null,"amount":3}] | x | 2\n1 | [{"sku":"x","amount":2},{"sku":null,"amount":3}] | null | 3' },
  },
  {
    name: 'takes a collection that is computed, and casts its elements',
    config: { expression: "SPLIT(numbers, ';')", columns: [{ name: 'n', type: 'INT' }] },
    inputs: { in: 'id INT, numbers STRING' },
    schema: 'id INT, numbers STRING, n INT NOT NULL',
    steps: [rows('id | numbers', '1 | 3;4\n2 | 5')],
    expect: { out: 'id | numbers | n\n1 | 3;4 | 3\n1 | 3;4 | 4\n2 | 5 | 5' },
  },
  {
    name: 'tells the position of an element',
    config: { expression: 'tags', columns: [{ name: 'tag' }], ordinalityColumn: 'at' },
    inputs: { in: 'id INT, tags ARRAY<STRING>' },
    schema: 'id INT, tags ARRAY<STRING>, tag STRING, at INT NOT NULL',
    steps: [rows('id | tags', '1 | ["b","a"]\n2 | ["c"]')],
    expect: { out: 'id | tags | tag | at\n1 | ["b","a"] | b | 1\n1 | ["b","a"] | a | 2\n2 | ["c"] | c | 1' },
  },
  {
    name: 'rows keep their time',
    config: { expression: 'vs', columns: [{ name: 'v' }] },
    inputs: { in: 'vs ARRAY<BIGINT>, ts TIMESTAMP(3) EVENT' },
    schema: 'vs ARRAY<BIGINT>, ts TIMESTAMP(3) EVENT, v BIGINT',
    steps: [rows('vs | ts', '[1,2] | 10\n[3] | 20')],
    expect: { out: 'vs | ts | v\n[1,2] | 10 | 1\n[1,2] | 10 | 2\n[3] | 20 | 3' },
  },
  {
    name: 'a change of a row is a change of each element',
    config: { expression: 'tags', columns: [{ name: 'tag' }] },
    inputs: { in: 'id INT, tags ARRAY<STRING>' },
    steps: [rows('op | id | tags', '+I | 1 | ["a","b"]\n-U | 1 | ["a","b"]\n+U | 1 | ["b"]')],
    expect: { out: 'op | id | tags | tag\n+I | 1 | ["a","b"] | a\n+I | 1 | ["a","b"] | b\n-U | 1 | ["a","b"] | a\n-U | 1 | ["a","b"] | b\n+U | 1 | ["b"] | b' },
    ordered: true,
  },
]

export const problemCases: readonly ProblemCase[] = [
  { name: 'a text is no collection', config: { expression: 'name', columns: [{ name: 'x' }] }, inputs: { in: 'name STRING' }, problems: ['MR-187 expression: STRING'] },
  { name: 'a map has two columns', config: { expression: 'm', columns: [{ name: 'x' }] }, inputs: { in: 'm MAP<STRING, INT>' }, problems: ['MR-188 columns: key, value'] },
  { name: 'names are taken once', config: { expression: 'a', columns: [{ name: 'a' }], ordinalityColumn: 'a' }, inputs: { in: 'a ARRAY<INT>' }, problems: ['MR-112 columns[0].name', 'MR-112 ordinalityColumn'] },
  { name: 'a type is one', config: { expression: 'a', columns: [{ name: 'x', type: 'NUMBER' }] }, inputs: { in: 'a ARRAY<INT>' }, problems: ['MR-170 columns[0].type'] },
  { name: 'an element can be cast', config: { expression: 'a', columns: [{ name: 'x', type: 'ARRAY<INT>' }] }, inputs: { in: 'a ARRAY<INT>' }, problems: ['MR-189 columns[0].type'] },
]

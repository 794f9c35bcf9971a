import { describe, expect, it } from 'vitest'
import { functionTable } from './functions.ts'
import { evaluateText } from './testing/evaluate.ts'

const definitions = [...new Set(functionTable.values())]

describe('the function table', () => {
  for (const definition of definitions) {
    if (definition.kind === 'aggregate' || definition.kind === 'over') continue
    for (const example of definition.examples) {
      it(`${definition.name} · ${example.expression} is ${example.result}`, () => {
        expect(evaluateText(example.expression).text).toBe(example.result)
      })
    }
  }

  it('explains every entry', () => {
    for (const definition of definitions) {
      expect(definition.signatures.length, definition.name).toBeGreaterThan(0)
      expect(definition.summary, definition.name).toMatch(/^[A-Z].*\.$/s)
      expect(definition.name).toBe(definition.name.toUpperCase())
    }
  })
})

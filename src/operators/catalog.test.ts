import { describe, expect, it } from 'vitest'
import type { ConfigField } from '../job/configField.ts'
import { catalog, definitionOf, definitions } from './catalog.ts'
import { runtimes } from './runtimes.ts'

describe('the catalog', () => {
  it('files every operator under its own kind', () => {
    for (const [kind, definition] of Object.entries(catalog)) expect(definition.kind).toBe(kind)
    expect(Object.keys(runtimes).toSorted()).toEqual(Object.keys(catalog).toSorted())
    expect(definitionOf('toString')).toBeUndefined()
  })

  it('has a run time whose role fits the family', () => {
    for (const definition of definitions) {
      const role = runtimes[definition.kind as keyof typeof runtimes].role
      expect(role, definition.kind).toBe(definition.family === 'source' || definition.family === 'sink' ? definition.family : 'operator')
    }
  })

  it('names each port and each field once, in terms a stranger can read', () => {
    for (const definition of definitions) {
      const once = (names: readonly string[]): void => expect(new Set(names).size, `${definition.kind}: ${names.join(', ')}`).toBe(names.length)
      const fieldsOnce = (fields: readonly ConfigField[]): void => {
        once(fields.map((field) => field.key))
        for (const field of fields) {
          expect(field.label.length, `${definition.kind}.${field.key}`).toBeGreaterThan(0)
          if (field.control === 'object') fieldsOnce(field.fields)
          if (field.control === 'variant') {
            once(field.variants.map((variant) => variant.type))
            for (const variant of field.variants) fieldsOnce(variant.fields)
          }
        }
      }
      once(definition.inputs.map((port) => port.name))
      once(definition.outputs.map((port) => port.name))
      fieldsOnce(definition.fields)
      expect(definition.summary).toMatch(/^[A-Z].*\.$/)
    }
  })
})

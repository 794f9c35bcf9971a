import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json, JsonObject } from '../columnar/json.ts'
import { bigintType, stringType, timestampType } from '../columnar/dataType.ts'
import type { Schema } from '../columnar/schema.ts'
import { canonicalText } from '../job/canonical.ts'
import type { ConfigField } from '../job/configField.ts'
import { inferOperator } from '../job/inferSchemas.ts'
import type { Job } from '../job/job.ts'
import { parseJob } from '../job/parseJob.ts'
import { arbitraryJson } from '../job/testing/arbitraryJob.ts'
import { checkJob } from '../job/validate.ts'
import { definitionOf, definitions } from './catalog.ts'

// Definitions are asked while people type and when strangers' documents are opened: whatever a config holds, they answer.
const schemas: readonly (Schema | null)[] = [
  null,
  { fields: [] },
  { fields: [{ name: 'a', type: bigintType }, { name: 'b', type: stringType }, { name: 'ts', type: timestampType, time: 'event' }] },
  { fields: [{ name: 'a', type: stringType }, { name: 'window_start', type: timestampType }, { name: 'window_end', type: timestampType }, { name: 'window_time', type: timestampType, time: 'event' }] },
]
const someText = fc.constantFrom('', 'a', 'b', 'ts', 'window_start', 'l.a = r.a', 'a > 1', 'COUNT(*)', 'SUM(a)', 'TRUE', '((', "'x", 'BIGINT', 'TIMESTAMP(3)', 'nexmark', 'PROCTIME()')
const someInteger = fc.oneof(fc.constantFrom(0, 1, -1, 1000, 60_000), fc.integer())

/** Values of the right form mostly, of any form sometimes. */
function valueFor(field: ConfigField): fc.Arbitrary<Json> {
  const named = (keys: readonly string[]): fc.Arbitrary<Json> => fc.array(fc.record(Object.fromEntries(keys.map((key) => [key, someText])), { requiredKeys: [...keys] }), { maxLength: 3 }) as fc.Arbitrary<Json>
  const right = ((): fc.Arbitrary<Json> => {
    switch (field.control) {
      case 'integer':
      case 'duration':
        return someInteger
      case 'boolean':
        return fc.boolean()
      case 'choice':
        return fc.constantFrom(...field.choices.map((choice) => choice.value))
      case 'columns':
        return fc.array(someText, { maxLength: 3 })
      case 'columnSets':
        return fc.array(fc.array(someText, { maxLength: 2 }), { maxLength: 2 })
      case 'namedExpressions':
        return named(['name', 'expression'])
      case 'columnPairs':
        return named(['left', 'right'])
      case 'orderBy':
        return named(['column'])
      case 'schema':
        return fc.oneof(named(['name', 'type']), named(['name', 'expression']))
      case 'variant':
        return fc.oneof(...field.variants.map((variant) => configFor(variant.fields).map((config): Json => ({ ...config, type: variant.type }))))
      case 'object':
        return configFor(field.fields)
      case 'rows':
        return fc.array(fc.array(arbitraryJson, { maxLength: 3 }), { maxLength: 3 })
      case 'json':
        return fc.dictionary(fc.string(), arbitraryJson)
      default:
        return someText
    }
  })()
  return fc.oneof({ weight: 9, arbitrary: right }, { weight: 1, arbitrary: arbitraryJson })
}

function configFor(fields: readonly ConfigField[]): fc.Arbitrary<JsonObject> {
  return fc.record(Object.fromEntries(fields.map((field) => [field.key, valueFor(field)])), { requiredKeys: [], noNullPrototype: true }) as fc.Arbitrary<JsonObject>
}

describe.each(definitions.map((definition) => [definition.kind, definition] as const))('%s, given any config', (kind, definition) => {
  const inputs = fc.record(Object.fromEntries(definition.inputs.map((port) => [port.name, fc.array(fc.constantFrom(...schemas), { maxLength: port.many === true ? 3 : 1 })])), { noNullPrototype: true })

  it('answers every question without an exception', () => {
    fc.assert(
      fc.property(configFor(definition.fields), inputs, someText, (config, arriving, path) => {
        const { config: sound, problems, outputs } = inferOperator({ id: 'x', kind, config }, definition, arriving, {})
        expect(typeof definition.subtitle(sound)).toBe('string')
        for (const problem of problems) {
          expect(problem.code).toMatch(/^MR-\d{3}$/)
          expect(problem.message).toMatch(/[.!?]$/)
        }
        definition.rowKinds?.({ config: sound, inputs: Object.fromEntries(definition.inputs.map((port) => [port.name, ['+I' as const]])) })
        definition.state?.(sound)
        definition.splits?.(sound)
        definition.adjustConfig?.(sound, path)
        for (const port of definition.inputs) definition.renameColumn?.(sound, port.name, 'a', 'renamed')
        definition.initialConfig({ inputs: arriving })
        // What a plan is made of is asked only of operators without errors.
        if (!problems.some((problem) => problem.severity === 'error') && Object.values(arriving).every((list) => list.length > 0 && !list.includes(null))) {
          definition.distribution({ config: sound, inputs: arriving })
          const used = Object.fromEntries(definition.outputs.map((port) => [port.name, new Set((outputs[port.name]?.fields ?? []).map((field) => field.name))]))
          definition.columnsNeeded?.({ config: sound, inputs: arriving, used })
        }
      }),
      { numRuns: 300 },
    )
  })

  it('begins with a config that needs no repair of its form', () => {
    fc.assert(
      fc.property(inputs, (arriving) => {
        const config = definition.initialConfig({ inputs: arriving })
        const { problems } = inferOperator({ id: 'x', kind, config }, definition, arriving, {})
        expect(problems.filter(({ code }) => ['MR-102', 'MR-105', 'MR-106', 'MR-109'].includes(code)).map(({ message }) => message)).toEqual([])
      }),
    )
  })

  it('is read back from its canonical text, byte for byte', () => {
    fc.assert(
      fc.property(configFor(definition.fields), (config) => {
        const job: Job = { format: 'millrace/job', version: 1, name: 'x', operators: [{ id: 'x', kind, config }], edges: [] }
        const text = canonicalText(job, definitionOf)
        const parsed = parseJob(text).job
        if (parsed === null) return // A text that looked like a secret.
        expect(canonicalText(parsed, definitionOf)).toBe(text)
        checkJob(parsed, definitionOf)
      }),
    )
  })
})

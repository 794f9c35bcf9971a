import * as fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Json } from '../columnar/json.ts'
import { printJsonIndented, readJson } from '../columnar/jsonText.ts'
import { checkConfig } from '../job/checkConfig.ts'
import { jobSchema } from '../job/jsonSchema.ts'
import { parseJob } from '../job/parseJob.ts'
import { arbitraryJob, everythingDefinition } from '../job/testing/arbitraryJob.ts'
import { schemaFaults } from '../job/testing/schemaCheck.ts'
import { definitions, kinds } from './catalog.ts'

describe('the published schema', () => {
  // Refresh it with `npx vitest run src/operators/publishedSchema.test.ts -u`, and read the difference: it is a change of the public format.
  it('is what the code says', async () => {
    await expect(`${printJsonIndented(jobSchema(definitions) as Json, '')}\n`).toMatchFileSnapshot('../../public/schema/job-1.json')
  })

  it('is JSON, names every kind, and refers only to what it defines', () => {
    const text = printJsonIndented(jobSchema(definitions) as Json, '')
    expect(readJson(text).kind).toBe('value')
    const schema = JSON.parse(text) as { $defs: Record<string, unknown> }
    for (const [, name] of text.matchAll(/"#\/\$defs\/([^"]+)"/g)) expect(Object.keys(schema.$defs)).toContain(name)
    expect(Object.keys(schema.$defs).filter((name) => name !== 'text' && name !== 'secret')).toEqual(kinds)
  })

  it('accepts every example', () => {
    const folder = new URL('../../examples/', import.meta.url)
    const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
    expect(names.length).toBeGreaterThan(0)
    const schema = jobSchema(definitions)
    for (const name of names) expect(schemaFaults(JSON.parse(readFileSync(new URL(name, folder), 'utf8')), schema), name).toEqual([])
  })

  it('accepts the documents that the reader accepts, and refuses those it refuses', () => {
    const schema = jobSchema([everythingDefinition])
    const mutations: readonly ((document: Record<string, unknown>) => unknown)[] = [
      (document) => document,
      (document) => ({ ...document, sttings: {} }),
      (document) => ({ ...document, version: 2.5 }),
      (document) => ({ ...document, name: 'n'.repeat(201) }),
      (document) => ({ ...document, settings: { parallelism: 0 } }),
      (document) => ({ ...document, settings: { checkpoint: { mode: 'twice' } } }),
      (document) => ({ ...document, settings: { restart: {} } }),
      (document) => ({ ...document, operators: {} }),
      (document) => ({ ...document, operators: [{ id: 'A', kind: 'everything', config: {} }] }),
      (document) => ({ ...document, edges: [{ from: 'a' }] }),
      (document) => ({ ...document, layout: { operators: { a: { x: 1 } } } }),
      (document) => ({ ...document, tests: [{ name: 't' }] }),
    ]
    fc.assert(
      fc.property(arbitraryJob, fc.constantFrom(...mutations), (job, mutate) => {
        const known = { ...job, operators: job.operators.map((operator) => ({ ...operator, kind: 'everything' })) }
        const text = printJsonIndented(mutate(known) as Json, null)
        const parsed = parseJob(text)
        const sound = parsed.job !== null && parsed.job.operators.every((operator) => configFindings(operator.config).length === 0)
        expect(schemaFaults(JSON.parse(text), schema).length === 0, JSON.stringify(parsed.problems)).toBe(sound)
      }),
      { numRuns: 300 },
    )
  })
})

function configFindings(config: Parameters<typeof checkConfig>[0]): string[] {
  const found: string[] = []
  checkConfig(config, everythingDefinition.fields, (path, finding) => found.push(`${finding.code} ${path}`))
  return found
}

import { describe, expect, it } from 'vitest'
import type { Json } from '../columnar/json.ts'
import { printJsonIndented, readJson } from '../columnar/jsonText.ts'
import { jobSchema } from '../job/jsonSchema.ts'
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
})

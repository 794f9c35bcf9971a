import * as fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ExactNumber, type Json, type JsonObject } from '../columnar/json.ts'
import { canonicalJob, canonicalText } from './canonical.ts'
import { inferSchemas } from './inferSchemas.ts'
import type { Job } from './job.ts'
import { printJson } from '../columnar/jsonText.ts'
import { spanOfProblem } from './locate.ts'
import { currentVersion, migrations } from './migrations.ts'
import { parseJob } from './parseJob.ts'
import { printProblem } from './problem.ts'
import { mergeSettings } from './settings.ts'
import { arbitraryJob, arbitraryJson, everythingOf } from './testing/arbitraryJob.ts'
import { checkJob } from './validate.ts'

const fixture = (version: number): string => readFileSync(new URL(`testing/fixtures/job-${version}.json`, import.meta.url), 'utf8')
const least = '"format": "millrace/job", "version": 1, "name": "x", "operators": [], "edges": []'
const operatorWith = (config: string): string =>
  `{"format":"millrace/job","version":1,"name":"x","operators":[{"id":"a","kind":"source","config":${config}}],"edges":[]}`

function problemsOf(text: string): string[] {
  const parsed = parseJob(text)
  expect(parsed.job === null).toBe(parsed.problems.some((problem) => problem.severity === 'error'))
  return parsed.problems.map(printProblem)
}

describe('a job document', () => {
  it('of every version there ever was still opens', () => {
    for (let version = 1; version <= currentVersion; version++) {
      const parsed = parseJob(fixture(version))
      expect(parsed.problems).toEqual([])
      expect(parsed.readOnly).toBe(false)
      expect(parsed.job!.operators.map((operator) => operator.id)).toEqual(['bids', 'counts', 'late', 'out'])
      if (version < currentVersion) expect(migrations.has(version)).toBe(true)
    }
  })

  it('keeps every part and every digit', () => {
    const { job } = parseJob(fixture(1))
    expect(JSON.parse(printJson(job as unknown as Json))).toEqual(JSON.parse(fixture(1)))
    const rows = ((job!.operators[0]!.config.connector as JsonObject).rows as Json[][])[0]!
    expect(rows[0]).toEqual(new ExactNumber('9223372036854775807'))
  })

  it('may leave out a config that has nothing to say', () => {
    const { job, problems } = parseJob(`{${least.replace('"operators": []', '"operators": [{"id": "u", "kind": "union"}]')}}`)
    expect(problems).toEqual([])
    expect(job!.operators).toEqual([{ id: 'u', kind: 'union', config: {} }])
  })

  it('from a newer version opens read-only, and says what is not shown', () => {
    const parsed = parseJob(`{${least.replace('1', '7')}, "lanes": 3, "settings": {"parallelism": "many"}}`)
    expect(parsed.readOnly).toBe(true)
    expect(parsed.job?.name).toBe('x')
    expect(parsed.problems.map((problem) => `${problem.severity} ${problem.code} ${problem.place.path}`)).toEqual([
      'warning MR-004 version',
      'warning MR-008 settings.parallelism',
      'warning MR-006 lanes',
    ])
  })

  it('is refused with the place and a way out', () => {
    expect(problemsOf('')).toEqual(['error MR-001 1:1: The text is not JSON: Expected a value, found the end of the text.'])
    expect(problemsOf('[]')[0]).toContain('MR-003')
    expect(problemsOf('{"nodes": []}')).toEqual([
      'error MR-003 format: This is not a Millrace job: "format" is missing; a job has "format": "millrace/job". Choose a file that Millrace exported. (line 1, column 1)',
    ])
    expect(problemsOf(`{${least.replace('1', '"1"')}}`)[0]).toContain('MR-005')
    expect(problemsOf(`{${least},\n  "sttings": {}}`)).toEqual([
      'error MR-006 sttings: `sttings` is not known here. Did you mean `settings`? Known keys: `format`, `version`, `name`, `description`, `settings`, `operators` and 3 more. Remove it or correct its name. (line 2, column 14)',
    ])
    expect(problemsOf(`{${least}, "settings": {"checkpoint": {"mode": "twice"}}}`)).toEqual([
      'error MR-013 settings.checkpoint.mode: "twice" is not known here; choose one of `exactly-once`, `at-least-once`. (line 1, column 121)',
    ])
    expect(problemsOf('{"format": "millrace/job", "version": 1}').map((line) => line.slice(0, 25))).toEqual([
      'error MR-007 name: `name`',
      'error MR-007 operators: `',
      'error MR-007 edges: `edge',
    ])
    expect(problemsOf(`{${least}, "__proto__": {"x": 1}}`)[0]).toContain('MR-006')
    expect(problemsOf(`{${least}, "name": "y"}`)[0]).toContain('MR-017')
  })

  it('keeps to its limits', () => {
    const many = (key: string, count: number, item: (i: number) => string): string =>
      `{${least.replace(`"${key}": []`, `"${key}": [${Array.from({ length: count }, (_, i) => item(i)).join(',')}]`)}}`
    const operator = (i: number): string => `{"id":"o${i}","kind":"k","config":{}}`
    expect(problemsOf(many('operators', 20_000, operator))).toEqual([])
    expect(problemsOf(many('operators', 20_001, operator))[0]).toContain('MR-002')
    expect(problemsOf(many('edges', 50_001, () => '{"from":"a","to":"b"}'))[0]).toContain('50,001 entries; at most 50,000')
    expect(problemsOf(`{${least.replace('"x"', `"${'n'.repeat(201)}"`)}}`)[0]).toContain('MR-002')
    expect(problemsOf(operatorWith(`{"where":"${'é'.repeat(50_001)}"}`))[0]).toContain('100,002 bytes')
    expect(problemsOf(operatorWith(`{"where":"${'é'.repeat(50_000)}"}`))).toEqual([])
    expect(problemsOf(`{${least}, "description": "${' '.repeat(10_000_000)}"}`)[0]).toContain('MR-002')
    expect(problemsOf(operatorWith(`${'{"a":'.repeat(61)}1${'}'.repeat(61)}`))).toEqual([])
    expect(problemsOf(operatorWith(`${'{"a":'.repeat(62)}1${'}'.repeat(62)}`))[0]).toContain('MR-002')
    expect(problemsOf(`{${least}, "settings": {"parallelism": 65}}`)[0]).toContain('MR-012')
  })

  it('holds no secrets, only their names', () => {
    const codes = (config: string): string[] => parseJob(operatorWith(config)).problems.map((problem) => `${problem.code} ${problem.place.path}`)
    expect(codes('{"flink":{"options":{"properties.sasl.jaas.config":"x","password":"hunter2","api-key":7}}}')).toEqual([
      'MR-011 operators[0].config.flink.options["properties.sasl.jaas.config"]',
      'MR-011 operators[0].config.flink.options.password',
      'MR-011 operators[0].config.flink.options.api-key',
    ])
    expect(codes('{"flink":{"url":"jdbc:postgresql://joe:pw@host/db"}}')).toEqual(['MR-011 operators[0].config.flink.url'])
    expect(codes('{"flink":{"password":{"secret":"DB PASSWORD"}}}')).toEqual(['MR-011 operators[0].config.flink.password'])
    expect(codes('{"flink":{"password":{"secret":"DB_PASSWORD"},"secret":"","token.endpoint.url":"https://x"}}')).toEqual([])
    // Data and expressions are the user's own words.
    expect(codes('{"columns":[{"name":"password","type":"STRING"}],"connector":{"type":"inline","rows":[{"row":{"token":"abc"}}]},"where":"token = \'x\'"}')).toEqual([])
    expect(parseJob(operatorWith('{"flink":{"password":"hunter2"}}')).problems[0]!.message).not.toContain('hunter2')
  })

  it('gives Problems or a job, and no exception, whatever is done to it', () => {
    const text = fixture(1)
    fc.assert(
      fc.property(fc.nat(), fc.nat(30), arbitraryJson, (seed, cut, json) => {
        const at = seed % text.length
        const parsed = parseJob(text.slice(0, at) + printJson(json) + text.slice(at + cut))
        if (parsed.job !== null) checkJob(parsed.job, everythingOf)
        expect(parsed.job !== null || parsed.problems.length > 0).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('gives Problems or a job when any value in it is replaced by any other', () => {
    const places: (readonly (string | number)[])[] = []
    const walk = (value: unknown, path: readonly (string | number)[]): void => {
      places.push(path)
      if (typeof value === 'object' && value !== null) for (const key of Object.keys(value)) walk((value as Record<string, unknown>)[key], [...path, key])
    }
    const document: unknown = JSON.parse(fixture(1))
    walk(document, [])
    fc.assert(
      fc.property(fc.constantFrom(...places), arbitraryJson, (path, json) => {
        const copy = structuredClone({ document }) as Record<string, unknown>
        let holder: Record<string, unknown> = copy
        let key = 'document'
        for (const segment of path) {
          holder = holder[key] as Record<string, unknown>
          key = String(segment)
        }
        holder[key] = json
        const parsed = parseJob(printJson(copy.document as Json))
        if (parsed.job === null) expect(parsed.problems.length).toBeGreaterThan(0)
        else checkJob(parsed.job, everythingOf)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('canonical text', () => {
  const parsed = (text: string): Job => {
    const { job, problems } = parseJob(text)
    expect(problems).toEqual([])
    return job!
  }

  it('is read back as the same job, byte for byte', () => {
    fc.assert(
      fc.property(arbitraryJob, (job) => {
        const text = canonicalText(job, everythingOf)
        expect(canonicalText(parsed(text), everythingOf)).toBe(text)
        expect(canonicalJob(canonicalJob(job, everythingOf), everythingOf)).toEqual(canonicalJob(job, everythingOf))
        expect(text.endsWith('}\n')).toBe(true)
      }),
    )
  })

  it('does not depend on the order in which a job was put together', () => {
    fc.assert(
      fc.property(arbitraryJob, (job) => {
        const turned: Job = { ...job, operators: [...job.operators].reverse(), settings: job.settings === undefined ? {} : Object.fromEntries(Object.entries(job.settings).reverse()) }
        expect(canonicalText(turned, everythingOf)).toBe(canonicalText({ settings: {}, ...job }, everythingOf))
      }),
    )
  })

  it('leaves the job its meaning: edges into one port keep their order', () => {
    fc.assert(
      fc.property(arbitraryJob, (job) => {
        const arriving = (of: Job): Record<string, string[]> => {
          const ports: Record<string, string[]> = {}
          for (const edge of of.edges) (ports[`${edge.to}.${edge.toPort ?? 'in'}`] ??= []).push(`${edge.from}.${edge.fromPort ?? 'out'}`)
          return ports
        }
        const canonical = canonicalJob(job, everythingOf)
        expect(arriving(canonical)).toEqual(arriving(job))
        expect(inferSchemas(canonical, everythingOf).outputs).toEqual(inferSchemas(job, everythingOf).outputs)
      }),
    )
  })

  it('keeps numbers, drops default ports, and orders by the flow', () => {
    const text = canonicalText(parsed(fixture(1)), everythingOf)
    expect(text).toContain('9223372036854775807')
    const small = canonicalText(
      parsed(
        '{"edges":[{"to":"b","from":"c","toPort":"in","fromPort":"out"}],"operators":[{"config":{"z":1.50,"sizeMs":5,"a":12345678901234567890.10},"kind":"everything","id":"b"},{"id":"c","kind":"k","config":{}}],"name":"n","version":1,"format":"millrace/job"}',
      ),
      everythingOf,
    )
    expect(small).toBe(`{
  "format": "millrace/job",
  "version": 1,
  "name": "n",
  "operators": [
    {
      "id": "c",
      "kind": "k",
      "config": {}
    },
    {
      "id": "b",
      "kind": "everything",
      "config": {
        "sizeMs": 5,
        "a": 12345678901234567890.10,
        "z": 1.5
      }
    }
  ],
  "edges": [
    {
      "from": "c",
      "to": "b"
    }
  ]
}
`)
  })
})

describe('places in the text', () => {
  it('lead from a Problem of an operator to what it is about', () => {
    const text = operatorWith('{"where": "a > b", "list": [{"x": 1}]}')
    const job = parseJob(text).job!
    const at = (path: string, span?: { start: number; end: number }): string => {
      const found = spanOfProblem(text, job, { code: '', severity: 'error', message: '', place: { operator: 'a', path, ...(span === undefined ? {} : { span }) } })!
      return text.slice(found.start, found.end)
    }
    expect(at('where')).toBe('"a > b"')
    expect(at('where', { start: 4, end: 5 })).toBe('b')
    expect(at('list[0].x')).toBe('1')
    expect(at('kind')).toBe('"source"')
    expect(at('missing')).toBe('{"where": "a > b", "list": [{"x": 1}]}')
  })
})

describe('settings', () => {
  it('are complete once merged with the defaults', () => {
    expect(mergeSettings({ parallelism: 4, checkpoint: { intervalMs: 0 } })).toMatchObject({
      parallelism: 4,
      maxParallelism: 128,
      checkpoint: { intervalMs: 0, retained: 5 },
      restart: { strategy: 'fixed-delay', attempts: 3, delayMs: 100 },
    })
  })
})

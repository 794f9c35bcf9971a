import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it, vi } from 'vitest'

/**
 * The order in which modules are loaded is no part of a run. A circle of imports can break that without a word: what stands at the top of a module is read before it
 * is there, and a timer without a number is a timer that never rings.
 */
const doors = {
  'the catalog': () => import('./scenarios/catalog.ts'),
  'the faults': () => import('./faults.ts'),
  'the faults of the log': () => import('./log/logFaults.ts'),
  'the checks': () => import('./checks/checks.ts'),
  'the JobManagers': () => import('./jobmanager/jobManager.ts'),
  'their master': () => import('./jobmanager/jobMaster.ts'),
  'the election': () => import('./zab/election.ts'),
  'the clients of the log': () => import('./log/logClient.ts'),
}

async function hashesAfter(load: () => Promise<unknown>): Promise<readonly string[]> {
  vi.resetModules()
  await load()
  const { runSeed } = await import('./simulate.ts')
  const { FaultProfile } = await import('./fault.ts')
  const { profileNamed } = await import('./faults.ts')
  return ['jobs', 'topics'].map((name) => {
    const profile = Object.assign(new FaultProfile(), profileNamed(name), { chaosMicros: 8_000_000 })
    const { hash, events } = runSeed({ seed: 1, servers: 3, profile, ...(name === 'jobs' ? { cluster: { jobManagers: 2, taskManagers: 2 } } : {}) })
    return `${name}: ${hash} after ${events} events`
  })
}

const root = resolve(import.meta.dirname)
const files = (readdirSync(root, { recursive: true }) as string[]).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')).map((name) => join(root, name))

/** What a file imports by value: file and names. */
function importsOf(text: string, path: string): { readonly from: string; readonly names: readonly string[] }[] {
  const found: { from: string; names: readonly string[] }[] = []
  for (const [, clause, from] of text.matchAll(/^(?:import|export) (\{[^}]*\}|\* as \w+) from '(\.[^']+)'/gm)) {
    const names = clause!.replace(/[{}]/g, '').split(',').map((each) => each.trim()).filter((each) => each !== '' && !each.startsWith('type '))
    if (names.length > 0) found.push({ from: resolve(dirname(path), from!), names: names.map((each) => each.replace(/^.* as /, '')) })
  }
  return found
}

/** Lines at the top of a module that do something while it loads: no function, no type, nothing inside a body. */
function whileLoading(text: string): string[] {
  return text.split('\n').filter((line) => (/^(export )?(const|let) /.test(line) && !line.includes('=>')) || /^(export )?class \w+ extends /.test(line) || /^ {2}\.\.\./.test(line) || /^\w+\(/.test(line))
}

function circlesOf(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const reach = new Map([...graph.keys()].map((file) => [file, reachable(graph, file)]))
  const circles: string[][] = []
  const seen = new Set<string>()
  for (const file of graph.keys()) {
    if (seen.has(file) || !reach.get(file)!.has(file)) continue
    const circle = [...graph.keys()].filter((other) => reach.get(file)!.has(other) && reach.get(other)!.has(file))
    for (const each of circle) seen.add(each)
    circles.push(circle)
  }
  return circles
}

function reachable(graph: ReadonlyMap<string, readonly string[]>, from: string): Set<string> {
  const found = new Set<string>()
  const open = [...graph.get(from)!]
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.has(file)) continue
    found.add(file)
    open.push(...(graph.get(file) ?? []))
  }
  return found
}

describe('a run', () => {
  it('is the same whatever is loaded first', async () => {
    const hashes: Record<string, readonly string[]> = {}
    for (const [name, load] of Object.entries(doors)) hashes[name] = await hashesAfter(load)
    expect(hashes).toEqual(Object.fromEntries(Object.keys(doors).map((name) => [name, hashes['the catalog']])))
  })
})

describe('modules of the ensemble', () => {
  const texts = new Map(files.map((path) => [path, readFileSync(path, 'utf8')]))
  const graph = new Map(files.map((path) => [path, importsOf(texts.get(path)!, path).map(({ from }) => from)]))
  const circles = circlesOf(graph)

  it('import each other in circles within a protocol only, whose steps call each other', () => {
    const wide = circles.filter((circle) => new Set(circle.map((path) => dirname(path))).size > 1 || dirname(circle[0]!) === root)
    expect(wide.map((circle) => circle.map((path) => relative(root, path)))).toEqual([])
    expect(graph.size).toBeGreaterThan(100)
  })

  it('read nothing of their circle while they load', () => {
    const read: string[] = []
    for (const circle of circles) {
      for (const path of circle) {
        const names = importsOf(texts.get(path)!, path).filter(({ from }) => circle.includes(from)).flatMap((each) => each.names)
        for (const line of whileLoading(texts.get(path)!)) {
          for (const name of names) if (new RegExp(`[=(,.: ]\\s*${name}\\b`).test(line.slice(line.search(/=|extends|\.\.\.|\(/)))) read.push(`${relative(root, path)} reads ${name}: ${line.trim()}`)
        }
      }
    }
    expect(read).toEqual([])
  })
})

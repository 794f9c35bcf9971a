import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import type { Launcher } from '../src/runtime/launcher.ts'

/**
 * The benchmark: `millrace bench` prints a table for each measurement and writes all numbers to bench/results/latest.json. What is good is said by ratios
 * measured in one process, never by absolute rates, and never by a test that fails on a busy machine.
 */
export interface BenchOptions {
  /** Names of measurements; all of them when empty. */
  readonly only: readonly string[]
  /** Nexmark queries to measure, such as "q5"; all of them when empty. */
  readonly queries: readonly string[]
  /** Also the measurements against other libraries. */
  readonly peers: boolean
  readonly launcher: Launcher
}

const measurements: Readonly<Record<string, (options: BenchOptions) => Promise<unknown>>> = {
  kernels: async () => (await import('./kernels.ts')).benchKernels(2_000_000),
  workers: async ({ launcher }) => (await import('./jobs.ts')).benchWorkers(400_000_000, launcher),
  memory: async ({ launcher }) => (await import('./jobs.ts')).benchMemory(50_000_000, launcher),
  checkpoints: async ({ launcher }) => (await import('./checkpoints.ts')).benchCheckpoints(24_000_000, 40, launcher),
  page: async () => (await import('./page.ts')).benchPage(),
  simulate: async () => (await import('./simulate.ts')).benchSimulation(1_000_000),
  nexmark: async ({ queries }) => (await import('./nexmark/queries.ts')).benchQueries(queries, 1_000_000),
  linearity: async () => (await import('./nexmark/queries.ts')).benchLinearity(100_000),
  peers: async ({ peers }) => {
    const { benchPeers, peersSettings } = await import('./nexmark/peers.ts')
    return benchPeers(peersSettings.stream, peers)
  },
  'short-peers': async ({ peers }) => {
    const { benchPeers, peersSettings } = await import('./nexmark/peers.ts')
    return benchPeers(peersSettings.short, peers)
  },
}

/** Measured only when they are asked for, with other libraries where `--peers` says so, else against the loop by hand alone. */
const withOthers = new Set(['peers', 'short-peers'])

function machine(): { readonly node: string; readonly cpu: string; readonly cores: number } {
  const list = cpus()
  return { node: process.version, cpu: list[0]?.model ?? 'unknown', cores: list.length }
}

export const measurementNames = Object.keys(measurements)
export { nexmarkNames } from './nexmark/queries.ts'

export async function bench(options: BenchOptions): Promise<void> {
  const results: Record<string, unknown> = { machine: machine() }
  for (const name of measurementNames) {
    if (options.only.length > 0 ? !options.only.includes(name) : withOthers.has(name) && !options.peers) continue
    results[name] = await measurements[name]!(options)
  }
  mkdirSync('bench/results', { recursive: true })
  writeFileSync('bench/results/latest.json', `${JSON.stringify(results, null, 2)}\n`)
  console.log('\nAll numbers are in bench/results/latest.json.')
}

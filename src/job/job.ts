import type { Json, JsonObject } from '../columnar/json.ts'

/**
 * The job definition, format 1: the document a user designs, a file holds, `millrace run` executes and the exporters read.
 *
 * Plain immutable data, exactly the public format (docs: job format, section 1). `config` stays JSON: what it means is said by the operator's
 * definition, which the kernel looks up by `kind` and never names.
 */
export interface Job {
  readonly format: 'millrace/job'
  readonly version: 1
  readonly name: string
  readonly description?: string
  readonly settings?: Settings
  readonly operators: readonly Operator[]
  readonly edges: readonly Edge[]
  readonly layout?: Layout
  readonly tests?: readonly JobTest[]
}

export interface Operator {
  /** Matches `[a-z][a-z0-9_-]{0,62}`; identity in state, SQL and diffs. */
  readonly id: string
  readonly kind: string
  /** What people see; the definition's title when absent. */
  readonly name?: string
  /** Subtasks of this operator; the job's setting when absent. */
  readonly parallelism?: number
  readonly config: JsonObject
}

export interface Edge {
  readonly from: string
  /** Default `out`. */
  readonly fromPort?: string
  readonly to: string
  /** Default `in`. */
  readonly toPort?: string
}

export interface Settings {
  readonly parallelism?: number
  readonly maxParallelism?: number
  readonly checkpoint?: CheckpointSettings
  readonly restart?: RestartSettings
  readonly stateTtlMs?: number
  readonly miniBatch?: MiniBatchSettings
  readonly timeZone?: string
  readonly coordination?: CoordinationSettings
}

/** Aggregates hold rows together, up to `size` of them or for `latencyMs`, and give one change for each group. A latency of 0: they do not. */
export interface MiniBatchSettings {
  readonly latencyMs?: number
  readonly size?: number
}

export interface CheckpointSettings {
  readonly intervalMs?: number
  readonly mode?: 'exactly-once' | 'at-least-once'
  readonly timeoutMs?: number
  readonly minPauseMs?: number
  readonly tolerableFailures?: number
  readonly retained?: number
  readonly unaligned?: boolean
}

export interface RestartSettings {
  readonly strategy: 'fixed-delay' | 'exponential-delay' | 'none'
  readonly attempts?: number
  readonly delayMs?: number
}

export interface CoordinationSettings {
  readonly servers?: number
  readonly jobManagers?: number
  readonly brokers?: number
}

export interface Layout {
  readonly operators?: Readonly<Record<string, Position>>
  readonly notes?: readonly Note[]
  readonly groups?: readonly Group[]
}

export interface Position {
  readonly x: number
  readonly y: number
}

export interface Note extends Position {
  readonly id: string
  readonly text: string
  readonly width?: number
  readonly height?: number
}

export interface Group {
  readonly id: string
  readonly name: string
  readonly operators: readonly string[]
}

export interface JobTest {
  readonly name: string
  /** Rows in schema order, by source id. */
  readonly inputs?: Readonly<Record<string, readonly (readonly Json[])[]>>
  /** Rows by column name, by sink id; compared as multisets. */
  readonly expect: Readonly<Record<string, readonly JsonObject[]>>
}

export const operatorIdPattern = /^[a-z][a-z0-9_-]{0,62}$/

export const settingsDefaults = {
  parallelism: 2,
  maxParallelism: 128,
  checkpoint: { intervalMs: 1000, mode: 'exactly-once', timeoutMs: 60_000, minPauseMs: 0, tolerableFailures: 0, retained: 5, unaligned: false },
  restart: { strategy: 'fixed-delay', attempts: 3, delayMs: 100 },
  stateTtlMs: 0,
  miniBatch: { latencyMs: 0, size: 5000 },
  timeZone: 'UTC',
  coordination: { servers: 3, jobManagers: 2, brokers: 3 },
} as const

import { rowKind, type Batch } from '../../src/columnar/batch.ts'
import { isNullAt, valueAt, type Column } from '../../src/columnar/column.ts'
import type { LogicalPlan } from '../../src/compiler/logicalPlan.ts'
import type { OperatorRuntime } from '../../src/engine/operatorRuntime.ts'
import type { Job } from '../../src/job/job.ts'

/** The run that a model of a Flink operator is part of. `attempt`: which of the courses it takes where Flink has many; 0 where it has one. */
export interface Course {
  readonly job: Job
  readonly plan: LogicalPlan
  readonly attempt: number
}

/** What the models of Flink's own operators share: a run time with some of its calls answered otherwise, and rows by their values. */
export function instead(runtime: OperatorRuntime, calls: Partial<OperatorRuntime>): OperatorRuntime {
  return new Proxy(runtime, {
    get: (target, name) => {
      if (name === 'keeps') return undefined
      const own: unknown = Reflect.get(calls, name)
      const value: unknown = own ?? Reflect.get(target, name, target)
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(own === undefined ? target : calls) : value
    },
  })
}

/** The values of a row's columns as one text; null where one of them is NULL. */
export function keyAt(columns: readonly Column[], row: number): string | null {
  const parts: string[] = []
  for (const column of columns) {
    if (isNullAt(column, row)) return null
    parts.push(JSON.stringify(String(valueAt(column, row))))
  }
  return parts.join()
}

/** The same, NULL being a value. */
export function groupAt(columns: readonly Column[], row: number): string {
  return columns.map((column) => (isNullAt(column, row) ? 'null' : JSON.stringify(String(valueAt(column, row))))).join()
}

export function isRetraction(batch: Batch, row: number): boolean {
  const kind = batch.kinds === null ? rowKind.insert : batch.kinds[row]!
  return kind === rowKind.updateBefore || kind === rowKind.delete
}

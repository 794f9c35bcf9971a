import { isCharacter, type DataType } from '../columnar/dataType.ts'
import type { Schema } from '../columnar/schema.ts'
import type { LogicalOperator, LogicalPlan } from '../compiler/logicalPlan.ts'
import type { Expression, TypedExpression } from '../expression/expression.ts'
import { children, parseExpression, sameExpression } from '../expression/parse.ts'
import { checkScalar } from '../expression/typeOf.ts'
import { columnsRead } from '../job/columnUses.ts'
import { freeName, namedExpressionsOf } from '../job/joinConfig.ts'
import { orderOf } from '../job/orderConfig.ts'
import { windowOf, type WindowConfig } from '../job/windowOf.ts'
import type { FlinkVersion } from '../operators/emitters.ts'

/**
 * Where Flink's planner or run time fails, or gives other rows than its own rules say, because of how operators stand to each other: what no operator's own view can tell.
 * Every limit was met by generated programs on a running Flink (docs/flink-facts.md). A script with one is written all the same: most such plans go through, and the certificate says which may not.
 */
export interface PlannerLimit {
  readonly operator: string
  readonly kind: 'self comparison' | 'correlate' | 'buffered window' | 'distinct sum' | 'rank in a filter' | 'two overs' | 'value of a type' | 'key without window' | 'text as time' | 'constant order' | 'moved ranks' | 'kept groups' | 'dotted time'
  readonly note: string
}

export function plannerLimits(plan: LogicalPlan, version: FlinkVersion): PlannerLimit[] {
  const limits: PlannerLimit[] = []
  for (const operator of plan.operators) {
    const { id, kind, config, inputs } = operator.spec
    const add = (limit: PlannerLimit['kind'], note: string): void => void limits.push({ operator: id, kind: limit, note })
    const aggregates = (namedExpressionsOf(config, 'aggregates') ?? []).map(({ expression }) => expression)
    if (kind === 'source' && watermarkColumnOf(config)?.includes('.') === true) {
      add('dotted time', "Flink takes a dot in the name of a table's time attribute for a nested field and refuses what reads the table. Give the column a name without one.")
    }
    if (kind === 'filter' && hasSelfComparison(config.where as string)) {
      add('self comparison', "Flink's planner takes a comparison of a column with itself for TRUE (=, <=, >=) or FALSE (<>, <, >), also where the column is NULL. Say IS NOT NULL instead.")
    }
    if (kind === 'filter' && rankColumnsAt(plan, operator).size > 0 && [...columnsRead(config.where as string, null)].some((name) => rankColumnsAt(plan, operator).has(name))) {
      add('rank in a filter', "Flink's planner puts this condition together with the one that makes the Top-N; where it then finds no bound of the rank, it refuses the query. Compare the rank with a number and nothing else.")
    }
    if ((kind === 'regular-join' || kind === 'window-join') && (config.type === 'semi' || config.type === 'anti') && operatorsBefore(plan, id).some((before) => before.spec.kind === 'unnest' || before.spec.kind === 'temporal-join')) {
      add('correlate', "Flink's planner refuses some EXISTS over views with an UNNEST or a temporal join in them (unexpected correlate variable). Write what comes before to a table and read it from there.")
    }
    const computed = kind === 'project' ? (namedExpressionsOf(config, 'columns') ?? []).map(({ expression }) => expression) : kind === 'filter' ? [config.where as string] : []
    if (computed.some((text) => readsConstantAsTime(text, inputs[0]!.schema, constantsAt(plan, operator)))) {
      add('text as time', "Flink's planner computes a constant text and reads it as the time that it is compared with; where it is none, it refuses the query. Write the time as a literal.")
    }
    const order = kind === 'top-n' ? orderOf(config) : []
    if (order.length > 0 && order.every(({ column }) => isConstantAt(plan, operator, column))) {
      add('constant order', 'Every column that the ranking goes by is one constant, which Flink takes out and then finds no order. Rank by a column that differs.')
    }
    const window = kind === 'window-aggregate' ? windowAt(plan, operator) : null
    if (window !== null && window.type !== 'session' && window.offsetMs % sliceMs(window) !== 0) {
      add('buffered window', 'Flink empties the buffer of a window operator at ends without the offset, and by then a window with one may count as closed: rows are lost. Use an offset of whole windows, or none.')
    }
    if (kind === 'window-aggregate' && window?.type === 'hop' && aggregates.some((text) => /\b(?:SUM|AVG)\s*\(\s*DISTINCT\b/i.test(text))) {
      add('distinct sum', "Flink cannot generate SUM(DISTINCT …) over hopping windows (it asks it for a retraction). Use a tumbling or cumulating window.")
    }
    if (version === '1.20' && kind === 'over-aggregate' && (aggregates.some((text) => /\bROW_NUMBER\s*\(/i.test(text)) || operatorsBefore(plan, id).some((before) => before.spec.kind === 'over-aggregate'))) {
      add('two overs', 'Where two OVER aggregates follow each other directly, Flink 1.20 may give two columns the same name and refuse the query. Export for Flink 2.2.')
    }
    if ((kind === 'regular-join' || kind === 'lookup-join' || (kind === 'top-n' && inputs[0]!.updating === true)) && keyedByWindow(plan, id)) {
      add('key without window', 'Flink takes the partition of a Window Top-N or Window Deduplicate for a unique key, though every window has such rows, and keeps one row of each here. Aggregate by window_start and window_end in between.')
    }
    if (kind === 'group-aggregate' && groupsByWindowKey(plan, operator)) {
      add('key without window', 'Flink takes the partition of the Window Top-N or Window Deduplicate before for a unique key, though every window has such rows, and so gives each row as a group of its own. Group by window_start and window_end too.')
    }
    if (kind === 'regular-join' && [0, 1].some((input) => groupOfMovedRanks(plan, id, input) !== null)) {
      add('moved ranks', 'Flink takes the group that the Top-N before ranks for a unique key. While ranks move, a group stands in the changes twice, and this join may forget it: rows are left over or missing, in some runs and not in others. Leave the rank column out, or aggregate in between.')
    }
    if (groupOfKept(plan, id) !== null) {
      add('kept groups', "Flink's planner takes groups behind an outer join for groups that are never taken back, and a Top-N by their columns keeps those that are, such as the one of rows padded with NULLs. Rank by an aggregate too.")
    }
    const refused = inputs[0]?.schema.fields.filter((field) => withoutValue.has(field.type.kind)).map((field) => field.name) ?? []
    if (aggregates.some((text) => valuesRead(text).some((name) => refused.includes(name)))) {
      add('value of a type', 'Flink refuses FIRST_VALUE and LAST_VALUE of this type in some aggregates. Cast the column to STRING within, and back outside.')
    }
  }
  return limits
}

const withoutValue: ReadonlySet<DataType['kind']> = new Set(['DATE', 'TIME', 'CHAR', 'TIMESTAMP', 'TIMESTAMP_LTZ', 'ARRAY', 'MAP', 'ROW'])

const comparisons = new Set(['=', '<>', '<', '<=', '>', '>='])

/** A comparison of a column with itself, as it is written; IN is one with each of its list. */
export function isSelfComparison(expression: Expression): boolean {
  if (expression.kind !== 'call' || (!comparisons.has(expression.name) && expression.name !== 'IN')) return false
  const [left, ...others] = expression.args
  return left?.kind === 'column' && others.some((other) => other.kind === 'column' && sameExpression(left, other))
}

function hasSelfComparison(text: string): boolean {
  const { expression } = parseExpression(text)
  const within = (at: Expression): boolean => isSelfComparison(at) || children(at).some(within)
  return expression !== null && within(expression)
}

/** Whether a text without columns, or of such as are constants, is cast to a point in time, as a comparison with one does. */
function readsConstantAsTime(text: string, schema: Schema, constants: ReadonlySet<string>): boolean {
  const { typed } = checkScalar(text, { inputs: [{ qualifier: null, schema }] })
  const fixed = (at: TypedExpression): boolean => {
    if (at.kind === 'column') return constants.has(schema.fields[at.column]!.name)
    if (at.kind === 'call') return at.args.every(fixed)
    return at.kind === 'literal' || fixed(at.operand)
  }
  const within = (at: TypedExpression): boolean => {
    if (at.kind === 'cast') return (isCharacter(at.operand.type) && isTime(at.type) && at.operand.kind !== 'literal' && fixed(at.operand)) || within(at.operand)
    return at.kind === 'call' ? at.args.some(within) : at.kind === 'field' && within(at.operand)
  }
  return typed !== null && within(typed)
}

function isTime({ kind }: DataType): boolean {
  return kind === 'DATE' || kind === 'TIME' || kind === 'TIMESTAMP' || kind === 'TIMESTAMP_LTZ'
}

/**
 * What has been found out about a plan: who stands before whom, and what comes to an operator. Plans have thousands of operators behind each other, and diamonds whose ways double with each: every
 * question is answered once.
 */
class Found {
  readonly before = new Map<string, LogicalOperator>()
  readonly #answers = new Map<string, unknown>()

  constructor(plan: LogicalPlan) {
    const byId = new Map(plan.operators.map((operator) => [operator.spec.id, operator]))
    for (const { from, to, toInput } of plan.edges) {
      const place = `${to} ${toInput}`
      if (!this.before.has(place)) this.before.set(place, byId.get(from)!)
    }
  }

  once<T>(question: string, answer: () => T): T {
    if (!this.#answers.has(question)) this.#answers.set(question, answer())
    return this.#answers.get(question) as T
  }
}

const found = new WeakMap<LogicalPlan, Found>()

function foundIn(plan: LogicalPlan): Found {
  const known = found.get(plan) ?? new Found(plan)
  found.set(plan, known)
  return known
}

/** Columns that are constants to the planner: the rank of a Top-1, and what a projection makes of constants alone. */
function constantsAt(plan: LogicalPlan, operator: LogicalOperator): ReadonlySet<string> {
  return foundIn(plan).once(`constants ${operator.spec.id}`, () => constantsFrom(plan, operator))
}

function constantsFrom(plan: LogicalPlan, operator: LogicalOperator): ReadonlySet<string> {
  const from = before(plan, operator)
  if (from === undefined) return new Set()
  const { kind, config } = from.spec
  if (kind === 'filter') return constantsAt(plan, from)
  if (kind === 'top-n' || kind === 'window-top-n') return new Set(config.n === 1 && typeof config.rankColumn === 'string' ? [config.rankColumn] : [])
  if (kind !== 'project') return new Set()
  const known = constantsAt(plan, from)
  return new Set((namedExpressionsOf(config, 'columns') ?? []).filter(({ expression }) => [...columnsRead(expression, null)].every((name) => known.has(name))).map(({ name }) => name))
}

/** Whether a column has the same value in all rows, as a projection before made it. */
function isConstantAt(plan: LogicalPlan, operator: LogicalOperator, name: string): boolean {
  const from = before(plan, operator)
  if (from?.spec.kind === 'filter') return isConstantAt(plan, from, name)
  const column = from?.spec.kind === 'project' ? namedExpressionsOf(from.spec.config, 'columns')?.find((candidate) => candidate.name === name) : undefined
  return column !== undefined && isFixed(parseExpression(column.expression).expression!)
}

/** No column in it, or none that counts: the planner takes COALESCE of a value for the value. */
function isFixed(at: Expression): boolean {
  if (at.kind === 'column') return false
  if (at.kind === 'call' && at.name === 'COALESCE' && at.args[0]?.kind === 'literal' && at.args[0].value !== null) return true
  return children(at).every(isFixed)
}

/** Columns within FIRST_VALUE and LAST_VALUE. */
function valuesRead(text: string): string[] {
  return [...text.matchAll(/\b(?:FIRST|LAST)_VALUE\s*\(([^()]*)\)/gi)].flatMap(([, inner]) => [...columnsRead(inner!, null)])
}

function operatorsBefore(plan: LogicalPlan, id: string): LogicalOperator[] {
  const found = new Set([id])
  for (let size = 0; size !== found.size; ) {
    size = found.size
    for (const { from, to } of plan.edges) if (found.has(to)) found.add(from)
  }
  return plan.operators.filter(({ spec }) => spec.id !== id && found.has(spec.id))
}

/** Whether rows come from a ranking within windows with nothing in between that gives them another key. */
function keyedByWindow(plan: LogicalPlan, id: string): boolean {
  return foundIn(plan).once(`keyed ${id}`, () =>
    plan.edges
      .filter(({ to }) => to === id)
      .some(({ from }) => {
        const { kind } = plan.operators.find(({ spec }) => spec.id === from)!.spec
        return kind === 'window-top-n' || kind === 'window-deduplicate' || (kind !== 'window-aggregate' && kind !== 'group-aggregate' && keyedByWindow(plan, from))
      }),
  )
}

/** Whether groups are those of a partition that has one row in each window. */
function groupsByWindowKey(plan: LogicalPlan, operator: LogicalOperator): boolean {
  const groupBy = namesOf(operator.spec.config.groupBy)
  const ranked = behindFilters(plan, before(plan, operator))
  if (groupBy.includes('window_start') && groupBy.includes('window_end')) return false
  if (ranked === undefined) return false
  const { kind, config } = ranked.spec
  if (kind === 'window-deduplicate') return namesOf(config.keys).every((name) => groupBy.includes(name))
  return kind === 'window-top-n' && namesOf(config.partitionBy).every((name) => groupBy.includes(name)) && (config.n === 1 || (typeof config.rankColumn === 'string' && groupBy.includes(config.rankColumn)))
}

/** Where a join reads a Top-N with ranks of more than one row: the columns that Flink takes for a unique key of the rows, being the fewest, while the rank alone is one. */
export function groupOfMovedRanks(plan: LogicalPlan, join: string, input: number): readonly string[] | null {
  const top = behindFilters(plan, foundIn(plan).before.get(`${join} ${input}`))
  if (top?.spec.kind !== 'top-n' || typeof top.spec.config.rankColumn !== 'string' || top.spec.config.n === 1) return null
  const group = rankedGroup(plan, top)
  return group !== null && group.length <= namesOf(top.spec.config.partitionBy).length + 1 ? group : null
}

/** The group of a Top-N that goes by its columns alone, where an outer join before it takes groups back. (Flink: `FlinkRelMdModifiedMonotonicity`, which asks no join whether it is an outer one.) */
export function groupOfKept(plan: LogicalPlan, id: string): readonly string[] | null {
  const top = plan.operators.find(({ spec }) => spec.id === id)
  if (top?.spec.kind !== 'top-n') return null
  const group = rankedGroup(plan, top)
  if (group === null || ![...orderOf(top.spec.config).map(({ column }) => column), ...namesOf(top.spec.config.partitionBy)].every((column) => group.includes(column))) return null
  let at = before(plan, behindFilters(plan, before(plan, top))!)
  while (at !== undefined && (at.spec.kind === 'filter' || at.spec.kind === 'project')) at = before(plan, at)
  return at?.spec.kind === 'regular-join' && ['left', 'right', 'full'].includes(at.spec.config.type as string) ? group : null
}

/** The group columns of the rows that a Top-N ranks; null where they are not those of a group aggregate. */
function rankedGroup(plan: LogicalPlan, top: LogicalOperator): readonly string[] | null {
  const ranked = behindFilters(plan, before(plan, top))
  if (ranked?.spec.kind !== 'group-aggregate' || ranked.spec.config.groupingSets !== undefined) return null
  const group = namesOf(ranked.spec.config.groupBy)
  return group.length === 0 ? null : group
}

function behindFilters(plan: LogicalPlan, operator: LogicalOperator | undefined): LogicalOperator | undefined {
  let at = operator
  while (at?.spec.kind === 'filter') at = before(plan, at)
  return at
}

function namesOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : []
}

function before(plan: LogicalPlan, { spec }: LogicalOperator, input = 0): LogicalOperator | undefined {
  return foundIn(plan).before.get(`${spec.id} ${input}`)
}

/** The window an operator works by: its own, or the one that its rows carry. */
function windowAt(plan: LogicalPlan, operator: LogicalOperator): WindowConfig | null {
  for (let at: LogicalOperator | undefined = operator; at !== undefined; at = before(plan, at)) {
    const window = windowOf(at.spec.config)
    if (window !== null) return window
  }
  return null
}

function sliceMs(window: Exclude<WindowConfig, { type: 'session' }>): number {
  return window.type === 'hop' ? window.slideMs : window.type === 'cumulate' ? window.stepMs : window.sizeMs
}

/** The names under which the rank of a Top-N, or what is computed from it, comes to an operator. */
function rankColumnsAt(plan: LogicalPlan, operator: LogicalOperator, input = 0): ReadonlySet<string> {
  return foundIn(plan).once(`ranks ${operator.spec.id} ${input}`, () => rankColumnsFrom(plan, operator, input))
}

function rankColumnsFrom(plan: LogicalPlan, operator: LogicalOperator, input: number): ReadonlySet<string> {
  const from = before(plan, operator, input)
  if (from === undefined) return new Set()
  const { kind, config } = from.spec
  if (kind === 'top-n' || kind === 'window-top-n') return new Set(typeof config.rankColumn === 'string' ? [config.rankColumn] : [])
  if (kind === 'filter') return rankColumnsAt(plan, from)
  // A condition behind a join is asked before it, where it can be.
  if (kind === 'regular-join' && config.columns === undefined) return rankColumnsOfJoin(plan, from)
  if (kind !== 'project') return new Set()
  const known = rankColumnsAt(plan, from)
  return new Set((namedExpressionsOf(config, 'columns') ?? []).filter(({ expression }) => [...columnsRead(expression, null)].some((name) => known.has(name))).map(({ name }) => name))
}

function rankColumnsOfJoin(plan: LogicalPlan, join: LogicalOperator): ReadonlySet<string> {
  const [left, right] = join.spec.inputs
  const names = new Set(rankColumnsAt(plan, join, 0))
  if (join.spec.config.type === 'semi' || join.spec.config.type === 'anti') return names
  const ranks = rankColumnsAt(plan, join, 1)
  const taken = new Set(left!.schema.fields.map(({ name }) => name))
  for (const { name } of right!.schema.fields) {
    const given = freeName(name, taken)
    taken.add(given)
    if (ranks.has(name)) names.add(given)
  }
  return names
}

function watermarkColumnOf({ watermark }: LogicalOperator['spec']['config']): string | undefined {
  return (watermark as { readonly column: string } | undefined)?.column
}

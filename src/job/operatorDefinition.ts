import type { RowKindText } from '../columnar/batch.ts'
import type { Schema } from '../columnar/schema.ts'
import type { ConfigField } from './configField.ts'
import type { JsonObject } from '../columnar/json.ts'
import type { Expression, Scope } from '../expression/expression.ts'
import type { Settings } from './job.ts'
import type { Report } from './problem.ts'
import type { UpsertKeys } from './upsertKeys.ts'

/**
 * What a room says of its operator to everyone: form, ports, rules, output schema, how its input must be distributed.
 *
 * The kernel drives any operator through this and never names one. Definitions are data and pure functions; they must stand
 * incomplete configs (the user is typing): report problems, return what can be known.
 */
export interface OperatorDefinition {
  readonly kind: string
  /** Sentence case, as people read it: "Window aggregate". */
  readonly title: string
  readonly family: Family
  /** A lucide icon name in kebab-case. */
  readonly icon: string
  /** One sentence for palette and outline. */
  readonly summary: string
  /** Other words people may type into a search. */
  readonly searchTerms: readonly string[]
  readonly inputs: readonly InputPort[]
  readonly outputs: readonly OutputPort[]
  readonly fields: readonly ConfigField[]
  /** The config of a newly added operator: as complete as can be guessed from what feeds it. */
  readonly initialConfig: (context: { readonly inputs: InputSchemas }) => JsonObject
  /** The short grey line on the node: "hop 1 min / 20 s". */
  readonly subtitle: (config: JsonObject) => string
  /**
   * Checks between fields and against the inputs, and the schema of each output port. Called only with a config whose fields
   * have the right JSON shape (or are absent). An output that cannot be known is left out.
   */
  readonly infer: (context: InferContext) => OutputSchemas
  /** How each input's rows must reach the subtasks. */
  readonly distribution: (context: { readonly config: JsonObject; readonly inputs: InputSchemas }) => readonly Distribution[]
  /**
   * What else changes when the setting at `path` was edited, such as the columns that a newly chosen sample brings; the config itself when nothing
   * does. Part of the same step.
   */
  readonly adjustConfig?: (config: JsonObject, path: string) => JsonObject
  /** Row kinds the outputs may hold, from those of each input port's edges together; default: all that any input brings. */
  readonly rowKinds?: (context: { readonly config: JsonObject; readonly inputs: Readonly<Record<string, RowKinds>> }) => RowKinds
  /** The same of one output port that has others than `rowKinds` says; undefined where it has not. */
  readonly rowKindsOfPort?: (context: { readonly config: JsonObject; readonly inputs: Readonly<Record<string, RowKinds>>; readonly port: string }) => RowKinds | undefined
  /** Upsert keys of the first output, from those of each input port (none where several edges meet in one); default: none. */
  readonly upsertKeys?: (context: { readonly config: JsonObject; readonly inputs: InputSchemas; readonly keys: Readonly<Record<string, UpsertKeys>> }) => UpsertKeys
  /** Which updates come and go without the row before (`-U`); default: it takes and gives both. */
  readonly updateBefore?: (context: { readonly config: JsonObject; readonly inputs: InputSchemas; readonly keys: Readonly<Record<string, UpsertKeys>> }) => UpdateBefore
  /** What it keeps between rows and when that is freed, as a phrase for `explain`; null or absent: nothing. */
  readonly state?: (config: JsonObject) => string | null
  /** That state is forgotten when it was not written for the job's `stateTtlMs`, as on Flink; default: it is not. */
  readonly stateExpires?: (config: JsonObject) => boolean
  /** Sources and sinks: a place outside the job where they meet others of it, such as a topic. `waits`: a source that goes on reading there as long as the job writes there. Null, as by default: none. */
  readonly meetsAt?: (config: JsonObject) => { readonly place: string; readonly waits: boolean } | null
  /** Sources: how many parts can be read side by side, each by one subtask; default 1. */
  readonly splits?: (config: JsonObject) => number
  /**
   * The columns of each input that the used columns of the outputs depend on, for leaving out what nobody reads; default: all of them. `used` has
   * the names by output port; ports that are not connected are absent. Columns that decide which rows come out are always needed.
   */
  readonly columnsNeeded?: (context: { readonly config: JsonObject; readonly inputs: InputSchemas; readonly used: ColumnsByPort }) => ColumnsByPort
  /**
   * Sources: the columns the run time may leave out when only `used` are read, by name; default: none. The run time then finds a shorter schema in
   * `spec.outputs` than the config's columns.
   */
  readonly columnsNotRead?: (context: { readonly config: JsonObject; readonly schema: Schema; readonly used: ReadonlySet<string> }) => readonly string[]
  /**
   * How the operator can be done in two phases: a local one beside what feeds it, then the exchange, then a global one. Null, as by default, where the results could differ in any way.
   * `listened` has the output ports that an edge leaves. The run time is then asked for both halves (`OperatorSpec.phase`).
   */
  readonly twoPhase?: (context: TwoPhaseContext) => TwoPhase | null
  /** The config with each of its scalar and aggregate expressions as `map` gives it; `scope` has the columns that the expression may name. Default: none is known. */
  readonly mapExpressions?: (context: { readonly config: JsonObject; readonly inputs: InputSchemas; readonly map: (text: string, scope: Scope) => string }) => JsonObject
  /** Set by what only drops rows: the condition on which a row goes on, and the config with another one. */
  readonly condition?: { readonly of: (config: JsonObject) => string | null; readonly with: (config: JsonObject, condition: string) => JsonObject }
  /**
   * A condition on output rows as conditions on input rows (`input` indexes the edges in port order, then edge order), with which the same rows come out and the same rows fail the job. Inputs it does
   * not name bring all their rows. Null, as by default, where it must be asked of the output. The condition itself cannot fail.
   */
  readonly conditionBefore?: (context: { readonly config: JsonObject; readonly inputs: InputSchemas; readonly condition: Expression }) => readonly InputCondition[] | null
  /** Parts of its own conditions that may as well be asked of one input's rows before they are exchanged and kept, by operators of another kind, and the config that is left. */
  readonly inputConditions?: (context: { readonly config: JsonObject; readonly inputs: InputSchemas }) => { readonly config: JsonObject; readonly before: readonly OperatorBefore[] } | null
  /** The config without what only makes outputs that nobody uses, as far as leaving it out cannot be noticed: a failure that would be seen is kept. */
  readonly narrowed?: (context: { readonly config: JsonObject; readonly inputs: InputSchemas; readonly used: ColumnsByPort }) => JsonObject
  /**
   * Changes a rename of an input column makes to this config, so that uses follow; default: none known. A source is asked with `input` '' when a column of its own
   * has a new name, for the places of its config that name it again.
   */
  readonly renameColumn?: (config: JsonObject, input: string, from: string, to: string) => JsonObject
}

/**
 * `-U`, the row before an update, by port. `output`: `made` by the operator, so it can leave them out; `passed` on from the inputs, so it has them where those have; absent: its output always has them.
 * `inputs`: `unneeded`; or needed only where the output has them (`passed`); absent: needed.
 */
export interface UpdateBefore {
  readonly output?: 'made' | 'passed'
  readonly inputs?: Readonly<Record<string, 'unneeded' | 'passed'>>
}

export interface TwoPhaseContext {
  readonly config: JsonObject
  readonly inputs: InputSchemas
  readonly listened: ReadonlySet<string>
  readonly timeZone: string
  /** The operator may hold rows together. */
  readonly miniBatch: boolean
}

export interface TwoPhase {
  /** Rows between the phases. The columns of the input's distribution are among them, under their names and with their types. */
  readonly partial: Schema
  /** What the local phase does, as a phrase for `explain`. */
  readonly text: string
}

export interface InputCondition {
  readonly input: number
  readonly condition: Expression
}

/** An operator to stand before input `input`, with one input and one output of the same columns. `text`: what it does there, as a phrase for `explain`. */
export interface OperatorBefore {
  readonly input: number
  readonly kind: string
  readonly config: JsonObject
  readonly text: string
}

export type Family = 'source' | 'shape' | 'time' | 'join' | 'state' | 'sink'

export interface InputPort {
  readonly name: string
  readonly title: string
  /** Any number of edges (union). */
  readonly many?: boolean
  /** Rows that update or delete are refused here, as on Flink. */
  readonly insertOnly?: boolean
}

export interface OutputPort {
  readonly name: string
  readonly title: string
  /** The port may stay unconnected without a warning (`late`). */
  readonly optional?: boolean
}

/** Schemas by input port. A `many` port lists one for each edge; unknown ones are null. */
export type InputSchemas = Readonly<Record<string, readonly (Schema | null)[]>>
export type OutputSchemas = Readonly<Record<string, Schema>>

export type RowKinds = readonly RowKindText[]
export type ColumnsByPort = Readonly<Record<string, ReadonlySet<string>>>

export interface InferContext {
  readonly config: JsonObject
  readonly inputs: InputSchemas
  readonly settings: Settings
  /** Adds a Problem at a field of this operator: `report('window.timeColumn', problem)`. */
  readonly report: Report
}

/**
 * `any`: rows may go to any subtask (forward when parallelism allows, else rebalance) · `hash`: rows with equal columns meet in one subtask,
 * by Flink key group · `single`: all rows in one subtask · `broadcast`: every subtask gets all.
 */
export type Distribution =
  | { readonly kind: 'any' }
  | { readonly kind: 'hash'; readonly columns: readonly string[] }
  | { readonly kind: 'single' }
  | { readonly kind: 'broadcast' }

/** The catalog as the kernel sees it. */
export type DefinitionOf = (kind: string) => OperatorDefinition | undefined

import type { Json, JsonObject } from '../columnar/json.ts'

/**
 * One setting of an operator, as data. The same list gives validation, JSON schema, the inspector's form, editor completion and the help
 * page's table; an operator that seems to need a form of its own needs a new control here instead.
 *
 * `key` is the property in `config`. A field without `optional` must be present. `showWhen` hides fields that another field's
 * value makes meaningless (they are then also refused by validation).
 */
export type ConfigField = FieldBase &
  (
    | { readonly control: 'text'; readonly placeholder?: string; readonly pattern?: string; readonly maxLength?: number; readonly multiline?: boolean }
    /** `unbounded`: also the word "unbounded". */
    | { readonly control: 'integer'; readonly min?: number; readonly max?: number; readonly unit?: string; readonly unbounded?: true }
    /** Milliseconds, edited as "1 min". `unbounded`: also the word "unbounded". */
    | { readonly control: 'duration'; readonly minMs?: number; readonly maxMs?: number; readonly signed?: boolean; readonly unbounded?: true }
    | { readonly control: 'boolean' }
    | { readonly control: 'choice'; readonly choices: readonly Choice[] }
    /** A column of an input. `input` names the port; `time` offers only time attributes. */
    | { readonly control: 'column'; readonly input: string; readonly time?: boolean }
    | { readonly control: 'columns'; readonly input: string; readonly minCount?: number }
    /** A list of lists of columns of an input (grouping sets). */
    | { readonly control: 'columnSets'; readonly input: string }
    /** Text in the expression language over the operator's inputs (joins: `l` and `r`). */
    | { readonly control: 'expression'; readonly result: 'boolean' | 'any' }
    /** `[{ name, expression }]`; `aggregate` expects aggregate calls. */
    | { readonly control: 'namedExpressions'; readonly aggregate?: boolean; readonly minCount?: number }
    /** `[{ left, right }]` column pairs of a join. */
    | { readonly control: 'columnPairs' }
    /** `[{ column, direction: ASC | DESC }]`. */
    | { readonly control: 'orderBy'; readonly input: string; readonly minCount?: number }
    /** `[{ name, type } | { name, expression }]`: a source's columns. `inferred`: `[{ name, type? }]`, where an absent type is what the value has. */
    | { readonly control: 'schema'; readonly inferred?: true }
    /** One object whose `type` picks its fields (`window`, `connector`, `frame`). */
    | { readonly control: 'variant'; readonly variants: readonly Variant[] }
    /** One object with the given fields (`watermark`). */
    | { readonly control: 'object'; readonly fields: readonly ConfigField[] }
    /** Rows typed by the operator's `columns` (inline data). */
    | { readonly control: 'rows' }
    /** Any JSON object, shown as text (`flink` options). */
    | { readonly control: 'json' }
    /** Code in a named language. */
    | { readonly control: 'code'; readonly language: 'javascript' | 'sql' }
  )

interface FieldBase {
  readonly key: string
  readonly label: string
  /** One sentence, shown under the control and in the help page. */
  readonly help?: string
  readonly optional?: boolean
  /** What an absent optional field means, for display; never written into the document. */
  readonly default?: Json
  readonly showWhen?: (config: JsonObject) => boolean
  /** Folded away in the form until it is set. */
  readonly advanced?: boolean
}

export interface Choice {
  readonly value: string
  readonly label: string
}

export interface Variant {
  readonly type: string
  readonly label: string
  readonly summary?: string
  readonly fields: readonly ConfigField[]
}

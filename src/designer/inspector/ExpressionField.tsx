import { useEffect, useMemo, useRef, useState } from 'react'
import { cellText } from '../../columnar/batchText.ts'
import { columnOf } from '../../columnar/batchBuilder.ts'
import { valueAt, type Value } from '../../columnar/column.ts'
import { printType } from '../../columnar/dataType.ts'
import { RowError } from '../../columnar/rowError.ts'
import { compileScalar } from '../../expression/compile.ts'
import { linearEngineFor } from '../../expression/linearEngine.ts'
import type { Scope, TypedExpression } from '../../expression/expression.ts'
import { checkScalar } from '../../expression/typeOf.ts'
import { Prose } from '../parts/Prose.tsx'
import { CodeEditor, loadMonaco } from '../source/CodeEditor.tsx'
import { text as t } from '../text/text.ts'
import { highlight } from './highlight.tsx'
import { problemsAt, useForm } from './form.ts'
import codeStyles from './code.module.css'
import styles from './inspector.module.css'

/**
 * One expression. At rest it is highlighted text, so that a form with forty columns stays light; focused it is a Monaco editor with completion, squiggles and
 * hover types. Below stands its type and, once rows flow, its value for the newest row.
 */
export function ExpressionField(props: {
  readonly path: string
  readonly value: string
  readonly label: string
  readonly id?: string
  readonly describedBy?: string | undefined
  readonly placeholder?: string
  /** Aggregates have no value for a single row. */
  readonly aggregate?: boolean
  readonly scope?: Scope
  readonly sampleRows?: readonly (readonly Value[] | null)[]
  readonly minLines?: number
}) {
  const form = useForm()
  const [open, setOpen] = useState(false)
  const frame = useRef<HTMLDivElement>(null)
  const scope = props.scope ?? form.scope
  const problems = problemsAt(form, props.path)
  const invalid = problems.some((problem) => problem.severity === 'error')
  const markers = useMemo(
    () => problems.flatMap((problem) => (problem.place.span === undefined ? [] : [{ span: problem.place.span, severity: problem.severity, message: problem.message }])),
    [problems],
  )
  const focus = form.focus?.path === props.path ? form.focus : null
  useEffect(() => {
    if (focus === null) return
    setOpen(true)
    frame.current?.scrollIntoView({ block: 'nearest' })
  }, [focus])

  return (
    <div ref={frame} className={codeStyles.code} data-invalid={invalid ? '' : undefined} data-open={open ? '' : undefined} data-code-field="" tabIndex={-1}>
      {open ? (
        <CodeEditor
          value={props.value}
          language="expression"
          label={props.label}
          scope={scope}
          markers={markers}
          readOnly={form.readOnly}
          autoFocus
          lines={{ min: props.minLines ?? 1, max: 10 }}
          placeholder={props.placeholder ?? ''}
          reveal={focus?.span ?? null}
          onChange={(value) => form.change(props.path, value)}
          onBlur={() => {
            setOpen(false)
            form.settle()
          }}
        />
      ) : (
        // The whole text is the button that opens the editor; a screen reader hears the expression.
        <div
          id={props.id}
          role="textbox"
          aria-multiline="true"
          aria-readonly={form.readOnly}
          aria-label={props.label}
          aria-invalid={invalid || undefined}
          aria-describedby={props.describedBy}
          tabIndex={0}
          className={codeStyles.codeRest}
          style={{ minHeight: (props.minLines ?? 1) * 18 + 14 }}
          onPointerEnter={() => void loadMonaco()}
          onFocus={() => setOpen(true)}
        >
          {props.value === '' ? <span className={styles.placeholder}>{props.placeholder ?? t.inspector.expressionPlaceholder}</span> : highlight(props.value)}
        </div>
      )}
      {problems.map((problem, i) => (
        <p key={i} className={styles.problem} data-severity={problem.severity}>
          <Prose text={problem.message} />
        </p>
      ))}
      {invalid || props.aggregate === true || props.value.trim() === '' ? null : <Outcome text={props.value} scope={scope} rows={props.sampleRows ?? form.sampleRows} />}
    </div>
  )
}

/** The type of the expression and its value for the newest row of each input. */
function Outcome(props: { readonly text: string; readonly scope: Scope; readonly rows: readonly (readonly Value[] | null)[] }) {
  const typed = useMemo(() => checkScalar(props.text, props.scope).typed, [props.text, props.scope])
  // Regular expressions run on an engine that comes when it is wanted.
  const [, fetched] = useState(0)
  const missing = linearEngineFor(props.text)
  useEffect(() => {
    void missing?.then(() => fetched((times) => times + 1))
  }, [missing])
  if (typed === null) return null
  const value = missing === null && props.rows.length > 0 && props.rows.every((row) => row !== null) ? valueFor(typed, props.scope, props.rows as readonly (readonly Value[])[]) : null
  return (
    <div className={codeStyles.outcome}>
      <span className={codeStyles.outcomeType}>{printType({ ...typed.type, nullable: true } as never)}</span>
      {value === null ? null : (
        <b data-failed={value.failed ? '' : undefined} title={t.inspector.valueForNewestRow}>
          {value.text}
        </b>
      )}
    </div>
  )
}

function valueFor(typed: TypedExpression, scope: Scope, rows: readonly (readonly Value[])[]): { text: string; failed: boolean } | null {
  try {
    const inputs = scope.inputs.map(({ schema }, input) => schema.fields.map((field, i) => columnOf(field.type, [rows[input]?.[i] ?? null])))
    const column = compileScalar(typed)(inputs, 1, { timeZone: 'UTC', processingTime: () => 0, watermarks: null, watermark: -Infinity })
    return { text: cellText(valueAt(column, 0), typed.type), failed: false }
  } catch (error) {
    if (error instanceof RowError) return { text: error.message, failed: true }
    throw error
  }
}

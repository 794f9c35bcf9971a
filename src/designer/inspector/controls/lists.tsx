import { useEffect, useMemo, useRef, useState } from 'react'
import { SquareFunction } from 'lucide-react'
import type { Json, JsonObject } from '../../../columnar/json.ts'
import type { Schema } from '../../../columnar/schema.ts'
import { parseType } from '../../../expression/parse.ts'
import { printJson, printJsonIndented, readJson } from '../../../columnar/jsonText.ts'
import { CodeEditor } from '../../source/CodeEditor.tsx'
import { Prose } from '../../parts/Prose.tsx'
import { text as t } from '../../text/text.ts'
import { ExpressionField } from '../ExpressionField.tsx'
import { isRecord, joinPath, problemsAt, problemsWithin, textOf, useForm } from '../form.ts'
import codeStyles from '../code.module.css'
import styles from '../inspector.module.css'
import { AddButton, RemoveButton } from './columns.tsx'

/** Lists of named things: computed columns, aggregates, a source's schema; and JSON where only JSON will do. */

export function NamedExpressionsInput(props: { readonly path: string; readonly value: readonly Json[]; readonly aggregate: boolean }) {
  const form = useForm()
  const entries = props.value.map((entry) => (isRecord(entry) ? entry : {}))
  const names = new Set(entries.map((entry) => textOf(entry.name)))
  const write = (next: readonly JsonObject[]): void => {
    form.change(props.path, next)
    form.settle()
  }
  const add = (): void => {
    if (!props.aggregate) {
      // The next column of the input that is not passed on yet is the likeliest wish.
      const column = form.inputs[0]?.schema?.fields.find((field) => !names.has(field.name))
      write([...entries, column === undefined ? { name: freshName(names, 'column'), expression: '' } : { name: column.name, expression: quoted(column.name) }])
    } else write([...entries, { name: freshName(names, 'value'), expression: '' }])
  }
  return (
    <div className={styles.rows}>
      {entries.map((entry, i) => {
        const path = joinPath(props.path, i)
        return (
          <div key={i} className={styles.named}>
            <div className={styles.listRow}>
              <NameInput path={joinPath(path, 'name')} value={textOf(entry.name)} label={t.inspector.nameOf(i + 1)} />
              <RemoveButton label={t.inspector.removeNamed(textOf(entry.name) || String(i + 1))} readOnly={form.readOnly} onClick={() => write(entries.filter((_, at) => at !== i))} />
            </div>
            <ExpressionField
              path={joinPath(path, 'expression')}
              value={textOf(entry.expression)}
              label={t.inspector.expressionOf(textOf(entry.name) || String(i + 1))}
              aggregate={props.aggregate}
              placeholder={props.aggregate ? 'COUNT(*)' : t.inspector.expressionPlaceholder}
            />
          </div>
        )
      })}
      <AddButton label={props.aggregate ? t.inspector.addAggregate : t.inspector.addColumn} readOnly={form.readOnly} onClick={add} />
    </div>
  )
}

function freshName(taken: ReadonlySet<string>, wish: string): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? wish : `${wish}${n}`
    if (!taken.has(name)) return name
  }
}

/** A column name as an expression: in backticks where it is no plain identifier. */
export function quoted(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : `\`${name.replaceAll('`', '``')}\``
}

function NameInput(props: { readonly path: string; readonly value: string; readonly label: string }) {
  const form = useForm()
  const problems = problemsAt(form, props.path)
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (form.focus?.path === props.path) input.current?.focus()
  }, [form.focus, props.path])
  return (
    <div className={styles.grow}>
      <input
        ref={input}
        type="text"
        className={styles.input}
        data-mono=""
        value={props.value}
        aria-label={props.label}
        aria-invalid={problems.some((problem) => problem.severity === 'error') || undefined}
        placeholder={t.inspector.namePlaceholder}
        readOnly={form.readOnly}
        spellCheck={false}
        onChange={(event) => form.change(props.path, event.target.value)}
        onBlur={form.settle}
      />
      {problems.map((problem, i) => (
        <p key={i} className={styles.problem} data-severity={problem.severity}>
          <Prose text={problem.message} />
        </p>
      ))}
    </div>
  )
}

const commonTypes = ['STRING', 'BIGINT', 'INT', 'DOUBLE', 'BOOLEAN', 'TIMESTAMP(3)', 'TIMESTAMP_LTZ(3)', 'DATE', 'TIME', 'DECIMAL(10, 2)', 'FLOAT', 'BYTES']

/** `inferred`: types may be left out, and no column is computed. */
export function SchemaInput(props: { readonly path: string; readonly value: readonly Json[]; readonly inferred?: boolean }) {
  const form = useForm()
  const entries = props.value.map((entry) => (isRecord(entry) ? entry : {}))
  const names = new Set(entries.map((entry) => textOf(entry.name)))
  // A computed column sees the physical ones.
  const scope = useMemo(() => {
    const schema: Schema = {
      fields: entries.flatMap((entry) => {
        const type = typeof entry.type === 'string' ? parseType(entry.type).type : null
        return type === null ? [] : [{ name: textOf(entry.name), type }]
      }),
    }
    return { inputs: [{ qualifier: null, schema }] }
    // oxlint-disable-next-line react/exhaustive-deps -- the text of the entries is what counts
  }, [JSON.stringify(entries)])
  const write = (next: readonly JsonObject[]): void => {
    form.change(props.path, next)
    form.settle()
  }
  return (
    <div className={styles.rows}>
      <datalist id="column-types">
        {commonTypes.map((type) => (
          <option key={type} value={type} />
        ))}
      </datalist>
      {entries.map((entry, i) => {
        const path = joinPath(props.path, i)
        const computed = entry.expression !== undefined
        const typeProblems = problemsAt(form, joinPath(path, 'type'))
        return (
          <div key={i} className={styles.named} data-tight={computed ? undefined : ''}>
            <div className={styles.listRow}>
              <NameInput path={joinPath(path, 'name')} value={textOf(entry.name)} label={t.inspector.nameOf(i + 1)} />
              {computed ? null : (
                <input
                  type="text"
                  list="column-types"
                  className={styles.typeInput}
                  data-mono=""
                  value={textOf(entry.type)}
                  placeholder={props.inferred === true ? t.inspector.inferredType : undefined}
                  aria-label={t.inspector.typeOf(textOf(entry.name))}
                  aria-invalid={typeProblems.length > 0 || undefined}
                  title={typeProblems[0]?.message}
                  readOnly={form.readOnly}
                  spellCheck={false}
                  onChange={(event) => form.change(joinPath(path, 'type'), props.inferred === true && event.target.value === '' ? undefined : event.target.value)}
                  onBlur={form.settle}
                />
              )}
              <RemoveButton label={t.inspector.removeNamed(textOf(entry.name) || String(i + 1))} readOnly={form.readOnly} onClick={() => write(entries.filter((_, at) => at !== i))} />
            </div>
            {computed ? <ExpressionField path={joinPath(path, 'expression')} value={textOf(entry.expression)} label={t.inspector.expressionOf(textOf(entry.name))} scope={scope} sampleRows={[]} /> : null}
            {typeProblems.map((problem, at) => (
              <p key={at} className={styles.problem} data-severity={problem.severity}>
                <Prose text={problem.message} />
              </p>
            ))}
          </div>
        )
      })}
      <div className={styles.listRow}>
        <AddButton label={t.inspector.addColumn} readOnly={form.readOnly} onClick={() => write([...entries, props.inferred === true ? { name: freshName(names, 'column') } : { name: freshName(names, 'column'), type: 'STRING' }])} />
        {form.readOnly || props.inferred === true ? null : (
          <button type="button" className={styles.addButton} onClick={() => write([...entries, { name: freshName(names, 'computed'), expression: '' }])}>
            <SquareFunction size={14} aria-hidden />
            {t.inspector.addComputed}
          </button>
        )}
      </div>
    </div>
  )
}

/** Lists of rows one row a line; anything else indented. */
function editedText(value: Json): string {
  const rows = Array.isArray(value) ? (value as readonly Json[]) : null
  if (rows !== null && rows.length > 0 && rows.every((row) => Array.isArray(row))) return `[\n  ${rows.map((row) => printJson(row)).join(',\n  ')}\n]`
  return printJsonIndented(value, '')
}

/** JSON edited as text: written to the document whenever it parses. */
export function RowsInput(props: { readonly path: string; readonly value: Json | undefined; readonly label: string }) {
  const form = useForm()
  const shown = props.value === undefined ? '' : editedText(props.value)
  const [draft, setDraft] = useState<string | null>(null)
  const written = useRef(shown)
  useEffect(() => {
    if (shown !== written.current) setDraft(null)
    written.current = shown
  }, [shown])
  const value = draft ?? shown
  const read = value.trim() === '' ? null : readJson(value)
  const unreadable = read?.kind === 'error' ? read.error : null
  const problems = problemsWithin(form, props.path)
  return (
    <div className={codeStyles.code} data-invalid={problems.length > 0 || unreadable !== null ? '' : undefined} data-code-field="" tabIndex={-1}>
      <CodeEditor
        value={value}
        language="json"
        label={props.label}
        readOnly={form.readOnly}
        lines={{ min: 3, max: 12 }}
        onChange={(next) => {
          setDraft(next)
          if (next.trim() === '') {
            written.current = ''
            form.change(props.path, undefined)
            return
          }
          const parsed = readJson(next)
          if (parsed.kind === 'error') return
          written.current = editedText(parsed.value)
          form.change(props.path, parsed.value)
        }}
        onBlur={form.settle}
      />
      {unreadable !== null ? (
        <p className={styles.problem} data-severity="error">
          {t.inspector.jsonUnreadable(unreadable.line, unreadable.column, unreadable.detail)}
        </p>
      ) : null}
    </div>
  )
}

export function CodeInput(props: { readonly path: string; readonly value: string; readonly label: string; readonly language: 'javascript' | 'sql' }) {
  const form = useForm()
  return (
    <div className={codeStyles.code} data-code-field="" tabIndex={-1}>
      <CodeEditor
        value={props.value}
        language={props.language}
        label={props.label}
        readOnly={form.readOnly}
        lines={{ min: 4, max: 20 }}
        onChange={(value) => form.change(props.path, value)}
        onBlur={form.settle}
      />
    </div>
  )
}

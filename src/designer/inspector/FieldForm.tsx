import { useState } from 'react'
import { ChevronRight } from 'lucide-react'
import type { Json, JsonObject } from '../../columnar/json.ts'
import type { ConfigField } from '../../job/configField.ts'
import { text as t } from '../text/text.ts'
import { DurationInput, IntegerInput, SegmentInput, SelectInput, SwitchInput, TextInput, UnboundedInput } from './controls/basic.tsx'
import { ColumnInput, ColumnPairsInput, ColumnSetsInput, ColumnsInput, OrderByInput } from './controls/columns.tsx'
import { CodeInput, NamedExpressionsInput, RowsInput, SchemaInput } from './controls/lists.tsx'
import { ExpressionField } from './ExpressionField.tsx'
import { Field } from './Field.tsx'
import { isRecord, joinPath, listOf, problemsAt, problemsWithin, textOf, useForm } from './form.ts'
import styles from './inspector.module.css'

/** A form drawn from config fields. `path` is where the object they belong to stands in the config ('' is the config itself). */
export function FieldForm(props: { readonly fields: readonly ConfigField[]; readonly path: string; readonly value: JsonObject }) {
  const form = useForm()
  const visible = props.fields.filter((field) => field.showWhen === undefined || field.showWhen(props.path === '' ? form.config : props.value))
  const isSet = (field: ConfigField): boolean => props.value[field.key] !== undefined
  const plain = visible.filter((field) => field.advanced !== true || isSet(field))
  const folded = visible.filter((field) => field.advanced === true && !isSet(field))
  const troubled = folded.some((field) => problemsWithin(form, joinPath(props.path, field.key)).length > 0)
  const [open, setOpen] = useState(false)
  return (
    <div className={styles.form}>
      {plain.map((field) => (
        <FieldControl key={field.key} field={field} path={joinPath(props.path, field.key)} value={props.value[field.key]} />
      ))}
      {folded.length === 0 ? null : (
        <>
          <button type="button" className={styles.fold} aria-expanded={open || troubled} onClick={() => setOpen(!open)}>
            <ChevronRight size={14} aria-hidden />
            {t.inspector.more(folded.length)}
          </button>
          {open || troubled
            ? folded.map((field) => <FieldControl key={field.key} field={field} path={joinPath(props.path, field.key)} value={props.value[field.key]} />)
            : null}
        </>
      )}
    </div>
  )
}

function FieldControl({ field, path, value }: { readonly field: ConfigField; readonly path: string; readonly value: Json | undefined }) {
  const form = useForm()
  const change = (next: Json | undefined): void => form.change(path, next)
  const optional = field.optional === true
  const aside = optional && field.control !== 'boolean' ? t.inspector.optional : undefined
  const problems = problemsAt(form, path)
  const shared = { label: field.label, help: field.help, problems, aside }
  const plain = { readOnly: form.readOnly, onChange: change, onSettle: form.settle, optional }
  switch (field.control) {
    case 'text':
      return (
        <Field {...shared}>
          {(ids) => <TextInput {...ids} {...plain} value={textOf(value)} placeholder={field.placeholder ?? textOf(field.default)} multiline={field.multiline} />}
        </Field>
      )
    case 'integer':
      if (field.unbounded === true) {
        return (
          <Field {...shared} group>
            {(ids) => (
              <UnboundedInput label={field.label} value={value} limit={field.min ?? 1} readOnly={form.readOnly} onChange={change} onSettle={form.settle}>
                <IntegerInput {...ids} {...plain} value={value} min={field.min} max={field.max} unit={field.unit} />
              </UnboundedInput>
            )}
          </Field>
        )
      }
      return <Field {...shared}>{(ids) => <IntegerInput {...ids} {...plain} value={value} min={field.min} max={field.max} unit={field.unit} fallback={field.default} />}</Field>
    case 'duration':
      if (field.unbounded === true) {
        return (
          <Field {...shared} group>
            {(ids) => (
              <UnboundedInput label={field.label} value={value} limit={60_000} readOnly={form.readOnly} onChange={change} onSettle={form.settle}>
                <DurationInput {...ids} {...plain} value={value} label={field.label} />
              </UnboundedInput>
            )}
          </Field>
        )
      }
      return <Field {...shared}>{(ids) => <DurationInput {...ids} {...plain} value={value} signed={field.signed} fallback={field.default} />}</Field>
    case 'boolean':
      return (
        <div className={styles.switchRow}>
          <Field {...shared}>
            {(ids) => <SwitchInput {...ids} value={value === undefined ? field.default === true : value === true} readOnly={form.readOnly} onChange={(on) => change(optional && on === (field.default === true) ? undefined : on)} />}
          </Field>
        </div>
      )
    case 'choice': {
      const current = textOf(value ?? field.default)
      const settled = (next: string): void => {
        change(next === '' || (optional && next === field.default) ? undefined : next)
        form.settle()
      }
      const labels = field.choices.reduce((sum, choice) => sum + choice.label.length + 3, 0)
      const segment = field.choices.length <= 4 && labels <= 34
      return (
        <Field {...shared} group={segment}>
          {(ids) =>
            segment ? (
              <SegmentInput label={field.label} value={current} choices={field.choices} readOnly={form.readOnly} onChange={settled} />
            ) : (
              <SelectInput {...ids} value={current} choices={field.choices} readOnly={form.readOnly} emptyLabel={optional && field.default === undefined ? t.inspector.none : undefined} onChange={settled} />
            )
          }
        </Field>
      )
    }
    case 'column':
      return <Field {...shared}>{(ids) => <ColumnInput {...ids} {...plain} value={textOf(value)} input={field.input} time={field.time === true} />}</Field>
    case 'columns':
      return (
        <Field {...shared} problems={problemsWithin(form, path)} group>
          {() => <ColumnsInput {...plain} label={field.label} value={listOf(value).map(textOf)} input={field.input} />}
        </Field>
      )
    case 'columnSets':
      return (
        <Field {...shared} problems={problemsWithin(form, path)} group>
          {() => <ColumnSetsInput {...plain} label={field.label} value={listOf(value).map((set) => listOf(set).map(textOf))} input={field.input} />}
        </Field>
      )
    case 'columnPairs':
      return (
        <Field {...shared} problems={problemsWithin(form, path)} group>
          {() => <ColumnPairsInput {...plain} value={listOf(value)} />}
        </Field>
      )
    case 'orderBy':
      return (
        <Field {...shared} problems={problemsWithin(form, path)} group>
          {() => <OrderByInput {...plain} value={listOf(value)} input={field.input} />}
        </Field>
      )
    case 'expression':
      return (
        <Field {...shared} problems={[]} aside={t.inspector.flinkSql}>
          {(ids) => <ExpressionField id={ids.id} describedBy={ids.describedBy} path={path} value={textOf(value)} label={field.label} minLines={2} placeholder={field.result === 'any' ? '' : form.inputs.length === 2 ? t.inspector.pairPlaceholder : t.inspector.conditionPlaceholder} />}
        </Field>
      )
    case 'namedExpressions':
      return (
        <Field {...shared} problems={problemsAt(form, path)} group aside={t.inspector.flinkSql}>
          {() => <NamedExpressionsInput path={path} value={listOf(value)} aggregate={field.aggregate === true} />}
        </Field>
      )
    case 'schema':
      return (
        <Field {...shared} group aside={t.inspector.columnCount(listOf(value).length)}>
          {() => <SchemaInput path={path} value={listOf(value)} inferred={field.inferred === true} />}
        </Field>
      )
    case 'variant': {
      const object = isRecord(value) ? value : {}
      const type = textOf(object.type)
      const variant = field.variants.find((candidate) => candidate.type === type)
      const pick = (next: string): void => {
        const target = field.variants.find((candidate) => candidate.type === next)
        // What the two kinds have in common is kept; what the new one requires gets its default.
        const kept: Record<string, Json> = { type: next }
        for (const inner of target?.fields ?? []) {
          const before = object[inner.key]
          if (before !== undefined) kept[inner.key] = before
          else if (inner.optional !== true && inner.default !== undefined) kept[inner.key] = inner.default
        }
        change(next === '' ? undefined : kept)
        form.settle()
      }
      return (
        <>
          <Field {...shared} help={variant?.summary ?? field.help} problems={[...problems, ...problemsAt(form, joinPath(path, 'type'))]}>
            {(ids) => (
              <SelectInput
                {...ids}
                value={type}
                choices={field.variants.map((candidate) => ({ value: candidate.type, label: candidate.label }))}
                readOnly={form.readOnly}
                emptyLabel={optional ? t.inspector.none : undefined}
                onChange={pick}
              />
            )}
          </Field>
          {variant === undefined || variant.fields.length === 0 ? null : (
            <div className={styles.nested}>
              <FieldForm fields={variant.fields} path={path} value={object} />
            </div>
          )}
        </>
      )
    }
    case 'object': {
      const object = isRecord(value) ? value : {}
      const present = value !== undefined
      return (
        <>
          {optional ? (
            <div className={styles.switchRow}>
              <Field {...shared} aside={undefined}>
                {(ids) => (
                  <SwitchInput
                    {...ids}
                    value={present}
                    readOnly={form.readOnly}
                    onChange={(on) => {
                      change(on ? defaultsOf(field.fields) : undefined)
                      form.settle()
                    }}
                  />
                )}
              </Field>
            </div>
          ) : (
            <Field {...shared} group>
              {() => null}
            </Field>
          )}
          {present || !optional ? (
            <div className={styles.nested}>
              <FieldForm fields={field.fields} path={path} value={object} />
            </div>
          ) : null}
        </>
      )
    }
    case 'rows':
      return (
        <Field {...shared} problems={problemsWithin(form, path)} group aside={t.inspector.rowCount(listOf(value).length)}>
          {() => <RowsInput path={path} value={value} label={field.label} />}
        </Field>
      )
    case 'json':
      return (
        <Field {...shared} problems={problemsWithin(form, path)} group>
          {() => <RowsInput path={path} value={value} label={field.label} />}
        </Field>
      )
    case 'code':
      return (
        <Field {...shared} group>
          {() => <CodeInput path={path} value={textOf(value)} label={field.label} language={field.language} />}
        </Field>
      )
  }
}

/** The required fields of a new object, where a default is known. */
function defaultsOf(fields: readonly ConfigField[]): JsonObject {
  return Object.fromEntries(fields.flatMap((field) => (field.optional !== true && field.default !== undefined ? [[field.key, field.default] as const] : [])))
}

import { ArrowDown, ArrowUp, Plus, X } from 'lucide-react'
import type { Json } from '../../../columnar/json.ts'
import { isTimestamp, printType, type DataType } from '../../../columnar/dataType.ts'
import type { Field as SchemaField } from '../../../columnar/schema.ts'
import { text as t } from '../../text/text.ts'
import { inputSchema, isRecord, textOf, useForm } from '../form.ts'
import styles from '../inspector.module.css'
import { SelectInput } from './basic.tsx'

/** Controls that pick columns of what flows in. They offer what the input really has, and keep showing a name that is gone. */
interface Changes {
  readonly readOnly: boolean
  readonly onChange: (value: Json | undefined) => void
  readonly onSettle: () => void
  readonly optional?: boolean
}

export function shortType(type: DataType): string {
  const text = printType({ ...type, nullable: true } as DataType)
  return text.replace('TIMESTAMP_LTZ', 'TS_LTZ').replace('TIMESTAMP', 'TS')
}

function useColumns(port: string): readonly SchemaField[] {
  const form = useForm()
  // A source has no input, and names its own columns.
  return inputSchema(form, port)?.fields ?? (form.inputs.length === 0 ? form.scope.inputs[0]?.schema.fields : undefined) ?? []
}

function choiceOf(field: SchemaField): { value: string; label: string } {
  return { value: field.name, label: `${field.name}  ${shortType(field.type)}` }
}

export function ColumnInput(
  props: Changes & { readonly id: string; readonly describedBy: string | undefined; readonly invalid: boolean; readonly value: string; readonly input: string; readonly time: boolean },
) {
  const form = useForm()
  // A source names its own columns; everything else those of an input.
  const own = inputSchema(form, props.input) === null && form.inputs.length === 0 ? (form.scope.inputs[0]?.schema.fields ?? []) : null
  const columns = useColumns(props.input)
  const offered = (own ?? columns).filter((field) => !props.time || field.time !== undefined || (own !== null && isTimestamp(field.type)))
  return (
    <SelectInput
      id={props.id}
      describedBy={props.describedBy}
      invalid={props.invalid}
      mono
      value={props.value}
      readOnly={props.readOnly}
      choices={offered.map(choiceOf)}
      emptyLabel={props.optional === true ? t.inspector.none : undefined}
      onChange={(value) => {
        props.onChange(value === '' ? undefined : value)
        props.onSettle()
      }}
    />
  )
}

export function ColumnsInput(props: Changes & { readonly label: string; readonly value: readonly string[]; readonly input: string }) {
  const columns = useColumns(props.input)
  const change = (next: readonly string[]): void => {
    props.onChange(next)
    props.onSettle()
  }
  const left = columns.filter((field) => !props.value.includes(field.name))
  return (
    <div className={styles.chips}>
      {props.value.map((name, i) => (
        <span key={`${name} ${i}`} className={styles.chip} data-unknown={columns.some((field) => field.name === name) ? undefined : ''}>
          {name}
          {props.readOnly ? null : (
            <button type="button" aria-label={t.inspector.removeColumn(name)} onClick={() => change(props.value.filter((_, at) => at !== i))}>
              <X size={12} aria-hidden />
            </button>
          )}
        </span>
      ))}
      {props.readOnly || left.length === 0 ? null : (
        <span className={styles.addSelect}>
          <Plus size={12} aria-hidden />
          <select aria-label={t.inspector.addColumnTo(props.label)} value="" onChange={(event) => change([...props.value, event.target.value])}>
            <option value="" disabled>
              {t.inspector.addColumn}
            </option>
            {left.map((field) => (
              <option key={field.name} value={field.name}>
                {choiceOf(field).label}
              </option>
            ))}
          </select>
        </span>
      )}
      {props.value.length === 0 && left.length === 0 ? <span className={styles.help}>{t.inspector.noColumnsYet}</span> : null}
    </div>
  )
}

export function ColumnSetsInput(props: Changes & { readonly label: string; readonly value: readonly (readonly string[])[]; readonly input: string }) {
  return (
    <div className={styles.rows}>
      {props.value.map((set, i) => (
        <div key={i} className={styles.listRow}>
          <ColumnsInput {...props} label={t.inspector.setNumber(i + 1)} value={set} onChange={(next) => props.onChange(props.value.map((old, at) => (at === i ? ((next ?? []) as readonly string[]) : old)))} />
          <RemoveButton label={t.inspector.removeSet(i + 1)} readOnly={props.readOnly} onClick={() => props.onChange(props.value.length === 1 ? undefined : props.value.filter((_, at) => at !== i))} />
        </div>
      ))}
      <AddButton label={t.inspector.addSet} readOnly={props.readOnly} onClick={() => props.onChange([...props.value, []])} />
    </div>
  )
}

export function ColumnPairsInput(props: Changes & { readonly value: readonly Json[] }) {
  const form = useForm()
  const [left, right] = [form.inputs[0]?.schema?.fields ?? [], form.inputs[1]?.schema?.fields ?? []]
  const pairs = props.value.map((pair) => (isRecord(pair) ? { left: textOf(pair.left), right: textOf(pair.right) } : { left: '', right: '' }))
  const change = (next: readonly { left: string; right: string }[]): void => {
    props.onChange(next)
    props.onSettle()
  }
  const suggestion = (): { left: string; right: string } => {
    const same = left.find((field) => right.some((other) => other.name === field.name) && !pairs.some((pair) => pair.left === field.name))
    return same === undefined ? { left: left[0]?.name ?? '', right: right[0]?.name ?? '' } : { left: same.name, right: same.name }
  }
  const side = (i: number, key: 'left' | 'right', fields: readonly SchemaField[]) => (
    <SelectInput
      id={`pair-${i}-${key}`}
      describedBy={undefined}
      invalid={pairs[i]![key] !== '' && fields.length > 0 && !fields.some((field) => field.name === pairs[i]![key])}
      mono
      label={key === 'left' ? t.inspector.leftColumn(i + 1) : t.inspector.rightColumn(i + 1)}
      value={pairs[i]![key]}
      readOnly={props.readOnly}
      choices={fields.map(choiceOf)}
      onChange={(value) => change(pairs.map((pair, at) => (at === i ? { ...pair, [key]: value } : pair)))}
    />
  )
  return (
    <div className={styles.rows}>
      {pairs.map((_, i) => (
        <div key={i} className={styles.pair}>
          {side(i, 'left', left)}
          <span className={styles.equals}>=</span>
          {side(i, 'right', right)}
          <RemoveButton label={t.inspector.removePair(i + 1)} readOnly={props.readOnly} onClick={() => change(pairs.filter((_, at) => at !== i))} />
        </div>
      ))}
      <AddButton label={t.inspector.addPair} readOnly={props.readOnly} onClick={() => change([...pairs, suggestion()])} />
    </div>
  )
}

export function OrderByInput(props: Changes & { readonly value: readonly Json[]; readonly input: string }) {
  const columns = useColumns(props.input)
  const entries = props.value.map((entry) => (isRecord(entry) ? { column: textOf(entry.column), direction: entry.direction === 'DESC' ? ('DESC' as const) : ('ASC' as const) } : { column: '', direction: 'ASC' as const }))
  const change = (next: readonly { column: string; direction: 'ASC' | 'DESC' }[]): void => {
    props.onChange(next)
    props.onSettle()
  }
  return (
    <div className={styles.rows}>
      {entries.map((entry, i) => (
        <div key={i} className={styles.listRow}>
          <SelectInput
            id={`order-${i}`}
            describedBy={undefined}
            invalid={false}
            mono
            label={t.inspector.orderColumn(i + 1)}
            value={entry.column}
            readOnly={props.readOnly}
            choices={columns.map(choiceOf)}
            onChange={(column) => change(entries.map((old, at) => (at === i ? { ...old, column } : old)))}
          />
          <button
            type="button"
            className={styles.iconButton}
            disabled={props.readOnly}
            aria-label={t.inspector.direction(entry.direction)}
            title={t.inspector.direction(entry.direction)}
            onClick={() => change(entries.map((old, at) => (at === i ? { ...old, direction: old.direction === 'ASC' ? 'DESC' : 'ASC' } : old)))}
          >
            {entry.direction === 'ASC' ? <ArrowUp size={14} aria-hidden /> : <ArrowDown size={14} aria-hidden />}
          </button>
          <RemoveButton label={t.inspector.removeOrder(i + 1)} readOnly={props.readOnly} onClick={() => change(entries.filter((_, at) => at !== i))} />
        </div>
      ))}
      <AddButton label={t.inspector.addOrder} readOnly={props.readOnly} onClick={() => change([...entries, { column: columns.find((field) => !entries.some((entry) => entry.column === field.name))?.name ?? '', direction: 'ASC' }])} />
    </div>
  )
}

export function RemoveButton(props: { readonly label: string; readonly readOnly: boolean; readonly onClick: () => void }) {
  if (props.readOnly) return null
  return (
    <button type="button" className={styles.iconButton} aria-label={props.label} title={props.label} onClick={props.onClick}>
      <X size={14} aria-hidden />
    </button>
  )
}

export function AddButton(props: { readonly label: string; readonly readOnly: boolean; readonly onClick: () => void }) {
  if (props.readOnly) return null
  return (
    <button type="button" className={styles.addButton} onClick={props.onClick}>
      <Plus size={14} aria-hidden />
      {props.label}
    </button>
  )
}

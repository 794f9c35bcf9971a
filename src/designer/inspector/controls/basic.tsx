import { useEffect, useState, type ReactNode } from 'react'
import { ExactNumber, type Json } from '../../../columnar/json.ts'
import { durationText, parseDuration } from '../../../columnar/durationText.ts'
import type { Choice } from '../../../job/configField.ts'
import { text as t } from '../../text/text.ts'
import styles from '../inspector.module.css'

/** The plain controls: text, number, duration, switch, choice. Each shows the document's value and writes only what is valid JSON for its field. */
interface Ids {
  readonly id: string
  readonly describedBy: string | undefined
  readonly invalid: boolean
}

interface ValueProps<T> extends Ids {
  readonly value: T
  readonly readOnly: boolean
  readonly onChange: (value: Json | undefined) => void
  readonly onSettle: () => void
}

export function TextInput(
  props: ValueProps<string> & { readonly placeholder?: string | undefined; readonly mono?: boolean; readonly multiline?: boolean | undefined; readonly optional?: boolean; readonly label?: string },
) {
  const shared = {
    id: props.id,
    className: styles.input,
    'data-mono': props.mono === true ? '' : undefined,
    value: props.value,
    placeholder: props.placeholder,
    readOnly: props.readOnly,
    'aria-invalid': props.invalid || undefined,
    'aria-describedby': props.describedBy,
    'aria-label': props.label,
    spellCheck: false,
    onBlur: props.onSettle,
  }
  const change = (value: string): void => props.onChange(value === '' && props.optional === true ? undefined : value)
  return props.multiline === true ? (
    <textarea {...shared} rows={3} onChange={(event) => change(event.target.value)} />
  ) : (
    <input {...shared} type="text" onChange={(event) => change(event.target.value)} />
  )
}

/** Keeps what is typed while it is not yet a value, and shows the document's value again when it changes elsewhere. */
function useDraft(shown: string): [string, (draft: string | null) => void] {
  const [draft, setDraft] = useState<string | null>(null)
  useEffect(() => setDraft(null), [shown])
  return [draft ?? shown, setDraft]
}

export function IntegerInput(
  props: ValueProps<Json | undefined> & { readonly min?: number | undefined; readonly max?: number | undefined; readonly unit?: string | undefined; readonly optional?: boolean; readonly fallback?: Json | undefined },
) {
  const shown = props.value === undefined ? '' : props.value instanceof ExactNumber ? props.value.text : String(props.value as number)
  const [draft, setDraft] = useDraft(shown)
  const write = (value: string): void => {
    setDraft(value)
    if (value.trim() === '') {
      if (props.optional === true) props.onChange(undefined)
      return
    }
    if (!/^-?\d+$/.test(value.trim())) return
    const number = Number(value)
    props.onChange(Number.isSafeInteger(number) ? number : new ExactNumber(value.trim()))
  }
  const step = (by: number): void => {
    const number = Number(draft === '' ? (props.fallback ?? 0) : draft) + by
    if (!Number.isSafeInteger(number)) return
    write(String(Math.min(Math.max(number, props.min ?? -Infinity), props.max ?? Infinity)))
  }
  return (
    <span className={styles.inputBox}>
      <input
        id={props.id}
        className={styles.input}
        type="text"
        inputMode="numeric"
        data-number=""
        value={draft}
        placeholder={props.fallback === undefined ? undefined : String(props.fallback as number)}
        readOnly={props.readOnly}
        aria-invalid={props.invalid || undefined}
        aria-describedby={props.describedBy}
        onChange={(event) => write(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
          event.preventDefault()
          step(event.key === 'ArrowUp' ? 1 : -1)
        }}
        onBlur={() => {
          setDraft(null)
          props.onSettle()
        }}
      />
      {props.unit === undefined ? null : <span className={styles.unit}>{props.unit}</span>}
    </span>
  )
}

export function DurationInput(props: ValueProps<Json | undefined> & { readonly signed?: boolean | undefined; readonly optional?: boolean; readonly fallback?: Json | undefined; readonly label?: string }) {
  const shown = typeof props.value === 'number' ? durationText(props.value) : ''
  const [draft, setDraft] = useDraft(shown)
  const parsed = draft.trim() === '' ? undefined : parseDuration(draft)
  const unreadable = parsed === null || (parsed !== undefined && parsed < 0 && props.signed !== true)
  return (
    <>
      <input
        id={props.id}
        className={styles.input}
        type="text"
        data-number=""
        value={draft}
        placeholder={typeof props.fallback === 'number' ? durationText(props.fallback) : t.inspector.durationPlaceholder}
        readOnly={props.readOnly}
        aria-invalid={props.invalid || unreadable || undefined}
        aria-describedby={props.describedBy}
        aria-label={props.label}
        onChange={(event) => {
          const value = event.target.value
          setDraft(value)
          if (value.trim() === '') {
            if (props.optional === true) props.onChange(undefined)
            return
          }
          const ms = parseDuration(value)
          if (ms !== null && (ms >= 0 || props.signed === true)) props.onChange(ms)
        }}
        onBlur={() => {
          if (!unreadable) setDraft(null)
          props.onSettle()
        }}
      />
      {unreadable ? (
        <p className={styles.problem} data-severity="error">
          {t.inspector.durationUnreadable}
        </p>
      ) : null}
    </>
  )
}

export function SelectInput(
  props: Ids & {
    readonly value: string
    readonly choices: readonly Choice[]
    readonly readOnly: boolean
    readonly mono?: boolean
    readonly emptyLabel?: string | undefined
    readonly label?: string
    readonly onChange: (value: string) => void
  },
) {
  const known = props.choices.some((choice) => choice.value === props.value)
  return (
    <span className={styles.selectBox}>
      <select
        id={props.id}
        className={styles.select}
        data-mono={props.mono === true ? '' : undefined}
        data-empty={props.value === '' ? '' : undefined}
        value={props.value}
        disabled={props.readOnly}
        aria-invalid={props.invalid || undefined}
        aria-describedby={props.describedBy}
        aria-label={props.label}
        onChange={(event) => props.onChange(event.target.value)}
      >
        {known && props.emptyLabel === undefined ? null : (
          <option value={known ? '' : props.value}>{known ? props.emptyLabel : props.value === '' ? (props.emptyLabel ?? t.inspector.choose) : t.inspector.unknownValue(props.value)}</option>
        )}
        {props.choices.map((choice) => (
          <option key={choice.value} value={choice.value}>
            {choice.label}
          </option>
        ))}
      </select>
    </span>
  )
}

export function SwitchInput(props: Ids & { readonly value: boolean; readonly readOnly: boolean; readonly label?: string; readonly onChange: (value: boolean) => void }) {
  return (
    <input
      id={props.id}
      type="checkbox"
      role="switch"
      className={styles.switch}
      checked={props.value}
      disabled={props.readOnly}
      aria-describedby={props.describedBy}
      aria-label={props.label}
      onChange={(event) => props.onChange(event.target.checked)}
    />
  )
}

/** A few choices side by side. */
export function SegmentInput(props: { readonly label: string; readonly value: string; readonly choices: readonly Choice[]; readonly readOnly: boolean; readonly onChange: (value: string) => void }) {
  return (
    <div className={styles.segment} role="radiogroup" aria-label={props.label}>
      {props.choices.map((choice) => (
        <button
          key={choice.value}
          type="button"
          role="radio"
          aria-checked={choice.value === props.value}
          disabled={props.readOnly}
          tabIndex={choice.value === props.value || (props.value === '' && choice === props.choices[0]) ? 0 : -1}
          onClick={() => props.onChange(choice.value)}
          onKeyDown={(event) => {
            const by = event.key === 'ArrowRight' || event.key === 'ArrowDown' ? 1 : event.key === 'ArrowLeft' || event.key === 'ArrowUp' ? -1 : 0
            if (by === 0) return
            event.preventDefault()
            const at = props.choices.findIndex((other) => other.value === props.value)
            const next = (at + by + props.choices.length) % props.choices.length
            props.onChange(props.choices[next]!.value)
            ;(event.currentTarget.parentElement?.children[next] as HTMLElement | undefined)?.focus()
          }}
        >
          {choice.label}
        </button>
      ))}
    </div>
  )
}

/** "unbounded", or a number that the control within edits. `limit` is the number one begins with. */
export function UnboundedInput(props: {
  readonly label: string
  readonly value: Json | undefined
  readonly limit: number
  readonly readOnly: boolean
  readonly onChange: (value: Json | undefined) => void
  readonly onSettle: () => void
  readonly children: ReactNode
}) {
  const unbounded = props.value === 'unbounded'
  return (
    <>
      <SegmentInput
        label={props.label}
        value={unbounded ? 'unbounded' : 'limited'}
        choices={[
          { value: 'unbounded', label: t.inspector.unbounded },
          { value: 'limited', label: t.inspector.limited },
        ]}
        readOnly={props.readOnly}
        onChange={(next) => {
          if ((next === 'unbounded') === unbounded) return
          props.onChange(next === 'unbounded' ? 'unbounded' : props.limit)
          props.onSettle()
        }}
      />
      {unbounded ? null : props.children}
    </>
  )
}

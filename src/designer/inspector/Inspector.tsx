import { useEffect, useMemo, useRef, useState } from 'react'
import type { Json } from '../../columnar/json.ts'
import { emptySchema, type Schema } from '../../columnar/schema.ts'
import { parseType } from '../../expression/parse.ts'
import type { Scope } from '../../expression/expression.ts'
import { settingsDefaults, type Operator } from '../../job/job.ts'
import type { OperatorDefinition } from '../../job/operatorDefinition.ts'
import { FamilyChip } from '../parts/FamilyChip.tsx'
import { Prose } from '../parts/Prose.tsx'
import { useProblemFocus } from '../problems/problemFocus.ts'
import { parsePath, withValueAtPath } from '../store/configPath.ts'
import { definitionOf } from '../store/definitions.ts'
import { dispatch, endGesture, nameOf, useDesigner, useJob, useOperator, useProblemsOf } from '../store/designerStore.ts'
import { edgeKey, edgeOfKey } from '../store/edgeKey.ts'
import { text as t } from '../text/text.ts'
import { IntegerInput } from './controls/basic.tsx'
import { shortType } from './controls/columns.tsx'
import { Field } from './Field.tsx'
import { FieldForm } from './FieldForm.tsx'
import { FormContext, isRecord, listOf, textOf, type FormInput, type FormModel } from './form.ts'
import { HelpPage } from './HelpPage.tsx'
import styles from './inspector.module.css'
import JobInspector from './JobInspector.tsx'
import { useLatestRows } from './latestRows.ts'

/** Region D: what is selected, from what flows in to what flows out, never a dialog. */
export default function Inspector() {
  const selection = useDesigner((state) => state.selection)
  const { focused } = selection
  if (selection.operators.length > 1) {
    return (
      <div className={styles.inspector}>
        <div className={styles.empty}>
          <b>{t.inspector.severalSelected(selection.operators.length)}</b>
          <p>{t.inspector.severalHint}</p>
        </div>
      </div>
    )
  }
  if (focused?.kind === 'operator') return <OperatorInspector key={focused.id} id={focused.id} />
  if (focused?.kind === 'edge') return <EdgeInspector edge={focused.key} />
  return <JobInspector />
}

function OperatorInspector({ id }: { readonly id: string }) {
  const operator = useOperator(id)
  const definition = operator === undefined ? undefined : definitionOf(operator.kind)
  const [tab, setTab] = useState<'settings' | 'docs'>('settings')
  if (operator === undefined) return <JobInspector />
  return (
    <div className={styles.inspector}>
      <div className={styles.head}>
        {definition === undefined ? null : <FamilyChip family={definition.family} icon={definition.icon} />}
        <div className={styles.headText}>
          <NameField operator={operator} title={definition?.title ?? operator.kind} />
          <div className={styles.kind}>
            {definition?.title ?? operator.kind} <code>{operator.id}</code>
          </div>
        </div>
      </div>
      <div className={styles.tabs} role="tablist" aria-label={t.inspector.title}>
        {(['settings', 'docs'] as const).map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`inspector-tab-${name}`}
            aria-selected={tab === name}
            aria-controls="inspector-panel"
            tabIndex={tab === name ? 0 : -1}
            onClick={() => setTab(name)}
            onKeyDown={(event) => {
              if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return
              const next = tab === 'settings' ? 'docs' : 'settings'
              setTab(next)
              document.getElementById(`inspector-tab-${next}`)?.focus()
            }}
          >
            {t.inspector[name]}
          </button>
        ))}
      </div>
      <div className={styles.body} role="tabpanel" id="inspector-panel" aria-labelledby={`inspector-tab-${tab}`} tabIndex={tab === 'docs' ? 0 : undefined}>
        {tab === 'docs' ? <HelpPage kind={operator.kind} /> : definition === undefined ? null : <Settings operator={operator} definition={definition} />}
      </div>
    </div>
  )
}

/** The name is edited where it stands. Empty goes back to the kind's title. */
function NameField({ operator, title }: { readonly operator: Operator; readonly title: string }) {
  const readOnly = useDesigner((state) => state.document.readOnly !== null)
  return (
    <input
      className={`${styles.title} ${styles.titleInput}`}
      type="text"
      value={operator.name ?? ''}
      placeholder={title}
      aria-label={t.inspector.name}
      readOnly={readOnly}
      maxLength={200}
      spellCheck={false}
      data-inspector-name=""
      onChange={(event) => dispatch({ kind: 'rename', operator: operator.id, name: event.target.value })}
      onBlur={endGesture}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === 'Escape') event.currentTarget.blur()
      }}
    />
  )
}

function Settings({ operator, definition }: { readonly operator: Operator; readonly definition: OperatorDefinition }) {
  const job = useJob()
  const readOnly = useDesigner((state) => state.document.readOnly !== null)
  const inputSchemas = useDesigner((state) => state.check.inputs.get(operator.id))
  const outputs = useDesigner((state) => state.check.outputs.get(operator.id))
  const problems = useProblemsOf(operator.id)
  const wish = useProblemFocus()
  const body = useRef<HTMLDivElement>(null)

  const feeders = useMemo(
    () => definition.inputs.map((port) => ({ port, edges: job.edges.filter((edge) => edge.to === operator.id && (edge.toPort ?? 'in') === port.name) })),
    [definition, job.edges, operator.id],
  )
  const inputs: readonly FormInput[] = feeders.map(({ port, edges }) => ({
    port: port.name,
    title: port.title,
    schema: inputSchemas?.[port.name]?.[0] ?? null,
    from: edges.length === 0 ? t.inspector.inputMissing : edges.map((edge) => nameOf(edge.from)).join(', '),
  }))
  const sampleRows = useLatestRows(feeders.map(({ edges }) => (edges[0] === undefined ? null : edgeKey(edges[0]))))
  const scope = useMemo(() => scopeOf(definition, inputs, operator), [definition, inputSchemas, operator])

  const form: FormModel = {
    operatorId: operator.id,
    config: operator.config,
    readOnly,
    inputs,
    scope,
    sampleRows,
    problems,
    focus: wish?.operator === operator.id ? wish : null,
    change: (path, value) => changeConfig(operator, definition, path, value),
    settle: endGesture,
  }

  // A problem was asked for: the field that shows it comes into view. Expression fields and names also take the focus themselves.
  useEffect(() => {
    if (wish?.operator !== operator.id) return
    body.current?.querySelector('[aria-invalid="true"], [data-invalid]')?.scrollIntoView({ block: 'nearest' })
  }, [wish, operator.id])

  return (
    <FormContext value={form}>
      <div ref={body} style={{ display: 'contents' }}>
        {problems
          .filter((problem) => problem.place.path === undefined || problem.place.path === '')
          .map((problem, i) => (
            <p key={i} className={styles.problem} data-severity={problem.severity}>
              <Prose text={problem.message} />
            </p>
          ))}
        {inputs.length === 0 ? null : (
          <div className={styles.inputs}>
            {inputs.map((input) => (
              <SchemaList key={input.port} title={input.title} from={input.from} schema={input.schema} />
            ))}
          </div>
        )}
        <FieldForm fields={definition.fields} path="" value={operator.config} />
        {definition.outputs.map((port, i) => (
          <OutputChips key={port.name} title={i === 0 ? t.inspector.output : t.inspector.port(port.title)} schema={outputs?.[port.name] ?? null} inputs={inputs} waits={feeders.some(({ edges }) => edges.length === 0)} />
        ))}
        <div className={styles.section}>
          <Field label={t.inspector.operatorParallelism} help={t.inspector.operatorParallelismHelp} aside={t.inspector.optional}>
            {(ids) => (
              <IntegerInput
                {...ids}
                value={operator.parallelism}
                readOnly={readOnly}
                min={1}
                max={128}
                optional
                fallback={job.settings?.parallelism ?? settingsDefaults.parallelism}
                onChange={(value) => dispatch({ kind: 'setParallelism', operator: operator.id, parallelism: typeof value === 'number' ? value : null })}
                onSettle={endGesture}
              />
            )}
          </Field>
        </div>
      </div>
    </FormContext>
  )
}

function changeConfig(operator: Operator, definition: OperatorDefinition, path: string, value: Json | undefined): void {
  const place = parsePath(path)
  const gesture = `config ${operator.id} ${path}`
  if (definition.adjustConfig !== undefined) {
    const changed = withValueAtPath(operator.config, place, value)
    if (isRecord(changed)) {
      const adjusted = definition.adjustConfig(changed, path)
      if (adjusted !== changed) {
        dispatch({ kind: 'replaceConfig', operator: operator.id, config: adjusted }, { gesture })
        return
      }
    }
  }
  dispatch({ kind: 'setConfig', operator: operator.id, path: place, value }, { gesture })
}

/** Names for expressions: the inputs', or a source's own physical columns. */
function scopeOf(definition: OperatorDefinition, inputs: readonly FormInput[], operator: Operator): Scope {
  if (inputs.length === 0) {
    const fields = listOf(operator.config.columns).flatMap((entry) => {
      if (!isRecord(entry) || typeof entry.type !== 'string') return []
      const { type } = parseType(entry.type)
      return type === null ? [] : [{ name: textOf(entry.name), type }]
    })
    return { inputs: [{ qualifier: null, schema: { fields } }] }
  }
  if (definition.inputs.length === 2) return { inputs: inputs.map((input, i) => ({ qualifier: i === 0 ? 'l' : 'r', schema: input.schema ?? emptySchema })) }
  return { inputs: [{ qualifier: null, schema: inputs[0]?.schema ?? emptySchema }] }
}

const columnsShown = 6

function SchemaList(props: { readonly title: string; readonly from: string; readonly schema: Schema | null }) {
  const [all, setAll] = useState(false)
  const connected = props.from !== t.inspector.inputMissing
  const fields = props.schema?.fields ?? []
  const shown = all ? fields : fields.slice(0, fields.length <= columnsShown + 1 ? fields.length : columnsShown)
  return (
    <div>
      <div className={styles.schemaTitle}>
        {connected ? (
          <>
            {t.inspector.input(props.title)} <span>{props.from}</span>
          </>
        ) : (
          props.title
        )}
      </div>
      {props.schema === null ? (
        <p className={styles.help}>{connected ? t.inspector.inputUnknown : t.inspector.inputMissing}</p>
      ) : (
        <ul className={styles.columns}>
          {shown.map((field) => (
            <li key={field.name} data-time={field.time === undefined ? undefined : ''} title={`${field.name} ${shortType(field.type)}`}>
              <span>{field.name}</span>
              <em>{shortType(field.type)}</em>
            </li>
          ))}
        </ul>
      )}
      {shown.length === fields.length && !all ? null : (
        <button type="button" className={styles.linkButton} onClick={() => setAll(!all)}>
          {all ? t.inspector.fewerColumns : t.inspector.moreColumns(fields.length - shown.length)}
        </button>
      )}
    </div>
  )
}

/** What comes out, the new columns marked against what went in. */
function OutputChips(props: { readonly title: string; readonly schema: Schema | null; readonly inputs: readonly FormInput[]; /** For an input. */ readonly waits: boolean }) {
  const before = new Set(props.inputs.flatMap((input) => input.schema?.fields.map((field) => field.name) ?? []))
  const fields = props.schema?.fields ?? []
  const added = fields.filter((field) => !before.has(field.name)).length
  const kept = fields.length - added
  const aside = props.schema === null || props.inputs.length === 0 ? undefined : t.inspector.outputDelta(added, Math.max(0, before.size - kept))
  return (
    <Field label={props.title} aside={aside} group>
      {() =>
        props.schema === null ? (
          <p className={styles.help}>{props.waits ? t.inspector.outputWaits : t.inspector.outputUnknown}</p>
        ) : (
          <div className={styles.chips}>
            {fields.map((field) => (
              <span
                key={field.name}
                className={styles.chip}
                data-new={props.inputs.length > 0 && !before.has(field.name) ? '' : undefined}
                data-time={field.time === undefined ? undefined : ''}
                title={`${field.name} ${shortType(field.type)}`}
              >
                {field.name}
              </span>
            ))}
          </div>
        )
      }
    </Field>
  )
}

function EdgeInspector({ edge: key }: { readonly edge: string }) {
  const job = useJob()
  const schema = useDesigner((state) => state.check.edges.get(key) ?? null)
  const edge = edgeOfKey(job, key)
  if (edge === undefined) return <JobInspector />
  return (
    <div className={styles.inspector}>
      <div className={styles.head}>
        <div className={styles.headText}>
          <div className={styles.title}>{t.inspector.edgeFromTo(nameOf(edge.from), nameOf(edge.to))}</div>
          <div className={styles.kind}>
            {t.inspector.edge} <code>{key}</code>
          </div>
        </div>
      </div>
      <div className={styles.body}>
        {schema === null ? (
          <p className={styles.help}>{t.inspector.inputUnknown}</p>
        ) : (
          <ul className={styles.columns}>
            {schema.fields.map((field) => (
              <li key={field.name} data-time={field.time === undefined ? undefined : ''}>
                <span>{field.name}</span>
                <em>{shortType(field.type)}</em>
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  )
}

import type { Json } from '../../columnar/json.ts'
import { settingsDefaults } from '../../job/job.ts'
import { dispatch, endGesture, useDesigner, useJob } from '../store/designerStore.ts'
import { text as t } from '../text/text.ts'
import { IntegerInput, TextInput } from './controls/basic.tsx'
import { Field } from './Field.tsx'
import { textOf } from './form.ts'
import styles from './inspector.module.css'

/** What is said of the job itself, shown while nothing is selected. Apart from the forms of operators, which bring the expression language. */
export default function JobInspector() {
  const job = useJob()
  const readOnly = useDesigner((state) => state.document.readOnly !== null)
  const settings = job.settings ?? {}
  const change = (key: 'parallelism' | 'timeZone', value: Json | undefined): void => {
    const { [key]: _, ...rest } = settings
    const next = value === undefined ? rest : { ...rest, [key]: value }
    dispatch({ kind: 'setSettings', settings: Object.keys(next).length === 0 ? null : (next as typeof settings) }, { gesture: `settings ${key}` })
  }
  return (
    <div className={styles.inspector}>
      <div className={styles.head}>
        <div className={styles.headText}>
          <div className={styles.title}>{job.name}</div>
          <div className={styles.kind}>{t.inspector.job}</div>
        </div>
      </div>
      <div className={styles.body}>
        <p className={styles.help}>{t.inspector.jobHint}</p>
        <Field label={t.inspector.description} aside={t.inspector.optional}>
          {(ids) => (
            <TextInput
              {...ids}
              value={job.description ?? ''}
              multiline
              readOnly={readOnly}
              placeholder={t.inspector.descriptionPlaceholder}
              onChange={(value) => dispatch({ kind: 'setDescription', description: textOf(value) })}
              onSettle={endGesture}
            />
          )}
        </Field>
        <Field label={t.inspector.parallelism} help={t.inspector.parallelismHelp}>
          {(ids) => (
            <IntegerInput {...ids} value={settings.parallelism} readOnly={readOnly} min={1} max={128} optional fallback={settingsDefaults.parallelism} onChange={(value) => change('parallelism', value)} onSettle={endGesture} />
          )}
        </Field>
        <Field label={t.inspector.timeZone} help={t.inspector.timeZoneHelp}>
          {(ids) => (
            <TextInput {...ids} value={settings.timeZone ?? ''} readOnly={readOnly} optional placeholder={settingsDefaults.timeZone} onChange={(value) => change('timeZone', value)} onSettle={endGesture} />
          )}
        </Field>
      </div>
    </div>
  )
}

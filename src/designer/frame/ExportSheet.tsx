import { Copy, Download, Link, LockKeyhole } from 'lucide-react'
import { lazy, Suspense, useMemo, useState } from 'react'
import { isObject } from '../../job/checkConfig.ts'
import type { Job } from '../../job/job.ts'
import { Prose } from '../parts/Prose.tsx'
import { useDesigner, useJob } from '../store/designerStore.ts'
import { sheets } from '../text/sheets.ts'
import { exporting } from '../text/exporting.ts'
import { Button } from './Button.tsx'
import { JsonText } from './JsonText.tsx'
import { SheetShell } from './SheetShell.tsx'
import { copyJob, downloadJob, fileNameOf, textOf } from './takeAway.ts'
import styles from './ExportSheet.module.css'
import { printKeys } from './keys.ts'

// The exporter and its views come with the first look at them.
const FlinkSqlPane = lazy(() => import('../export/FlinkSqlPane.tsx').then((module) => ({ default: module.FlinkSqlPane })))
const FlinkSqlFoot = lazy(() => import('../export/FlinkSqlPane.tsx').then((module) => ({ default: module.FlinkSqlFoot })))

type Form = 'json' | 'sql'
const forms: readonly Form[] = ['json', 'sql']
/** The form looked at last, while the page is open. */
let last: Form = 'json'

/** Taking the job away: as its canonical JSON, or as one script of Flink SQL with its certificate. */
export function ExportSheet() {
  const [form, setForm] = useState(last)
  const job = useJob()
  const words = sheets.exportSheet
  const choose = (next: Form): void => {
    last = next
    setForm(next)
  }
  return (
    <SheetShell
      title={words.title(job.name)}
      detail={form === 'sql' ? exporting.forOperators(job.operators.length) : words.detail(job.operators.length, job.tests?.length ?? 0)}
      size="wide"
      beside={<FormChoice form={form} onChoose={choose} />}
      foot={<Suspense fallback={null}>{form === 'sql' ? <FlinkSqlFoot /> : <JsonFoot />}</Suspense>}
    >
      <Suspense fallback={null}>{form === 'sql' ? <FlinkSqlPane /> : <JsonBody />}</Suspense>
    </SheetShell>
  )
}

function FormChoice({ form, onChoose }: { readonly form: Form; readonly onChoose: (form: Form) => void }) {
  return (
    <div className={styles.forms} role="radiogroup" aria-label={exporting.form}>
      {forms.map((each) => (
        <button
          key={each}
          type="button"
          role="radio"
          aria-checked={each === form}
          tabIndex={each === form ? 0 : -1}
          onClick={() => onChoose(each)}
          onKeyDown={(event) => {
            if (!event.key.startsWith('Arrow')) return
            event.preventDefault()
            const next = (forms.indexOf(each) + 1) % forms.length
            onChoose(forms[next]!)
            ;(event.currentTarget.parentElement?.children[next] as HTMLElement | undefined)?.focus()
          }}
        >
          {exporting.forms[each]}
        </button>
      ))}
    </div>
  )
}

/** Which table to print, where the command line would not choose by itself. */
function tableToPrint(job: Job): string {
  const tables = job.operators.filter(({ config }) => isObject(config.connector) && (config.connector.type === 'collect' || config.connector.type === 'chart'))
  return tables.length > 1 ? ` --output ${tables[0]!.id}=-` : ''
}

/** The canonical JSON: the text that the command line runs and that opens here again byte for byte. */
function JsonBody() {
  const job = useJob()
  const problems = useDesigner((state) => state.check.problems)
  const content = useMemo(() => textOf(job), [job])
  const words = sheets.exportSheet
  const errors = problems.filter((problem) => problem.severity === 'error')
  const name = fileNameOf(job.name)
  const lines = content.split('\n').length - 1
  return (
    <div className={styles.split}>
      <aside className={styles.side}>
        <h3>{words.runIt}</h3>
        <code className={styles.command}>{`npx millrace run ${name}${tableToPrint(job)}`}</code>
        <p>{words.runItWhy}</p>
        <h3>{words.testIt}</h3>
        <code className={styles.command}>{`npx millrace test ${name}`}</code>
        <p>{words.testItWhy(job.tests?.length ?? 0)}</p>
        <h3>{sheets.link.title}</h3>
        <p>{sheets.link.why}</p>
        {errors.length === 0 ? null : (
          <div className={styles.errors}>
            <b>{words.errors(errors.length)}</b>
            <ul>
              {errors.slice(0, 6).map((problem, index) => (
                <li key={index}>
                  <Prose text={problem.message} />
                </li>
              ))}
            </ul>
          </div>
        )}
      </aside>
      <div className={styles.file}>
        <div className={styles.fileHead}>
          <b>{name}</b>
          <span>{words.size(lines, content.length)}</span>
        </div>
        <JsonText content={content} />
      </div>
    </div>
  )
}

function JsonFoot() {
  const job = useJob()
  const { name } = job
  const [copied, setCopied] = useState(false)
  const [linked, setLinked] = useState(false)
  const words = sheets.exportSheet
  return (
    <>
      <LockKeyhole className={styles.lock} aria-hidden="true" />
      <span className={styles.grow}>{words.noSecrets}</span>
      <Button
        look="outline"
        onClick={() => {
          void import('../persistence/link.ts').then(async ({ copyLink }) => setLinked(await copyLink(job)))
        }}
      >
        <Link />
        {linked ? sheets.link.copied : sheets.link.copy}
      </Button>
      <Button
        look="outline"
        onClick={() => {
          void copyJob().then((done) => {
            setCopied(done)
            return undefined
          })
        }}
      >
        <Copy />
        {copied ? words.copied : words.copy}
      </Button>
      <Button look="primary" onClick={downloadJob} keys={printKeys('Mod+E')}>
        <Download />
        {words.download(fileNameOf(name))}
      </Button>
    </>
  )
}

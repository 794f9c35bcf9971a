import { Copy, Download, LockKeyhole } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useDesigner } from '../store/designerStore.ts'
import { text } from '../text/text.ts'
import { Button } from './Button.tsx'
import { JsonText } from './JsonText.tsx'
import { SheetShell } from './SheetShell.tsx'
import { copyJob, downloadJob, fileNameOf, textOf } from './takeAway.ts'
import styles from './ExportSheet.module.css'
import { printKeys } from './keys.ts'

/** Taking the job away as its canonical JSON: the text that the command line runs and that opens here again byte for byte. */
export function ExportSheet() {
  const job = useDesigner((state) => state.document.job)
  const problems = useDesigner((state) => state.check.problems)
  const content = useMemo(() => textOf(job), [job])
  const [copied, setCopied] = useState(false)
  const words = text.frame.exportSheet
  const errors = problems.filter((problem) => problem.severity === 'error')
  const name = fileNameOf(job.name)
  const lines = content.split('\n').length - 1
  return (
    <SheetShell
      title={words.title(job.name)}
      detail={words.detail(job.operators.length, job.tests?.length ?? 0)}
      size="wide"
      foot={
        <>
          <LockKeyhole className={styles.lock} aria-hidden="true" />
          <span className={styles.grow}>{words.noSecrets}</span>
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
            {words.download(name)}
          </Button>
        </>
      }
    >
      <div className={styles.split}>
        <aside className={styles.side}>
          <h3>{words.runIt}</h3>
          <code className={styles.command}>{`npx millrace run ${name}`}</code>
          <p>{words.runItWhy}</p>
          <h3>{words.testIt}</h3>
          <code className={styles.command}>{`npx millrace test ${name}`}</code>
          <p>{words.testItWhy(job.tests?.length ?? 0)}</p>
          {errors.length === 0 ? null : (
            <div className={styles.errors}>
              <b>{words.errors(errors.length)}</b>
              <ul>
                {errors.slice(0, 6).map((problem, index) => (
                  <li key={index}>{problem.message}</li>
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
    </SheetShell>
  )
}

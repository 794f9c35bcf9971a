import { useEffect, useMemo, useRef, useState } from 'react'
import { Copy, WandSparkles } from 'lucide-react'
import { canonicalText } from '../../job/canonical.ts'
import { parseJob } from '../../job/parseJob.ts'
import type { Problem } from '../../job/problem.ts'
import { dispatch, endGesture, useDesigner } from '../store/designerStore.ts'
import { definitionOf } from '../store/definitions.ts'
import { toast } from '../store/toasts.ts'
import { text as t } from '../text/text.ts'
import { CodeEditor, loadMonaco, type EditorMarker } from './CodeEditor.tsx'
import styles from '../data/data.module.css'

/**
 * The document as text, both ways. What is typed becomes the document whenever it is understood; until then the canvas keeps the last job that was, and the
 * text says what is wrong. A change made elsewhere (canvas, undo) rewrites the text.
 */
export function JsonTab() {
  const job = useDesigner((state) => state.document.job)
  const readOnly = useDesigner((state) => state.document.readOnly !== null)
  const canonical = useMemo(() => canonicalText(job, definitionOf), [job])
  const [draft, setDraft] = useState<string | null>(null)
  /** The job our own last keystroke made: seeing it come back must not rewrite the text under the caret. */
  const ours = useRef<unknown>(null)
  useEffect(() => {
    if (ours.current !== job) setDraft(null)
  }, [job])
  useEffect(() => {
    void loadMonaco().then((monaco) => monaco.useJobSchema(new URL('schema/job-1.json', document.baseURI).href))
  }, [])
  const value = draft ?? canonical
  const problems = useMemo(() => (draft === null ? [] : parseJob(draft).problems.filter((problem) => problem.severity === 'error')), [draft])
  const markers = useMemo(() => problems.flatMap((problem) => markerOf(problem, value)), [problems, value])

  const change = (next: string): void => {
    setDraft(next)
    const parsed = parseJob(next)
    if (parsed.job === null || parsed.readOnly || parsed.problems.some((problem) => problem.severity === 'error' && problem.place.line !== undefined)) return
    ours.current = parsed.job
    dispatch({ kind: 'replaceJob', job: parsed.job, reason: 'json' }, { gesture: 'json', announce: false })
  }
  return (
    <>
      <div className={styles.paneHead}>
        <span className={styles.quiet} role="status">
          {problems.length > 0 ? t.data.jsonProblems(problems.length) : t.data.jsonSame}
        </span>
        {problems[0] === undefined ? null : (
          <span className={styles.chip} data-tone="error" title={problems.map((problem) => problem.message).join('\n')}>
            {problems[0].place.line === undefined ? problems[0].code : `${problems[0].place.line}:${problems[0].place.column ?? 1}`}
          </span>
        )}
        <span className={styles.spacer} />
        <button type="button" className={styles.button} disabled={draft === null || problems.length > 0} onClick={() => setDraft(null)}>
          <WandSparkles size={14} aria-hidden />
          {t.data.jsonFormat}
        </button>
        <button
          type="button"
          className={styles.button}
          onClick={() => {
            void navigator.clipboard.writeText(canonical).then(() => toast({ tone: 'plain', message: t.data.jsonCopied }))
          }}
        >
          <Copy size={14} aria-hidden />
          {t.data.jsonCopy}
        </button>
      </div>
      <div style={{ position: 'relative', flex: 1, minHeight: 0 }} data-code-field="" tabIndex={-1}>
        <CodeEditor value={value} language="json" label={t.data.jsonLabel} readOnly={readOnly} lineNumbers markers={markers} onChange={change} onBlur={endGesture} />
      </div>
    </>
  )
}

/** Problems with a line are marked there; the editor's own JSON checks mark the rest. */
function markerOf(problem: Problem, text: string): EditorMarker[] {
  const { line, column } = problem.place
  if (line === undefined) return []
  let start = 0
  for (let i = 1; i < line; i++) {
    const next = text.indexOf('\n', start)
    if (next < 0) break
    start = next + 1
  }
  start += (column ?? 1) - 1
  return [{ span: { start, end: start + 1 }, severity: problem.severity, message: problem.message }]
}

import { useMemo, type ReactNode } from 'react'
import { sheets } from '../text/sheets.ts'
import styles from './JsonText.module.css'

/** JSON to look at: numbered lines in the code colours. Long documents show their beginning; the file has it all. */
export function JsonText({ content }: { readonly content: string }) {
  const all = useMemo(() => content.replace(/\n$/, '').split('\n'), [content])
  const lines = all.slice(0, linesMax)
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolling region must be reachable by keyboard (WCAG 2.1.1)
    <pre className={styles.text} tabIndex={0} aria-label={sheets.exportSheet.text}>
      {lines.map((line, index) => (
        <div key={index}>
          <i aria-hidden="true">{index + 1}</i>
          <code>{coloured(line)}</code>
        </div>
      ))}
      {all.length > linesMax ? <p>{sheets.exportSheet.moreLines(all.length - linesMax)}</p> : null}
    </pre>
  )
}

const linesMax = 2000

const token = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\b(?:true|false|null)\b/g

function coloured(line: string): ReactNode[] {
  const parts: ReactNode[] = []
  let end = 0
  for (const match of line.matchAll(token)) {
    if (match.index > end) parts.push(line.slice(end, match.index))
    const [whole, string, colon] = match
    const kind = string === undefined ? (/[a-z]/.test(whole[0]!) ? 'keyword' : 'number') : colon === undefined ? 'string' : 'field'
    parts.push(
      <span key={match.index} data-kind={kind}>
        {string ?? whole}
      </span>,
    )
    if (colon !== undefined) parts.push(colon)
    end = match.index + whole.length
  }
  parts.push(line.slice(end))
  return parts
}

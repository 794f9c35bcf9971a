import { Fragment, useEffect, useState, type ReactNode } from 'react'
import { helpOf } from '../../operators/help.ts'
import { text as t } from '../text/text.ts'
import helpStyles from './help.module.css'
import styles from './inspector.module.css'

/** The help page of an operator kind, loaded when it is opened. */
export function HelpPage({ kind }: { readonly kind: string }) {
  const [page, setPage] = useState<{ kind: string; text: string | null } | null>(null)
  useEffect(() => {
    let gone = false
    void helpOf(kind).then((text) => {
      if (!gone) setPage({ kind, text })
      return undefined
    })
    return () => {
      gone = true
    }
  }, [kind])
  if (page === null || page.kind !== kind) return null
  return page.text === null ? <p className={styles.help}>{t.inspector.noHelp}</p> : <div className={helpStyles.docs}>{blocksOf(page.text)}</div>
}

/**
 * The little Markdown that our own help pages use: headings, paragraphs, lists, code, tables, `code` and **strong**. It only ever makes React elements, so
 * nothing in a page can become markup.
 */
function blocksOf(text: string): ReactNode[] {
  const lines = text.split('\n')
  const blocks: ReactNode[] = []
  let at = 0
  const take = (matches: (line: string) => boolean): string[] => {
    const start = at
    while (at < lines.length && matches(lines[at]!)) at++
    return lines.slice(start, at)
  }
  while (at < lines.length) {
    const line = lines[at]!
    const key = at
    if (line.trim() === '') at++
    else if (line.startsWith('```')) {
      at++
      const code = take((other) => !other.startsWith('```'))
      at++
      blocks.push(
        <pre key={key} tabIndex={0}>
          <code>{code.join('\n')}</code>
        </pre>,
      )
    } else if (line.startsWith('#')) {
      at++
      const title = inline(line.replace(/^#+\s*/, ''))
      blocks.push(line.startsWith('# ') ? <h1 key={key}>{title}</h1> : <h2 key={key}>{title}</h2>)
    } else if (/^\s*[-*] /.test(line)) {
      const items: string[] = []
      for (const item of take((other) => /^\s*[-*] /.test(other) || /^\s{2,}\S/.test(other))) {
        if (/^\s*[-*] /.test(item)) items.push(item.replace(/^\s*[-*] /, ''))
        else items[items.length - 1] += ` ${item.trim()}`
      }
      blocks.push(
        <ul key={key}>
          {items.map((item, i) => (
            <li key={i}>{inline(item)}</li>
          ))}
        </ul>,
      )
    } else if (line.startsWith('|')) {
      const rows = take((other) => other.startsWith('|')).map((row) =>
        row
          .replace(/^\||\|\s*$/g, '')
          .split(/(?<!\\)\|/)
          .map((cell) => cell.trim().replaceAll('\\|', '|')),
      )
      const [head, , ...body] = rows
      blocks.push(
        <table key={key}>
          <thead>
            <tr>
              {head?.map((cell, i) => (
                <th key={i}>{inline(cell)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {body.map((row, i) => (
              <tr key={i}>
                {row.map((cell, j) => (
                  <td key={j}>{inline(cell)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>,
      )
    } else {
      const paragraph = take((other) => other.trim() !== '' && !/^(```|#|\||\s*[-*] )/.test(other))
      if (paragraph.length === 0) at++
      else blocks.push(<p key={key}>{inline(paragraph.join(' '))}</p>)
    }
  }
  return blocks
}

function inline(text: string): ReactNode[] {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part, i) =>
    part.startsWith('`') && part.length > 1 ? <code key={i}>{part.slice(1, -1)}</code> : part.startsWith('**') && part.length > 4 ? <b key={i}>{part.slice(2, -2)}</b> : <Fragment key={i}>{part}</Fragment>,
  )
}

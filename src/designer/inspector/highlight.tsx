import type { ReactNode } from 'react'
import styles from './code.module.css'

/**
 * An expression at rest, coloured as the editor colours it. Deliberately a tiny scanner: it never decides anything, and it runs for every row of a long
 * form on every keystroke.
 */
const parts = /(`(?:[^`]|``)*`)|('(?:[^']|'')*'?)|(--.*$)|(\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+)|([A-Za-z_]\w*(?=\s*\())|([A-Za-z_]\w*)/gim

const keywords = new Set(
  (
    'AND OR NOT IS NULL TRUE FALSE UNKNOWN CASE WHEN THEN ELSE END CAST TRY_CAST AS BETWEEN IN LIKE ESCAPE DISTINCT FROM FOR INTERVAL DATE TIME TIMESTAMP FILTER ' +
    'WHERE EXTRACT TO ROW ARRAY MAP BOTH LEADING TRAILING YEAR QUARTER MONTH WEEK DAY HOUR MINUTE SECOND RETURNING ON EMPTY ERROR'
  ).split(' '),
)

export function highlight(text: string): ReactNode[] {
  const nodes: ReactNode[] = []
  let end = 0
  for (const match of text.matchAll(parts)) {
    if (match.index > end) nodes.push(text.slice(end, match.index))
    const [token, quoted, string, comment, number, call, word] = match
    const upper = token.toUpperCase()
    const className =
      string !== undefined
        ? styles.tokenString
        : comment !== undefined
          ? styles.tokenComment
          : number !== undefined
            ? styles.tokenNumber
            : call !== undefined || (word !== undefined && keywords.has(upper))
              ? styles.tokenKeyword
              : quoted !== undefined || word !== undefined
                ? styles.tokenField
                : undefined
    nodes.push(
      <span key={match.index} className={className}>
        {token}
      </span>,
    )
    end = match.index + token.length
  }
  if (end < text.length) nodes.push(text.slice(end))
  return nodes
}

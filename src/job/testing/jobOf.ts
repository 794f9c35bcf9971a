import type { Json } from '../../columnar/json.ts'
import type { Edge, Job, Operator, Settings } from '../job.ts'

/**
 * A small job from a line of text, for tests of the kernel: operators as `kind id key=value …`, edges as `a > b` or `a.late > b.left`, separated by
 * semicolons. A value is JSON where it reads as JSON, else a text; `parallelism=…` is the operator's own.
 */
export function jobOf(text: string, settings?: Settings): Job {
  const operators: Operator[] = []
  const edges: Edge[] = []
  for (const part of text.split(';').map((piece) => piece.trim())) {
    if (part.includes('>')) {
      const [[from, fromPort], [to, toPort]] = part.split('>').map((end) => end.trim().split('.')) as [[string, string?], [string, string?]]
      edges.push({ from, to, ...(fromPort === undefined ? {} : { fromPort }), ...(toPort === undefined ? {} : { toPort }) })
    } else if (part !== '') {
      const [kind, id, ...pairs] = part.split(' ')
      const config = Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), valueOf(pair.slice(pair.indexOf('=') + 1))]))
      const { parallelism, ...rest } = config
      operators.push({ id: id!, kind: kind!, ...(parallelism === undefined ? {} : { parallelism: parallelism as number }), config: rest })
    }
  }
  return { format: 'millrace/job', version: 1, name: 'test', ...(settings === undefined ? {} : { settings }), operators, edges }
}

function valueOf(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

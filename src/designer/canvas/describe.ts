import { faceOf } from '../store/definitions.ts'
import { currentJob, nameOf } from '../store/designerStore.ts'
import { text as t } from '../text/text.ts'

/** An operator in words, for labels and announcements: name, kind, what feeds it, what it feeds. */
export function describeOperator(id: string): string {
  const job = currentJob()
  const operator = job.operators.find((other) => other.id === id)
  const title = faceOf(operator?.kind ?? '')?.title ?? operator?.kind ?? ''
  const into = job.edges.filter((edge) => edge.to === id).map((edge) => nameOf(edge.from))
  const out = job.edges.filter((edge) => edge.from === id).map((edge) => nameOf(edge.to))
  return t.canvas.described(nameOf(id), title, into, out)
}

import { faceOf } from '../store/definitions.ts'
import { currentJob, nameOf } from '../store/designerStore.ts'
import { indexOf } from '../store/jobIndex.ts'
import { text as t } from '../text/text.ts'

/** An operator in words, for labels and announcements: name, kind, what feeds it, what it feeds. */
export function describeOperator(id: string): string {
  const { operators, into, outOf } = indexOf(currentJob())
  const kind = operators.get(id)?.kind ?? ''
  const from = (into.get(id) ?? []).map((edge) => nameOf(edge.from))
  const to = (outOf.get(id) ?? []).map((edge) => nameOf(edge.to))
  return t.canvas.described(nameOf(id), faceOf(kind)?.title ?? kind, from, to)
}

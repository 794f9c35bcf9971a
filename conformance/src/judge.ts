import type { FlinkVersion } from '../../src/operators/emitters.ts'
import { difference, differenceText, nullabilityDifferences, type Answer } from './answer.ts'
import type { Note, Program } from './program.ts'

/**
 * Flink's answers and Millrace's, side by side: identical, different, or different as noted. A note on a program that does not differ is as much of a mistake as a difference
 * without a note.
 */
export interface Verdict {
  readonly kind: 'identical' | 'noted' | 'different' | 'note without a difference'
  readonly text: string
  /** Columns where the two disagree only on NOT NULL. */
  readonly nullability: readonly string[]
}

export function judge(program: Program, version: FlinkVersion, flink: ReadonlyMap<string, Answer>, millrace: ReadonlyMap<string, Answer>): Verdict {
  const texts: string[] = []
  const nullability: string[] = []
  for (const sink of new Set([...flink.keys(), ...millrace.keys()])) {
    const [theirs, ours] = [flink.get(sink), millrace.get(sink)]
    if (theirs === undefined || ours === undefined) {
      texts.push(`  ${sink}: only ${theirs === undefined ? 'Millrace' : 'Flink'} has this sink`)
      continue
    }
    const found = difference(theirs, ours)
    if (found !== null) texts.push(`  ${sink}:\n${differenceText(found)}`)
    nullability.push(...nullabilityDifferences(theirs, ours).map((line) => `${sink}.${line}`))
  }
  const notes = notesFor(program, version)
  const text = texts.join('\n')
  if (texts.length === 0) return notes.length === 0 ? { kind: 'identical', text, nullability } : { kind: 'note without a difference', text: notes.map((note) => `  ${note.reason}`).join('\n'), nullability }
  return { kind: notes.length === 0 ? 'different' : 'noted', text, nullability }
}

export function notesFor(program: Program, version: FlinkVersion): readonly Note[] {
  return (program.noted ?? []).filter((note) => note.versions === undefined || note.versions.includes(version))
}

export function runsOn(program: Program, version: FlinkVersion): boolean {
  return program.versions === undefined || program.versions.includes(version)
}

import type { OperatorCase } from '../../src/operators/operatorCase.ts'
import type { ProgramSet } from '../src/program.ts'
import { cornerPrograms, roomPrograms } from '../src/roomPrograms.ts'
import { changelogPrograms } from './changelog.ts'
import { nexmarkPrograms } from './nexmark.ts'
import { cascadePrograms } from './cascades.ts'
import { notesOnRooms } from './notes.ts'
import { storePrograms } from './stores.ts'
import { windowPrograms } from './windows.ts'
import { workedPrograms } from './workedExamples.ts'

/**
 * Every program there is. A room joins by having cases: they are found, not listed. Sources and sinks are how a program is fed and read, so they have none.
 */
const rooms = import.meta.glob<{ readonly cases?: unknown }>('../../src/operators/*/cases.ts', { eager: true })

const casesOf = new Map(
  Object.entries(rooms)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, room]) => [path.split('/').at(-2)!, (room.cases ?? []) as readonly OperatorCase[]] as const)
    .filter(([kind]) => kind !== 'source' && kind !== 'sink'),
)

export const programSets: readonly ProgramSet[] = [
  ...[...casesOf].map(([kind, cases]) => roomPrograms(kind, cases, notesOnRooms[kind])),
  // Flink has no JavaScript.
  cornerPrograms(new Map([...casesOf].filter(([kind]) => kind !== 'function'))),
  windowPrograms,
  changelogPrograms,
  cascadePrograms,
  storePrograms,
  workedPrograms,
  nexmarkPrograms,
]

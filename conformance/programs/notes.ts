import type { Note } from '../src/program.ts'

/** Known differences of rooms' cases, by kind and by the case's sentence. */
export const notesOnRooms: Readonly<Record<string, Readonly<Record<string, readonly Note[]>>>> = {}

import type { Note } from '../src/program.ts'

/** Known differences of rooms' cases, by kind and by the case's sentence. */
const lateSession: Note = {
  reason: 'Flink SQL has no late output, and cannot tell which row Flink dropped from a session that would have merged. The results are the same.',
}
const keepFirst: Note = {
  versions: ['1.20'],
  reason: 'Before 2.1 Flink gives the first row at once, corrects it when an earlier one comes, and knows no late row. Millrace does as 2.1 and later do.',
}

export const notesOnRooms: Readonly<Record<string, Readonly<Record<string, readonly Note[]>>>> = {
  deduplicate: {
    'keeps the first row once the watermark has reached it; a row behind the watermark is late (DD-3)': [keepFirst],
    'takes a row at the watermark itself, and gives what waits at the end of input': [keepFirst],
    'a late row does not spoil the key for the next one': [keepFirst],
    'without keys keeps one row in all': [keepFirst],
  },
  'window-aggregate': {
    'takes a row behind the watermark when the session it is in ends after it (WIN-5)': [lateSession],
    'puts both passes of a repeated hour into one window, and fires it after the second': [
      { reason: 'window_time of a repeated hour is the end of its first pass, so the exported late view calls rows of the second pass late. The results are the same.' },
    ],
    'aligns windows over TIMESTAMP_LTZ in the session time zone': [
      { reason: 'Flink loses the window: its buffer waits for the watermark to pass a window end that was aligned in UTC, and by then the window counts as fired (docs/flink-facts.md). Millrace gives the window.' },
    ],
  },
}

import { plural } from './plural.ts'

/** Names of steps, as the history list shows them and as undo announces them: "Undone: insert Rain or wind". */
export const history = {
  added: (name: string) => `add ${name}`,
  inserted: (name: string) => `insert ${name}`,
  removed: (names: readonly string[]) => (names.length === 1 ? `delete ${names[0]}` : `delete ${plural(names.length, 'operator', 'operators')}`),
  removedBridging: (names: readonly string[]) => (names.length === 1 ? `delete ${names[0]} and bridge` : `delete ${plural(names.length, 'operator', 'operators')} and bridge`),
  connected: (from: string, to: string) => `connect ${from} to ${to}`,
  disconnected: (count: number) => (count === 1 ? 'delete connection' : `delete ${plural(count, 'connection', 'connections')}`),
  rewired: (from: string, to: string) => `rewire ${from} to ${to}`,
  changed: (field: string, name: string) => `change ${field} of ${name}`,
  settingsOf: (name: string) => `change settings of ${name}`,
  renamed: (from: string, to: string) => `rename ${from} to ${to}`,
  parallelism: (name: string, parallelism: number | null) => (parallelism === null ? `default parallelism for ${name}` : `parallelism ${parallelism} for ${name}`),
  jobSettings: 'change job settings',
  jobRenamed: (name: string) => `rename job to ${name}`,
  description: 'change description',
  moved: (name: string) => `move ${name}`,
  movedMany: (count: number) => `move ${plural(count, 'item', 'items')}`,
  tidied: 'tidy',
  noteAdded: 'add note',
  noteEdited: 'edit note',
  noteRemoved: (count: number) => (count === 1 ? 'delete note' : `delete ${plural(count, 'note', 'notes')}`),
  grouped: (name: string) => `group as ${name}`,
  ungrouped: (count: number) => (count === 1 ? 'ungroup' : `ungroup ${count}`),
  groupRenamed: (name: string) => `rename group to ${name}`,
  pasted: (count: number) => `paste ${plural(count, 'item', 'items')}`,
  duplicated: (count: number) => `duplicate ${plural(count, 'operator', 'operators')}`,
  columnRenamed: (from: string, to: string, followers: number) =>
    followers === 0 ? `rename column ${from} to ${to}` : `rename column ${from} to ${to}, followed by ${plural(followers, 'operator', 'operators')}`,
  replaced: (reason: 'import' | 'json' | 'sample' | 'version') =>
    ({ import: 'replace with an import', json: 'edit as JSON', sample: 'open sample', version: 'go back to a version' })[reason],
}

import { plural } from './plural.ts'

/** Why a command was not carried out. */
export const commands = {
  idTaken: (id: string) => `The id ${id} is already used in this job. Choose another.`,
  noOperator: (id: string) => `The operator ${id} is no longer in this job.`,
  noEdge: 'That connection is no longer in this job.',
  noNote: 'That note is no longer in this job.',
  noColumn: 'There is no column name at that place.',
  emptyName: 'A job needs a name.',
  noOutputs: (name: string) => `${name} is a sink: rows end there, so nothing can leave it.`,
  noInputs: (name: string) => `${name} is a source: it brings its own rows, so nothing can enter it.`,
  noPort: (name: string, port: string) => `${name} has no port named ${port}.`,
  selfLoop: (name: string) => `${name} cannot feed itself.`,
  alreadyConnected: 'These two are already connected.',
  cycle: (from: string, to: string) => `${to} already feeds ${from}; a job cannot run in a circle.`,
  nothingToRemove: 'Nothing is selected to delete.',
  nothingToGroup: 'Select operators to group.',
  nothingToUngroup: 'No group is selected.',
  nothingToCopy: 'Nothing is selected to copy.',
  nothingToPaste: 'The clipboard holds no operators.',
  groupName: (number: number) => `Group ${number}`,
  readOnly: 'This document is open for viewing only.',
  clipboardRefused: 'The browser did not allow this page to use the clipboard. Use the keyboard shortcut, or allow it in the address bar.',
  copied: (count: number) => `Copied ${plural(count, 'item', 'items')}`,
  notAJob: 'The clipboard holds no job or part of one.',
}

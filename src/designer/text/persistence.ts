import { plural } from './plural.ts'

/** Saving, storage, tabs and files. */
export const persistence = {
  nothingToSave: 'Nothing to save yet',
  saving: 'Saving',
  saved: (version: number | null, stepsSince: number) =>
    version === null ? 'Saved' : stepsSince === 0 ? `Saved, v${version}` : `Saved, v${version} + ${plural(stepsSince, 'change', 'changes')}`,
  notSaved: 'Not saved',
  sessionOnly: 'This session only',
  viewing: 'Viewing',
  versionsHint: 'Steps and named versions',

  quota: 'This browser has no room left for more steps. The document is safe in this tab: delete documents you no longer need, or download this one.',
  noStorageWhy: 'This browser keeps no data for this page (a private window does that). Work lasts as long as this tab: download what you want to keep.',
  blocked: 'Another tab runs an older Millrace and holds the storage. Close it and reload this one.',
  replaced: 'A newer Millrace was opened in another tab. What you did is saved; reload to go on.',
  reload: 'Reload',
  restore: 'Restore',
  lost: 'The browser lost the storage of this page, and your documents with it. Files you have downloaded can be opened again.',
  lostWithCopy: (name: string) => `The browser lost the storage of this page. A copy of ${name} was kept elsewhere.`,
  damaged: (name: string, reason: string) => `${name} could not be opened: ${reason}. It is kept as it is; opening a downloaded copy will work.`,
  wentBack: (commits: number) => `The browser gave back an older state of this document: ${plural(commits, 'save is', 'saves are')} missing. Check the newest changes.`,
  viewingWhy: 'This document is open in another tab, which writes it. Take over or make a copy to change it here.',
  takenWhy: 'Another tab has taken this document over. Take it back or make a copy to change it here.',
  copyOf: (name: string) => `${name}, copy`,
  forked: (name: string) => `You are now in ${name}`,

  fileOutside: (path: string) => `The file ${path} is outside this page's own folder, which is all a job may read here.`,
  fileMissing: (path: string) => `The file ${path} is not in this browser. Drop it on the page, or change the source's connector.`,

  versionSaved: (number: number) => `Saved as version ${number}`,
  nameIt: 'Name it',

  otherTab: (name: string) => `${name} is open in another tab`,
  otherTabDetail: (ago: string) => `That tab changed it ${ago} ago. Both can look; only one can write.`,
  view: 'View only',
  fork: 'Fork',
  takeOver: 'Take over',
}

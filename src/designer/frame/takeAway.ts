import { canonicalText } from '../../job/canonical.ts'
import type { Job } from '../../job/job.ts'
import { definitionOf } from '../store/definitions.ts'
import { currentJob } from '../store/designerStore.ts'
import { toast } from '../store/toasts.ts'
import { announce } from '../store/announcements.ts'
import { sheets } from '../text/sheets.ts'
import { text } from '../text/text.ts'

/** Taking the job away: its canonical text, on the clipboard or as a file. */
export function textOf(job: Job): string {
  return canonicalText(job, definitionOf)
}

/** `Late trains` → `late-trains.job.json`. */
export function fileNameOf(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80)
  return `${plain === '' ? 'job' : plain}.job.json`
}

export async function copyJob(): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(textOf(currentJob()))
  } catch {
    toast({ tone: 'warning', message: text.commands.clipboardRefused })
    return false
  }
  announce(sheets.exportSheet.copied)
  return true
}

export function downloadJob(): void {
  const name = fileNameOf(currentJob().name)
  saveFile(name, textOf(currentJob()), 'application/json')
  announce(sheets.exportSheet.downloaded(name))
}

/** A text, or bytes, as a file of its own, where the browser puts files. */
export function saveFile(name: string, content: BlobPart, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The download has taken hold of the blob by the next task; some browsers need a little longer.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

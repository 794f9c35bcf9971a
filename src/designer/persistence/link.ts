import { Inflate, deflateSync } from 'fflate'
import { canonicalText } from '../../job/canonical.ts'
import type { Job } from '../../job/job.ts'
import { announce } from '../store/announcements.ts'
import { definitionOf } from '../store/definitions.ts'
import { toast } from '../store/toasts.ts'
import { sheets } from '../text/sheets.ts'
import { text } from '../text/text.ts'
import { openText } from './openJob.ts'

/**
 * A job in a link: the page's address, `#job=` and the canonical text, deflated (RFC 1951), in base64url (RFC 4648). What stands behind the # is not sent to any server; files that
 * the job reads do not travel with it.
 */
const mark = '#job='

/** Longer links are cut off by mail and chat programs, some without a word. */
export const linkLengthMax = 30_000
/** The limit of the format for a document, in bytes. */
const textBytesMax = 10 * 1024 * 1024

/** `page` is the address without anything behind #. */
export function linkOf(job: Job, page: string): string {
  return `${page}${mark}${toBase64url(deflateSync(new TextEncoder().encode(canonicalText(job, definitionOf)), { level: 9 }))}`
}

/** The text in the part of an address from # on; null when it holds no job, or a damaged one. */
export function textOfLink(hash: string): string | null {
  try {
    const pieces: Uint8Array[] = []
    let bytes = 0
    const unpacking = new Inflate((piece) => {
      bytes += piece.length
      if (bytes > textBytesMax) throw new Error('too large')
      pieces.push(piece)
    })
    unpacking.push(fromBase64url(hash.slice(mark.length)), true)
    const whole = new Uint8Array(bytes)
    pieces.reduce((at, piece) => (whole.set(piece, at), at + piece.length), 0)
    return bytes === 0 ? null : new TextDecoder('utf-8', { fatal: true }).decode(whole)
  } catch {
    return null
  }
}

export async function copyLink(job: Job): Promise<boolean> {
  const link = linkOf(job, location.href.replace(/#.*$/, ''))
  if (link.length > linkLengthMax) {
    toast({ tone: 'warning', message: sheets.link.tooLong(link.length, linkLengthMax) })
    return false
  }
  try {
    await navigator.clipboard.writeText(link)
  } catch {
    toast({ tone: 'warning', message: text.commands.clipboardRefused })
    return false
  }
  announce(sheets.link.copied)
  return true
}

/** Opens the job of the page's own address, as a file is opened, and takes it out of the address: a reload shows the document, not another copy. */
export async function openLink(): Promise<void> {
  const { hash } = location
  if (!hash.startsWith(mark)) return
  history.replaceState(history.state, '', location.href.replace(/#.*$/, ''))
  const content = textOfLink(hash)
  if (content === null) toast({ tone: 'error', message: sheets.link.damaged })
  else await openText(content, sheets.link.name)
}

function toBase64url(bytes: Uint8Array): string {
  let binary = ''
  for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192))
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function fromBase64url(encoded: string): Uint8Array {
  return Uint8Array.from(atob(encoded.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0))
}

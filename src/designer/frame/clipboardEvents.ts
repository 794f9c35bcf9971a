import { openFiles } from '../persistence/openFiles.ts'
import { openText } from '../persistence/openJob.ts'
import { fragmentOfText, pasteText, selectionText } from '../store/clipboard.ts'
import { announce } from '../store/announcements.ts'
import { designerState, dispatch } from '../store/designerStore.ts'
import { toast } from '../store/toasts.ts'
import { text } from '../text/text.ts'
import { isTyping } from './keys.ts'

/**
 * Copy, cut and paste by the browser's own events, which carry the clipboard and ask for no permission. Fields and marked text keep their own
 * meaning.
 */
export function listenToClipboard(): void {
  // Whether the paste that follows was asked for with Shift: the event itself does not say.
  let shift = false
  document.addEventListener('keydown', (event) => (shift = event.shiftKey), { capture: true })
  document.addEventListener('copy', (event) => void take(event))
  document.addEventListener('cut', (event) => {
    const { selection } = designerState()
    if (take(event)) dispatch({ kind: 'remove', operators: selection.operators, edges: [], notes: selection.notes })
  })
  document.addEventListener('paste', (event) => {
    if (isTyping(event.target) || event.clipboardData === null || covered()) return
    event.preventDefault()
    const files = [...event.clipboardData.files]
    if (files.length > 0) void openFiles(files)
    else void takeText(event.clipboardData.getData('text/plain'), shift)
  })
}

function take(event: ClipboardEvent): boolean {
  if (isTyping(event.target) || (getSelection()?.toString() ?? '') !== '' || event.clipboardData === null || covered()) return false
  const content = selectionText()
  if (content === null) return false
  event.preventDefault()
  event.clipboardData.setData('text/plain', content)
  const { selection } = designerState()
  announce(text.commands.copied(selection.operators.length + selection.notes.length))
  return true
}

function covered(): boolean {
  return document.querySelector('[role="dialog"][data-modal]') !== null
}

/** What a text is, is told by the text: a part of a job is pasted, a whole one opens as a document, rows become a source. */
export async function takeText(content: string, upstream: boolean): Promise<void> {
  if (content.trim() === '') return toast({ tone: 'warning', message: text.frame.nothingPasted })
  if (/^\s*\{/.test(content) && /"format"\s*:\s*"millrace\/fragment"/.test(content.slice(0, 2000)) && 'fragment' in fragmentOfText(content)) {
    pasteText(content, { upstream })
    return
  }
  if (/^\s*\{/.test(content) && /"format"\s*:\s*"millrace\//.test(content.slice(0, 65_536))) {
    await openText(content, text.frame.clipboard)
    return
  }
  const ending = rowsEnding(content)
  if (ending === null) return toast({ tone: 'warning', message: text.commands.notAJob })
  await openFiles([new File([content], `${text.frame.pastedRows}.${ending}`)])
}

/** Rows of text have at least two lines of the same kind. */
function rowsEnding(content: string): 'jsonl' | 'json' | 'csv' | null {
  const lines = content.trim().split(/\r?\n/)
  if (/^\s*\[/.test(content)) return 'json'
  if (lines.every((line) => line.trim() === '' || /^\s*\{.*\}\s*$/.test(line))) return 'jsonl'
  return lines.length >= 2 && /[,;\t|]/.test(lines[0]!) ? 'csv' : null
}

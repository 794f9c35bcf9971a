import { nameVersion, openNew } from '../persistence/documents.ts'
import { chooseFiles } from '../persistence/openFiles.ts'
import { openBlank } from '../persistence/openJob.ts'
import { neighbourProblem, visitProblem } from '../problems/problemFocus.ts'
import { copySelection, cutSelection, pasteFromClipboard } from '../store/clipboard.ts'
import { registerActions, type Action } from '../store/actions.ts'
import {
  currentJob,
  designerState,
  designerStore,
  dispatch,
  openSheet,
  redo,
  selectAll,
  selectItem,
  showDockTab,
  toggleFocusMode,
  togglePanel,
  undo,
} from '../store/designerStore.ts'
import { isActive, pause, playOrPause, restart, run, runView, step, stop } from '../store/runStore.ts'
import { toast } from '../store/toasts.ts'
import { sheets } from '../text/sheets.ts'
import { text } from '../text/text.ts'
import { listenToClipboard, takeText } from './clipboardEvents.ts'
import { isCompact, toggleDrawer } from './drawerState.ts'
import { focusRegion, focusRegionNamed } from './keys.ts'
import { copyJob, downloadJob } from './takeAway.ts'

/** The actions that belong to no region: document, editing, running, panels. The canvas adds its own. */
const names = text.frame.actions

const editable = (): boolean => designerState().document.readOnly === null
const hasOperators = (): boolean => currentJob().operators.length > 0
const hasSelection = (): boolean => {
  const { selection } = designerState()
  return selection.operators.length + selection.edges.length + selection.notes.length > 0
}

const actions: readonly Action[] = [
  // Document
  { id: 'document.new', title: names.newDocument, section: 'document', searchTerms: ['blank', 'empty'], run: () => void openBlank() },
  { id: 'document.open', title: names.openFile, section: 'document', keys: ['Mod+O'], scope: 'everywhere', searchTerms: ['import', 'load'], run: chooseFiles },
  { id: 'document.paste', title: names.pasteJob, section: 'document', searchTerms: ['import', 'clipboard'], run: () => void openClipboard() },
  { id: 'document.gallery', title: names.gallery, section: 'document', searchTerms: ['examples', 'samples', 'templates'], run: () => openSheet('gallery') },
  { id: 'document.version', title: names.nameVersion, section: 'document', keys: ['Mod+S'], scope: 'everywhere', searchTerms: ['save', 'snapshot'], when: editable, run: () => void saveVersion() },
  { id: 'document.versions', title: names.versions, section: 'document', searchTerms: ['documents', 'history', 'restore'], run: () => openSheet('versions') },
  {
    id: 'document.duplicate',
    title: names.duplicateDocument,
    section: 'document',
    searchTerms: ['fork', 'copy'],
    when: hasOperators,
    run: () => void openNew({ ...currentJob(), name: text.persistence.copyOf(currentJob().name) }),
  },
  { id: 'document.export', title: names.export, section: 'document', keys: ['Mod+E'], scope: 'everywhere', searchTerms: ['json', 'download', 'share'], when: hasOperators, run: () => (designerState().sheet === 'export' ? downloadJob() : openSheet('export')) },
  { id: 'document.copy', title: names.copyJson, section: 'document', when: hasOperators, run: () => void copyJob() },
  { id: 'document.link', title: names.copyLink, section: 'document', searchTerms: ['share', 'url', 'send'], when: hasOperators, run: () => void copyLinkToJob() },
  { id: 'document.download', title: names.downloadJson, section: 'document', searchTerms: ['save as'], when: hasOperators, run: downloadJob },

  // Edit
  { id: 'edit.undo', title: text.frame.undo, section: 'edit', keys: ['Mod+Z'], when: () => designerState().history.past.length > 0, run: undo },
  { id: 'edit.redo', title: text.frame.redo, section: 'edit', keys: ['Mod+Shift+Z', 'Mod+Y'], when: () => designerState().history.future.length > 0, run: redo },
  { id: 'edit.copy', title: names.copy, section: 'edit', keys: ['Mod+C'], nativeKeys: true, when: () => hasSelection() && nothingMarked(), run: () => void copySelection() },
  { id: 'edit.cut', title: names.cut, section: 'edit', keys: ['Mod+X'], nativeKeys: true, when: () => hasSelection() && nothingMarked() && editable(), run: () => void cutSelection() },
  { id: 'edit.paste', title: names.paste, section: 'edit', keys: ['Mod+V'], nativeKeys: true, when: editable, run: () => void pasteFromClipboard(false) },
  { id: 'edit.pasteUpstream', title: names.pasteUpstream, section: 'edit', keys: ['Mod+Shift+V'], nativeKeys: true, when: editable, run: () => void pasteFromClipboard(true) },
  {
    id: 'edit.duplicate',
    title: names.duplicate,
    section: 'edit',
    keys: ['Mod+D'],
    when: () => designerState().selection.operators.length > 0 && editable(),
    run: () => dispatch({ kind: 'duplicate', operators: designerState().selection.operators, offset: { x: 32, y: 32 } }),
  },
  { id: 'edit.delete', title: names.delete, section: 'edit', keys: ['Delete', 'Backspace'], scope: 'canvas', when: () => hasSelection() && editable(), run: () => removeSelection(false) },
  { id: 'edit.deleteBridge', title: names.deleteBridge, section: 'edit', keys: ['Shift+Delete', 'Shift+Backspace'], scope: 'canvas', when: () => designerState().selection.operators.length > 0 && editable(), run: () => removeSelection(true) },
  { id: 'edit.selectAll', title: names.selectAll, section: 'edit', keys: ['Mod+A'], scope: 'canvas', when: hasOperators, run: selectAll },
  {
    id: 'edit.group',
    title: names.group,
    section: 'edit',
    keys: ['Mod+G'],
    when: () => designerState().selection.operators.length > 0 && editable(),
    run: () => dispatch({ kind: 'group', operators: designerState().selection.operators }),
  },
  {
    id: 'edit.ungroup',
    title: names.ungroup,
    section: 'edit',
    keys: ['Mod+Shift+G'],
    when: () => selectedGroups().length > 0 && editable(),
    run: () => dispatch({ kind: 'ungroup', groups: selectedGroups() }),
  },

  // Run
  { id: 'run.run', title: names.run, section: 'run', keys: ['Mod+Enter'], scope: 'everywhere', when: hasOperators, run: () => void (isActive() ? restart() : run()) },
  { id: 'run.playPause', title: names.playPause, section: 'run', keys: ['K'], scope: 'timeline', when: hasOperators, run: () => void playOrPause() },
  { id: 'run.step', title: names.step, section: 'run', keys: ['L'], scope: 'timeline', when: hasOperators, run: () => void step() },
  { id: 'run.pause', title: text.frame.pause, section: 'run', when: () => runView().status.kind === 'running', run: pause },
  { id: 'run.restart', title: names.restart, section: 'run', when: () => hasOperators() && runView().status.kind !== 'idle', run: () => void restart() },
  { id: 'run.stop', title: names.stop, section: 'run', when: () => isActive(), run: () => void stop() },

  // View
  { id: 'view.left', title: names.toggleLeft, section: 'view', keys: ['Alt+1'], scope: 'everywhere', run: () => (isCompact() ? toggleDrawer() : togglePanel('left')) },
  { id: 'view.inspector', title: names.toggleInspector, section: 'view', keys: ['Alt+2'], scope: 'everywhere', run: () => togglePanel('inspector') },
  { id: 'view.dock', title: names.toggleDock, section: 'view', keys: ['Alt+3'], scope: 'everywhere', run: () => togglePanel('dock') },
  { id: 'view.timeline', title: names.toggleTimeline, section: 'view', keys: ['Alt+4'], scope: 'everywhere', run: () => togglePanel('timeline') },
  { id: 'view.focus', title: names.focus, section: 'view', keys: ['Alt+0'], scope: 'everywhere', searchTerms: ['zen', 'full screen'], run: toggleFocusMode },
  { id: 'view.theme', title: names.theme, section: 'view', searchTerms: ['dark', 'light', 'appearance'], run: nextTheme },
  { id: 'view.letterKeys', title: names.letterKeys, section: 'view', searchTerms: ['shortcuts', 'accessibility'], run: () => designerStore.setState((state) => ({ letterKeys: !state.letterKeys })) },

  // Go
  { id: 'go.palette', title: names.palette, section: 'go', keys: ['Mod+K', 'Mod+Shift+P'], scope: 'everywhere', run: () => openSheet('palette') },
  { id: 'go.find', title: names.find, section: 'go', keys: ['Mod+F'], run: () => openSheet('palette') },
  { id: 'go.shortcuts', title: names.shortcuts, section: 'go', keys: ['?'], run: () => openSheet('shortcuts') },
  { id: 'go.nextRegion', title: names.nextRegion, section: 'go', keys: ['F6'], scope: 'everywhere', run: () => focusRegion(1) },
  { id: 'go.previousRegion', title: names.previousRegion, section: 'go', keys: ['Shift+F6'], scope: 'everywhere', run: () => focusRegion(-1) },
  { id: 'go.nextProblem', title: names.nextProblem, section: 'go', keys: ['F8'], scope: 'everywhere', when: () => designerState().check.problems.length > 0, run: () => goToProblem(1) },
  { id: 'go.previousProblem', title: names.previousProblem, section: 'go', keys: ['Shift+F8'], scope: 'everywhere', when: () => designerState().check.problems.length > 0, run: () => goToProblem(-1) },
  { id: 'go.inspector', title: names.inspector, section: 'go', keys: ['Enter'], scope: 'canvas', when: () => designerState().selection.focused !== null, run: openInspector },
  { id: 'go.clear', title: names.clearSelection, section: 'go', keys: ['Escape'], scope: 'canvas', when: hasSelection, run: () => selectItem(null) },
]

export function registerFrameActions(): void {
  registerActions(actions)
  listenToClipboard()
}

/** Text the user marked on the page is what a copy means, not the operators behind it. */
function nothingMarked(): boolean {
  return (getSelection()?.toString() ?? '') === ''
}

function removeSelection(bridge: boolean): void {
  const { selection } = designerState()
  dispatch({ kind: 'remove', operators: selection.operators, edges: selection.edges, notes: selection.notes, bridge })
}

function selectedGroups(): readonly string[] {
  const chosen = new Set(designerState().selection.operators)
  return (currentJob().layout?.groups ?? []).filter((group) => group.operators.some((id) => chosen.has(id))).map((group) => group.id)
}

function openInspector(): void {
  designerStore.setState((state) => ({ panels: { ...state.panels, focus: false, inspector: { ...state.panels.inspector, open: true } } }))
  requestAnimationFrame(() => focusRegionNamed('inspector'))
}

function goToProblem(direction: 1 | -1): void {
  const problem = neighbourProblem(direction)
  if (problem === null) return
  showDockTab('problems')
  visitProblem(problem)
  toast({ tone: problem.severity === 'error' ? 'warning' : 'plain', message: problem.message })
}

function nextTheme(): void {
  const order = ['system', 'light', 'dark'] as const
  designerStore.setState((state) => ({ theme: order[(order.indexOf(state.theme) + 1) % order.length]! }))
}

async function saveVersion(): Promise<void> {
  const made = await nameVersion('')
  if (made !== null) toast({ tone: 'ok', message: text.persistence.versionSaved(made.number), action: { label: text.persistence.nameIt, run: () => openSheet('versions') } })
}

/** A whole job on the clipboard opens; a part of one is pasted; rows become a source. */
async function copyLinkToJob(): Promise<void> {
  const { copyLink } = await import('../persistence/link.ts')
  if (await copyLink(currentJob())) toast({ tone: 'ok', message: sheets.link.copied })
}

async function openClipboard(): Promise<void> {
  let content: string
  try {
    content = await navigator.clipboard.readText()
  } catch {
    return toast({ tone: 'warning', message: text.commands.clipboardRefused })
  }
  await takeText(content, false)
}


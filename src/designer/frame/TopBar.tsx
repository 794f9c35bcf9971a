import { Check, CircleAlert, CircleCheck, Eye, LoaderCircle, PanelLeft, Pause, Play, Redo2, Search, TriangleAlert, Undo2, Upload } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { dispatch, endGesture, openSheet, redo, reveal, showDockTab, undo, useDesigner } from '../store/designerStore.ts'
import { playOrPause, restart, useRun } from '../store/runStore.ts'
import { savedState } from '../persistence/savedState.ts'
import { text } from '../text/text.ts'
import { Button } from './Button.tsx'
import { setDrawer, useCompact, useDrawerOpen } from './drawerState.ts'
import { DocumentMenuButton } from './DocumentMenuButton.tsx'
import { printKeys } from './keys.ts'
import { Logo } from './Logo.tsx'
import styles from './TopBar.module.css'

/** Region A: where am I, is it safe, one search, one primary action. */
export function TopBar({ blank }: { readonly blank: boolean }) {
  return (
    <>
      <DrawerButton />
      <div className={styles.logo}>
        <Logo />
        <span>{text.frame.product}</span>
      </div>
      <span className={styles.slash} aria-hidden="true">
        /
      </span>
      <DocumentName />
      <DocumentMenuButton />
      <Saved />
      <UndoRedo />
      <Views />
      <button type="button" className={styles.search} onClick={() => openSheet('palette')} aria-keyshortcuts="Control+K Meta+K">
        <Search />
        <span>{blank ? text.frame.searchBlank : text.frame.search}</span>
        <kbd>{printKeys('Mod+K')}</kbd>
      </button>
      {blank ? null : <Problems />}
      <Tests />
      <Button look="outline" onClick={() => openSheet('export')} disabled={blank} className={styles.export}>
        <Upload />
        {text.frame.export}
      </Button>
      <RunButton blank={blank} />
    </>
  )
}

function DrawerButton() {
  const compact = useCompact()
  const open = useDrawerOpen()
  if (!compact) return null
  return (
    <Button iconOnly size="small" className={styles.drawer} aria-label={text.frame.regions.left} aria-expanded={open} data-drawer-button="" keys={printKeys('Alt+1')} onClick={() => setDrawer(!open)}>
      <PanelLeft />
    </Button>
  )
}

/** The name is text until it is clicked or reached; then a field that grows with it. */
function DocumentName() {
  const name = useDesigner((state) => state.document.job.name)
  const readOnly = useDesigner((state) => state.document.readOnly !== null)
  const [draft, setDraft] = useState<string | null>(null)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    document.title = `${name} · ${text.frame.product}`
  }, [name])
  const commit = (): void => {
    if (draft !== null && draft.trim() !== '' && draft.trim() !== name) dispatch({ kind: 'setName', name: draft })
    endGesture()
    setDraft(null)
  }
  return (
    <span className={styles.name} data-value={draft ?? name}>
      <input
        ref={field}
        value={draft ?? name}
        readOnly={readOnly}
        aria-label={text.frame.documentName}
        maxLength={200}
        spellCheck={false}
        size={1}
        onFocus={(event) => event.currentTarget.select()}
        onChange={(event) => setDraft(event.currentTarget.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') field.current?.blur()
          if (event.key === 'Escape') {
            setDraft(null)
            requestAnimationFrame(() => field.current?.blur())
          }
        }}
      />
    </span>
  )
}

function Saved() {
  const { state } = useStore(savedState)
  const [icon, words] = ((): [React.ReactNode, string] => {
    switch (state.kind) {
      case 'nothing':
        return [<Check key="i" />, text.persistence.nothingToSave]
      case 'saving':
        return [<LoaderCircle key="i" />, text.persistence.saving]
      case 'saved':
        return [<Check key="i" />, text.persistence.saved(state.version, state.stepsSince)]
      case 'failed':
        return [<CircleAlert key="i" />, text.persistence.notSaved]
      case 'sessionOnly':
        return [<TriangleAlert key="i" />, text.persistence.sessionOnly]
      case 'viewing':
        return [<Eye key="i" />, text.persistence.viewing]
    }
  })()
  const why = state.kind === 'failed' || state.kind === 'sessionOnly' ? state.why : undefined
  return (
    <button type="button" className={styles.saved} data-kind={state.kind} title={why ?? text.persistence.versionsHint} onClick={() => openSheet('versions')}>
      {icon}
      <span>{words}</span>
    </button>
  )
}

function UndoRedo() {
  const back = useDesigner((state) => state.history.past[state.history.past.length - 1]?.label)
  const forward = useDesigner((state) => state.history.future[0]?.label)
  return (
    <div className={styles.pair}>
      <Button iconOnly size="small" aria-label={back === undefined ? text.frame.undo : text.frame.undoStep(back)} keys={printKeys('Mod+Z')} aria-disabled={back === undefined} onClick={undo}>
        <Undo2 />
      </Button>
      <Button iconOnly size="small" aria-label={forward === undefined ? text.frame.redo : text.frame.redoStep(forward)} keys={printKeys('Mod+Shift+Z')} aria-disabled={forward === undefined} onClick={redo}>
        <Redo2 />
      </Button>
    </div>
  )
}

/** The page's two faces, by address, so that each can be linked to. */
function Views() {
  const cluster = location.hash === '#/cluster'
  return (
    <nav className={styles.views} aria-label={text.frame.views}>
      <a href="#/" aria-current={cluster ? undefined : 'page'}>
        {text.frame.design}
      </a>
      <a href="#/cluster" aria-current={cluster ? 'page' : undefined}>
        {text.frame.cluster}
      </a>
    </nav>
  )
}

function Problems() {
  const problems = useDesigner((state) => state.check.problems)
  const errors = problems.filter((problem) => problem.severity === 'error').length
  const warnings = problems.filter((problem) => problem.severity === 'warning').length
  if (errors === 0 && warnings === 0) return null
  const first = problems.find((problem) => problem.severity === (errors > 0 ? 'error' : 'warning'))
  return (
    <button
      type="button"
      className={styles.chip}
      data-tone={errors > 0 ? 'error' : 'warn'}
      title={first?.message}
      onClick={() => {
        showDockTab('problems')
        if (first?.place.operator !== undefined) reveal({ kind: 'operator', id: first.place.operator })
      }}
    >
      {errors > 0 ? <CircleAlert /> : <TriangleAlert />}
      {errors > 0 ? text.frame.errors(errors) : text.frame.warnings(warnings)}
    </button>
  )
}

function Tests() {
  const count = useDesigner((state) => state.document.job.tests?.length ?? 0)
  if (count === 0) return null
  return (
    <button type="button" className={styles.chip} data-tone="plain" onClick={() => showDockTab('tests')}>
      <CircleCheck />
      {text.frame.tests(count)}
    </button>
  )
}

function RunButton({ blank }: { readonly blank: boolean }) {
  const { status, stale } = useRun()
  const covered = useDesigner((state) => state.sheet === 'export' || state.sheet === 'gallery' || state.sheet === 'versions')
  const look = blank || covered ? 'outline' : 'primary'
  switch (status.kind) {
    case 'running':
      return (
        <Button look={look} className={styles.run} onClick={() => void playOrPause()} keys="K">
          <Pause />
          {text.frame.pause}
        </Button>
      )
    case 'paused':
      return (
        <Button look={look} className={styles.run} onClick={() => void (stale ? restart() : playOrPause())} keys="K">
          <Play />
          {stale ? text.frame.runAgain : text.frame.resume}
        </Button>
      )
    case 'deploying':
    case 'created':
    case 'restarting':
    case 'cancelling':
      return (
        <Button look={look} className={styles.run} disabled>
          <LoaderCircle className={styles.turning} />
          {status.kind === 'cancelling' ? text.frame.stopping : text.frame.starting}
        </Button>
      )
    case 'idle':
    case 'finished':
    case 'canceled':
    case 'failed':
      return (
        <Button look={look} className={styles.run} onClick={() => void playOrPause()} disabled={blank} keys={blank ? undefined : printKeys('Mod+Enter')}>
          <Play />
          {status.kind === 'idle' ? text.frame.run : text.frame.runAgain}
        </Button>
      )
  }
}


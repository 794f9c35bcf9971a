import { useEffect, useRef, useState } from 'react'
import type { Scope, Span } from '../../expression/expression.ts'
import styles from './CodeEditor.module.css'

/**
 * One Monaco editor in place. Until Monaco has arrived the text is editable in a plain text area, so a slow network never stops typing.
 *
 * Tab moves the focus on (the trap is off); Escape leaves the editor for the field around it.
 */
export interface CodeEditorProps {
  readonly value: string
  readonly language: 'expression' | 'json' | 'javascript' | 'sql'
  readonly label: string
  readonly onChange: (value: string) => void
  readonly onBlur?: () => void
  readonly markers?: readonly EditorMarker[]
  readonly scope?: Scope
  readonly readOnly?: boolean
  readonly autoFocus?: boolean
  /** Grows with its content between these many lines; without, it fills its parent. */
  readonly lines?: { readonly min: number; readonly max: number }
  readonly lineNumbers?: boolean
  /** Enter ends the edit instead of opening a line. */
  readonly onEnter?: () => void
  readonly placeholder?: string
  /** Selects this part of the text whenever the object changes. */
  readonly reveal?: Span | null
}

export interface EditorMarker {
  readonly span: Span
  readonly severity: 'error' | 'warning' | 'advice'
  readonly message: string
}

type Monaco = typeof import('./monaco.ts')
let loaded: Promise<Monaco> | null = null
export function loadMonaco(): Promise<Monaco> {
  loaded ??= import('./monaco.ts')
  return loaded
}

const lineHeightPx = 18
const paddingPx = 7

export function CodeEditor(props: CodeEditorProps) {
  const host = useRef<HTMLDivElement>(null)
  const live = useRef(props)
  live.current = props
  const handle = useRef<EditorHandle | null>(null)
  const [ready, setReady] = useState(false)

  useEffect(() => {
    let gone = false
    void loadMonaco().then((monaco) => {
      if (gone || host.current === null) return
      // What is hidden cannot take the focus.
      host.current.hidden = false
      handle.current = openEditor(monaco, host.current, live)
      setReady(true)
      return undefined
    })
    return () => {
      gone = true
      handle.current?.dispose()
      handle.current = null
    }
  }, [])

  useEffect(() => {
    handle.current?.update(props)
  })

  const height = props.lines === undefined ? undefined : (lines: number) => Math.min(Math.max(lines, props.lines!.min), props.lines!.max) * lineHeightPx + paddingPx * 2
  return (
    <div className={styles.frame} data-fill={props.lines === undefined ? '' : undefined}>
      <div ref={host} className={styles.host} style={height === undefined ? undefined : { height: height(props.value.split('\n').length) }} hidden={!ready} />
      {ready ? null : (
        <textarea
          className={styles.plain}
          value={props.value}
          readOnly={props.readOnly}
          aria-label={props.label}
          spellCheck={false}
          rows={Math.max(props.value.split('\n').length, props.lines?.min ?? 1)}
          onChange={(event) => props.onChange(event.target.value)}
          onBlur={(event) => {
            // The editor takes over: nobody has left.
            if (host.current?.contains(event.relatedTarget) !== true) props.onBlur?.()
          }}
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the user has just opened this field
          autoFocus={props.autoFocus ?? false}
        />
      )}
    </div>
  )
}

interface EditorHandle {
  update(props: CodeEditorProps): void
  dispose(): void
}

function openEditor(monaco: Monaco, host: HTMLElement, live: { readonly current: CodeEditorProps }): EditorHandle {
  const { editor } = monaco
  const first = live.current
  const language = first.language === 'expression' ? monaco.expressionLanguage : first.language
  const model = editor.createModel(first.value, language)
  const key = model.uri.toString()
  monaco.setScope(key, first.scope ?? null)
  const instance = editor.create(host, {
    model,
    ariaLabel: first.label,
    readOnly: first.readOnly ?? false,
    fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--mono'),
    fontSize: 12,
    lineHeight: lineHeightPx,
    fontLigatures: false,
    minimap: { enabled: false },
    lineNumbers: first.lineNumbers === true ? 'on' : 'off',
    lineNumbersMinChars: 3,
    glyphMargin: false,
    folding: first.lineNumbers === true,
    lineDecorationsWidth: first.lineNumbers === true ? 10 : 8,
    padding: { top: paddingPx, bottom: paddingPx },
    scrollBeyondLastLine: false,
    wordWrap: 'on',
    wrappingStrategy: 'advanced',
    renderLineHighlight: first.lineNumbers === true ? 'line' : 'none',
    overviewRulerLanes: 0,
    hideCursorInOverviewRuler: true,
    scrollbar: { vertical: first.lines === undefined ? 'auto' : 'hidden', horizontal: 'hidden', alwaysConsumeMouseWheel: false, verticalScrollbarSize: 10 },
    tabFocusMode: first.language !== 'json' && first.language !== 'javascript',
    fixedOverflowWidgets: true,
    automaticLayout: true,
    contextmenu: true,
    quickSuggestions: { other: true, comments: false, strings: first.language === 'json' },
    suggest: { showWords: false, showIcons: true, preview: false },
    wordBasedSuggestions: 'off',
    unicodeHighlight: { ambiguousCharacters: true, invisibleCharacters: true },
    stickyScroll: { enabled: false },
    links: false,
    ...(first.placeholder === undefined ? {} : { placeholder: first.placeholder }),
  })

  let silent = false
  const fit = (): void => {
    const lines = live.current.lines
    if (lines === undefined) return
    const content = instance.getContentHeight() - paddingPx * 2
    const rows = Math.min(Math.max(Math.round(content / lineHeightPx), lines.min), lines.max)
    host.style.height = `${rows * lineHeightPx + paddingPx * 2}px`
  }
  instance.onDidContentSizeChange(fit)
  fit()
  model.onDidChangeContent(() => {
    if (!silent) live.current.onChange(model.getValue())
  })
  instance.onDidBlurEditorWidget(() => live.current.onBlur?.())
  if (first.onEnter !== undefined) {
    instance.addAction({
      id: 'millrace.enter',
      label: 'Done',
      keybindings: [3 /* KeyCode.Enter */],
      precondition: '!suggestWidgetVisible',
      run: () => live.current.onEnter?.(),
    })
  }
  instance.addAction({
    id: 'millrace.leave',
    label: 'Leave the editor',
    keybindings: [9 /* KeyCode.Escape */],
    precondition: '!suggestWidgetVisible && !findWidgetVisible && !markersNavigationVisible',
    run: () => {
      const around = host.closest<HTMLElement>('[data-code-field]')
      if (around === null) (document.activeElement as HTMLElement | null)?.blur()
      else around.focus()
      live.current.onEnter?.()
    },
  })
  if (first.autoFocus === true) {
    instance.focus()
    instance.setPosition(model.getPositionAt(model.getValueLength()))
  }

  let shownMarkers: readonly EditorMarker[] | undefined
  let revealed: Span | null | undefined
  const update = (props: CodeEditorProps): void => {
    if (props.value !== model.getValue()) {
      // The document changed elsewhere (undo, canvas): keep the caret where it can stay.
      silent = true
      const selection = instance.getSelection()
      model.pushEditOperations([], [{ range: model.getFullModelRange(), text: props.value }], () => null)
      if (selection !== null) instance.setSelection(selection)
      silent = false
    }
    monaco.setScope(key, props.scope ?? null)
    instance.updateOptions({ readOnly: props.readOnly ?? false, ariaLabel: props.label })
    if (props.markers !== shownMarkers) {
      shownMarkers = props.markers
      editor.setModelMarkers(
        model,
        'millrace',
        (props.markers ?? []).map(({ span, severity, message }) => {
          const start = model.getPositionAt(span.start)
          const end = model.getPositionAt(Math.max(span.end, span.start + 1))
          return {
            startLineNumber: start.lineNumber,
            startColumn: start.column,
            endLineNumber: end.lineNumber,
            endColumn: end.column,
            message,
            severity: severity === 'error' ? monaco.MarkerSeverity.Error : severity === 'warning' ? monaco.MarkerSeverity.Warning : monaco.MarkerSeverity.Info,
          }
        }),
      )
    }
    if (props.reveal !== revealed) {
      revealed = props.reveal
      if (props.reveal !== null && props.reveal !== undefined) {
        const start = model.getPositionAt(props.reveal.start)
        const end = model.getPositionAt(props.reveal.end)
        const range = { startLineNumber: start.lineNumber, startColumn: start.column, endLineNumber: end.lineNumber, endColumn: end.column }
        instance.setSelection(range)
        instance.revealRangeInCenterIfOutsideViewport(range)
      }
    }
  }
  update(first)
  return {
    update,
    dispose: () => {
      monaco.setScope(key, null)
      instance.dispose()
      model.dispose()
    },
  }
}

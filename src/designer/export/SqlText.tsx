import { useEffect, useRef } from 'react'
import { loadMonaco } from '../source/CodeEditor.tsx'
import type { FlinkExport } from './flinkScript.ts'
import styles from './exporting.module.css'

/**
 * The script in a read-only editor. The statements of the selected operator are lit, and brought on screen when the selection comes from elsewhere; the caret selects the operator whose statement it
 * is in.
 */
export function SqlText(props: { readonly script: FlinkExport; readonly selected: string | null; readonly label: string; readonly onSelect: (operator: string) => void }) {
  const host = useRef<HTMLDivElement>(null)
  const live = useRef(props)
  live.current = props
  const show = useRef<(() => void) | null>(null)

  useEffect(() => {
    let gone = false
    let dispose: (() => void) | null = null
    void loadMonaco().then((monaco) => {
      if (gone || host.current === null) return undefined
      const model = monaco.editor.createModel(live.current.script.text ?? '', 'sql')
      const editor = monaco.editor.create(host.current, {
        model,
        ariaLabel: live.current.label,
        readOnly: true,
        // The caret stays, for the keyboard and for the selection that follows it.
        domReadOnly: true,
        fontFamily: getComputedStyle(document.documentElement).getPropertyValue('--mono'),
        fontSize: 12,
        lineHeight: 18,
        fontLigatures: false,
        minimap: { enabled: false },
        lineNumbers: 'on',
        lineNumbersMinChars: 4,
        glyphMargin: false,
        folding: false,
        guides: { indentation: false },
        bracketPairColorization: { enabled: false },
        lineDecorationsWidth: 12,
        padding: { top: 8, bottom: 8 },
        scrollBeyondLastLine: false,
        wordWrap: 'off',
        renderLineHighlight: 'none',
        overviewRulerLanes: 0,
        hideCursorInOverviewRuler: true,
        occurrencesHighlight: 'off',
        selectionHighlight: false,
        scrollbar: { vertical: 'auto', horizontal: 'auto', alwaysConsumeMouseWheel: false, verticalScrollbarSize: 10, horizontalScrollbarSize: 10 },
        tabFocusMode: true,
        automaticLayout: true,
        stickyScroll: { enabled: false },
        links: false,
        unicodeHighlight: { ambiguousCharacters: true, invisibleCharacters: true },
      })
      const lit = editor.createDecorationsCollection()
      /** The operator that our own caret has just selected: its statement must not jump under the caret. */
      let ours: string | null = null
      let shown: string | null = null
      let silent = false
      show.current = () => {
        const { script, selected } = live.current
        const changed = (script.text ?? '') !== model.getValue()
        if (changed) {
          silent = true
          model.setValue(script.text ?? '')
          silent = false
        }
        const statements = selected === null ? [] : script.statements.filter(({ operator }) => operator === selected)
        lit.set(
          statements.map(({ fromLine, toLine }) => ({
            range: { startLineNumber: fromLine, startColumn: 1, endLineNumber: toLine, endColumn: 1 },
            options: { isWholeLine: true, className: styles.lit!, linesDecorationsClassName: styles.litEdge! },
          })),
        )
        const first = statements[0]
        if (first !== undefined && selected !== ours && (selected !== shown || changed)) {
          const height = editor.getLayoutInfo().height / 18
          if (first.toLine - first.fromLine < height - 2) editor.revealLinesInCenterIfOutsideViewport(first.fromLine, first.toLine)
          else editor.revealLineNearTop(first.fromLine)
        }
        shown = selected
        ours = null
      }
      editor.onDidChangeCursorPosition(({ position, reason }) => {
        // Not when the text was replaced (content flush).
        if (silent || reason === 1) return
        const at = live.current.script.statements.find(({ operator, fromLine, toLine }) => operator !== null && fromLine <= position.lineNumber && position.lineNumber <= toLine)
        if (at?.operator === undefined || at.operator === null || at.operator === live.current.selected) return
        ours = at.operator
        live.current.onSelect(at.operator)
      })
      show.current()
      dispose = () => {
        editor.dispose()
        model.dispose()
      }
      return undefined
    })
    return () => {
      gone = true
      show.current = null
      dispose?.()
    }
  }, [])

  useEffect(() => {
    show.current?.()
  }, [props.script, props.selected])

  return <div ref={host} className={styles.sql} />
}

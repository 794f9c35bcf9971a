/**
 * Monaco as Millrace uses it: an expression language of our own, JSON for the document, JavaScript for functions, our colours. Everything here loads on the
 * first focus of a code field, never with the first screen; every other file reaches Monaco through `loadMonaco`.
 *
 * Hovers and completions are plain text: nothing from a document is ever rendered as Markdown or HTML.
 */
import { editor, languages, MarkerSeverity, type IDisposable } from 'monaco-editor/editor'
// The feature's own entry brings inline suggestions alone; this is the list.
import 'monaco-editor/editor/contrib/suggest/browser/suggestController'
import 'monaco-editor/features/hover/register'
import 'monaco-editor/features/bracketMatching/register'
import 'monaco-editor/features/caretOperations/register'
import 'monaco-editor/features/clipboard/register'
import 'monaco-editor/features/comment/register'
import 'monaco-editor/features/contextmenu/register'
import 'monaco-editor/features/cursorUndo/register'
import 'monaco-editor/features/find/register'
import 'monaco-editor/features/folding/register'
import 'monaco-editor/features/format/register'
import 'monaco-editor/features/gotoError/register'
import 'monaco-editor/features/indentation/register'
import 'monaco-editor/features/linesOperations/register'
import 'monaco-editor/features/multicursor/register'
import 'monaco-editor/features/placeholderText/register'
import 'monaco-editor/features/snippet/register'
import 'monaco-editor/features/toggleTabFocusMode/register'
import 'monaco-editor/features/tokenization/register'
import 'monaco-editor/features/unicodeHighlighter/register'
import 'monaco-editor/features/wordOperations/register'
import 'monaco-editor/languages/definitions/sql/register'
import 'monaco-editor/languages/definitions/javascript/register'
import { jsonDefaults } from 'monaco-editor/languages/features/json/register'
import editorWorker from 'monaco-editor/editor/editor.worker?worker&url'
import jsonWorker from 'monaco-editor/language/json/json.worker?worker&url'
import { completionsAt, hoverAt } from '../../expression/complete.ts'
import type { Scope } from '../../expression/expression.ts'
import { workerUrl } from '../../runtime/launch/workerUrl.ts'
import { themeColours, watchTheme } from './themeColours.ts'

export { editor, languages, MarkerSeverity }
export type { IDisposable }

globalThis.MonacoEnvironment = {
  getWorker: (_: string, label: string) => new Worker(workerUrl(label === 'json' ? jsonWorker : editorWorker), { type: 'module', name: label }),
}

export const expressionLanguage = 'millrace-expression'

/** What the names in an open expression mean, by model URI: set by the field that owns the model. */
const scopes = new Map<string, Scope>()

export function setScope(uri: string, scope: Scope | null): void {
  if (scope === null) scopes.delete(uri)
  else scopes.set(uri, scope)
}

languages.register({ id: expressionLanguage })
languages.setLanguageConfiguration(expressionLanguage, {
  brackets: [
    ['(', ')'],
    ['[', ']'],
  ],
  autoClosingPairs: [
    { open: '(', close: ')' },
    { open: '[', close: ']' },
    { open: "'", close: "'", notIn: ['string'] },
    { open: '`', close: '`', notIn: ['string'] },
  ],
  surroundingPairs: [
    { open: '(', close: ')' },
    { open: "'", close: "'" },
    { open: '`', close: '`' },
  ],
  wordPattern: /[A-Za-z_][A-Za-z0-9_]*/,
})
languages.setMonarchTokensProvider(expressionLanguage, {
  ignoreCase: true,
  keywords: [
    ...['AND', 'OR', 'NOT', 'IS', 'NULL', 'TRUE', 'FALSE', 'UNKNOWN', 'CASE', 'WHEN', 'THEN', 'ELSE', 'END', 'CAST', 'TRY_CAST', 'AS', 'BETWEEN', 'IN', 'LIKE'],
    ...['ESCAPE', 'DISTINCT', 'FROM', 'FOR', 'INTERVAL', 'DATE', 'TIME', 'TIMESTAMP', 'FILTER', 'WHERE', 'EXTRACT', 'TO', 'ROW', 'ARRAY', 'MAP', 'BOTH', 'LEADING'],
    ...['TRAILING', 'YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND', 'RETURNING', 'ON', 'EMPTY', 'ERROR'],
  ],
  tokenizer: {
    root: [
      [/[A-Za-z_][A-Za-z0-9_]*(?=\s*\()/, { cases: { '@keywords': 'keyword', '@default': 'predefined' } }],
      [/[A-Za-z_][A-Za-z0-9_]*/, { cases: { '@keywords': 'keyword', '@default': 'identifier' } }],
      [/`(?:[^`]|``)*`/, 'identifier'],
      [/'(?:[^']|'')*'/, 'string'],
      [/\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+/, 'number'],
      [/--.*$/, 'comment'],
      [/[()[\],.]/, 'delimiter'],
      [/[-+*/%<>=!|]+/, 'operator'],
    ],
  },
})

languages.registerCompletionItemProvider(expressionLanguage, {
  triggerCharacters: ['.', '('],
  provideCompletionItems(model, position) {
    const scope = scopes.get(model.uri.toString())
    if (scope === undefined) return { suggestions: [] }
    const word = model.getWordUntilPosition(position)
    const range = { startLineNumber: position.lineNumber, endLineNumber: position.lineNumber, startColumn: word.startColumn, endColumn: word.endColumn }
    const offered = completionsAt(model.getValue(), model.getOffsetAt(position), scope)
    return {
      suggestions: offered.map((item, order) => ({
        label: item.label,
        kind: item.kind === 'column' ? languages.CompletionItemKind.Field : item.kind === 'function' ? languages.CompletionItemKind.Function : languages.CompletionItemKind.Keyword,
        insertText: item.insert,
        detail: item.detail,
        ...(item.documentation === undefined ? {} : { documentation: item.documentation }),
        sortText: String(order).padStart(4, '0'),
        range,
      })),
    }
  },
})

languages.registerHoverProvider(expressionLanguage, {
  provideHover(model, position) {
    const scope = scopes.get(model.uri.toString())
    const found = scope === undefined ? null : hoverAt(model.getValue(), model.getOffsetAt(position), scope)
    if (found === null) return null
    const start = model.getPositionAt(found.span.start)
    const end = model.getPositionAt(found.span.end)
    return {
      range: { startLineNumber: start.lineNumber, startColumn: start.column, endLineNumber: end.lineNumber, endColumn: end.column },
      contents: found.lines.map((line) => ({ value: escapeMarkdown(line) })),
    }
  },
})

/** Names and values come from documents: they are shown as typed, never as markup. */
function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-.!|<>&~]/g, (character) => `\\${character}`)
}

function defineTheme(): void {
  const colour = themeColours()
  editor.defineTheme('millrace', {
    base: colour.isDark ? 'vs-dark' : 'vs',
    inherit: true,
    rules: [
      { token: 'keyword', foreground: colour.hex('--code-keyword') },
      { token: 'predefined', foreground: colour.hex('--code-keyword') },
      { token: 'string', foreground: colour.hex('--code-string') },
      // Named with their language, because the base theme names them so.
      { token: 'string.sql', foreground: colour.hex('--code-string') },
      { token: 'predefined.sql', foreground: colour.hex('--code-keyword') },
      { token: 'operator.sql', foreground: colour.hex('--text') },
      { token: 'string.key.json', foreground: colour.hex('--code-field') },
      { token: 'string.value.json', foreground: colour.hex('--code-string') },
      { token: 'number', foreground: colour.hex('--code-number') },
      { token: 'keyword.json', foreground: colour.hex('--code-keyword') },
      { token: 'identifier', foreground: colour.hex('--code-field') },
      { token: 'comment', foreground: colour.hex('--code-comment') },
      { token: 'operator', foreground: colour.hex('--text') },
      { token: 'delimiter', foreground: colour.hex('--text') },
      { token: '', foreground: colour.hex('--text') },
    ],
    colors: {
      'editor.background': `#${colour.hex('--card')}`,
      'editor.foreground': `#${colour.hex('--text')}`,
      'editorLineNumber.foreground': `#${colour.hex('--text-3')}`,
      'editorLineNumber.activeForeground': `#${colour.hex('--text-2')}`,
      'editor.lineHighlightBackground': `#${colour.hex('--accent-soft')}55`,
      'editorCursor.foreground': `#${colour.hex('--accent')}`,
      'editor.selectionBackground': `#${colour.hex('--accent-soft')}`,
      'editorError.foreground': `#${colour.hex('--error')}`,
      'editorWarning.foreground': `#${colour.hex('--warn')}`,
      'editorWidget.background': `#${colour.hex('--overlay')}`,
      'editorWidget.border': `#${colour.hex('--border')}`,
      'editorSuggestWidget.background': `#${colour.hex('--overlay')}`,
      'editorSuggestWidget.border': `#${colour.hex('--border')}`,
      'editorSuggestWidget.selectedBackground': `#${colour.hex('--accent-soft')}`,
      'editorSuggestWidget.selectedForeground': `#${colour.hex('--text')}`,
      'editorSuggestWidget.highlightForeground': `#${colour.hex('--accent')}`,
      'editorHoverWidget.background': `#${colour.hex('--overlay')}`,
      'editorHoverWidget.border': `#${colour.hex('--border')}`,
      'input.background': `#${colour.hex('--well')}`,
      'editorIndentGuide.background1': `#${colour.hex('--hairline')}`,
      'scrollbarSlider.background': `#${colour.hex('--idle')}66`,
      focusBorder: `#${colour.hex('--focus')}`,
    },
  })
  editor.setTheme('millrace')
}

defineTheme()
watchTheme(defineTheme)

/** The document's JSON schema, for completion and squiggles in the JSON tab. */
export async function useJobSchema(url: string): Promise<void> {
  const response = await fetch(url)
  if (!response.ok) return
  jsonDefaults.setDiagnosticsOptions({
    validate: true,
    allowComments: false,
    enableSchemaRequest: false,
    schemas: [{ uri: 'millrace://schema/job-1.json', fileMatch: ['*'], schema: (await response.json()) as unknown }],
  })
}

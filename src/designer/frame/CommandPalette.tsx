import { Command } from 'cmdk'
import { CircleAlert, Columns3, CornerDownLeft, FileText, Layers, Plus, SquareTerminal, TriangleAlert } from 'lucide-react'
import { Dialog } from 'radix-ui'
import { useEffect, useState, type ReactNode } from 'react'
import { listDocuments, openStored } from '../persistence/documents.ts'
import type { DocumentRecord } from '../persistence/journal.ts'
import { openSample } from '../persistence/openJob.ts'
import { useSamples } from '../persistence/samples.ts'
import { useActions } from '../store/actions.ts'
import { allDefinitions } from '../store/definitions.ts'
import { addOperator, designerState, nameOf, openSheet, reveal, showDockTab, useDesigner } from '../store/designerStore.ts'
import { sheets } from '../text/sheets.ts'
import { text } from '../text/text.ts'
import { printKeys } from './keys.ts'
import { forgetTyped, typedAhead } from './typedAhead.ts'
import styles from './CommandPalette.module.css'

/** The list draws all it is given: of thousands it is given those that answer best. */
const listedMax = 100

function fewest<T>(all: readonly T[], search: string, wordsOf: (item: T) => readonly [string, ...string[]]): readonly T[] {
  if (all.length <= listedMax) return all
  const scored = all.map((item) => {
    const [value, ...keywords] = wordsOf(item)
    return { item, score: search === '' ? 1 : matches(value, search, keywords) }
  })
  return scored.filter(({ score }) => score > 0).toSorted((a, b) => b.score - a.score).slice(0, listedMax).map(({ item }) => item)
}

/** One box for operators, columns, problems, commands, kinds to add, samples and documents. */
export function CommandPalette() {
  const [search, setSearch] = useState(typedAhead)
  const actions = useActions()
  const job = useDesigner((state) => state.document.job)
  const check = useDesigner((state) => state.check)
  const readOnly = useDesigner((state) => state.document.readOnly !== null)
  const samples = useSamples()
  const [documents, setDocuments] = useState<readonly DocumentRecord[]>([])
  useEffect(() => {
    forgetTyped()
    void listDocuments().then(setDocuments, () => undefined)
  }, [])
  const words = sheets.paletteSheet
  const close = (act: () => void) => () => {
    openSheet(null)
    // The dialog gives the focus back first; what the command focuses must come after.
    setTimeout(act, 0)
  }
  const current = designerState().document.id
  const columns = search.length < 2 ? [] : fewest(columnsIn(check.outputs), search, ({ operator, column }) => [`column ${operator} ${column}`, column])
  const operators = fewest(job.operators, search, ({ id, kind }) => [`operator ${id}`, nameOf(id), id, kind])
  return (
    <Dialog.Root open onOpenChange={(open) => !open && openSheet(null)}>
      <Dialog.Portal>
        <Dialog.Overlay className={styles.scrim} />
        <Dialog.Content className={styles.box} data-modal="" aria-describedby={undefined}>
          <Dialog.Title className="said">{text.frame.actions.palette}</Dialog.Title>
          <Command label={text.frame.actions.palette} loop filter={matches}>
            <Command.Input className={styles.input} placeholder={text.frame.search} value={search} onValueChange={setSearch} />
            <Command.List className={styles.list}>
              <Command.Empty className={styles.empty}>{words.nothing}</Command.Empty>
              <Part title={words.operators}>
                {operators.map((operator) => (
                  <Item key={operator.id} value={`operator ${operator.id}`} keywords={[nameOf(operator.id), operator.id, operator.kind]} icon={<Layers />} onSelect={close(() => reveal({ kind: 'operator', id: operator.id }))} hint={operator.kind}>
                    {nameOf(operator.id)}
                  </Item>
                ))}
              </Part>
              <Part title={words.columns}>
                {columns.map(({ operator, column }) => (
                  <Item key={`${operator} ${column}`} value={`column ${operator} ${column}`} keywords={[column]} icon={<Columns3 />} onSelect={close(() => reveal({ kind: 'operator', id: operator }))} hint={nameOf(operator)} mono>
                    {column}
                  </Item>
                ))}
              </Part>
              <Part title={words.problems}>
                {check.problems.slice(0, 20).map((problem, index) => (
                  <Item
                    key={index}
                    value={`problem ${index} ${problem.message}`}
                    icon={problem.severity === 'error' ? <CircleAlert className={styles.error} /> : <TriangleAlert className={styles.warn} />}
                    onSelect={close(() => {
                      showDockTab('problems')
                      if (problem.place.operator !== undefined) reveal({ kind: 'operator', id: problem.place.operator })
                    })}
                    hint={problem.place.operator === undefined ? '' : nameOf(problem.place.operator)}
                  >
                    {problem.message}
                  </Item>
                ))}
              </Part>
              <Part title={words.commands}>
                {actions
                  .filter((action) => action.sheetOnly !== true && action.id !== 'go.palette' && (action.when === undefined || action.when()))
                  .map((action) => (
                    <Item key={action.id} value={`command ${action.id}`} keywords={[action.title, ...(action.searchTerms ?? [])]} icon={<SquareTerminal />} onSelect={close(action.run)} keys={action.keys?.[0]}>
                      {action.title}
                    </Item>
                  ))}
              </Part>
              {readOnly ? null : (
                <Part title={words.add}>
                  {allDefinitions().map((definition) => (
                    <Item key={definition.kind} value={`add ${definition.kind}`} keywords={[definition.title, `add ${definition.title}`, ...definition.searchTerms]} icon={<Plus />} onSelect={close(() => void addOperator(definition.kind))} hint={definition.summary}>
                      {definition.title}
                    </Item>
                  ))}
                </Part>
              )}
              <Part title={words.samples}>
                {samples.map((sample) => (
                  <Item key={sample.id} value={`sample ${sample.id}`} keywords={[sample.job.name, sample.job.description ?? '']} icon={<CornerDownLeft />} onSelect={close(() => void openSample(sample.id))} hint={text.frame.operators(sample.job.operators.length)}>
                    {sample.job.name}
                  </Item>
                ))}
              </Part>
              <Part title={words.documents}>
                {documents
                  .filter((document) => document.id !== current)
                  .map((document) => (
                    <Item key={document.id} value={`document ${document.id}`} keywords={[document.name]} icon={<FileText />} onSelect={close(() => void openStored(document.id))} hint={text.frame.operators(document.operatorCount)}>
                      {document.name}
                    </Item>
                  ))}
              </Part>
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  )
}

/** Every word of the search must stand in the words of an entry; one that begins its name comes first. Letters scattered over a text are no match. */
function matches(value: string, search: string, keywords: readonly string[] = []): number {
  const words = search.toLowerCase().split(/\s+/).filter((word) => word !== '')
  const name = (keywords[0] ?? value).toLowerCase()
  const all = [value, ...keywords].join(' ').toLowerCase()
  if (!words.every((word) => all.includes(word))) return 0
  if (name.startsWith(words[0] ?? '')) return 1
  return words.every((word) => name.includes(word)) ? 0.8 : 0.5
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  if (Array.isArray(children) && children.length === 0) return null
  return (
    <Command.Group className={styles.part} heading={title}>
      {children}
    </Command.Group>
  )
}

function Item({ value, keywords, icon, hint, keys, mono, onSelect, children }: {
  readonly value: string
  readonly keywords?: string[]
  readonly icon: ReactNode
  readonly hint?: string
  readonly keys?: string | undefined
  readonly mono?: boolean
  readonly onSelect: () => void
  readonly children: ReactNode
}) {
  return (
    <Command.Item className={styles.item} value={value} {...(keywords === undefined ? {} : { keywords })} onSelect={onSelect}>
      {icon}
      <span className={mono === true ? styles.mono : styles.words}>{children}</span>
      {hint === undefined ? null : <span className={styles.hint}>{hint}</span>}
      {keys === undefined ? null : <kbd>{printKeys(keys)}</kbd>}
    </Command.Item>
  )
}

/** Each column once, at the operator where it first appears. */
function columnsIn(outputs: ReturnType<typeof designerState>['check']['outputs']): { readonly operator: string; readonly column: string }[] {
  const seen = new Set<string>()
  const found: { operator: string; column: string }[] = []
  for (const [operator, ports] of outputs) {
    for (const schema of Object.values(ports)) {
      for (const field of schema.fields) {
        if (seen.has(field.name)) continue
        seen.add(field.name)
        found.push({ operator, column: field.name })
      }
    }
  }
  return found
}

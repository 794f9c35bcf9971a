import { useMemo, useState } from 'react'
import { ChevronDown, ChevronRight, Search } from 'lucide-react'
import type { Family } from '../../job/operatorDefinition.ts'
import { kindDragType } from '../canvas/dragType.ts'
import { FamilyChip } from '../parts/FamilyChip.tsx'
import { familyIcons } from '../parts/icons.ts'
import { allFaces, faceOf, type OperatorFace } from '../store/definitions.ts'
import { addOperator, currentJob, designerState, reveal, useDesigner } from '../store/designerStore.ts'
import { text as t } from '../text/text.ts'
import styles from './palette.module.css'
import { matchingDefinitions } from './search.ts'
import { TimePicture } from './TimePicture.tsx'

const families: readonly Family[] = ['source', 'shape', 'time', 'join', 'state', 'sink']

/** Region B, above: what can be added, in the order a stream flows. Drag onto the canvas, or press Enter to add after what is selected. */
export default function Palette() {
  const [query, setQuery] = useState('')
  const [closed, setClosed] = useState<ReadonlySet<Family>>(new Set())
  const readOnly = useDesigner((state) => state.document.readOnly !== null)
  const definitions = allFaces()
  const matches = useMemo(() => matchingDefinitions(definitions, query), [definitions, query])
  const searching = query.trim() !== ''
  return (
    <div className={styles.palette}>
      <h2 className={styles.head}>
        {t.palette.title} <kbd>A</kbd>
      </h2>
      <label className={styles.filter}>
        <Search size={14} aria-hidden />
        <input
          type="search"
          value={query}
          placeholder={t.palette.filter(definitions.length)}
          aria-label={t.palette.filterLabel}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && matches[0] !== undefined) add(matches[0])
            if (event.key === 'Escape') setQuery('')
          }}
        />
      </label>
      <div className={styles.list}>
        {searching ? (
          <ul>
            {matches.map((definition) => (
              <Entry key={definition.kind} definition={definition} disabled={readOnly} chip />
            ))}
            {matches.length === 0 ? <li className={styles.none}>{t.palette.none}</li> : null}
          </ul>
        ) : (
          families.map((family) => {
            const members = definitions.filter((definition) => definition.family === family)
            if (members.length === 0) return null
            const open = !closed.has(family)
            const Icon = familyIcons[family]
            return (
              <section key={family}>
                <button
                  type="button"
                  className={styles.family}
                  aria-expanded={open}
                  onClick={() => {
                    const next = new Set(closed)
                    if (open) next.add(family)
                    else next.delete(family)
                    setClosed(next)
                  }}
                >
                  <span className={styles.familyChip} data-family={family} aria-hidden>
                    <Icon size={13} strokeWidth={2} />
                  </span>
                  {t.palette.families[family]}
                  <span className={styles.count}>{open ? null : members.length}
                    {open ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />}</span>
                </button>
                {open ? (
                  <ul>
                    {members.map((definition) => (
                      <Entry key={definition.kind} definition={definition} disabled={readOnly} />
                    ))}
                  </ul>
                ) : null}
              </section>
            )
          })
        )}
      </div>
    </div>
  )
}

function Entry({ definition, disabled, chip }: { readonly definition: OperatorFace; readonly disabled: boolean; readonly chip?: boolean }) {
  return (
    <li>
      <button
        type="button"
        className={styles.entry}
        data-chip={chip === true ? '' : undefined}
        disabled={disabled}
        draggable={!disabled}
        title={definition.summary}
        data-kind={definition.kind}
        onDragStart={(event) => {
          event.dataTransfer.setData(kindDragType, definition.kind)
          event.dataTransfer.effectAllowed = 'copy'
        }}
        onClick={() => add(definition)}
      >
        {chip === true ? <FamilyChip family={definition.family} icon={definition.icon} /> : null}
        <span className={styles.title}>{definition.title}</span>
        <TimePicture kind={definition.kind} family={definition.family} />
      </button>
    </li>
  )
}

/** After the selected operator and wired to it where that is possible; else in the middle of the view. Wherever that is, it is then seen. */
function add(definition: OperatorFace): void {
  const { focused } = designerState().selection
  const selected = focused?.kind === 'operator' ? currentJob().operators.find((operator) => operator.id === focused.id) : undefined
  const outputs = selected === undefined ? undefined : faceOf(selected.kind)?.outputs
  const output = outputs?.find((port) => !currentJob().edges.some((edge) => edge.from === selected!.id && (edge.fromPort ?? 'out') === port.name)) ?? outputs?.[0]
  const id =
    selected !== undefined && output !== undefined && definition.inputs.length > 0
      ? addOperator(definition.kind, { after: { operator: selected.id, port: output.name } })
      : focused?.kind === 'edge' && definition.inputs.length > 0 && definition.outputs.length > 0
        ? addOperator(definition.kind, { onEdge: focused.key, ...middleOf(focused.key) })
        : addOperator(definition.kind)
  if (id !== null) reveal({ kind: 'operator', id })
}

function middleOf(edge: string): { position?: { x: number; y: number } } {
  const places = currentJob().layout?.operators
  const from = places?.[edge.slice(0, edge.indexOf(':'))]
  const to = places?.[edge.slice(edge.indexOf('>') + 1).split(':')[0]!]
  return from === undefined || to === undefined ? {} : { position: { x: Math.round((from.x + to.x) / 2), y: Math.round((from.y + to.y) / 2) } }
}

import { AppWindow, ArrowRight, FileDown, Plus, RadioTower, Table2, type LucideIcon } from 'lucide-react'
import { kindDragType } from '../canvas/dragType.ts'
import { addOperator, columnWidth, openSheet, operatorSize, reveal } from '../store/designerStore.ts'
import { allFaces, faceOf } from '../store/definitions.ts'
import { text } from '../text/text.ts'
import { openSample } from '../persistence/openJob.ts'
import { Button } from './Button.tsx'
import { SampleCard } from './SampleCard.tsx'
import { useSamples } from '../persistence/samples.ts'
import styles from './BlankState.module.css'

/**
 * A document without operators: three ghosts that are buttons, a few samples, and the invitation to drop a file. It lies on the canvas and goes with the first
 * operator.
 */
export function BlankState() {
  const samples = useSamples()
  const shown = samples.slice(0, 4)
  return (
    <div
      className={styles.ground}
      onDragOver={(event) => {
        if (event.dataTransfer.types.includes(kindDragType)) event.preventDefault()
      }}
      onDrop={(event) => {
        const kind = event.dataTransfer.getData(kindDragType)
        if (kind === '') return
        event.preventDefault()
        event.stopPropagation()
        // Nothing to place it against yet: the canvas comes up with this operator where it was let go.
        const ground = event.currentTarget.getBoundingClientRect()
        addOperator(kind, { position: { x: Math.round(event.clientX - ground.left - operatorSize.width / 2), y: Math.round(event.clientY - ground.top - operatorSize.height / 2) } })
      }}
    >
      <div className={styles.centre}>
        <div className={styles.ghosts}>
          <div className={styles.ghost}>
            <p>{text.frame.blank.flowsIn}</p>
            <div className={styles.first}>
              <Chip family="source" icon={RadioTower} />
              <Button look="primary" className={styles.wide} onClick={() => add('source', 0)} data-region-focus="">
                <Plus />
                {text.frame.blank.addSource}
              </Button>
            </div>
            <i className={styles.out} />
          </div>
          <i className={styles.bed} />
          <Ghost caption={text.frame.blank.happens} title={text.frame.blank.window} detail={text.frame.blank.windowDetail} icon={AppWindow} family="time" onClick={() => add('window-aggregate', 1)} ports="both" />
          <i className={styles.bed} />
          <Ghost caption={text.frame.blank.goes} title={text.frame.blank.sink} detail={text.frame.blank.sinkDetail} icon={Table2} family="sink" onClick={() => add('sink', 2)} ports="in" />
        </div>
        {samples.length === 0 ? null : (
          <>
            <div className={styles.head}>
              <h2>{text.frame.blank.samples}</h2>
              <span>{text.frame.blank.samplesDetail}</span>
              {samples.length > shown.length ? (
                <Button size="small" onClick={() => openSheet('gallery')}>
                  {text.frame.blank.allSamples(samples.length)}
                  <ArrowRight />
                </Button>
              ) : null}
            </div>
            <div className={styles.gallery}>
              {shown.map((sample) => (
                <SampleCard key={sample.id} sample={sample} onOpen={() => void openSample(sample.id)} />
              ))}
            </div>
          </>
        )}
        <p className={styles.drop}>
          <FileDown />
          {text.frame.blank.drop}
        </p>
      </div>
    </div>
  )
}

/** The first kind of the family that the catalog has, so that a ghost never promises what is not there. */
function add(kind: string, column: number): void {
  const family = { source: 'source', 'window-aggregate': 'time', sink: 'sink' }[kind]
  const known = faceOf(kind)?.kind ?? allFaces().find((definition) => definition.family === family)?.kind
  const id = known === undefined ? null : addOperator(known, { position: { x: column * columnWidth, y: 0 } })
  if (id !== null) requestAnimationFrame(() => reveal({ kind: 'operator', id }))
}

function Ghost({ caption, title, detail, icon, family, onClick, ports }: {
  readonly caption: string
  readonly title: string
  readonly detail: string
  readonly icon: LucideIcon
  readonly family: string
  readonly onClick: () => void
  readonly ports: 'in' | 'both'
}) {
  return (
    <div className={styles.ghost}>
      <p>{caption}</p>
      <button type="button" className={styles.box} onClick={onClick}>
        <Chip family={family} icon={icon} />
        <span>
          <b>{title}</b>
          <span className={styles.detail}>{detail}</span>
        </span>
      </button>
      <i className={styles.in} />
      {ports === 'both' ? <i className={styles.out} /> : null}
    </div>
  )
}

function Chip({ family, icon: Icon }: { readonly family: string; readonly icon: LucideIcon }) {
  return (
    <span className={styles.chip} style={{ color: `var(--fam-${family})`, background: `var(--fam-${family}-soft)` }}>
      <Icon />
    </span>
  )
}

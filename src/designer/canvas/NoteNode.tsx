import { memo } from 'react'
import { NodeResizer, type NodeProps } from '@xyflow/react'
import { dispatch, endGesture, useDesigner } from '../store/designerStore.ts'
import { text as t } from '../text/text.ts'
import { noteSize, type NoteFlowNode } from './flow.ts'
import styles from './canvas.module.css'

/** A note on the ground of the canvas: plain text, shown as typed. */
export const NoteNode = memo(function NoteNode({ id, data, selected }: NodeProps<NoteFlowNode>) {
  const readOnly = useDesigner((state) => state.document.readOnly !== null)
  return (
    <div className={styles.note} data-selected={selected ? '' : undefined}>
      {selected && !readOnly ? (
        <NodeResizer minWidth={96} minHeight={40} onResizeEnd={(_, { width, height }) => dispatch({ kind: 'editNote', note: id, width: Math.round(width), height: Math.round(height) })} />
      ) : null}
      <textarea
        className={selected ? 'nodrag nowheel' : 'nowheel'}
        value={data.note.text}
        readOnly={readOnly || !selected}
        tabIndex={selected ? 0 : -1}
        aria-label={t.canvas.note}
        placeholder={t.canvas.notePlaceholder}
        style={{ width: data.note.width ?? noteSize.width, height: data.note.height ?? noteSize.height, pointerEvents: selected ? 'auto' : 'none' }}
        onChange={(event) => dispatch({ kind: 'editNote', note: id, text: event.target.value })}
        onBlur={endGesture}
        onKeyDown={(event) => event.stopPropagation()}
      />
    </div>
  )
})

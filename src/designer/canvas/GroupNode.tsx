import { memo, useState } from 'react'
import type { NodeProps } from '@xyflow/react'
import { dispatch, select, useDesigner } from '../store/designerStore.ts'
import { text as t } from '../text/text.ts'
import type { GroupFlowNode } from './flow.ts'
import styles from './canvas.module.css'

/** A tinted outline around the operators of a group. Its name selects them; a double click changes it. */
export const GroupNode = memo(function GroupNode({ data }: NodeProps<GroupFlowNode>) {
  const { group } = data
  const readOnly = useDesigner((state) => state.document.readOnly !== null)
  const [editing, setEditing] = useState(false)
  return (
    <div className={styles.group}>
      {editing ? (
        <input
          className="nodrag nopan"
          defaultValue={group.name}
          aria-label={t.canvas.groupName}
          maxLength={200}
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- the user has just asked to rename
          autoFocus
          onFocus={(event) => event.currentTarget.select()}
          onBlur={(event) => {
            dispatch({ kind: 'renameGroup', group: group.id, name: event.currentTarget.value.trim() || group.name })
            setEditing(false)
          }}
          onKeyDown={(event) => {
            event.stopPropagation()
            if (event.key === 'Escape') event.currentTarget.value = group.name
            if (event.key === 'Enter' || event.key === 'Escape') event.currentTarget.blur()
          }}
        />
      ) : (
        <button type="button" className="nodrag nopan" tabIndex={-1} title={t.canvas.selectGroup} onClick={() => select({ operators: group.operators })} onDoubleClick={() => (readOnly ? undefined : setEditing(true))}>
          {group.name}
        </button>
      )}
    </div>
  )
})

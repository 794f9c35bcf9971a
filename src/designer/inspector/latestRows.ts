import { useCallback, useRef, useSyncExternalStore } from 'react'
import type { Value } from '../../columnar/column.ts'
import { edgePreview, subscribeRun } from '../store/runStore.ts'

/** The newest row of each edge, null where none has flowed; the same array until one of them changes. */
export function useLatestRows(keys: readonly (string | null)[]): readonly (readonly Value[] | null)[] {
  const joined = keys.join(' ')
  const last = useRef<readonly (readonly Value[] | null)[]>([])
  const subscribe = useCallback(
    (listener: () => void) => {
      const stops = joined.split(' ').map((key) => subscribeRun(`preview ${key}`, listener))
      return () => {
        for (const stop of stops) stop()
      }
    },
    [joined],
  )
  const read = (): readonly (readonly Value[] | null)[] => {
    const now = keys.map((key) => (key === null ? null : (edgePreview(key)?.rows.at(-1)?.values ?? null)))
    if (now.length !== last.current.length || now.some((row, i) => row !== last.current[i])) last.current = now
    return last.current
  }
  return useSyncExternalStore(subscribe, read, read)
}

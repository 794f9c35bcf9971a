import { CheckpointStore, type StoredCheckpoint } from '../../checkpoints/checkpointStore.ts'
import { BrowserBackend } from './browserBackend.ts'

/**
 * What the browser's storage has of a document: checkpoints and savepoints of runs that are over, also of those before a reload. A run keeps its own list; this one is read when no run is under way, since a run's checkpoints come
 * and go, and only then may anything be deleted.
 */
export async function storedCheckpoints(document: string): Promise<readonly StoredCheckpoint[]> {
  // Where storage cannot be used there is nothing from before.
  const stored = await new CheckpointStore(new BrowserBackend(document, () => undefined)).stored()
  return stored.toReversed()
}

export async function deleteCheckpoint(document: string, { pointer }: StoredCheckpoint): Promise<void> {
  await new CheckpointStore(new BrowserBackend(document, () => undefined)).remove(pointer)
}

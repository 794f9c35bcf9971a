/**
 * Where a checkpoint store keeps its files: memory, the browser's storage, a folder. It knows names and bytes, and promises that a file once written whole and durably stays until
 * it is removed; everything else (what belongs together, what is torn) is the store's.
 */
export interface CheckpointBackend {
  /**
   * Writes a file whole, replacing one of that name at once or not at all. `durable`: when this resolves, the file and all written before it survive a crash of the machine.
   * Rejects with a message a user can act on; what was written of it may then lie there.
   */
  write(name: string, parts: readonly Uint8Array[], durable: boolean): Promise<void>
  /** Null when there is none. */
  read(name: string): Promise<Uint8Array | null>
  list(): Promise<readonly string[]>
  remove(name: string): Promise<void>
}

/** Files in memory: for runs that keep nothing, and for tests. */
export class MemoryBackend implements CheckpointBackend {
  readonly files = new Map<string, Uint8Array>()

  write(name: string, parts: readonly Uint8Array[]): Promise<void> {
    this.files.set(name, joined(parts))
    return Promise.resolve()
  }
  read(name: string): Promise<Uint8Array | null> {
    return Promise.resolve(this.files.get(name) ?? null)
  }
  list(): Promise<readonly string[]> {
    return Promise.resolve([...this.files.keys()])
  }
  remove(name: string): Promise<void> {
    this.files.delete(name)
    return Promise.resolve()
  }
}

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

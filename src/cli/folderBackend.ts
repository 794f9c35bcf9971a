import { mkdir, open, readdir, readFile, rename, rm, rmdir, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { CheckpointBackend } from '../checkpoints/backend.ts'
import { reasonOf } from './jobFile.ts'

/**
 * A checkpoint store in a folder: every file is written beside its place, flushed and moved there, so that a name stands for all of its bytes or for nothing, whenever the machine stops. The moves are flushed with the next
 * durable file (write, fsync, rename; fsync of the folders).
 */
export class FolderBackend implements CheckpointBackend {
  readonly #root: string
  /** Folders in which files were moved since they were flushed. */
  readonly #moved = new Set<string>()

  constructor(root: string) {
    this.#root = root
  }

  async write(name: string, parts: readonly Uint8Array[], durable: boolean): Promise<void> {
    const path = join(this.#root, name)
    const beside = `${path}.new`
    try {
      await mkdir(dirname(path), { recursive: true })
      const file = await open(beside, 'w')
      try {
        await writeWhole(file, parts)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(beside, path)
      this.#moved.add(dirname(path)).add(this.#root)
      if (!durable) return
      for (const folder of [...this.#moved]) {
        // One that is gone needs nothing.
        await flushFolder(folder)
        this.#moved.delete(folder)
      }
    } catch (error) {
      await rm(beside, { force: true })
      throw new Error(`${path} cannot be written: ${reasonOf(error, true)}`, { cause: error })
    }
  }

  async read(name: string): Promise<Uint8Array | null> {
    try {
      return new Uint8Array(await readFile(join(this.#root, name)))
    } catch (error) {
      if (isMissing(error)) return null
      throw new Error(`${join(this.#root, name)} cannot be read: ${reasonOf(error)}`, { cause: error })
    }
  }

  async list(): Promise<readonly string[]> {
    try {
      const names: string[] = []
      for (const entry of await readdir(this.#root, { withFileTypes: true })) {
        if (entry.isDirectory()) for (const name of await readdir(join(this.#root, entry.name))) names.push(`${entry.name}/${name}`)
        else names.push(entry.name)
      }
      return names
    } catch (error) {
      if (isMissing(error)) return []
      throw new Error(`${this.#root} cannot be read: ${reasonOf(error)}`, { cause: error })
    }
  }

  async remove(name: string): Promise<void> {
    const path = join(this.#root, name)
    await rm(path, { force: true })
    // Stays while other files are in it.
    if (dirname(path) !== this.#root) await rmdir(dirname(path)).catch(() => undefined)
  }
}

/** All of it, where one call may stop half-way; a disk that fills up says so with the next. */
async function writeWhole(file: FileHandle, parts: readonly Uint8Array[]): Promise<void> {
  let left = parts.filter((part) => part.length > 0)
  while (left.length > 0) {
    let { bytesWritten: written } = await file.writev(left.slice(0, 1024))
    while (left.length > 0 && written >= left[0]!.length) {
      written -= left[0]!.length
      left = left.slice(1)
    }
    if (written > 0) left = [left[0]!.subarray(written), ...left.slice(1)]
  }
}

async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r').catch((error: unknown) => {
    if (isMissing(error)) return null
    throw error
  })
  if (folder === null) return
  try {
    // Some file systems flush no folders; theirs are in order anyway, or nobody can help.
    await folder.sync().catch(() => undefined)
  } finally {
    await folder.close()
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
}

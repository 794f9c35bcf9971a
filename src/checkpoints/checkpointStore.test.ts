import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { joined, MemoryBackend } from './backend.ts'
import { CheckpointStore, type CheckpointContent, type ReadBlob, type StoredBlob } from './checkpointStore.ts'
import { crc32c } from './crc32c.ts'
import type { JobIdentity } from './jobIdentity.ts'
import { manifestBytes } from './manifest.ts'
import { LocalRegistry, pointersFile, type CheckpointRegistry } from './registry.ts'
import { FaultyBackend, type Fault } from './testing/faultyBackend.ts'

const job: JobIdentity = {
  name: 'hot items · Größe',
  maxParallelism: 128,
  operators: [
    { id: 'bids', kind: 'source', config: '{"connector":{"type":"nexmark","events":100}}', inputs: [] },
    { id: 'counts', kind: 'window-aggregate', config: '{"sizeMs":1000}', inputs: ['auction BIGINT'] },
  ],
}

function blob(operator: string, subtask: number, text: string): StoredBlob {
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0))
  return { operator, subtask, part: 'state', parts: [bytes.subarray(0, 3), bytes.subarray(3)] }
}

function content(id: number, kind: CheckpointContent['kind'] = 'checkpoint'): CheckpointContent {
  return {
    id,
    kind,
    name: kind === 'savepoint' ? 'before the change' : null,
    triggeredAt: 1000 * id,
    job,
    parallelism: 2,
    stateful: ['bids', 'counts'],
    blobs: [blob('bids', 0, `position ${id}`), blob('counts', 0, `left ${id}`), blob('counts', 1, 'x'.repeat(id * 10))],
  }
}

function texts(blobs: readonly (StoredBlob | ReadBlob)[]): string[] {
  return blobs.map((of) => `${of.operator}/${of.subtask} ${String.fromCharCode(...('parts' in of ? joined(of.parts) : of.bytes))}`)
}

async function opened(store: CheckpointStore, upTo?: number) {
  const found = await store.open(job, upTo)
  if (found.kind !== 'opened') throw new Error(`expected a checkpoint, found ${JSON.stringify(found)}`)
  return found
}

describe('the checkpoint store', () => {
  it('lists what is stored with what the manifests say, and names a manifest that is gone', async () => {
    const backend = new MemoryBackend()
    const store = new CheckpointStore(backend)
    for (const id of [1, 2, 3, 4]) {
      await store.write({ ...content(id), ...(id === 2 ? { kind: 'savepoint' as const, name: 'kept' } : {}) })
      await store.prune(2)
    }
    await backend.remove('checkpoint-4/manifest')
    expect((await new CheckpointStore(backend).stored()).map(({ pointer, parallelism, damage }) => [pointer.id, pointer.name, parallelism, damage])).toEqual([
      [2, 'kept', content(2).parallelism, null],
      [3, null, content(3).parallelism, null],
      [4, null, null, 'its manifest checkpoint-4/manifest is missing'],
    ])
  })

  it('gives back what was written, the newest first', async () => {
    const backend = new MemoryBackend()
    const store = new CheckpointStore(backend)
    for (const id of [1, 2, 3]) await store.write(content(id))
    const again = new CheckpointStore(backend)
    expect((await again.list()).map(({ id }) => id)).toEqual([1, 2, 3])
    const found = await opened(again)
    expect(found.manifest).toMatchObject({ id: 3, job: { name: 'hot items · Größe' }, triggeredAt: 3000 })
    expect(texts(found.blobs)).toEqual(texts(content(3).blobs))
    expect((await opened(again, 2)).manifest.id).toBe(2)
  })

  it('keeps as many as are retained, and every savepoint', async () => {
    const backend = new MemoryBackend()
    const store = new CheckpointStore(backend)
    await store.write(content(1, 'savepoint'))
    for (const id of [2, 3, 4, 5]) {
      await store.write(content(id))
      await store.prune(2)
    }
    expect((await store.list()).map(({ kind, id }) => `${kind} ${id}`)).toEqual(['savepoint 1', 'checkpoint 4', 'checkpoint 5'])
    expect([...new Set([...backend.files.keys()].map((name) => name.split('/')[0]))].toSorted()).toEqual(['checkpoint-4', 'checkpoint-5', 'pointers', 'savepoint-1'])
    await store.clear()
    expect([...new Set([...backend.files.keys()].map((name) => name.split('/')[0]))].toSorted()).toEqual(['pointers', 'savepoint-1'])
  })

  it('is empty before the first one', async () => {
    expect(await new CheckpointStore(new MemoryBackend()).open(job)).toEqual({ kind: 'none', notes: [] })
  })

  it.each<[string, (files: Map<string, Uint8Array>) => void, RegExp]>([
    ['a chunk is gone', (files) => files.delete('checkpoint-3/chunk-0'), /^Checkpoint 3 is passed over: checkpoint-3\/chunk-0 is missing\.$/],
    ['a chunk is cut off', (files) => files.set('checkpoint-3/chunk-0', files.get('checkpoint-3/chunk-0')!.slice(0, 5)), /has 5 bytes and should have/],
    ['a bit of a chunk has flipped', (files) => (files.get('checkpoint-3/chunk-0')![12]! ^= 4), /chunk-0 has changed: its checksum is wrong/],
    ['two chunks were swapped', (files) => files.set('checkpoint-3/chunk-0', files.get('checkpoint-2/chunk-0')!), /should have/],
    ['the manifest is gone', (files) => files.delete('checkpoint-3/manifest'), /its manifest checkpoint-3\/manifest is missing/],
    ['a bit of the manifest has flipped', (files) => (files.get('checkpoint-3/manifest')![40]! ^= 1), /its checksum is wrong: it was torn or changed/],
    ['an old manifest was put back', (files) => files.set('checkpoint-3/manifest', files.get('checkpoint-2/manifest')!), /is another than the one that was committed/],
    ['the manifest is empty', (files) => files.set('checkpoint-3/manifest', new Uint8Array(0)), /cut off after 0 bytes/],
  ])('falls back one checkpoint and says so when %s', async (_what, damage, note) => {
    const backend = new MemoryBackend()
    const store = new CheckpointStore(backend)
    for (const id of [1, 2, 3]) await store.write(content(id))
    damage(backend.files)
    const found = await opened(new CheckpointStore(backend))
    expect(found.manifest.id).toBe(2)
    expect(texts(found.blobs)).toEqual(texts(content(2).blobs))
    expect(found.notes).toEqual([expect.stringMatching(note)])
  })

  it('finds checkpoints by their manifests when the pointers cannot be read, and says so', async () => {
    const backend = new MemoryBackend()
    const store = new CheckpointStore(backend)
    for (const id of [9, 10]) await store.write(content(id))
    backend.files.get(pointersFile)![5]! ^= 1
    const found = await opened(new CheckpointStore(backend))
    expect(found.manifest.id).toBe(10)
    expect(found.notes).toEqual(['The list of complete checkpoints cannot be read: its checksum is wrong: it was torn or changed.', 'Found by their manifests instead: 2.'])
  })

  it('refuses the checkpoint of another job with the differences', async () => {
    const store = new CheckpointStore(new MemoryBackend())
    await store.write(content(1, 'savepoint'))
    const other: JobIdentity = {
      ...job,
      maxParallelism: 256,
      operators: [
        { id: 'bids', kind: 'source', config: '{"connector":{"type":"nexmark","events":200}}', inputs: [] },
        { id: 'totals', kind: 'group-aggregate', config: '{}', inputs: ['auction BIGINT'] },
      ],
    }
    const found = await store.open(other)
    if (found.kind !== 'refused') throw new Error(found.kind)
    expect(found.differences.map(({ text }) => text)).toEqual([
      'It was taken with 128 key groups (maxParallelism), the job has 256.',
      'bids has other settings: "events":100 then, "events":200 now.',
      'It holds state of counts (window-aggregate); the job has no operator counts.',
      'The job has totals (group-aggregate), which it knows nothing of.',
    ])
  })

  it('lets operators without state change', async () => {
    const store = new CheckpointStore(new MemoryBackend())
    const filter = { id: 'cheap', kind: 'filter', config: '{"where":"price < 5"}', inputs: ['auction BIGINT'] }
    await store.write({ ...content(1), job: { ...job, operators: [...job.operators, filter] } })
    expect((await store.open(job)).kind).toBe('opened')
    expect((await store.open({ ...job, operators: [...job.operators, { ...filter, config: '{"where":"TRUE"}' }] })).kind).toBe('opened')
  })

  it('says which input changed and which kind', async () => {
    const store = new CheckpointStore(new MemoryBackend())
    await store.write(content(1))
    const changed = async (counts: Partial<JobIdentity['operators'][number]>): Promise<string[]> => {
      const found = await store.open({ ...job, operators: [job.operators[0]!, { ...job.operators[1]!, ...counts }] })
      return found.kind === 'refused' ? found.differences.map(({ text }) => text) : []
    }
    expect(await changed({ inputs: ['auction STRING'] })).toEqual(['counts read auction BIGINT, and reads auction STRING now.'])
    expect(await changed({ kind: 'group-aggregate' })).toEqual(['counts was a window-aggregate and is a group-aggregate now.'])
  })

  it('cuts large state into chunks and puts it together again', async () => {
    const backend = new MemoryBackend()
    const store = new CheckpointStore(backend)
    const large = Uint8Array.from({ length: 9_000_000 }, (_, i) => i % 251)
    const blobs: StoredBlob[] = [blob('bids', 0, 'first'), { operator: 'counts', subtask: 0, part: 'state', parts: [large.subarray(0, 5_000_001), large.subarray(5_000_001)] }, blob('counts', 1, 'last')]
    await store.write({ ...content(1), blobs })
    expect([...backend.files].flatMap(([name, bytes]) => (name.includes('chunk') ? [bytes.length] : []))).toEqual([4_194_304, 4_194_304, 9_000_009 - 8_388_608])
    const found = await opened(store)
    expect(found.blobs.map(({ bytes }) => crc32c(bytes))).toEqual(blobs.map(({ parts }) => crc32c(joined(parts))))
    backend.files.get('checkpoint-1/chunk-1')![17]! ^= 1
    expect(await store.open(job)).toMatchObject({ kind: 'none', notes: ['Checkpoint 1 is passed over: checkpoint-1/chunk-1 has changed: its checksum is wrong.'] })
  })

  describe('of version 1', () => {
    async function ofVersion1(): Promise<MemoryBackend> {
      const backend = new MemoryBackend()
      await new CheckpointStore(backend).write(content(1))
      // As it was written then: each piece in one chunk, with its own checksum.
      const pieces = content(1).blobs.map(({ operator, subtask, part, parts }, chunk) => ({ place: { operator, subtask, part, chunk, offset: 0, bytes: joined(parts).length, crc32c: crc32c(joined(parts)) }, bytes: joined(parts) }))
      const { manifest } = await opened(new CheckpointStore(backend))
      const chunks = pieces.map(({ bytes }, i) => ({ name: `checkpoint-1/chunk-${i}`, bytes: bytes.length }))
      for (const [i, { bytes }] of pieces.entries()) backend.files.set(chunks[i]!.name, bytes)
      const text = manifestBytes({ ...manifest, version: 1, chunks, blobs: pieces.map(({ place }) => place) } as never)
      backend.files.set('checkpoint-1/manifest', text)
      const registry = new LocalRegistry(backend)
      await registry.commit({ ...(await registry.pointers()).pointers[0]!, crc32c: crc32c(text) })
      return backend
    }

    it('is read', async () => {
      expect(texts((await opened(new CheckpointStore(await ofVersion1()))).blobs)).toEqual(texts(content(1).blobs))
    })

    it('is passed over where a piece has changed', async () => {
      const backend = await ofVersion1()
      backend.files.get('checkpoint-1/chunk-1')![2]! ^= 8
      expect(await new CheckpointStore(backend).open(job)).toEqual({ kind: 'none', notes: ['Checkpoint 1 is passed over: the state of counts, subtask 0, has changed: its checksum is wrong.'] })
    })
  })

  it('refuses a manifest of a newer format', async () => {
    const backend = new MemoryBackend()
    const store = new CheckpointStore(backend)
    await store.write(content(1))
    const newer = manifestBytes({ ...(await opened(store)).manifest, version: 3 })
    backend.files.set('checkpoint-1/manifest', newer)
    const registry = new LocalRegistry(backend)
    await registry.commit({ ...(await registry.pointers()).pointers[0]!, crc32c: crc32c(newer) })
    expect(await new CheckpointStore(backend).open(job)).toEqual({
      kind: 'none',
      notes: ['Checkpoint 1 is passed over: its manifest cannot be used: it has format version 3, and this Millrace reads up to 2; use a newer one.'],
    })
  })

  it('removes the files of a checkpoint whose pointer was refused, and keeps those of one that may have been committed', async () => {
    const backend = new MemoryBackend()
    const local = new LocalRegistry(backend)
    let outcome: Awaited<ReturnType<CheckpointRegistry['commit']>> = { kind: 'refused', reason: 'another JobManager leads' }
    const store = new CheckpointStore(backend, { commit: () => Promise.resolve(outcome), pointers: () => local.pointers(), release: (ids) => local.release(ids) })
    expect((await store.write(content(1))).outcome).toEqual(outcome)
    expect([...backend.files.keys()]).toEqual([])
    outcome = { kind: 'unknown', reason: 'the connection was lost' }
    await store.write(content(2))
    expect([...backend.files.keys()]).toContain('checkpoint-2/manifest')
  })

  it('loses no complete checkpoint and opens no torn one, whatever the disk does', async () => {
    const script = fc.record({ at: fc.nat(40), kind: fc.constantFrom<Fault['kind']>('full', 'crash'), seed: fc.integer() })
    await fc.assert(
      fc.asyncProperty(script, fc.integer({ min: 1, max: 3 }), async (fault, retained) => {
        const disk = new FaultyBackend(new Map(), fault)
        const store = new CheckpointStore(disk)
        let committed = 0
        let tried = 0
        try {
          for (tried = 1; tried <= 8; tried++) {
            try {
              await store.write(content(tried))
              committed = tried
              await store.prune(retained)
            } catch (error) {
              if (!(error instanceof Error) || error.message !== 'the disk is full') throw error
            }
          }
        } catch {
          // The machine has crashed; what it was doing may or may not have been done.
        }
        const rebooted = new CheckpointStore(new FaultyBackend(disk.files))
        const found = await rebooted.open(job)
        if (committed === 0) expect(found.kind === 'none' || found.kind === 'opened').toBe(true)
        else if (found.kind !== 'opened') throw new Error(`checkpoint ${committed} is lost`)
        if (found.kind === 'opened') {
          expect(found.manifest.id).toBeGreaterThanOrEqual(committed)
          expect(found.manifest.id).toBeLessThanOrEqual(tried)
          expect(texts(found.blobs)).toEqual(texts(content(found.manifest.id).blobs))
        }
        // And it can be written to again.
        await rebooted.write(content(100))
        expect((await opened(rebooted)).manifest.id).toBe(100)
      }),
      { numRuns: 400 },
    )
  })
})

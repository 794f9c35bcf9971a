import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

/** Web Locks as browsers have them: requests and releases reach the manager one after the other, some time after they were made. */
class Locks {
  readonly held = new Map<string, (reason: Error) => void>()
  #queue: Promise<void> = Promise.resolve()

  #later(step: () => void): void {
    this.#queue = this.#queue.then(() => Promise.resolve()).then(step)
  }

  request(name: string, options: LockOptions, callback: (lock: object | null) => Promise<void> | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#later(() => {
        const holder = this.held.get(name)
        if (holder !== undefined && options.steal !== true) return resolve(callback(null))
        holder?.(new Error('stolen'))
        this.held.set(name, reject)
        void callback({})!.then(() =>
          this.#later(() => {
            if (this.held.get(name) === reject) this.held.delete(name)
            resolve()
          }),
        )
      })
    })
  }
}

describe('one writer for each document', () => {
  let locks: Locks
  /** A tab of its own: the module keeps what it holds. */
  const tab = async (): Promise<typeof import('./tabs.ts')> => {
    vi.resetModules()
    return import('./tabs.ts')
  }
  const never = (): void => {
    throw new Error('nobody took it')
  }

  beforeEach(() => {
    locks = new Locks()
    vi.stubGlobal('navigator', { locks })
  })
  afterEach(() => {
    vi.unstubAllGlobals()
  })

  it('is the tab itself, however often it claims the document, at once or later', async () => {
    const { claim } = await tab()
    expect(await Promise.all([claim('a', never), claim('a', never)])).toEqual([true, true])
    expect(await claim('a', never)).toBe(true)
    expect([...locks.held.keys()]).toEqual(['millrace document a'])
  })

  it('is the tab again that let it go and comes back at once', async () => {
    const { claim, letGo } = await tab()
    expect(await claim('a', never)).toBe(true)
    letGo()
    expect(await claim('a', never)).toBe(true)
    expect(await claim('b', never)).toBe(true)
    expect([...locks.held.keys()]).toEqual(['millrace document b'])
    expect(await claim('a', never)).toBe(true)
    letGo()
    await claim('c', never)
    expect([...locks.held.keys()]).toEqual(['millrace document c'])
  })

  it('lets go of what was claimed just before', async () => {
    const { claim, letGo } = await tab()
    void claim('a', never)
    letGo()
    expect(await claim('b', never)).toBe(true)
    expect([...locks.held.keys()]).toEqual(['millrace document b'])
  })

  it('is no other tab until it takes over, and the first one is told', async () => {
    const [first, second] = [await tab(), await tab()]
    let told = 0
    expect(await first.claim('a', () => void told++)).toBe(true)
    expect(await second.claim('a', never)).toBe(false)
    second.hearTabs(() => undefined)
    first.hearTabs((message) => {
      if (message.kind === 'yield') first.sayToTabs({ kind: 'yielded', id: message.id })
    })
    expect(await second.takeOver('a', never)).toBe(true)
    expect(told).toBe(1)
    expect(await first.claim('a', never)).toBe(false)
    expect(await second.claim('a', never)).toBe(true)
  })
})

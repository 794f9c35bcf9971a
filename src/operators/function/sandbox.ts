import type { QuickJSContext, QuickJSHandle, QuickJSRuntime, QuickJSWASMModule } from 'quickjs-emscripten-core'
import { systemClock } from '../../deterministic/clock.ts'
import { guestSource } from './guest.ts'

/**
 * User code in QuickJS, an interpreter compiled to WebAssembly: it sees nothing of the page, the thread or the machine, has no function of the host at all, and is stopped at its limits.
 *
 * Time: a row may take `rowMs`; the interpreter asks now and then whether to go on, and is told no. Only then is the machine's clock looked at, which therefore decides whether a job fails and never what
 * it gives. On a machine that is busy with something else the clock runs on although the code does not, so a row also has some steps that it may take at any rate, up to `rowMsMost`. Built-in functions that never
 * ask (`map` over a length of a billion without elements) are beyond this; they hold the worker until the user stops the job. Stack: QuickJS's own limit.
 *
 * Memory: each sandbox has a WebAssembly instance of its own, and what that has grown to is what counts, looked at when the interpreter asks and after each call. QuickJS's own limit sees single allocations alone: compiled by Emscripten it
 * does not know how large those are that it holds (`malloc_usable_size` is 0 there). The instance cannot grow beyond half as much again, so that there is room to say what happened.
 *
 * After a kill nothing inside is used again: the virtual machine is dropped, and its WebAssembly instance with it, since a stack that overflowed into the host leaves it in no known state.
 */
export const limits = {
  rowMs: 50,
  /** About 10,000 turns of a loop each. */
  stepsLeast: 16,
  rowMsMost: 1000,
  /** Starting: the code is read and its top level run. */
  startMs: 250,
  memoryBytes: 64 * 1024 * 1024,
  stackBytes: 256 * 1024,
  /** Rows that one turn of rows may emit. */
  rowsMax: 100_000,
  logLines: 20,
  logChars: 200,
} as const

export interface SandboxSetup {
  readonly names: readonly string[]
  readonly types: readonly GuestType[]
  readonly outNames: readonly string[]
  readonly keyNames: readonly string[]
  readonly keyTypes: readonly GuestType[]
  readonly timers: boolean
  /** Four 32-bit numbers. */
  readonly random: readonly number[]
}

/** How values of a column stand in JSON on their way in. */
export type GuestType =
  | { readonly k: 'plain' | 'double' | 'bigint' }
  | { readonly k: 'array'; readonly e: GuestType }
  | { readonly k: 'pairs'; readonly e: GuestType; readonly v: GuestType }
  | { readonly k: 'row'; readonly f: readonly (readonly [string, GuestType])[] }

/** The code failed or was stopped. `row`: which of the rows or timers given to it; -1 when it was none. */
export class CodeFailure extends Error {
  readonly row: number
  constructor(message: string, row: number) {
    super(message)
    this.row = row
  }
}

const pageBytes = 65_536
/** As the interpreter was compiled. */
const pagesAtFirst = 256
/** An instance that has grown beyond this is not used again, or its next code would begin near the limit. */
const reusedBytes = 24 * 1024 * 1024

/** Instances that nobody uses, and the one that was taken last: where a thread has more sandboxes than it said, as when one thread runs all subtasks, the others share that. */
const free: QuickJSWASMModule[] = []
let taken: QuickJSWASMModule | null = null
let loading: Promise<void> | null = null

/** To be awaited before so many sandboxes are made: half a megabyte, fetched when the first job wants it. Null when they are there. */
export function sandboxReady(count = 1): Promise<void> | null {
  if (free.length >= count) return null
  loading ??= load(count).finally(() => {
    loading = null
  })
  return loading
}

async function load(count: number): Promise<void> {
  const [{ newQuickJSWASMModuleFromVariant, newVariant }, { default: variant }] = await Promise.all([import('quickjs-emscripten-core'), import('@jitl/quickjs-wasmfile-release-sync')])
  while (free.length < count) {
    const wasmMemory = new wasm.Memory({ initial: pagesAtFirst, maximum: Math.ceil((limits.memoryBytes * 1.5) / pageBytes) })
    free.push(await newQuickJSWASMModuleFromVariant(newVariant(variant, { wasmMemory })))
  }
}

function take(): QuickJSWASMModule {
  taken = free.pop() ?? taken
  if (taken === null) throw new Error('the sandbox was not loaded before a function was made')
  return taken
}

function bytesOf(module: QuickJSWASMModule): number {
  return (module.getWasmMemory() as WasmMemory).buffer.byteLength
}

interface WasmMemory {
  readonly buffer: ArrayBuffer
}

/** Every host has it, and no library of types that this folder may see. */
const wasm = (globalThis as unknown as { readonly WebAssembly: { readonly Memory: new (size: { readonly initial: number; readonly maximum: number }) => never } }).WebAssembly

const tooLarge = `used more than ${limits.memoryBytes / 1024 / 1024} MB of memory, and was stopped`

type Entry = 'rows' | 'timers' | 'save' | 'load' | 'said' | 'held'

export class Sandbox {
  readonly #module: QuickJSWASMModule
  readonly #runtime: QuickJSRuntime
  readonly #context: QuickJSContext
  readonly #progress: QuickJSHandle
  readonly #clock = systemClock()
  #entries: QuickJSHandle | null = null
  /** What is held of the guest's, to be let go with it. */
  readonly #handles: QuickJSHandle[] = []
  #row = -1
  #since = 0
  #steps = 0
  #starting = true
  #stopped: string | null = null
  #dead = false
  #spoilt = false

  /** Throws `CodeFailure` when the code does not start. */
  constructor(code: string, setup: SandboxSetup) {
    this.#module = take()
    this.#runtime = this.#module.newRuntime()
    this.#runtime.setMemoryLimit(limits.memoryBytes)
    this.#runtime.setMaxStackSize(limits.stackBytes)
    this.#runtime.setInterruptHandler(() => this.#mustStop())
    this.#context = this.#runtime.newContext()
    this.#progress = this.#kept(this.#context.newArrayBuffer(new ArrayBuffer(8)))
    this.#start(code, setup)
  }

  #start(code: string, setup: SandboxSetup): void {
    const context = this.#context
    this.#begin()
    const make = this.#kept(this.#settled(() => context.evalCode(guestSource, 'millrace.js')))
    const json = this.#kept(context.newString(JSON.stringify({ ...setup, rowsMax: limits.rowsMax, logLines: limits.logLines, logChars: limits.logChars })))
    const entries = this.#kept(this.#settled(() => context.callFunction(make, context.undefined, json, this.#progress)))
    this.#entries = entries
    this.#kept(this.#settled(() => context.evalCode(code, 'function.js', { type: 'global' })))
    // A script of its own sees what the top level of another declares, by `function` and by `const` alike.
    const functions = this.#kept(this.#settled(() => context.evalCode("[typeof onRow === 'function' ? onRow : undefined, typeof onTimer === 'function' ? onTimer : undefined]", 'millrace.js')))
    const use = this.#kept(context.getProp(entries, 'use'))
    this.#kept(this.#settled(() => context.callFunction(use, context.undefined, functions)))
    this.#starting = false
  }

  #kept(handle: QuickJSHandle): QuickJSHandle {
    this.#handles.push(handle)
    return handle
  }

  /** One string in, one out. Throws `CodeFailure`. */
  call(entry: Entry, text = ''): string {
    if (this.#dead || this.#entries === null) throw new Error('a sandbox was used after its code had been stopped')
    const context = this.#context
    this.#begin()
    const called = context.getProp(this.#entries, entry)
    const given = context.newString(text)
    const before = this.#handles.push(called, given) - 2
    const result = this.#settled(() => context.callFunction(called, context.undefined, given))
    if (this.#isTooLarge()) throw this.#killed(tooLarge)
    const out = context.getString(result)
    result.dispose()
    for (const handle of this.#handles.splice(before)) handle.dispose()
    return out
  }

  dispose(): void {
    if (this.#dead) return
    this.#dead = true
    try {
      for (const handle of this.#handles) handle.dispose()
      this.#context.dispose()
      this.#runtime.dispose()
    } catch {
      // Something is still held in there: the whole instance goes.
      this.#spoil()
      return
    }
    if (!this.#spoilt && bytesOf(this.#module) <= reusedBytes && !free.includes(this.#module)) free.push(this.#module)
  }

  #isTooLarge(): boolean {
    return bytesOf(this.#module) > limits.memoryBytes
  }

  #begin(): void {
    this.#row = -1
    this.#since = this.#clock.now()
    this.#steps = 0
    this.#stopped = null
  }

  /** Asked by the interpreter every ten thousand turns or so. */
  #mustStop(): boolean {
    const row = this.#rowNow()
    const now = this.#clock.now()
    if (row !== this.#row) {
      this.#row = row
      this.#since = now
      this.#steps = 0
    }
    this.#steps++
    if (this.#isTooLarge()) {
      this.#stopped = tooLarge
      return true
    }
    const spent = now - this.#since
    const most = this.#starting ? limits.startMs : limits.rowMs
    if (spent < most || (this.#steps < limits.stepsLeast && spent < limits.rowMsMost)) return false
    this.#stopped = this.#starting ? `was still starting after ${most} ms, and was stopped` : `ran for more than ${most} ms on one row, and was stopped`
    return true
  }

  #rowNow(): number {
    if (this.#starting) return -1
    const bytes = this.#context.getArrayBuffer(this.#progress)
    const row = new DataView(bytes.value.buffer, bytes.value.byteOffset, 4).getInt32(0, true)
    bytes.dispose()
    return row
  }

  #settled(run: () => { readonly value: QuickJSHandle; readonly error?: undefined } | { readonly error: QuickJSHandle }): QuickJSHandle {
    let result: ReturnType<typeof run>
    try {
      result = run()
    } catch (error) {
      // Out of WebAssembly itself: the host's own stack or memory was at its end.
      const message = error instanceof RangeError ? 'used up the stack of the machine' : `broke its sandbox (${error instanceof Error ? error.message : String(error)})`
      throw this.#killed(message)
    }
    if (result.error === undefined) return result.value
    const { name, message, stack } = this.#errorOf(result.error)
    if (this.#stopped !== null) throw this.#killed(this.#stopped, stack)
    if (name === 'InternalError' && message === 'out of memory') throw this.#killed(tooLarge, stack)
    if (name === 'InternalError' && message === 'stack overflow') throw this.#killed('called itself too deeply, and was stopped', stack)
    throw this.#failure(`threw ${name === '' ? message : `${name}: ${message}`}`, stack)
  }

  #errorOf(handle: QuickJSHandle): { readonly name: string; readonly message: string; readonly stack: string } {
    const thrown = this.#context.dump(handle) as unknown
    handle.dispose()
    if (typeof thrown !== 'object' || thrown === null) return { name: '', message: String(thrown).slice(0, 1000), stack: '' }
    const { name, message, stack } = thrown as { name?: unknown; message?: unknown; stack?: unknown }
    return { name: typeof name === 'string' ? name : 'an object', message: typeof message === 'string' ? message.slice(0, 1000) : '', stack: typeof stack === 'string' ? stack : '' }
  }

  #killed(what: string, stack = ''): CodeFailure {
    this.#spoil()
    return this.#failure(what, stack)
  }

  /** What happened as a sentence, with the user's part of the stack and what the code said last; the machine is gone afterwards. */
  #failure(what: string, stack = ''): CodeFailure {
    const row = this.#starting ? -1 : this.#rowNow()
    // A deep recursion says the same line a thousand times.
    const own = stack.split('\n').filter((line) => line.includes('function.js'))
    const shown = own.length > 8 ? [...own.slice(0, 7), `    … ${own.length - 7} more`] : own
    const said = this.#saidLast()
    this.dispose()
    return new CodeFailure([`the function ${what}${/[.!?]$/.test(what) ? '' : '.'}`, ...shown, ...(said.length === 0 ? [] : ['It last logged:', ...said.map((line) => `    ${line}`)])].join('\n'), row)
  }

  #saidLast(): readonly string[] {
    if (this.#entries === null || this.#stopped !== null) return []
    try {
      const called = this.#context.getProp(this.#entries, 'said')
      const result = this.#context.callFunction(called, this.#context.undefined)
      called.dispose()
      if (result.error !== undefined) {
        result.error.dispose()
        return []
      }
      const lines = JSON.parse(this.#context.getString(result.value)) as unknown
      result.value.dispose()
      return Array.isArray(lines) ? lines.filter((line) => typeof line === 'string').slice(-5) : []
    } catch {
      return []
    }
  }

  /** The instance is not used again. */
  #spoil(): void {
    this.#spoilt = true
    if (taken === this.#module) taken = null
  }
}

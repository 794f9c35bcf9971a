import type { StateReader, StateWriter } from '../columnar/stateCodec.ts'

/** Fewer entries than this are never looked through. */
const lookedMin = 8192

/**
 * When entries of keyed state were last written, and which of them have expired: state time-to-live as Flink's table runtime sets it up.
 *
 * Processing time counts. An entry is written when it is made and whenever it changes, not when it is read (OnCreateAndWrite), and is as if it had never been from the moment at which
 * `written + ttl` has come (NeverReturnExpired). When it is cleared away is the owner's affair and cannot be seen. Times are the clock's and go into snapshots, so that time passes while a job is down; state from before there was a time to
 * live counts as written when it is restored.
 *
 * Source: Flink's StateConfigUtil.createTtlConfig, TtlUtils.expired, AbstractTtlDecorator.
 */
export class StateTtl {
  readonly #ttlMs: number
  #written: Float64Array = new Float64Array(0)
  #looked = lookedMin

  constructor(ttlMs: number) {
    this.#ttlMs = ttlMs
  }

  /** By entry. Whoever writes through this array has made room with `fit`. */
  get written(): Float64Array {
    return this.#written
  }

  get bytes(): number {
    return this.#written.byteLength
  }

  isExpired(entry: number, now: number): boolean {
    return this.#written[entry]! + this.#ttlMs <= now
  }

  /** Whether there are so many entries that it is time to look which of all have expired: twice as many as when it was last looked. */
  isTimeToLook(entries: number): boolean {
    return entries >= this.#looked
  }

  hasLooked(entries: number): void {
    this.#looked = Math.max(lookedMin, entries * 2)
  }

  fit(count: number): void {
    if (this.#written.length >= count) return
    const grown = new Float64Array(Math.max(64, count, this.#written.length * 2))
    grown.set(this.#written)
    this.#written = grown
  }

  touch(entry: number, now: number): void {
    this.#written[entry] = now
  }

  /** Entries are those of `kept` now, in that order. */
  keep(kept: Int32Array, count: number): void {
    const written = new Float64Array(Math.max(64, count))
    for (let i = 0; i < count; i++) written[i] = this.#written[kept[i]!]!
    this.#written = written
  }

  snapshot(writer: StateWriter, count: number): void {
    this.fit(count)
    writer.float64('written', this.#written, count)
  }

  /** `entries[old]` is an old entry's number here, -1 where it is not here. */
  restore(reader: StateReader, entries: Int32Array, now: number): void {
    const written = reader.has('written') ? reader.float64('written') : null
    for (let old = 0; old < entries.length; old++) {
      const entry = entries[old]!
      if (entry < 0) continue
      this.fit(entry + 1)
      this.#written[entry] = written?.[old] ?? now
    }
  }
}

/** Null where state is kept for ever. */
export function stateTtlOf(spec: { readonly stateTtlMs?: number }): StateTtl | null {
  return spec.stateTtlMs === undefined || spec.stateTtlMs <= 0 ? null : new StateTtl(spec.stateTtlMs)
}

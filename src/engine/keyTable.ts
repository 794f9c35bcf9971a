import type { StateReader, StateWriter } from '../columnar/stateCodec.ts'

/**
 * Groups: from a row's key to a dense slot, 0, 1, 2 … in order of first appearance.
 *
 * Keys arrive encoded as doubles, one array for each key column (`keyEncoder.ts`), so that one loop over one class of typed array serves
 * every type. Open addressing with linear probing over a power of two, at most half full; the index holds slot + 1, so key 0 needs no
 * special value and an empty cell is 0. Slots are dense and keep insertion order: state lives in plain arrays by slot, results come
 * out in the order in which groups appeared, and dropping a table is dropping it whole. There is no removal of single keys.
 *
 * A table of one key column begins *direct*: as long as its keys are whole numbers that lie close together, as ids and the numbers of texts do, a key's cell is its distance from a base, and nothing is hashed or compared
 * (docs/decisions/0273, 0287). A key that is far off makes it a hash table, which becomes direct again when it grows and its keys lie close together by then.
 *
 * One call handles a batch: a method call per row costs half the speed (measured). The loops for one key column, for two and for several are
 * apart, because the first is by far the most frequent; its hash table also keeps each key beside its cell, which saves the way to the dense array.
 */
export class KeyTable {
  /** Key columns. 0 means that all rows are one group. */
  readonly width: number
  #size = 0
  #keys: Float64Array[]
  #index: Int32Array
  /** With one key column, hashed: the key of each cell that is taken; what stands in others means nothing. */
  #cellKeys: Float64Array = noKeys
  /** The key of cell 0 of a direct table, NaN before the first key; null when keys are hashed. */
  #base: number | null
  #mask: number
  /** 32 minus the logarithm of the number of cells: a hash's high bits pick the cell. */
  #shift: number

  constructor(width: number, capacity = 64) {
    this.width = width
    let cells = 16
    while (cells < capacity * 2) cells *= 2
    this.#index = new Int32Array(cells)
    this.#base = width === 1 ? Number.NaN : null
    this.#mask = cells - 1
    this.#shift = Math.clz32(cells) + 1
    this.#keys = Array.from({ length: width }, () => new Float64Array(cells / 2))
  }

  /** Number of groups. */
  get size(): number {
    return this.#size
  }

  /** The encoded keys of one column by slot; valid until the next call that adds keys, longer than `size`. */
  keysOf(column: number): Float64Array {
    return this.#keys[column]!
  }

  /** `keysOf` all columns. */
  get keys(): readonly Float64Array[] {
    return this.#keys
  }

  /** Bytes held, for display. */
  get bytes(): number {
    return this.#index.byteLength + this.#cellKeys.byteLength + this.#keys.reduce((sum, keys) => sum + keys.byteLength, 0)
  }

  /** The slots of rows [start, end) into `out` from index 0, adding groups that are new. */
  slotsOf(keys: readonly Float64Array[], start: number, end: number, out: Int32Array): void {
    if (this.width === 1) this.#slotsOfOne(keys[0]!, start, start, end, out)
    else if (this.width === 0) {
      if (end > start) this.#size = 1
      out.fill(0, 0, end - start)
    } else if (this.width === 2) this.#slotsOfTwo(keys[0]!, keys[1]!, start, end, out)
    else this.#slotsOfMany(keys, start, end, out)
  }

  /** Rows [row, end), row `start` at index 0 of `out`. */
  #slotsOfOne(keys: Float64Array, start: number, row: number, end: number, out: Int32Array): void {
    for (;;) {
      row = this.#base === null ? this.#addOne(keys, start, row, end, out) : this.#addDirect(keys, this.#base, start, row, end, out)
      if (row === end) return
      this.#makeRoomFor(keys[row]!)
    }
  }

  #addDirect(keys: Float64Array, base: number, start: number, row: number, end: number, out: Int32Array): number {
    const index = this.#index
    const cells = index.length
    const dense = this.#keys[0]!
    const capacity = dense.length
    let size = this.#size
    for (; row < end; row++) {
      const key = keys[row]!
      const distance = key - base
      const cell = distance | 0
      if (cell !== distance || cell < 0 || cell >= cells) break
      let slot = index[cell]!
      if (slot === 0) {
        if (size === capacity) break
        dense[size] = key
        size++
        index[cell] = size
        slot = size
      }
      out[row - start] = slot - 1
    }
    this.#size = size
    return row
  }

  /**
   * Rows from `row` on, until the table is full: returns the row it stopped before. Growing happens outside, because a loop in which the arrays may change
   * has to look up their places anew for every row, which doubled its time (measured).
   */
  #addOne(keys: Float64Array, start: number, row: number, end: number, out: Int32Array): number {
    const index = this.#index
    const cellKeys = this.#cellKeys
    const mask = this.#mask
    const shift = this.#shift
    const dense = this.#keys[0]!
    const capacity = dense.length
    let size = this.#size
    for (; row < end; row++) {
      const key = keys[row]!
      let cell = cellOf(key, shift)
      // A stale key in an empty cell ends the search as well: the index tells.
      while (cellKeys[cell] !== key && index[cell] !== 0) cell = (cell + 1) & mask
      let slot = index[cell]!
      if (slot === 0) {
        if (size === capacity) break
        dense[size] = key
        size++
        cellKeys[cell] = key
        index[cell] = size
        slot = size
      }
      out[row - start] = slot - 1
    }
    this.#size = size
    return row
  }

  /**
   * For one key column: the slots of rows from `start` on into `out` from index 0, as long as `times[row]` is in [low, high). Returns the row it stopped before. One
   * look at each row tells both where it belongs and which group it is in.
   */
  slotsWithin(keys: Float64Array, times: Float64Array, low: number, high: number, start: number, end: number, out: Int32Array): number {
    let row = start
    while (this.#base === null) {
      row = this.#addWithin(keys, times, low, high, start, row, end, out)
      if (row === end || !(times[row]! >= low && times[row]! < high)) return row
      this.#grow()
    }
    const first = row
    while (row < end && times[row]! >= low && times[row]! < high) row++
    this.#slotsOfOne(keys, start, first, row, out)
    return row
  }

  #addWithin(keys: Float64Array, times: Float64Array, low: number, high: number, start: number, row: number, end: number, out: Int32Array): number {
    const index = this.#index
    const cellKeys = this.#cellKeys
    const mask = this.#mask
    const shift = this.#shift
    const dense = this.#keys[0]!
    const capacity = dense.length
    let size = this.#size
    for (; row < end; row++) {
      const time = times[row]!
      if (!(time >= low && time < high)) break
      const key = keys[row]!
      let cell = cellOf(key, shift)
      while (cellKeys[cell] !== key && index[cell] !== 0) cell = (cell + 1) & mask
      let slot = index[cell]!
      if (slot === 0) {
        if (size === capacity) break
        dense[size] = key
        size++
        cellKeys[cell] = key
        index[cell] = size
        slot = size
      }
      out[row - start] = slot - 1
    }
    this.#size = size
    return row
  }

  #slotsOfTwo(first: Float64Array, second: Float64Array, start: number, end: number, out: Int32Array): void {
    let row = start
    for (;;) {
      row = this.#addTwo(first, second, start, row, end, out)
      if (row === end) return
      this.#grow()
    }
  }

  #addTwo(first: Float64Array, second: Float64Array, start: number, row: number, end: number, out: Int32Array): number {
    const index = this.#index
    const mask = this.#mask
    const shift = this.#shift
    const denseFirst = this.#keys[0]!
    const denseSecond = this.#keys[1]!
    const capacity = denseFirst.length
    let size = this.#size
    for (; row < end; row++) {
      const a = first[row]!
      const b = second[row]!
      let cell = hashOfTwo(a, b) >>> shift
      let slot = index[cell]!
      while (slot !== 0 && (denseSecond[slot - 1] !== b || denseFirst[slot - 1] !== a)) {
        cell = (cell + 1) & mask
        slot = index[cell]!
      }
      if (slot === 0) {
        if (size === capacity) break
        denseFirst[size] = a
        denseSecond[size] = b
        size++
        index[cell] = size
        slot = size
      }
      out[row - start] = slot - 1
    }
    this.#size = size
    return row
  }

  #slotsOfMany(keys: readonly Float64Array[], start: number, end: number, out: Int32Array): void {
    for (let row = start; row < end; row++) {
      let cell = hashOfRow(keys, row) >>> this.#shift
      let slot = this.#index[cell]!
      while (slot !== 0 && !this.#equals(slot - 1, keys, row)) {
        cell = (cell + 1) & this.#mask
        slot = this.#index[cell]!
      }
      if (slot === 0) {
        if (this.#size === this.#keys[0]!.length) {
          this.#grow()
          cell = hashOfRow(keys, row) >>> this.#shift
          while (this.#index[cell] !== 0) cell = (cell + 1) & this.#mask
        }
        for (let column = 0; column < this.width; column++) this.#keys[column]![this.#size] = keys[column]![row]!
        this.#size++
        this.#index[cell] = this.#size
        slot = this.#size
      }
      out[row - start] = slot - 1
    }
  }

  #equals(slot: number, keys: readonly Float64Array[], row: number): boolean {
    for (let column = 0; column < this.width; column++) {
      if (this.#keys[column]![slot] !== keys[column]![row]) return false
    }
    return true
  }

  /** The slots of rows [start, end) into `out` from index 0, or -1 for a key that is not there. False when surely none of them is. */
  find(keys: readonly Float64Array[], start: number, end: number, out: Int32Array): boolean {
    if (this.width === 0) {
      out.fill(this.#size - 1, 0, end - start)
      return this.#size > 0
    }
    if (this.width === 1) return this.#findOne(keys[0]!, start, end, out)
    const index = this.#index
    const mask = this.#mask
    for (let row = start; row < end; row++) {
      let cell = hashOfRow(keys, row) >>> this.#shift
      let slot = index[cell]!
      while (slot !== 0 && !this.#equals(slot - 1, keys, row)) {
        cell = (cell + 1) & mask
        slot = index[cell]!
      }
      out[row - start] = slot - 1
    }
    return true
  }

  #findOne(keys: Float64Array, start: number, end: number, out: Int32Array): boolean {
    if (this.#size === 1) {
      // Such as the one highest price of a window: the array's own search takes a third of the time of a loop (measured).
      const only = this.#keys[0]![0]!
      const asked = start === 0 && end === keys.length ? keys : keys.subarray(start, end)
      out.fill(-1, 0, end - start)
      let row = asked.indexOf(only)
      if (row < 0) return false
      for (; row >= 0; row = asked.indexOf(only, row + 1)) out[row] = 0
      return true
    }
    const index = this.#index
    if (this.#base !== null) {
      findDirect(keys, this.#base, index, start, end, out)
      return true
    }
    const cellKeys = this.#cellKeys
    const mask = this.#mask
    const shift = this.#shift
    for (let row = start; row < end; row++) {
      const key = keys[row]!
      let cell = cellOf(key, shift)
      while (cellKeys[cell] !== key && index[cell] !== 0) cell = (cell + 1) & mask
      out[row - start] = index[cell]! - 1
    }
    return true
  }

  /** Writes the keys by slot; the index is made anew from them. */
  snapshot(writer: StateWriter): void {
    writer.number('size', this.#size)
    this.#keys.forEach((keys, column) => writer.float64(`keys${column}`, keys, this.#size))
  }

  /** The keys that a table of this width wrote, by slot: views of the state. */
  static keysIn(reader: StateReader, width: number): { readonly size: number; readonly keys: readonly Float64Array[] } {
    return { size: reader.number('size'), keys: Array.from({ length: width }, (_, column) => reader.float64(`keys${column}`)) }
  }

  /** Takes what a table of this width wrote, under the same slots. It must be empty. */
  restore(reader: StateReader): void {
    const { size, keys } = KeyTable.keysIn(reader, this.width)
    if (this.width > 0) {
      let cells = this.#index.length
      while (cells < size * 2) cells *= 2
      this.#keys = keys.map((column) => {
        const own = new Float64Array(cells / 2)
        own.set(column)
        return own
      })
      this.#resize(cells)
    }
    this.#size = size
    this.rehash()
  }

  /** For a key that had no place: the table of one key column grows, moves its base, or becomes a hash table. */
  #makeRoomFor(key: number): void {
    const base = this.#base
    if (base === null) {
      this.#grow()
      return
    }
    if (this.#size === this.#keys[0]!.length) this.#growKeys(this.#size * 2)
    const distance = key - base
    if (distance >= 0 && distance < this.#index.length && Number.isInteger(distance)) return
    this.#settle(key, key)
  }

  /** Gives each key its cell anew, the keys from `least` to `most` being among those to come. */
  #settle(least: number, most: number): void {
    const keys = this.#keys[0]!
    const size = this.#size
    let whole = Number.isSafeInteger(least) && Number.isSafeInteger(most)
    for (let slot = 0; slot < size && whole; slot++) {
      const key = keys[slot]!
      whole = Number.isSafeInteger(key)
      if (key < least) least = key
      if (key > most) most = key
    }
    const range = most - least + 1
    // Cells that are there already may as well be used.
    if (!whole || (range > Math.max(directRangeMin, size * directRangeOfKey) && range * 1.25 > this.#index.length)) {
      this.#base = null
      this.#resize(keys.length * 2)
      this.rehash()
      return
    }
    let cells = this.#index.length
    while (cells < range * 1.25) cells *= 2
    // More room above: ids are mostly given out in rising order.
    this.#base = least - Math.floor((cells - range) / 4)
    this.#cellKeys = noKeys
    if (cells === this.#index.length) this.#index.fill(0)
    else this.#index = new Int32Array(cells)
    placeDirect(keys, this.#base, size, this.#index)
  }

  #growKeys(capacity: number): void {
    this.#keys = this.#keys.map((keys) => {
      const grown = new Float64Array(capacity)
      grown.set(keys)
      return grown
    })
  }

  #grow(): void {
    if (this.width === 1) {
      // Keys in no order, as of a thousand visitors, lie together only when many have come.
      const first = this.#keys[0]![0]!
      this.#growKeys(this.#keys[0]!.length * 2)
      this.#settle(first, first)
      return
    }
    const cells = this.#index.length * 2
    this.#growKeys(cells / 2)
    this.#resize(cells)
    this.rehash()
  }

  #resize(cells: number): void {
    this.#index = new Int32Array(cells)
    if (this.width === 1 && this.#base === null) this.#cellKeys = new Float64Array(cells)
    this.#mask = cells - 1
    this.#shift = Math.clz32(cells) + 1
  }

  /** Rebuilds the index after keys were rewritten in place (`KeyEncoder.shrink`). */
  rehash(): void {
    if (this.#base !== null) {
      if (this.#size > 0) this.#settle(this.#keys[0]![0]!, this.#keys[0]![0]!)
      return
    }
    this.#index.fill(0)
    if (this.width === 1) placeOne(this.#keys[0]!, this.#size, this.#index, this.#cellKeys, this.#mask, this.#shift)
    else if (this.width === 2) placeTwo(this.#keys[0]!, this.#keys[1]!, this.#size, this.#index, this.#mask, this.#shift)
    else if (this.width > 2) placeMany(this.#keys, this.#size, this.#index, this.#mask, this.#shift)
  }

  /** Forgets all groups and keeps the arrays, unless a rare burst made them far too large. */
  clear(): void {
    if (this.#index.length > 4096 && this.#size * 16 < this.#index.length) {
      const cells = this.#index.length / 4
      this.#resize(cells)
      this.#keys = this.#keys.map(() => new Float64Array(cells / 2))
    } else this.#index.fill(0)
    // A base stays: the next keys are mostly near those before them, and choose another where they are not.
    this.#size = 0
  }
}

const noKeys = new Float64Array(0)

// A direct table that grew has at most two and a half times as many cells as its range of keys, of four bytes each: up to 40 bytes for a key, where a hash table needs 24 to 48. The least range costs 8 KB.
const directRangeMin = 1024
const directRangeOfKey = 4

function findDirect(keys: Float64Array, base: number, index: Int32Array, start: number, end: number, out: Int32Array): void {
  const cells = index.length
  for (let row = start; row < end; row++) {
    const distance = keys[row]! - base
    const cell = distance | 0
    out[row - start] = cell === distance && cell >= 0 && cell < cells ? index[cell]! - 1 : -1
  }
}

function placeDirect(keys: Float64Array, base: number, size: number, index: Int32Array): void {
  for (let slot = 0; slot < size; slot++) index[keys[slot]! - base] = slot + 1
}

// The keys of slots 0 … size - 1, which differ, into an empty index. In loops of their own, because they are most of what growing costs.
function placeOne(keys: Float64Array, size: number, index: Int32Array, cellKeys: Float64Array, mask: number, shift: number): void {
  for (let slot = 0; slot < size; slot++) {
    const key = keys[slot]!
    let cell = cellOf(key, shift)
    while (index[cell] !== 0) cell = (cell + 1) & mask
    index[cell] = slot + 1
    cellKeys[cell] = key
  }
}
function placeTwo(first: Float64Array, second: Float64Array, size: number, index: Int32Array, mask: number, shift: number): void {
  for (let slot = 0; slot < size; slot++) {
    let cell = hashOfTwo(first[slot]!, second[slot]!) >>> shift
    while (index[cell] !== 0) cell = (cell + 1) & mask
    index[cell] = slot + 1
  }
}
function placeMany(keys: readonly Float64Array[], size: number, index: Int32Array, mask: number, shift: number): void {
  for (let slot = 0; slot < size; slot++) {
    let cell = hashOfRow(keys, slot) >>> shift
    while (index[cell] !== 0) cell = (cell + 1) & mask
    index[cell] = slot + 1
  }
}

/**
 * A 32-bit hash of an encoded key whose high bits are good: multiplicative (Knuth's golden-ratio constant), with another constant for what lies above 31 bits. Taking
 * the high bits spreads runs of neighbouring keys evenly, which halved the time of a table that is half full (measured).
 */
function hashOf(key: number): number {
  return Math.imul(key | 0, 0x9e3779b1) ^ Math.imul((key * 4.656612873077393e-10) | 0, 0x85ebca6b)
}

/**
 * Where the search for a single key begins. Eight neighbouring numbers begin in eight neighbouring cells, in one or two lines of the cache: the keys of a stream, such as ids that are given out in order, are mostly
 * near those that came before. Which eight cells is the hash's.
 */
function cellOf(key: number, shift: number): number {
  const low = key | 0
  return (((Math.imul(low >> 3, 0x9e3779b1) ^ Math.imul((key * 4.656612873077393e-10) | 0, 0x85ebca6b)) >>> shift) & -8) | (low & 7)
}

/** `hashOfRow` of two columns. */
function hashOfTwo(first: number, second: number): number {
  const h = hashOf(first)
  return Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) ^ hashOf(second)
}

function hashOfRow(keys: readonly Float64Array[], row: number): number {
  let h = 0
  for (let column = 0; column < keys.length; column++) h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d) ^ hashOf(keys[column]![row]!)
  return h
}

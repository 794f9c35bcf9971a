/**
 * Looks at the page headers of a column chunk before anything is unpacked. A page says how many bytes and values it unpacks to, and a few
 * bytes can claim gigabytes: claims beyond the limits, negative ones, and pages that reach out of their chunk are refused.
 *
 * Reads just enough of Thrift's compact protocol (the Thrift specification, "Thrift Compact protocol encoding") to find the numbers; everything
 * else in a header is stepped over.
 */
export interface PageLimits {
  readonly pageBytesMax: number
  readonly pageValuesMax: number
}

/** What is wrong with the chunk, or null. */
export function pageTrouble(bytes: Uint8Array, valuesExpected: number, limits: PageLimits): string | null {
  const reader = new CompactReader(bytes)
  let values = 0
  while (reader.at < bytes.length && values < valuesExpected) {
    const header = reader.numbers(2)
    if (header === null) return `the header of a page ends early or is no header (at byte ${reader.at} of the chunk)`
    const [unpacked, packed] = [header.get('2') ?? -1, header.get('3') ?? -1]
    const count = header.get('5.1') ?? header.get('8.1') ?? 0
    const entries = header.get('7.1') ?? 0
    if (unpacked < 0 || packed < 0 || count < 0 || entries < 0) return 'a page claims a negative size'
    if (reader.at + packed > bytes.length) return 'a page reaches beyond its column'
    if (unpacked > limits.pageBytesMax) return `a page unpacks to ${megabytes(unpacked)}; at most ${megabytes(limits.pageBytesMax)} are accepted`
    if (count > limits.pageValuesMax || entries > limits.pageValuesMax) {
      return `a page holds ${Math.max(count, entries).toLocaleString('en')} values; at most ${limits.pageValuesMax.toLocaleString('en')} are accepted`
    }
    values += count
    if (values > valuesExpected) return `its pages hold ${values.toLocaleString('en')} values, the footer says ${valuesExpected.toLocaleString('en')}`
    reader.at += packed
  }
  return values < valuesExpected ? `its pages hold ${values.toLocaleString('en')} values, the footer says ${valuesExpected.toLocaleString('en')}` : null
}

function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_048_576).toLocaleString('en')} MB`
}

class CompactReader {
  at = 0
  readonly #bytes: Uint8Array
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** The integers of the struct at this place, by dotted field numbers, down to `depth` levels; null when it is none. */
  numbers(depth: number): Map<string, number> | null {
    const found = new Map<string, number>()
    return this.#struct('', depth, found) ? found : null
  }

  #struct(prefix: string, depth: number, found: Map<string, number>): boolean {
    let field = 0
    for (;;) {
      const head = this.#byte()
      if (head < 0) return false
      if (head === 0) return true
      const type = head & 15
      field = head >> 4 === 0 ? this.#zigzag() : field + (head >> 4)
      const name = `${prefix}${field}`
      if (type >= 3 && type <= 6) {
        const value = type === 3 ? this.#byte() : this.#zigzag()
        if (depth > 0) found.set(name, value)
      } else if (!this.#skip(type, depth - 1, `${name}.`, found)) return false
      if (this.at > this.#bytes.length) return false
    }
  }

  #skip(type: number, depth: number, prefix: string, found: Map<string, number>): boolean {
    switch (type) {
      case 1:
      case 2:
        return true
      case 7:
        this.at += 8
        return this.at <= this.#bytes.length
      case 8: {
        // First the length, then what follows it: `at +=` would forget the bytes that the length itself takes.
        const length = this.#unsigned()
        this.at += length
        return this.at <= this.#bytes.length
      }
      case 9:
      case 10: {
        const head = this.#byte()
        if (head < 0) return false
        const count = head >> 4 === 15 ? this.#unsigned() : head >> 4
        const item = head & 15
        for (let i = 0; i < count; i++) {
          if (item >= 3 && item <= 6) {
            if (item === 3) this.#byte()
            else this.#zigzag()
          } else if (item === 1 || item === 2) this.at++
          else if (!this.#skip(item, 0, '', found)) return false
          if (this.at > this.#bytes.length) return false
        }
        return true
      }
      case 12:
        // A header is no deeper than statistics inside a page header; a hostile one shall not grow our stack.
        return depth > -4 && this.#struct(prefix, depth, found)
      default:
        return false
    }
  }

  #byte(): number {
    return this.at < this.#bytes.length ? this.#bytes[this.at++]! : -1
  }

  #unsigned(): number {
    let value = 0
    for (let shift = 1; shift <= 2 ** 56; shift *= 128) {
      const byte = this.#byte()
      if (byte < 0) {
        this.at = this.#bytes.length + 1
        return 0
      }
      value += (byte & 127) * shift
      if (byte < 128) return value
    }
    this.at = this.#bytes.length + 1
    return 0
  }

  #zigzag(): number {
    const value = this.#unsigned()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }
}

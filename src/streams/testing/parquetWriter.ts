/**
 * A small Parquet writer for tests: plain encoding, definition levels, one page a column, no compression unless given. It writes whatever it is told,
 * so that files can lie about themselves.
 */
export interface WrittenColumn {
  readonly name: string
  /** Parquet physical type: 0 BOOLEAN, 1 INT32, 2 INT64, 4 FLOAT, 5 DOUBLE, 6 BYTE_ARRAY, 7 FIXED_LEN_BYTE_ARRAY. */
  readonly type: number
  readonly typeLength?: number
  readonly converted?: number
  readonly precision?: number
  readonly scale?: number
  readonly optional?: boolean
  readonly values: readonly (null | number | bigint | Uint8Array)[]
  /** Overrides of what the page header and the footer claim. */
  readonly claims?: { readonly pageBytes?: number; readonly pageValues?: number; readonly chunkValues?: number; readonly codec?: number; readonly offset?: number }
  readonly packed?: (page: Uint8Array) => Uint8Array
}

export function parquetBytes(groups: readonly (readonly WrittenColumn[])[], claims: { readonly rows?: number; readonly groupRows?: number } = {}): Uint8Array {
  const out = new Bytes()
  out.text('PAR1')
  const rowsOf = (group: readonly WrittenColumn[]): number => claims.groupRows ?? group[0]!.values.length
  const rowGroups = groups.map((group) => ({
    rows: rowsOf(group),
    chunks: group.map((column) => {
      const page = pageOf(column)
      const packed = column.packed === undefined ? page : column.packed(page)
      const header = new Thrift()
      header.i32(1, 0)
      header.i32(2, column.claims?.pageBytes ?? page.length)
      header.i32(3, packed.length)
      header.struct(5, (data) => {
        data.i32(1, column.claims?.pageValues ?? column.values.length)
        data.i32(2, 0)
        data.i32(3, 3)
        data.i32(4, 3)
      })
      const head = header.end()
      const offset = out.length
      out.add(head)
      out.add(packed)
      return { column, offset, size: head.length + packed.length, unpacked: head.length + page.length }
    }),
  }))
  const footer = new Thrift()
  footer.i32(1, 1)
  const columns = groups[0] ?? []
  footer.structs(2, columns.length + 1, (element, i) => {
    const column = columns[i - 1]
    if (column === undefined) {
      element.binary(4, 'schema')
      element.i32(5, columns.length)
      return
    }
    element.i32(1, column.type)
    if (column.typeLength !== undefined) element.i32(2, column.typeLength)
    element.i32(3, column.optional === true ? 1 : 0)
    element.binary(4, column.name)
    if (column.converted !== undefined) element.i32(6, column.converted)
    if (column.scale !== undefined) element.i32(7, column.scale)
    if (column.precision !== undefined) element.i32(8, column.precision)
  })
  footer.i64(3, claims.rows ?? rowGroups.reduce((total, group) => total + group.rows, 0))
  footer.structs(4, rowGroups.length, (element, i) => {
    const group = rowGroups[i]!
    element.structs(1, group.chunks.length, (chunk, j) => {
      const { column, offset, size, unpacked } = group.chunks[j]!
      chunk.i64(2, offset)
      chunk.struct(3, (data) => {
        data.i32(1, column.type)
        data.i32s(2, [0, 3])
        data.binaries(3, [column.name])
        data.i32(4, column.claims?.codec ?? 0)
        data.i64(5, column.claims?.chunkValues ?? column.values.length)
        data.i64(6, unpacked)
        data.i64(7, size)
        data.i64(9, column.claims?.offset ?? offset)
      })
    })
    element.i64(2, 0)
    element.i64(3, group.rows)
  })
  const foot = footer.end()
  out.add(foot)
  out.u32(foot.length)
  out.text('PAR1')
  return out.done()
}

function pageOf({ type, optional, values }: WrittenColumn): Uint8Array {
  const out = new Bytes()
  if (optional === true) {
    // Definition levels as bit-packed runs of eight, one bit each.
    const groups = Math.ceil(values.length / 8)
    const levels = new Bytes()
    levels.varint(groups * 2 + 1)
    for (let g = 0; g < groups; g++) {
      let bits = 0
      for (let i = 0; i < 8; i++) if (values[g * 8 + i] !== null && g * 8 + i < values.length) bits |= 1 << i
      levels.byte(bits)
    }
    out.u32(levels.length)
    out.add(levels.done())
  }
  const given = values.filter((value) => value !== null)
  if (type === 0) {
    for (let i = 0; i < given.length; i += 8) out.byte(given.slice(i, i + 8).reduce<number>((bits, value, j) => bits | (Number(value) << j), 0))
    return out.done()
  }
  for (const value of given) {
    const view = new DataView(new ArrayBuffer(8))
    if (value instanceof Uint8Array) {
      if (type === 6) out.u32(value.length)
      out.add(value)
    } else if (type === 1) {
      view.setInt32(0, Number(value), true)
      out.add(new Uint8Array(view.buffer, 0, 4))
    } else if (type === 2) {
      view.setBigInt64(0, BigInt(value), true)
      out.add(new Uint8Array(view.buffer))
    } else if (type === 4) {
      view.setFloat32(0, Number(value), true)
      out.add(new Uint8Array(view.buffer, 0, 4))
    } else {
      view.setFloat64(0, Number(value), true)
      out.add(new Uint8Array(view.buffer))
    }
  }
  return out.done()
}

class Bytes {
  #bytes: number[] = []
  get length(): number {
    return this.#bytes.length
  }
  byte(value: number): void {
    this.#bytes.push(value & 255)
  }
  add(bytes: Uint8Array): void {
    for (const value of bytes) this.#bytes.push(value)
  }
  text(text: string): void {
    this.add(new TextEncoder().encode(text))
  }
  u32(value: number): void {
    for (let i = 0; i < 4; i++) this.byte(value / 256 ** i)
  }
  varint(value: number | bigint): void {
    let rest = BigInt(value)
    while (rest >= 128n) {
      this.byte(Number(rest & 127n) | 128)
      rest >>= 7n
    }
    this.byte(Number(rest))
  }
  done(): Uint8Array {
    return Uint8Array.from(this.#bytes)
  }
}

/** Thrift's compact protocol, as much as a footer needs. */
class Thrift {
  readonly #out = new Bytes()
  #last = 0
  #head(field: number, type: number): void {
    this.#out.byte(((field - this.#last) << 4) | type)
    this.#last = field
  }
  #zigzag(value: number): void {
    const big = BigInt(value)
    this.#out.varint(big >= 0n ? big * 2n : -big * 2n - 1n)
  }
  i32(field: number, value: number): void {
    this.#head(field, 5)
    this.#zigzag(value)
  }
  i64(field: number, value: number): void {
    this.#head(field, 6)
    this.#zigzag(value)
  }
  binary(field: number, text: string): void {
    this.#head(field, 8)
    this.#text(text)
  }
  #text(text: string): void {
    const bytes = new TextEncoder().encode(text)
    this.#out.varint(bytes.length)
    this.#out.add(bytes)
  }
  #list(field: number, count: number, type: number): void {
    this.#head(field, 9)
    if (count < 15) this.#out.byte((count << 4) | type)
    else {
      this.#out.byte(0xf0 | type)
      this.#out.varint(count)
    }
  }
  i32s(field: number, values: readonly number[]): void {
    this.#list(field, values.length, 5)
    for (const value of values) this.#zigzag(value)
  }
  binaries(field: number, values: readonly string[]): void {
    this.#list(field, values.length, 8)
    for (const value of values) this.#text(value)
  }
  struct(field: number, write: (inner: Thrift) => void): void {
    this.#head(field, 12)
    const inner = new Thrift()
    write(inner)
    this.#out.add(inner.end())
  }
  structs(field: number, count: number, write: (inner: Thrift, i: number) => void): void {
    this.#list(field, count, 12)
    for (let i = 0; i < count; i++) {
      const inner = new Thrift()
      write(inner, i)
      this.#out.add(inner.end())
    }
  }
  end(): Uint8Array {
    this.#out.byte(0)
    return this.#out.done()
  }
}

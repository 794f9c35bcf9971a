/** Bytes of a file, however the shell finds them. */
export interface OpenFile {
  readonly size: number
  /** Bytes [start, end). Rejects when the file changed or vanished since it was opened. */
  read(start: number, end: number): Promise<Uint8Array>
}

/** The first piece is small, so that the first rows are there soon. */
const firstPieceBytes = 16_384

/**
 * The text of a file, a piece at a time, so that memory does not grow with the file. UTF-8 with or without a byte order mark; bytes that are
 * none become U+FFFD. A UTF-16 file is refused with a sentence, because it would decode to rubbish that looks like bad rows.
 */
export class TextPieces {
  readonly #name: string
  readonly #file: OpenFile
  readonly #pieceBytes: number
  readonly #decoder: Utf8Decoder
  #at = 0

  constructor(name: string, file: OpenFile, pieceBytes = 262_144) {
    this.#name = name
    this.#file = file
    this.#pieceBytes = pieceBytes
    this.#decoder = utf8Decoder()
  }

  get ended(): boolean {
    return this.#at >= this.#file.size
  }

  /** Share of the file read, 0…1. */
  get position(): number {
    return this.#at
  }

  /** The next piece of text; check `ended` before. */
  async next(): Promise<string> {
    const start = this.#at
    const end = Math.min(this.#file.size, start + (start === 0 ? Math.min(firstPieceBytes, this.#pieceBytes) : this.#pieceBytes))
    const bytes = await this.#file.read(start, end)
    if (bytes.length !== end - start) {
      throw new Error(`${this.#name} has ended after ${start + bytes.length} bytes, but it had ${this.#file.size} when it was opened. It was changed meanwhile; start again.`)
    }
    if (start === 0 && bytes.length >= 2 && ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))) {
      throw new Error(`${this.#name} is UTF-16 text. Save it as UTF-8 and try again.`)
    }
    this.#at = end
    // A decoder refuses views of shared memory.
    const own = bytes.buffer instanceof ArrayBuffer ? bytes : bytes.slice()
    return this.#decoder.decode(own, { stream: end < this.#file.size })
  }
}

export interface Utf8Decoder {
  decode(bytes: Uint8Array, options?: { stream: boolean }): string
}

/** The platform's decoder: every place Millrace runs has it, though it is no part of the language. */
export function utf8Decoder(): Utf8Decoder {
  const platform = globalThis as unknown as { TextDecoder: new (label: string) => Utf8Decoder }
  return new platform.TextDecoder('utf-8')
}

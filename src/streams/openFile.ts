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
  #decoder: Utf8Decoder
  #at = 0
  /** The last bytes read, at most three: a character may have begun in them. */
  #tail: number[] = []

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

  /** Bytes that the text given so far stands for: all read, but for a character that is not whole yet. */
  get given(): number {
    return this.#at - unfinishedBytes(this.#tail)
  }

  /** Goes on from this byte, where a character begins. */
  seek(byte: number): void {
    this.#at = byte
    this.#tail = []
    this.#decoder = utf8Decoder()
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
    this.#tail = [...this.#tail, ...bytes.subarray(-3)].slice(-3)
    // A decoder refuses views of shared memory.
    const own = bytes.buffer instanceof ArrayBuffer ? bytes : bytes.slice()
    return this.#decoder.decode(own, { stream: end < this.#file.size })
  }
}

/** Bytes at the end that begin a character and do not complete it. */
function unfinishedBytes(tail: readonly number[]): number {
  for (let back = 1; back <= tail.length; back++) {
    const byte = tail[tail.length - back]!
    if (byte < 0x80) return 0
    if (byte >= 0xc0) return (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > back ? back : 0
  }
  return 0
}

/** Bytes of a text in UTF-8; null when it holds U+FFFD, which may stand for bytes that were none, or begins with a mark that a decoder would drop. */
export function utf8Length(text: string): number | null {
  if (text.charCodeAt(0) === 0xfeff) return null
  let bytes = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit === 0xfffd) return null
    // A pair of surrogates is four bytes.
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3
  }
  return bytes
}

export interface Utf8Decoder {
  decode(bytes: Uint8Array, options?: { stream: boolean }): string
}

/** The platform's decoder: every place Millrace runs has it, though it is no part of the language. */
export function utf8Decoder(): Utf8Decoder {
  const platform = globalThis as unknown as { TextDecoder: new (label: string) => Utf8Decoder }
  return new platform.TextDecoder('utf-8')
}

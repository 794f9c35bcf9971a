import { Decompress } from 'fzstd'

/**
 * Unpacks ZSTD frames into exactly so many bytes. A frame that holds more or fewer is damaged, and is given up at the first byte too many, whatever it claims.
 */
export function unpackZstd(input: Uint8Array, outputLength: number): Uint8Array {
  const output = new Uint8Array(outputLength)
  let at = 0
  const unpacking = new Decompress((chunk) => {
    if (at + chunk.length > outputLength) throw new Error(`a ZSTD frame unpacks to more than ${outputLength} bytes`)
    output.set(chunk, at)
    at += chunk.length
  })
  unpacking.push(input, true)
  if (at !== outputLength) throw new Error(`a ZSTD frame unpacks to ${at} bytes, its page claims ${outputLength}`)
  return output
}

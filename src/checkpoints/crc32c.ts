/**
 * CRC-32C (Castagnoli), the checksum of stored state: RFC 3720 appendix B.4 has its vectors, and the reversed polynomial is 0x82f63b78.
 *
 * It finds torn writes and flipped bits, not forgeries: whoever can write the store can write the checksum too. Eight bytes a turn (slicing by eight), because state is
 * checked where it is made, in the thread that also works on rows.
 */
const polynomial = 0x82f63b78

const tables = new Int32Array(8 * 256)
for (let byte = 0; byte < 256; byte++) {
  let value = byte
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 0 ? value >>> 1 : (value >>> 1) ^ polynomial
  tables[byte] = value
}
for (let slice = 1; slice < 8; slice++) {
  for (let byte = 0; byte < 256; byte++) {
    const before = tables[(slice - 1) * 256 + byte]!
    tables[slice * 256 + byte] = (before >>> 8) ^ tables[before & 0xff]!
  }
}

/** Of the bytes, as an unsigned number; `before` is the checksum of what precedes them. */
export function crc32c(bytes: Uint8Array, before = 0): number {
  let crc = ~before
  let at = 0
  for (const whole = bytes.length - 7; at < whole; at += 8) {
    crc ^= bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    crc =
      tables[1792 + (crc & 0xff)]! ^
      tables[1536 + ((crc >>> 8) & 0xff)]! ^
      tables[1280 + ((crc >>> 16) & 0xff)]! ^
      tables[1024 + (crc >>> 24)]! ^
      tables[768 + bytes[at + 4]!]! ^
      tables[512 + bytes[at + 5]!]! ^
      tables[256 + bytes[at + 6]!]! ^
      tables[bytes[at + 7]!]!
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ tables[(crc ^ bytes[at]!) & 0xff]!
  return ~crc >>> 0
}

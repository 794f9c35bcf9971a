/**
 * Rows of one batch that belong to the same group follow each other, though an operator reads and feeds its groups' state in columns: so a batch is worked through in rounds, the first row of every group
 * together, then every second, and so on.
 *
 * `rounds[row]` is the row's round; given back are the rows of each round, ascending.
 */
export function rowsByRound(rounds: Int32Array, rowCount: number, roundCount: number): Int32Array[] {
  const counts = new Int32Array(roundCount)
  for (let row = 0; row < rowCount; row++) counts[rounds[row]!]!++
  const rows = Array.from(counts, (count) => new Int32Array(count))
  counts.fill(0)
  for (let row = 0; row < rowCount; row++) {
    const round = rounds[row]!
    rows[round]![counts[round]!++] = row
  }
  return rows
}

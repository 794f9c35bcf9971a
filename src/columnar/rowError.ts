/** Thrown inside the engine when one row makes an expression fail (division by zero, a failing CAST); the task adds the row's values. */
export class RowError extends Error {
  readonly row: number
  constructor(row: number, message: string) {
    super(message)
    this.name = 'RowError'
    this.row = row
  }
}

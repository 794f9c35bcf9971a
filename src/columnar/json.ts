/**
 * JSON as Millrace keeps it. A number that a double cannot hold exactly keeps its text (`ExactNumber`), so that BIGINT and DECIMAL
 * survive a round trip.
 */
export type Json = null | boolean | number | string | ExactNumber | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}
export class ExactNumber {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

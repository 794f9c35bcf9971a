/**
 * Codes of expression problems. The wording stands where the fault is found, because it names what was found there.
 */
export const expressionCode = {
  /** Nothing but blanks. */
  empty: 'MR-200',
  /** The text does not follow the grammar. */
  syntax: 'MR-201',
  /** Text, nodes or nesting beyond the limits. */
  limit: 'MR-203',
  /** A literal that is no value: `DATE '2026-02-30'`. */
  literal: 'MR-204',
  /** A type that does not exist or is not supported. */
  type: 'MR-205',
  unknownColumn: 'MR-210',
  ambiguousColumn: 'MR-211',
  unknownFunction: 'MR-212',
  /** Wrong number or types of arguments. */
  arguments: 'MR-213',
  /** Operands that cannot be compared or brought to one type. */
  mismatch: 'MR-214',
  /** An aggregate where one row is looked at. */
  aggregateHere: 'MR-215',
  notBoolean: 'MR-216',
  cast: 'MR-217',
  /** Flink has it, Millrace does not. */
  unsupported: 'MR-218',
  unknownField: 'MR-219',
} as const

/**
 * Why an expression that differs from Flink may stay so: a sentence for each sort of difference, found by the expression and by what differs. What has no sentence is not explained, and fails `npm test`.
 * The first that fits counts.
 */
export interface ExpressionReason {
  readonly expression?: RegExp
  readonly difference?: RegExp
  readonly says: string
}

export const expressionReasons: readonly ExpressionReason[] = [
  { difference: /^Flink fails: (CompileException|CodeGenException)/, says: 'Flink’s planner accepts the call and its code generation fails (positions as BIGINT, SIGN and TRUNCATE of small integers, ATAN2 of mixed types). Millrace computes what the signature promises.' },
  { difference: /failed to preserve datatypes/, says: 'The planner of 1.20 gives the remainder of DECIMALs two types and refuses its own plan; 2.2 computes it, and so does Millrace.' },
  { expression: /^\S+ [%/] /, difference: /^Flink fails: NullPointerException/, says: '1.20 casts a NULL to DECIMAL without looking and fails the job; 2.2 gives NULL, and so does Millrace.' },
  { expression: /^(GREATEST|LEAST)\(/, difference: /^Flink fails: NullPointerException/, says: 'Flink casts a NULL DECIMAL without looking and fails the job. Millrace gives NULL.' },
  { expression: /^(ROUND|TRUNCATE)\(/, difference: /^Flink fails: ArithmeticException/, says: 'Flink’s BigDecimal overflows at a number of digits as far out as 2147483647 and fails the job. Millrace gives the number.' },
  { expression: /^INSTR\(/, difference: /^Flink fails: StackOverflowError/, says: 'Flink’s INSTR recurs for ever at a position of -2147483648 and fails the job. Millrace gives a position.' },
  { expression: /^(MAP_FROM_ARRAYS|CEIL)\(/, difference: /Could not map response to JSON/, says: 'Flink has a value that its gateway cannot write: a NULL as key of a map, a TIME of 24:00.' },
  { expression: /^ARRAY_SLICE\(/, says: 'Flink takes INT positions only, and a slice that ends at position 0 holds the first element. Millrace takes any integer, and the slice is empty.' },
  { expression: /^TRY_CAST\([fd] AS DECIMAL/, difference: /^Flink fails/, says: 'TRY_CAST of NaN or Infinity to DECIMAL fails the job on Flink, although TRY_CAST is there to give NULL; Millrace gives NULL.' },
  { expression: /^DATE_FORMAT\(/, says: 'A pattern with letters that stand for nothing fails the job on Flink at its first row, also where the time is NULL. Millrace fails at the first row that has a time, and refuses letters whose meaning hangs on the country of the machine.' },
  { expression: /^TO_TIMESTAMP\(/, says: 'A pattern that cannot be read fails in Millrace with a sentence; Flink gives NULL and the mistake stays hidden.' },
  { expression: /^TO_TIMESTAMP_LTZ\(/, says: 'A precision that is neither 0 nor 3 fails in Millrace with a sentence; Flink gives NULL.' },
  { expression: /^TO_DATE\(/, says: 'Flink makes a day beyond year 5000 of a text that its pattern does not read. Millrace gives NULL, as the documentation says.' },
  { expression: /^FROM_UNIXTIME\(l\)/, says: 'Beyond year 275760 Flink’s seconds overflow as milliseconds; Millrace’s calendar ends there.' },
  { expression: /^CHR\(l\)/, says: 'Above 2^53 Millrace takes the code as a double.' },
  { expression: /^OVERLAY\(.*, l\)$/, says: 'Flink narrows a BIGINT position to INT and so may begin elsewhere; Millrace takes it as it is.' },
  { expression: /^UPPER\('Straße'\)/, says: 'Flink cuts the constant STRASSE to the CHAR(6) that its type says when it folds it; from a column it gives all seven letters. Millrace gives all seven.' },
  { expression: /^REGEXP_REPLACE\(/, says: 'A pattern that is no regular expression gives NULL on Flink, the text unchanged here: the engine for linear time does not know every form of Java’s.' },
  { expression: /^MAP\['a', 1\]\['b'\]/, says: 'The value type of the literal is NOT NULL, and Flink’s generated code gives its default, -1, for "not found". Millrace gives NULL.' },
  { expression: /^TRY_CAST\(d AS (STRING|CHAR|VARCHAR)/, difference: /4\.9/, says: 'Java writes the smallest double as 4.9E-324, two digits where one would do.' },
  { expression: /^TRY_CAST\([ync] AS (DECIMAL|DATE|TIME)/, says: 'Flink reads texts such as an empty one, ".", or a number alone as 0 or as a year or an hour; Millrace gives NULL for what is no such value.' },
  { expression: /^TRY_CAST\(ts AS/, difference: /^row 1:/, says: 'Before 1970 Flink rounds towards 1970 and so may give the next day or second; Millrace cuts.' },
  { expression: /^(FLOOR|CEIL)\(da TO|^TIMESTAMPDIFF\(WEEK/, says: 'Flink’s calendar arithmetic overflows 32 bits of milliseconds far from 1970 and mixes the Julian calendar in year 1; CEIL of a DATE to DAY is the next day there. Millrace counts days.' },
  { expression: /^TIMESTAMPADD\(.*(DATE|da)/, difference: /TIMESTAMP\(6\)/, says: 'The values are the same; Flink’s type has six digits, and Millrace keeps no more than three.' },
  { expression: /^ti = n/, says: 'Flink casts the text and compares what cannot be read as a value; Millrace gives NULL.' },
  { expression: /^p < f/, says: 'A DECIMAL is less than NaN on Flink. Millrace compares both as DOUBLE, where NaN compares with nothing.' },
  { expression: /^(LN|LOG|LOG2|LOG10|POWER|TAN|COT|COSH|SINH|EXP)\(/, says: 'The last digit of Java’s StrictMath, which JavaScript’s Math does not promise.' },
]

export function reasonFor(expression: string, difference: string): string | null {
  return expressionReasons.find((reason) => (reason.expression?.test(expression) ?? true) && (reason.difference?.test(difference) ?? true))?.says ?? null
}

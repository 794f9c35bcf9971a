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
  // Faults of Flink, by the class that has them.
  { difference: /^Flink fails: (CompileException|CodeGenException)/, says: '1.20’s planner accepts FLOOR and CEIL of a TIMESTAMP_LTZ to minutes and seconds, and ROW of small integers, and the code it generates does not compile. 2.2 gives values, and so does Millrace.' },
  { difference: /failed to preserve datatypes/, says: 'The planner of 1.20 gives the remainder of DECIMALs two types and refuses its own plan; 2.2 computes it, and so does Millrace.' },
  { expression: /^\S+ [%/] /, difference: /^Flink fails: NullPointerException/, says: '1.20 casts a NULL to DECIMAL without looking and fails the job; 2.2 gives NULL, and so does Millrace.' },
  { expression: /^ARRAY_CONTAINS\(/, difference: /^Flink fails: NullPointerException/, says: '1.20 looks for a constant in an array that is NULL, and fails the job; 2.2 gives NULL, and so does Millrace.' },
  { expression: /^NULLIF\(arr/, difference: /Illegal mixing of types/, says: '1.20 takes no arrays in NULLIF; 2.2 does, and so does Millrace.' },
  { expression: /^JSON_QUERY\(/, says: '1.20 writes the keys of an object in the order they had, 2.2 in alphabetical order; Millrace does as 2.2.' },
  { expression: /^(GREATEST|LEAST)\(/, difference: /^Flink fails: NullPointerException/, says: 'ScalarOperatorGens.generateGreatestLeast casts a NULL DECIMAL without looking, and the job fails. Millrace gives NULL, as for every other type.' },
  { expression: /^(ROUND|TRUNCATE)\(/, difference: /^Flink fails: ArithmeticException/, says: 'SqlFunctions moves the point of a BigDecimal by as many as 2147483647 digits, which overflows and fails the job. Millrace gives the number.' },
  { expression: /^INSTR\(/, difference: /^Flink fails: StackOverflowError/, says: 'SqlFunctionUtils.instr negates the position -2147483648, which stays what it is, and calls itself for ever. Millrace gives a position.' },
  { expression: /^(MAP_FROM_ARRAYS|CEIL)\(|^TRY_CAST\(n AS TIME\)/, difference: /Could not map response to JSON/, says: 'Flink has a value that its gateway cannot write: a NULL as key of a map, a TIME of 24:00, and in 1.20 one of 255 hours.' },
  { expression: /^TRY_CAST\([fd] AS DECIMAL/, difference: /^Flink fails/, says: 'NumericPrimitiveToDecimalCastRule cannot fail by its own account, so TRY_CAST does not catch what BigDecimal throws for NaN and Infinity, and the job fails. Millrace gives NULL.' },
  { expression: /^TRY_CAST\([yc] AS DECIMAL/, says: 'BinaryStringDataUtil.toDecimalFromBytes passes over the first character that is no digit without looking at it, so a single letter is 0. Millrace gives NULL for what is no number.' },
  { expression: /^TRY_CAST\(ts AS/, difference: /^row 1:/, says: 'TimestampToDateCastRule and DateTimeUtils.truncate divide milliseconds towards 1970, which gives the next day or second before it. Millrace cuts.' },
  { expression: /^(FLOOR|CEIL)\(da TO DAY/, says: 'DateTimeUtils.julianDateFloor of 2.2 gives the next day for CEIL of a DATE to DAY, always, and another day before 1582 for FLOOR. A DATE is its own day in Millrace, as in 1.20.' },
  { expression: /^TO_DATE\(/, says: 'DateTimeUtils.parseDate takes the least BIGINT, which stands for "not read", for a time, and makes a day beyond year 5000 of it. Millrace gives NULL.' },
  { expression: /^UPPER\('Straße'\)/, says: 'The constant is folded and cut to the CHAR(6) that its type says; from a column Flink gives all seven letters. Millrace gives all seven.' },
  { expression: /^MAP\['a', 1\]\['b'\]/, says: 'The value type of the literal is NOT NULL, and the code that ScalarOperatorGens.generateMapGet makes gives its default, -1, for "not found". Millrace gives NULL.' },
  // What Millrace does on purpose.
  { expression: /^TO_TIMESTAMP\(/, says: 'A pattern that java.time takes and Millrace does not, here a time zone that the value has not, fails with a sentence; Flink gives NULL and the mistake stays hidden.' },
  { expression: /^TIMESTAMPADD\(.*(DATE|da)/, difference: /TIMESTAMP\(6\)/, says: 'The values are the same; Flink’s type has six digits, and Millrace keeps no more than three.' },
  { expression: /^ti = n/, says: 'Before 2.2 Flink reads 255 as so many hours; 2.2 gives NULL for what is no TIME, and so does Millrace.' },
  { expression: /^p < f/, says: 'DecimalDataUtils.compare orders by Double.compare, where NaN is the greatest. Millrace compares both as DOUBLE, where NaN compares with nothing.' },
  { expression: /^SIN\(d\)/, says: 'Java’s sine of 2.5 on x86-64 is one bit below the nearest double, which Millrace gives. Of forty thousand sines 217 differ so; of logarithms none.' },
]

export function reasonFor(expression: string, difference: string): string | null {
  return expressionReasons.find((reason) => (reason.expression?.test(expression) ?? true) && (reason.difference?.test(difference) ?? true))?.says ?? null
}

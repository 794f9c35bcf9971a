import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { expressionToSql, joinExpressionToSql } from './expressionToSql.ts'
import { printInterval, printStatement } from './printStatement.ts'
import { flinkStatements } from './testing/flinkTokens.ts'

describe('statements as text', () => {
  it('write durations as Flink reads them: the largest unit that divides, at most three digits in front', () => {
    const texts: [number, string][] = [
      [0, "INTERVAL '0' SECOND"],
      [1, "INTERVAL '0.001' SECOND"],
      [250, "INTERVAL '0.25' SECOND"],
      [-5000, "INTERVAL '-5' SECOND"],
      [61_250, "INTERVAL '61.25' SECOND"],
      [7_200_000, "INTERVAL '2' HOUR"],
      [7_260_000, "INTERVAL '121' MINUTE(3)"],
      [999_123, "INTERVAL '999.123' SECOND(3)"],
      [1_000_123, "INTERVAL '0 00:16:40.123' DAY TO SECOND"],
      [-1_234_567_250, "INTERVAL '-14 06:56:07.250' DAY TO SECOND"],
      [999 * 86_400_000 + 1000, "INTERVAL '999 00:00:01' DAY(3) TO SECOND"],
      [365 * 86_400_000, "INTERVAL '365' DAY(3)"],
    ]
    for (const [ms, text] of texts) expect(printInterval(ms)).toBe(text)
  })

  it('lose no millisecond of a duration', () => {
    fc.assert(
      fc.property(fc.integer({ min: -999 * 86_400_000, max: 999 * 86_400_000 }), (ms) => {
        const [, sign, body, unit] = /^INTERVAL '(-?)([^']*)' (\S+(?: TO SECOND)?)$/.exec(printInterval(ms))!
        const parts = /^(?:(\d+) (\d+):(\d+):)?(\d+(?:\.\d+)?)$/.exec(body!)!
        const sizes: Record<string, number> = { DAY: 86_400_000, HOUR: 3_600_000, MINUTE: 60_000, SECOND: 1000 }
        const last = unit!.endsWith('TO SECOND') ? 1000 : sizes[unit!.replace(/\(\d\)$/, '')]!
        const total = Number(parts[1] ?? 0) * 86_400_000 + Number(parts[2] ?? 0) * 3_600_000 + Number(parts[3] ?? 0) * 60_000 + Math.round(Number(parts[4]) * last)
        expect(sign === '-' ? -total : total).toBe(ms)
        expect(/(?:\(([3-9])\))/.exec(unit!)?.[1] ?? '2').toBe(String(Math.max(2, /^\d+/.exec(body!)![0].length)))
      }),
    )
  })

  it('quote every name of an expression, its types and its paths, and qualify the sides of a join', () => {
    expect(expressionToSql("CAST(`order` AS ROW<a INT, `b c` STRING>).a + value_ || 'x'", '2.2').sql).toBe("CAST(`order` AS ROW<`a` INT, `b c` STRING>).`a` + `value_` || 'x'")
    expect(expressionToSql('item.price > 1 AND NOT `a``b` IS NULL', '2.2').sql).toBe('`item`.`price` > 1 AND NOT `a``b` IS NULL')
    expect(expressionToSql("OVERLAY(t, 'x', 2, 3)", '2.2').sql).toBe("OVERLAY(`t` PLACING 'x' FROM 2 FOR 3)")
    expect(joinExpressionToSql('l.id = r.id AND price > fee', new Set(['id', 'price']), new Set(['id', 'fee']), '2.2').sql).toBe('`l`.`id` = `r`.`id` AND `l`.`price` > `r`.`fee`')
  })

  it('keep a line of a script a line, whatever a text holds', () => {
    const text = printStatement({ kind: 'set', key: 'a\nb', value: "it's \u2028 \\ \u0007" })
    expect(text).toBe("SET U&'a\\000ab' = U&'it''s \\2028 \\\\ \\0007';")
    expect(flinkStatements(text)).toEqual([[{ kind: 'word', value: 'SET' }, { kind: 'text', value: 'a\nb' }, { kind: 'symbol', value: '=' }, { kind: 'text', value: "it's \u2028 \\ \u0007" }]])
  })
})

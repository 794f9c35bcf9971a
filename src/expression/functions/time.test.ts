import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dateTimePattern } from '../dateTimePattern.ts'
import { evaluate, evaluateText, problemsOf, testContext } from '../testing/evaluate.ts'
import { monthsBetween } from './timeSpan.ts'

const berlin = { ...testContext, timeZone: 'Europe/Berlin' }
const newYork = { ...testContext, timeZone: 'America/New_York' }
const n = 'CAST(NULL AS STRING)'

describe('parts of time', () => {
  it.each([
    ["EXTRACT(YEAR FROM TIMESTAMP '2026-12-31 23:59:59.999')", '2026'],
    ["EXTRACT(QUARTER FROM DATE '2026-12-31')", '4'],
    ["WEEK(DATE '2021-01-03')", '53'],
    ["WEEK(DATE '2021-01-04')", '1'],
    ["WEEK(DATE '2024-12-30')", '1'],
    ["EXTRACT(ISOYEAR FROM DATE '2024-12-30')", '2025'],
    ["EXTRACT(ISODOW FROM DATE '2026-02-01')", '7'],
    ["DAYOFWEEK(DATE '2026-02-01')", '1'],
    ["DAYOFYEAR(DATE '2024-12-31')", '366'],
    ["EXTRACT(DECADE FROM DATE '2026-01-01')", '202'],
    ["EXTRACT(CENTURY FROM DATE '2000-01-01')", '20'],
    ["EXTRACT(MILLENNIUM FROM DATE '2001-01-01')", '3'],
    ["EXTRACT(EPOCH FROM DATE '1970-01-02')", '86400'],
    ["EXTRACT(EPOCH FROM TIMESTAMP '1970-01-01 00:00:01.999')", '1'],
    ["HOUR(TIME '23:15:09')", '23'],
    ["EXTRACT(SECOND FROM TIME '23:15:09')", '9'],
    ["EXTRACT(MICROSECOND FROM TIMESTAMP '2026-01-01 00:00:00.007')", '7000'],
    // Flink cuts toward zero, so the evening before 1970 has a negative hour and the next day's date.
    ["HOUR(TIMESTAMP '1969-12-31 23:00:00')", '-1'],
    ["EXTRACT(DAY FROM TIMESTAMP '1969-12-31 23:00:00')", '1'],
    ["EXTRACT(DAY FROM TIMESTAMP '1969-12-31 00:00:00')", '31'],
    ["EXTRACT(HOUR FROM INTERVAL '1 03' DAY TO HOUR)", '3'],
    ["EXTRACT(MONTH FROM INTERVAL '1-05' YEAR TO MONTH)", '5'],
    ['YEAR(CAST(NULL AS DATE))', 'NULL'],
  ])('%s is %s', (text, result) => {
    expect(evaluateText(text)).toEqual({ text: result, type: expect.stringMatching(/^BIGINT/) })
  })

  it('of an instant are those of the session time zone', () => {
    expect(evaluateText('HOUR(TO_TIMESTAMP_LTZ(1774746000, 0))', berlin).text).toBe('3')
    expect(evaluateText('HOUR(TO_TIMESTAMP_LTZ(1774745999, 0))', berlin).text).toBe('1')
    expect(evaluateText('DAYOFMONTH(TO_TIMESTAMP_LTZ(1774746000, 0))', newYork).text).toBe('28')
  })

  it('refuse what has none', () => {
    expect(problemsOf("HOUR(DATE '2026-01-01')")[0]).toMatch(/A DATE has no HOUR/)
    expect(problemsOf("YEAR(TIME '00:00:00')")[0]).toMatch(/A TIME has no YEAR/)
    expect(problemsOf("YEAR('2026')")[0]).toMatch(/TO_TIMESTAMP/)
    expect(problemsOf("EXTRACT(FORTNIGHT FROM DATE '2026-01-01')")[0]).toMatch(/FORTNIGHT/)
  })
})

describe('spans of time', () => {
  it.each([
    ["TIMESTAMPADD(MONTH, 1, DATE '2024-01-31')", '2024-02-29'],
    ["TIMESTAMPADD(YEAR, -1, DATE '2024-02-29')", '2023-02-28'],
    ["TIMESTAMPADD(QUARTER, 2, TIMESTAMP '2026-08-31 10:00:00')", '2027-02-28 10:00:00'],
    ["TIMESTAMPADD(SECOND, -1, TIMESTAMP '1970-01-01 00:00:00')", '1969-12-31 23:59:59'],
    ["TIMESTAMPADD(DAY, CAST(NULL AS INT), DATE '2026-01-01')", 'NULL'],
    ["TIMESTAMPDIFF(SECOND, TIMESTAMP '2026-01-01 00:00:00.900', TIMESTAMP '2026-01-01 00:00:02')", '1'],
    ["TIMESTAMPDIFF(WEEK, DATE '2026-01-01', DATE '2026-01-14')", '1'],
    ["TIMESTAMPDIFF(HOUR, DATE '2026-01-01', TIMESTAMP '2026-01-02 01:59:59')", '25'],
    ["TIMESTAMPDIFF(MONTH, TIMESTAMP '2026-01-15 12:00:00', TIMESTAMP '2026-02-15 11:00:00')", '0'],
    ["TIMESTAMPDIFF(MONTH, TIMESTAMP '2026-02-15 12:00:00', TIMESTAMP '2026-01-15 11:00:00')", '-2'],
    ["TIMESTAMPDIFF(MONTH, TIMESTAMP '2026-02-15 11:00:00', TIMESTAMP '2026-01-15 12:00:00')", '-1'],
    ["TIMESTAMPDIFF(QUARTER, DATE '2026-01-01', DATE '2026-12-31')", '3'],
    ["TIMESTAMPDIFF(YEAR, DATE '2024-02-29', DATE '2025-02-28')", '1'],
    ["TIMESTAMPDIFF(DAY, TIMESTAMP '2026-01-02 00:00:00', TIMESTAMP '2026-01-01 00:00:01')", '0'],
  ])('%s is %s', (text, result) => {
    expect(evaluateText(text).text).toBe(result)
  })

  it('whole months added to the earlier date do not pass the later one', () => {
    const day = fc.integer({ min: -20_000, max: 40_000 })
    fc.assert(
      fc.property(day, day, (a, b) => {
        const [earlier, later] = a < b ? [a, b] : [b, a]
        const months = monthsBetween(earlier * 86_400_000, later * 86_400_000)
        expect(months + monthsBetween(later * 86_400_000, earlier * 86_400_000)).toBe(0)
        expect(months * 28).toBeLessThanOrEqual(later - earlier + 3)
        expect((months + 1) * 31).toBeGreaterThanOrEqual(later - earlier)
      }),
    )
  })
})

describe('times as texts', () => {
  it.each([
    ["DATE_FORMAT(TIMESTAMP '2026-01-05 00:05:09.007', 'y-M-d H:m:s.S')", '2026-1-5 0:5:9.0'],
    ["DATE_FORMAT(TIMESTAMP '2026-01-05 00:05:09.007', 'yy MMM MMMM MMMMM')", '26 Jan January J'],
    ["DATE_FORMAT(TIMESTAMP '2026-01-05 00:05:09.007', 'E EEEE EEEEE D DDD')", 'Mon Monday M 5 005'],
    ["DATE_FORMAT(TIMESTAMP '2026-01-05 00:05:09.007', 'h hh K k a')", '12 12 0 24 AM'],
    ["DATE_FORMAT(TIMESTAMP '2026-01-05 13:05:09.007', 'SSS SSSSSS A n')", '007 007000 47109007 7000000'],
    ["DATE_FORMAT(TIMESTAMP '2026-11-05 13:05:09', 'Q QQ QQQ QQQQ')", '4 04 Q4 4th quarter'],
    ["DATE_FORMAT(TIMESTAMP '2026-11-05 13:05:09', 'yyyy[-MM]''T''HH''''mm')", "2026-11T13'05"],
    ["DATE_FORMAT(TIMESTAMP '0044-03-15 00:00:00', 'yyyy G')", '0044 AD'],
    ["DATE_FORMAT('2026-02-30 25:00:00', 'yyyy-MM-dd HH')", '2026-03-03 01'],
    ["DATE_FORMAT('nonsense', 'yyyy')", 'NULL'],
    [`DATE_FORMAT(${n}, 'yyyy')`, 'NULL'],
    ["TO_TIMESTAMP('2026-1-5')", '2026-01-05 00:00:00.000'],
    ["TO_TIMESTAMP('2026-02-31 24:00:00')", '2026-03-01 00:00:00.000'],
    ["TO_TIMESTAMP('2026-01-05 1:2:3.1239')", '2026-01-05 01:02:03.123'],
    ["TO_TIMESTAMP('2026-13-05')", 'NULL'],
    ["TO_TIMESTAMP('')", 'NULL'],
    ["TO_TIMESTAMP(' 2026-01-05')", 'NULL'],
    ["TO_TIMESTAMP('20260105123456789', 'yyyyMMddHHmmssSSS')", '2026-01-05 12:34:56.789'],
    ["TO_TIMESTAMP('5 Jan 2026 01 PM', 'd MMM yyyy hh a')", '2026-01-05 13:00:00.000'],
    ["TO_TIMESTAMP('2026-036', 'yyyy-DDD')", '2026-02-05 00:00:00.000'],
    ["TO_TIMESTAMP('2026-02-30', 'yyyy-MM-dd')", '2026-02-28 00:00:00.000'],
    ["TO_TIMESTAMP('26', 'yy')", '2026-01-01 00:00:00.000'],
    ["TO_TIMESTAMP('12:30', 'HH:mm')", '1970-01-01 12:30:00.000'],
    ["TO_TIMESTAMP('Tue 2026-01-05', 'EEE yyyy-MM-dd')", 'NULL'],
    // What does not follow the pattern is read as java.sql.Timestamp and Date read it.
    ["TO_TIMESTAMP('2026-1-5 1:2:3', 'yyyy-MM-dd HH:mm:ss')", '2026-01-05 01:02:03.000'],
    ["TO_TIMESTAMP('2026-02-30', 'yyyy/MM/dd')", '2026-03-02 00:00:00.000'],
    ["TO_TIMESTAMP('x', 'yyyy')", 'NULL'],
    ["TO_DATE('2026')", '2026-01-01'],
    ["TO_DATE('2026-7 ')", '2026-07-01'],
    ["TO_DATE('2026-01-31 12:00:00')", '2026-01-31'],
    ["TO_DATE('2026/02/30', 'yyyy/MM/dd')", '2026-03-02'],
    ["TO_DATE('x', 'yyyy')", 'NULL'],
    ['TO_TIMESTAMP_LTZ(-1, 3)', '1969-12-31 23:59:59.999'],
    ['TO_TIMESTAMP_LTZ(253402300800, 0)', 'NULL'],
    ['TO_TIMESTAMP_LTZ(1.999, 0)', '1970-01-01 00:00:01.000'],
    ['TO_TIMESTAMP_LTZ(1.999e0, 0)', '1970-01-01 00:00:01.999'],
    ['FROM_UNIXTIME(-1)', '1969-12-31 23:59:59'],
    ["FROM_UNIXTIME(0, 'SSS X Z u')", '000 Z +0000 4'],
    ["UNIX_TIMESTAMP('x')", '-9223372036854775808'],
    ["UNIX_TIMESTAMP('1970-01-01 01:00:00.500 +01', 'yyyy-MM-dd HH:mm:ss.SSS X')", '0'],
    ["CONVERT_TZ('2026-07-01 12:00:00', 'UTC', 'Europe/Berlin')", '2026-07-01 14:00:00'],
    ["CONVERT_TZ('2026-07-01 12:00:00', 'GMT+5:30', 'UTC')", '2026-07-01 06:30:00'],
    ["CONVERT_TZ('2026-07-01 12:00:00', 'Nowhere/Land', 'CTT')", '2026-07-01 20:00:00'],
    ["CONVERT_TZ('x', 'UTC', 'UTC')", 'NULL'],
  ])('%s is %s', (text, result) => {
    expect(evaluateText(text).text).toBe(result)
  })

  it('go through the session time zone, gaps and repeated hours as in Java', () => {
    // 29 March 2026, 02:00 becomes 03:00 in Berlin; 25 October, 03:00 becomes 02:00.
    expect(evaluateText("UNIX_TIMESTAMP('2026-03-29 01:59:59')", berlin).text).toBe('1774745999')
    expect(evaluateText("UNIX_TIMESTAMP('2026-03-29 02:30:00')", berlin).text).toBe(String(1774746000 + 1800))
    expect(evaluateText("UNIX_TIMESTAMP('2026-10-25 02:30:00')", berlin).text).toBe('1792891800')
    expect(evaluateText("CAST(TIMESTAMP '2026-10-25 02:30:00' AS TIMESTAMP_LTZ(3)) = TO_TIMESTAMP_LTZ(1792888200, 0)", berlin).text).toBe('TRUE')
    expect(evaluateText('FROM_UNIXTIME(1774746000)', berlin).text).toBe('2026-03-29 03:00:00')
    expect(evaluateText("FROM_UNIXTIME(1774746000, 'HH XXX')", newYork).text).toBe('21 -04:00')
    expect(evaluateText("DATE_FORMAT(TO_TIMESTAMP_LTZ(1774745999, 0), 'HH:mm')", berlin).text).toBe('01:59')
  })

  it('format columns, each text made once', () => {
    const times = [0, 60_000, null, 59_999, 86_400_000, 0]
    const columns = { t: ['TIMESTAMP(3)', times], p: ['STRING', ['yyyy', 'HH', 'HH', 'ss', 'dd', null]] } as const
    expect(evaluate("DATE_FORMAT(t, 'yyyy-MM-dd')", columns)).toEqual(['1970-01-01', '1970-01-01', null, '1970-01-01', '1970-01-02', '1970-01-01'])
    expect(evaluate("DATE_FORMAT(t, 'HH:mm')", columns)).toEqual(['00:00', '00:01', null, '00:00', '00:00', '00:00'])
    expect(evaluate('DATE_FORMAT(t, p)', columns)).toEqual(['1970', '00', null, '59', '02', null])
  })

  it('say in words which letters are none', () => {
    expect(problemsOf("DATE_FORMAT(TIMESTAMP '2026-01-01 00:00:00', 'YYYY')")[0]).toMatch(/Use y for the year/)
    expect(problemsOf("DATE_FORMAT(TIMESTAMP '2026-01-01 00:00:00', 'yyyy z')")[0]).toMatch(/time zone/)
    expect(problemsOf("DATE_FORMAT(TIMESTAMP '2026-01-01 00:00:00', 'yyyy b')")[0]).toMatch(/single quotes/)
    expect(problemsOf("DATE_FORMAT(TIMESTAMP '2026-01-01 00:00:00', 'HHH')")[0]).toMatch(/3 times/)
    expect(problemsOf("TO_DATE('1', 'yy')")[0]).toMatch(/century/)
    expect(problemsOf("DATE_FORMAT(DATE '2026-01-01', 'yyyy')")[0]).toMatch(/CAST/)
    expect(problemsOf("TO_TIMESTAMP_LTZ('x', 3)")[0]).toMatch(/takes a number/)
    expect(problemsOf('TO_TIMESTAMP_LTZ(1, 6)')[0]).toMatch(/0 for seconds or 3/)
  })

  it('what a pattern writes it reads back', () => {
    const patterns = ['yyyy-MM-dd HH:mm:ss.SSS', 'd MMM yyyy h:mm:ss.SSS a', 'yyyyDDDHHmmssSSS', 'EEEE, dd MMMM yyyy kk:mm:ss SSS']
    fc.assert(
      fc.property(fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }), fc.constantFrom(...patterns), (ms, text) => {
        const pattern = dateTimePattern(text, 'java.time')
        if ('fault' in pattern) throw new Error(pattern.fault)
        expect(pattern.parse(pattern.format(ms, 0))).toEqual({ wallMs: ms, offsetMs: null })
      }),
    )
  })
})

describe('the current time', () => {
  const late = { ...testContext, timeZone: 'Asia/Tokyo', processingTime: () => Date.UTC(2026, 0, 31, 20, 30, 15, 999) }
  it.each([
    ['CURRENT_TIMESTAMP', '2026-02-01 05:30:15.999'],
    ['NOW()', '2026-02-01 05:30:15.999'],
    ['LOCALTIMESTAMP', '2026-02-01 05:30:15.999'],
    ['CURRENT_DATE', '2026-02-01'],
    ['CURRENT_TIME', '05:30:15'],
    ['LOCALTIME', '05:30:15'],
    ['UNIX_TIMESTAMP()', '1769891415'],
  ])('%s comes with the context: %s', (text, result) => {
    expect(evaluateText(text, late).text).toBe(result)
  })
})

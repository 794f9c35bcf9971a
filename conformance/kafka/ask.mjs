// Runs the jobs of jobs/ in their order twice, on a real Flink with a real Kafka broker and by `millrace run`, and compares every topic they wrote, record by record. Needs Java 17, Maven, and the
// built command line (npm run build). The exit is 1 when Flink refuses a job, or when a topic holds other rows.
import { execFileSync, spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { delimiter, join } from 'node:path'
import { runnerImport } from 'vite'

const here = import.meta.dirname
const root = join(here, '..', '..')
const target = join(root, 'conformance', 'target', 'kafka')
const work = join(target, 'run')
const flinkVersion = '2.2'
/** `--only 1,3` runs the jobs that begin so; each needs the topics of those before it. */
const only = process.argv.includes('--only') ? (process.argv[process.argv.indexOf('--only') + 1] ?? '') : null
const say = (line) => process.stderr.write(`${line}\n`)

rmSync(work, { recursive: true, force: true })
mkdirSync(work, { recursive: true })
const started = performance.now()
const { module: flinkProcess } = await runnerImport(join(root, 'conformance/src/flinkProcess.ts'), { root, configFile: false, logLevel: 'warn' })
const classPath = assemble()
const input = join(work, 'bids.jsonl')
writeFileSync(input, bidsOf(2000))

const broker = await startBroker()
const { module: gateway } = await runnerImport(join(root, 'conformance/src/gateway.ts'), { root, configFile: false, logLevel: 'warn' })
let flink = null
let failed = false
try {
  flink = await flinkProcess.startFlink(flinkVersion, root, say)
  say(`Flink ${await gateway.flinkRelease(flink.gateway)} and Kafka run`)
  for (const name of readdirSync(join(here, 'jobs')).toSorted()) {
    if (only === null || only.split(',').some((part) => name.startsWith(part))) await runBoth(name)
  }
} finally {
  await flink?.stop()
  await broker.stop()
}
process.stdout.write(`${((performance.now() - started) / 1000).toFixed(0)} s\n`)
process.exit(failed ? 1 : 0)

/** One job on both sides, and what each has written. */
async function runBoth(name) {
  const text = readFileSync(join(here, 'jobs', name), 'utf8').replaceAll('${BIDS}', input)
  const job = JSON.parse(text)
  const file = join(work, name)
  writeFileSync(file, text)
  const topicsOf = (kind) => job.operators.filter((operator) => operator.kind === kind && operator.config.connector.type === 'topic').map(({ config }) => config.connector)
  const [read, written] = [topicsOf('source'), topicsOf('sink')]
  for (const { topic, partitions } of written) {
    tool('org.apache.kafka.tools.TopicCommand', ['--bootstrap-server', broker.address, '--create', '--topic', topic, '--partitions', String(partitions ?? 1), '--replication-factor', '1'])
  }

  const began = performance.now()
  const refused = await runOnFlink(millrace('export', '--to', 'flink-sql', file))
  const flinkMs = Math.round(performance.now() - began)
  millrace('run', file, ...[...read, ...written].flatMap(({ topic }) => ['--topic', `${topic}=${topicFile(topic)}`]))

  process.stdout.write(`${name}: ${refused === null ? `Flink ran it in ${flinkMs} ms` : `Flink refused it: ${refused}`}\n`)
  for (const { topic } of written) {
    const verdict = compared(recordsOfKafka(topic), recordsOfFile(topic))
    process.stdout.write(`  ${topic}: ${verdict.says} (records of Flink: ${verdict.kafka}; of Millrace: ${verdict.millrace})${verdict.examples.map((line) => `\n    ${line}`).join('')}\n`)
    if (verdict.says === 'different') failed = true
  }
  if (refused !== null) failed = true
}

/** The exported script, statement by statement, as a client of the SQL Gateway would; null, or why it was refused. */
async function runOnFlink(script) {
  const statements = script
    .replaceAll('${secret:KAFKA_BOOTSTRAP_SERVERS}', broker.address)
    .split(/;\n(?:\n|(?=SET )|$)/)
    .map((statement) => statement.replace(/^--.*\n/gm, '').trim())
    .filter((statement) => statement !== '')
  const session = await gateway.Session.open(flink.gateway, {}, flink.jobManager)
  try {
    for (const statement of [`ADD JAR '${join(target, 'flink-sql-connector-kafka.jar')}'`, `SET 'table.dml-sync' = 'true'`, ...statements]) {
      const answer = /^EXECUTE|^INSERT/.test(statement) ? await session.query(statement, 120_000) : await session.configure(statement)
      if (answer?.kind === 'refused') return answer.reason
    }
    return null
  } finally {
    await session.close()
  }
}

function millrace(...words) {
  return execFileSync(process.execPath, [join(root, 'dist/cli/main.js'), ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28 })
}

function topicFile(topic) {
  return join(work, `${topic}.topic.jsonl`)
}

/** What a reader of committed records is given, by partition and offset. The console's consumer ends when nothing came for a while, which on a busy machine may be before its first record. */
function recordsOfKafka(topic) {
  const options = ['print.partition', 'print.offset', 'print.key'].flatMap((name) => ['--formatter-property', `${name}=true`])
  const ends = tool('org.apache.kafka.tools.GetOffsetShell', ['--bootstrap-server', broker.address, '--topic', topic]).trim().split('\n').map((line) => line.split(':').slice(1).map(Number))
  for (let waitMs = 3000; ; waitMs *= 2) {
    const text = tool('org.apache.kafka.tools.consumer.ConsoleConsumer', ['--bootstrap-server', broker.address, '--topic', topic, '--from-beginning', '--isolation-level', 'read_committed', '--timeout-ms', String(waitMs), ...options])
    const records = text.split('\n').flatMap((line) => {
      const [, partition, offset, key, value] = /^Partition:(\d+)\tOffset:(\d+)\t([^\t]*)\t(.*)$/.exec(line) ?? []
      return partition === undefined ? [] : [{ partition: Number(partition), offset: Number(offset), key, value }]
    })
    // The last offset is that of the mark behind the last transaction.
    const isWhole = ends.every(([partition, end]) => end === 0 || records.some((record) => record.partition === partition && record.offset >= end - 2))
    if (isWhole || waitMs > 20_000) return inOrder(records)
  }
}

function recordsOfFile(topic) {
  if (!existsSync(topicFile(topic))) return []
  const [, ...lines] = readFileSync(topicFile(topic), 'utf8').trimEnd().split('\n')
  // Key and value as they stand in the line: parsed and printed again, a DECIMAL would lose its zeros.
  return inOrder(
    lines.map((line) => {
      const [, partition, offset, key, value] = /^\{"partition":(\d+),"offset":(\d+),"timestamp":\d+,"key":(null|\{.*?\}),"value":(.*)\}$/.exec(line)
      return { partition: Number(partition), offset: Number(offset), key, value }
    }),
  )
}

function inOrder(records) {
  return records.toSorted((a, b) => a.partition - b.partition || a.offset - b.offset)
}

/** From the strictest to the loosest that holds: the same bytes in the same order in each partition; the same records; the same last record of each key. */
function compared(kafka, millraces) {
  const placed = ({ partition, key, value }) => `${partition} ${key} ${value}`
  const record = ({ key, value }) => `${key} ${value}`
  const meaning = ({ key, value }) => `${canonical(key)} ${canonical(value)}`
  const last = (records) => [...new Map(records.map(({ key, value }) => [canonical(key), value])).entries()].filter(([, value]) => value !== 'null').map(([key, value]) => `${key} ${canonical(value)}`)
  const same = (a, b) => a.length === b.length && a.every((line, i) => line === b[i])
  const sorted = (records, text) => records.map(text).toSorted()
  const empty = (records) => records.filter(({ value }) => value === 'null').length
  const counted = (records) => `${records.length}${empty(records) === 0 ? '' : `, ${empty(records)} of them empty`}`
  const counts = { kafka: counted(kafka), millrace: counted(millraces) }
  const levels = [
    ['the same bytes, partition by partition', kafka.map(placed), millraces.map(placed)],
    ['the same bytes, in another order or partition', sorted(kafka, record), sorted(millraces, record)],
    ['the same records, written otherwise, partition by partition', kafka.map((r) => `${r.partition} ${meaning(r)}`), millraces.map((r) => `${r.partition} ${meaning(r)}`)],
    ['the same records, written otherwise, in another order or partition', sorted(kafka, meaning), sorted(millraces, meaning)],
    ['the same last record of each key', last(kafka).toSorted(), last(millraces).toSorted()],
  ]
  const first = kafka.findIndex((r, i) => millraces[i] === undefined || placed(r) !== placed(millraces[i]))
  const examples = first < 0 ? [] : [`Flink    ${placed(kafka[first])}`, `Millrace ${millraces[first] === undefined ? '-' : placed(millraces[first])}`]
  for (const [says, a, b] of levels) if (same(a, b)) return { says, ...counts, examples }
  return { says: 'different', ...counts, examples }
}

/** A record with its numbers by value and its times without the zeros at their end: Flink's `json` format leaves them out, Millrace writes as many as the type has. */
function canonical(text) {
  return JSON.stringify(JSON.parse(text), (_, value) => (typeof value === 'string' ? value.replace(/(?<=:\d\d)(\.\d*?)0+$/, '$1').replace(/\.$/, '') : value))
}

/** Bids of some minutes, always the same, in disorder of up to three seconds; every fiftieth is twenty seconds late, and by bidder 0. */
function bidsOf(count) {
  let state = 7
  const below = (n) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0
    return (state >>> 8) % n
  }
  let text = ''
  for (let i = 0; i < count; i++) {
    const late = i % 50 === 49
    const at = new Date(Date.UTC(2026, 0, 31, 12) + i * 100 - (late ? 20_000 : below(3000))).toISOString().replace('T', ' ').replace('Z', '')
    text += `{"auction":${below(12)},"bidder":${late ? 0 : 1 + below(80)},"price":${(below(1_000_000) / 100).toFixed(2)},"dateTime":"${at}"}\n`
  }
  return text
}

function assemble() {
  const list = join(target, 'classpath.txt')
  const jars = () => readFileSync(list, 'utf8').trim()
  const stamp = join(target, 'assembled.xml')
  const pom = readFileSync(join(here, 'pom.xml'), 'utf8')
  if (!existsSync(list) || !existsSync(stamp) || readFileSync(stamp, 'utf8') !== pom || !jars().split(delimiter).every((jar) => existsSync(jar))) {
    say("assembling Kafka from Maven's repository")
    execFileSync('mvn', ['-q', '-B', 'process-classes'], { cwd: here, stdio: ['ignore', 'inherit', 'inherit'] })
    writeFileSync(stamp, pom)
  }
  return jars()
}

/** Formats a folder for one node that is broker and controller, and starts it in a JVM of its own. */
async function startBroker() {
  const [port, controllerPort] = [await flinkProcess.freePort(), await flinkProcess.freePort()]
  const properties = join(work, 'server.properties')
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.bootstrap.servers': `localhost:${controllerPort}`,
    listeners: `PLAINTEXT://localhost:${port},CONTROLLER://localhost:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://localhost:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    'log.dirs': join(work, 'data'),
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.num.partitions': 1,
    'transaction.state.log.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
  }
  writeFileSync(properties, Object.entries(settings).map(([key, value]) => `${key}=${value}\n`).join(''))
  const id = tool('kafka.tools.StorageTool', ['random-uuid']).trim().split('\n').at(-1)
  tool('kafka.tools.StorageTool', ['format', '--standalone', '-t', id, '-c', properties])
  const log = openSync(join(work, 'broker.log'), 'w')
  const child = spawn('java', ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classPath, 'kafka.Kafka', properties], { stdio: ['ignore', log, log] })
  closeSync(log)
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const stop = async () => {
    child.kill()
    await ended
  }
  for (let tries = 0; !(await isOpen(port)); tries++) {
    if (child.exitCode !== null || tries > 240) {
      await stop()
      throw new Error(`the broker did not start; see ${join(work, 'broker.log')}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
  return { address: `localhost:${port}`, stop }
}

/** One of Kafka's own tools, run to its end. */
function tool(name, words) {
  return execFileSync('java', ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classPath, name, ...words], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28 })
}

function isOpen(port) {
  return new Promise((resolve) => {
    const socket = connect(port, 'localhost')
    socket.once('connect', () => resolve(socket.end() !== null))
    socket.once('error', () => resolve(false))
  })
}

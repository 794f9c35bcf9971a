// Two JobManagers, a TaskManager and a SQL Gateway of a real Flink in JVMs of their own, with a ZooKeeper: a job writes 1..6000 into files, the JobManager that leads is killed, and the other goes on.
// Prints the znodes before, behind and at the end, and whether each number was written once. Needs Java 17; the Flink is the one that the conformance runner assembles (npm run conformance once).
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { runnerImport } from 'vite'

const root = join(import.meta.dirname, '..', '..')
const flinkFolder = join(root, 'conformance', 'target', 'flink-2.2')
const work = join(root, 'conformance', 'target', 'highAvailability')
const classPath = [join(flinkFolder, 'classes'), ...readFileSync(join(flinkFolder, 'classpath.txt'), 'utf8').trim().split(delimiter)].join(delimiter)
const count = 6000
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const began = performance.now()
const say = (line) => process.stdout.write(`${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${line}\n`)

rmSync(work, { recursive: true, force: true })
mkdirSync(join(work, 'conf'), { recursive: true })
const { module: { freePort } } = await runnerImport(join(root, 'conformance/src/flinkProcess.ts'), { root, configFile: false, logLevel: 'warn' })
const [zooKeeper, gatewayPort, ...restPorts] = [await freePort(), await freePort(), await freePort(), await freePort()]
writeFileSync(join(work, 'conf', 'zoo.cfg'), `tickTime=500\ndataDir=${join(work, 'zookeeper')}\nclientPort=${zooKeeper}\nadmin.enableServer=false\ninitLimit=10\nsyncLimit=5\nserver.1=localhost:${await freePort()}:${await freePort()}\n`)
writeFileSync(
  join(work, 'conf', 'config.yaml'),
  Object.entries({
    'jobmanager.rpc.address': 'localhost',
    'jobmanager.bind-host': 'localhost',
    'rest.address': 'localhost',
    'rest.bind-address': 'localhost',
    'taskmanager.host': 'localhost',
    'taskmanager.bind-host': 'localhost',
    'taskmanager.numberOfTaskSlots': 2,
    'taskmanager.cpu.cores': 1.0,
    // A TaskManager that is started by hand asks for every part of its memory.
    'taskmanager.memory.framework.heap.size': '128m',
    'taskmanager.memory.framework.off-heap.size': '128m',
    'taskmanager.memory.jvm-metaspace.size': '192m',
    'taskmanager.memory.jvm-overhead.min': '128m',
    'taskmanager.memory.jvm-overhead.max': '128m',
    'taskmanager.memory.task.heap.size': '256m',
    'taskmanager.memory.task.off-heap.size': '0m',
    'taskmanager.memory.managed.size': '64m',
    'taskmanager.memory.network.min': '32m',
    'taskmanager.memory.network.max': '32m',
    'parallelism.default': 1,
    'high-availability.type': 'zookeeper',
    'high-availability.zookeeper.quorum': `localhost:${zooKeeper}`,
    'high-availability.zookeeper.path.root': '/flink',
    'high-availability.cluster-id': '/millrace',
    'high-availability.storageDir': `file://${join(work, 'ha')}`,
    'high-availability.zookeeper.client.session-timeout': '10 s',
    'execution.checkpointing.interval': '1 s',
    'execution.checkpointing.dir': `file://${join(work, 'checkpoints')}`,
    'restart-strategy.type': 'fixed-delay',
    'restart-strategy.fixed-delay.attempts': 10,
    'restart-strategy.fixed-delay.delay': '1 s',
    'sql-gateway.endpoint.rest.address': 'localhost',
    'sql-gateway.endpoint.rest.bind-address': 'localhost',
    'sql-gateway.endpoint.rest.port': gatewayPort,
    'sql-gateway.endpoint.rest.bind-port': gatewayPort,
  })
    .map(([key, value]) => `${key}: ${value}\n`)
    .join(''),
)

writeFileSync(
  join(work, 'conf', 'log4j2.properties'),
  'status = error\nrootLogger.level = INFO\nrootLogger.appenderRef.file.ref = file\nappender.file.type = File\nappender.file.name = file\nappender.file.fileName = ${sys:log.file}\nappender.file.layout.type = PatternLayout\nappender.file.layout.pattern = %d{HH:mm:ss,SSS} %-5p %-40c{1.} %m%n\n',
)

const processes = new Map()
try {
  start('zookeeper', 128, 'org.apache.flink.runtime.zookeeper.FlinkZooKeeperQuorumPeer', ['--zkConfigFile', join(work, 'conf', 'zoo.cfg'), '--peerId', '1'])
  for (const port of restPorts) start(`jobmanager-${port}`, 400, 'org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint', ['--configDir', join(work, 'conf'), '-D', `rest.port=${port}`])
  start('taskmanager', 512, 'org.apache.flink.runtime.taskexecutor.TaskManagerRunner', ['--configDir', join(work, 'conf')])
  start('gateway', 512, 'org.apache.flink.table.gateway.SqlGateway', [])

  await until('a TaskManager at its JobManager', 75, async () => {
    if (processes.get('taskmanager').exitCode !== null) throw new Error(`the TaskManager ended; see ${work}`)
    return (await json(restPorts[0], '/overview'))?.taskmanagers === 1
  })
  const first = await leader()
  say(`the JobManager at ${first} leads of ${restPorts.join(', ')}`)
  const { module: gateway } = await runnerImport(join(root, 'conformance/src/gateway.ts'), { root, configFile: false, logLevel: 'warn' })
  await until('the gateway', 120, async () => (await json(gatewayPort, '/v3/info')) !== null)
  const session = await gateway.Session.open(`http://localhost:${gatewayPort}`)
  for (const statement of [
    `CREATE TEMPORARY TABLE numbers (n BIGINT) WITH ('connector' = 'datagen', 'rows-per-second' = '200', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end' = '${count}')`,
    `CREATE TEMPORARY TABLE written (n BIGINT) WITH ('connector' = 'filesystem', 'path' = 'file://${join(work, 'written')}', 'format' = 'json')`,
    'INSERT INTO written SELECT n FROM numbers',
  ]) {
    const answer = await session.query(statement, 120_000)
    if (answer.kind === 'refused') throw new Error(`${statement}: ${answer.trace}`)
  }
  const job = (await json(first, '/jobs')).jobs[0].id
  const checkpoints = async (port) => (await json(port, `/jobs/${job}/checkpoints`)) ?? null
  await until('three checkpoints', 120, async () => ((await checkpoints(first))?.counts?.completed ?? 0) >= 3)
  say(`job ${job} runs, ${(await checkpoints(first)).counts.completed} checkpoints are complete`)
  znodes('while it runs')
  say(`storageDir: ${filesIn(join(work, 'ha')).join(', ')}`)

  const dead = processes.get(`jobmanager-${first}`)
  dead.kill('SIGKILL')
  const killed = performance.now()
  say(`the JobManager at ${first} is killed`)
  const second = restPorts.find((port) => port !== first)
  await until('the other leads', 120, async () => (await leader()) === second)
  say(`the one at ${second} leads, ${((performance.now() - killed) / 1000).toFixed(1)} s after`)
  await until('the job runs again', 120, async () => (await json(second, `/jobs/${job}`))?.vertices?.every(({ status }) => status === 'RUNNING' || status === 'FINISHED') === true)
  const { latest } = await checkpoints(second)
  say(`the job runs again, ${((performance.now() - killed) / 1000).toFixed(1)} s after, restored from ${latest.restored === null ? 'nothing' : `checkpoint ${latest.restored.id}`}`)
  znodes('behind it')
  await until('the job to end', 240, async () => (await json(second, `/jobs/${job}`))?.state === 'FINISHED')
  const numbers = filesIn(join(work, 'written'))
    .filter((name) => !/(^|\/)\./.test(name))
    .flatMap((name) => readFileSync(join(work, 'written', name), 'utf8').trim().split('\n').map((line) => JSON.parse(line).n))
  say(`finished: ${numbers.length} rows, ${new Set(numbers).size} numbers of ${count}`)
  znodes('when it has ended')
  process.exitCode = numbers.length === count && new Set(numbers).size === count ? 0 : 1
} finally {
  for (const child of processes.values()) child.kill('SIGKILL')
}

function start(name, heapMb, main, words) {
  const log = openSync(join(work, `${name}.out`), 'w')
  const opened = ['java.lang', 'java.net', 'java.io', 'java.nio', 'sun.nio.ch', 'java.lang.reflect', 'java.text', 'java.time', 'java.util', 'java.util.concurrent', 'java.util.concurrent.atomic', 'java.util.concurrent.locks']
  const flags = [`-Xmx${heapMb}m`, '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', ...opened.map((part) => `--add-opens=java.base/${part}=ALL-UNNAMED`), `-Dlog.file=${join(work, `${name}.log`)}`, `-Dlog4j.configurationFile=${join(work, 'conf', 'log4j2.properties')}`]
  processes.set(name, spawn('java', [...flags, '-cp', classPath, main, ...words], { stdio: ['ignore', log, log], cwd: work, env: { ...process.env, FLINK_CONF_DIR: join(work, 'conf') } }))
}

/** Whose address stands in ZooKeeper; null while nobody's does. */
async function leader() {
  const port = /http:\/\/[\w.]+:(\d+)/.exec(zooKeeperSays('get', '/flink/millrace/leader/rest_server/connection_info'))?.[1]
  return port === undefined ? null : Number(port)
}

function znodes(when) {
  const paths = zooKeeperSays('ls', '-R', '/flink').split('\n').filter((line) => line.startsWith('/'))
  process.stdout.write(`znodes ${when}:\n${paths.map((path) => `  ${path}\n`).join('')}`)
}

function zooKeeperSays(...words) {
  try {
    return execFileSync('java', ['-Xmx64m', '-XX:TieredStopAtLevel=1', '-cp', classPath, 'org.apache.flink.shaded.zookeeper3.org.apache.zookeeper.ZooKeeperMain', '-server', `localhost:${zooKeeper}`, ...words], {
      // Its logging writes to where it runs.
      cwd: work,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch {
    return ''
  }
}

async function json(port, path) {
  try {
    const response = await fetch(`http://localhost:${port}${path}`)
    return response.ok ? await response.json() : null
  } catch {
    return null
  }
}

async function until(what, seconds, holds) {
  const deadline = performance.now() + seconds * 1000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited ${seconds} s for ${what}; see ${work}`)
    await wait(200)
  }
}

function filesIn(folder, below = '') {
  if (!existsSync(folder)) return []
  return readdirSync(join(folder, below)).flatMap((name) => (statSync(join(folder, below, name)).isDirectory() ? filesIn(folder, join(below, name)) : [join(below, name)]))
}

import { spawn, execFile, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { basename, delimiter, join } from 'node:path'
import { unzipSync, zipSync } from 'fflate'
import type { FlinkVersion } from '../../src/operators/emitters.ts'

/**
 * A running Flink of one version: assembled by Maven when it is not there yet, started in one JVM, stopped by closing its standard input.
 *
 * Maven is asked once per content of `conformance/flink`: what it answered (class path, compiled class) stays in `conformance/target`, the artifacts in
 * Maven's own repository. Later starts do without Maven as long as every jar of the class path is still there.
 */
export interface FlinkProcess {
  readonly version: FlinkVersion
  readonly gateway: string
  readonly jobManager: string
  /** From spawning the JVM to both servers answering. */
  readonly startMs: number
  /** Resident memory in MB; null where the system does not say. */
  memoryMb(): number | null
  /** What the JVM said on its standard error, and its log: for when it fails. */
  complaints(): string
  stop(): Promise<void>
}

/** Slots bound how many queries run at a time; each gets its share of the managed memory, which window operators buffer in. */
const slots = 12

/** Java 17 hides what Flink reaches into; the list is Flink's own (`env.java.opts.all` of its distribution), the last export is for 1.20. */
const exported = [
  'java.rmi/sun.rmi.registry',
  ...['api', 'file', 'parser', 'tree', 'util'].map((name) => `jdk.compiler/com.sun.tools.javac.${name}`),
  'java.security.jgss/sun.security.krb5',
  'java.base/sun.net.util',
]
const opened = ['java.lang', 'java.net', 'java.io', 'java.nio', 'sun.nio.ch', 'java.lang.reflect', 'java.text', 'java.time', 'java.util', 'java.util.concurrent', 'java.util.concurrent.atomic', 'java.util.concurrent.locks']

const reached = [...exported.map((name) => `--add-exports=${name}=ALL-UNNAMED`), ...opened.map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`)]

/** What a class of ours prints that runs on Flink's class path, in a JVM of its own. */
export async function outputOf(mainClass: string, version: FlinkVersion, root: string, say: (line: string) => void): Promise<string> {
  const target = join(root, 'conformance', 'target', `flink-${version}`)
  const classPath = await assemble(version, root, target, say)
  return await new Promise((resolve, reject) => {
    execFile('java', [...reached, '-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', `-Dlog.file=${join(target, 'class.log')}`, '-cp', [join(target, 'classes'), ...classPath].join(delimiter), mainClass], { cwd: target }, (error, stdout, stderr) =>
      error === null ? resolve(stdout) : reject(new Error(`${mainClass} failed on Flink ${version}: ${stderr.slice(-4000)}`)),
    )
  })
}

export async function startFlink(version: FlinkVersion, root: string, say: (line: string) => void): Promise<FlinkProcess> {
  const target = join(root, 'conformance', 'target', `flink-${version}`)
  const classPath = withOneServiceFile(await assemble(version, root, target, say), target)
  say(`starting Flink ${version}`)
  const [jobManagerPort, gatewayPort] = [await freePort(), await freePort()]
  const settings: Record<string, string> = {
    slots: String(slots),
    'rest.address': 'localhost',
    'rest.bind-address': 'localhost',
    'rest.port': String(jobManagerPort),
    'sql-gateway.endpoint.rest.address': 'localhost',
    'sql-gateway.endpoint.rest.bind-address': 'localhost',
    'sql-gateway.endpoint.rest.port': String(gatewayPort),
    'parallelism.default': '1',
    'pipeline.auto-watermark-interval': '0 ms',
    'table.local-time-zone': 'UTC',
    'taskmanager.memory.managed.size': '768m',
    'taskmanager.memory.network.min': '128m',
    'taskmanager.memory.network.max': '128m',
    // A failing statement is an answer here, not an accident to recover from.
    'restart-strategy.type': 'none',
    'jobstore.max-capacity': '20',
  }
  const log = join(target, 'flink.log')
  const started = performance.now()
  const child = spawn(
    'java',
    [
      ...reached,
      '-Xmx1200m',
      // The planner is deep and there are two cores: the serial collector and small stacks of idle threads cost least.
      '-XX:+UseSerialGC',
      // Most of what runs here runs once: planning and generated code. The second compiler would cost twice the time it saves.
      '-XX:TieredStopAtLevel=1',
      '-Xshare:auto',
      '-Duser.timezone=UTC',
      `-Dlog.file=${log}`,
      '-cp',
      [join(target, 'classes'), ...classPath].join(delimiter),
      'millrace.conformance.OneJvmFlink',
      ...Object.entries(settings).map(([key, value]) => `${key}=${value}`),
    ],
    { stdio: ['pipe', 'pipe', 'pipe'], cwd: target },
  )
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-8000)))
  const complaints = (): string => `${stderr}${existsSync(log) ? `\nLast lines of ${log}:\n${readFileSync(log, 'utf8').split('\n').slice(-20).join('\n')}` : ''}`
  const ready = await untilReady(child)
  if (!ready) throw new Error(`Flink ${version} did not start.\n${complaints()}`)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    version,
    gateway: `http://localhost:${gatewayPort}`,
    jobManager: `http://localhost:${jobManagerPort}`,
    startMs: performance.now() - started,
    memoryMb: () => residentMb(child.pid!),
    complaints,
    stop: async () => {
      child.stdin.end()
      await ended
    },
  }
}

/** The class path of the version: from `target` when Maven has been asked for exactly these files, else from Maven. */
async function assemble(version: FlinkVersion, root: string, target: string, say: (line: string) => void): Promise<string[]> {
  const sources = ['pom.xml', ...['java/millrace/conformance/OneJvmFlink.java', 'java/millrace/conformance/KeptRows.java', 'java/millrace/conformance/KeptRowsFormat.java', 'java/millrace/conformance/WorkedExamples.java', 'resources/log4j2.properties', 'resources/META-INF/services/org.apache.flink.table.factories.Factory'].map((name) => `src/main/${name}`)]
  const hash = createHash('sha256')
  for (const source of sources) hash.update(readFileSync(join(root, 'conformance', 'flink', source)))
  const digest = hash.digest('hex')
  const stamp = join(target, 'assembled')
  const list = join(target, 'classpath.txt')
  const jars = (): string[] => readFileSync(list, 'utf8').trim().split(delimiter)
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest && existsSync(list) && jars().every((jar) => existsSync(jar))) return jars()
  mkdirSync(target, { recursive: true })
  const build = (offline: boolean): Promise<string | null> =>
    new Promise((resolve) => {
      execFile('mvn', ['-q', '-B', ...(offline ? ['-o'] : []), `-Pflink-${version}`, 'process-classes'], { cwd: join(root, 'conformance', 'flink'), maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
        resolve(error === null ? null : `${error.message}\n${stdout}\n${stderr}`),
      )
    })
  say(`assembling Flink ${version} from Maven's repository`)
  if ((await build(true)) !== null) {
    say(`fetching the artifacts of Flink ${version} (about 150 MB, once)`)
    const failure = await build(false)
    if (failure !== null) throw new Error(`Maven could not assemble Flink ${version}:\n${failure}`)
  }
  writeFileSync(stamp, digest)
  return jars()
}

const factories = 'META-INF/services/org.apache.flink.table.factories.Factory'

/**
 * The same class path with the lists of table factories in one file instead of in eight jars. Flink looks for factories at every statement and at every table of it, and opens each of those jars anew: a fifth of
 * what planning costs here. The jars that have a list are copied without it, once.
 */
function withOneServiceFile(jars: readonly string[], target: string): string[] {
  const folder = join(target, 'services')
  const list = join(folder, 'jars.json')
  if (existsSync(list)) {
    const known = JSON.parse(readFileSync(list, 'utf8')) as { readonly from: readonly string[]; readonly to: string[] }
    if (known.from.join() === jars.join()) return known.to
  }
  mkdirSync(join(folder, 'META-INF', 'services'), { recursive: true })
  const names: string[] = []
  const to = jars.map((jar) => {
    const bytes = readFileSync(jar)
    const found = unzipSync(bytes, { filter: ({ name }) => name === factories })[factories]
    if (found === undefined) return jar
    names.push(Buffer.from(found).toString().trim())
    const { [factories]: _, ...rest } = unzipSync(bytes)
    const copy = join(folder, basename(jar))
    writeFileSync(copy, zipSync(rest, { level: 0 }))
    return copy
  })
  writeFileSync(join(folder, factories), `${names.join('\n')}\n`)
  writeFileSync(list, JSON.stringify({ from: jars, to: [folder, ...to] }))
  return [folder, ...to]
}

function untilReady(child: ChildProcess): Promise<boolean> {
  return new Promise((resolve) => {
    let text = ''
    child.stdout!.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString()).slice(-2000)
      if (/^READY /m.test(text)) resolve(true)
    })
    child.once('exit', () => resolve(false))
    child.once('error', () => resolve(false))
  })
}

/** A port of this machine that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port'))))
    })
  })
}

function residentMb(pid: number): number | null {
  try {
    const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
    return match === null ? null : Math.round(Number(match[1]) / 1024)
  } catch {
    return null
  }
}

import { basename, dirname, join, resolve } from 'node:path'
import type { JsonObject } from '../../columnar/json.ts'
import { fieldIndex } from '../../columnar/schema.ts'
import { CheckpointStore } from '../../checkpoints/checkpointStore.ts'
import { MemoryBackend } from '../../checkpoints/backend.ts'
import { compile, type CompiledJob } from '../../compiler/compile.ts'
import { isObject } from '../../job/checkConfig.ts'
import type { Job } from '../../job/job.ts'
import { mergeSettings } from '../../job/settings.ts'
import { definitionOf } from '../../operators/catalog.ts'
import { engineCountOf } from '../../runtime/placement.ts'
import { parseFault, type Fault } from '../../runtime/faults.ts'
import type { CheckpointRecord } from '../../runtime/checkpointCoordinator.ts'
import type { FaultTolerance, SinkWriters } from '../../runtime/jobCheckpoints.ts'
import { failureText } from '../execution.ts'
import { FolderBackend } from '../folderBackend.ts'
import { printProblems, readJobFile, reasonOf } from '../jobFile.ts'
import { assignment, operatorOf, withConnector, withInputFiles, withParallelism } from '../jobOverrides.ts'
import { runPlan } from '../launch.ts'
import { progressLine } from '../progress.ts'
import type { RunFlags } from '../program.ts'
import { resultWriter, type ResultWriter } from '../resultWriter.ts'
import { FileStores } from '../durableStores.ts'
import { fileSinkWriter } from '../fileSinks.ts'
import { KeptSinks } from '../keptSinks.ts'
import { OutputFile } from '../outputFile.ts'
import { UsageError, type ExitCode, type Terminal } from '../terminal.ts'

/** Runs a job to the end of its input. */
export async function run(path: string, flags: RunFlags, terminal: Terminal): Promise<ExitCode> {
  const read = await readJobFile(path, terminal)
  if (read === null) return 2
  const outputs = outputFiles(read, flags.output ?? [])
  const unseen = outputs.size === 0 ? liveTablesOf(read) : []
  let job = withInputFiles(withParallelism(read, flags.parallelism), flags.input ?? [], path)
  checkPaths(job, outputs)
  // Rows come back from sinks that show them, whatever the sink's own connector. What a topic or table gets comes by here too, and may be wanted there as well: by a source of the same job.
  for (const id of outputs.keys()) if (!isKept(job, id)) job = withConnector(job, id, { type: 'collect' })

  const compiled = compile(job, definitionOf, { edgesShown: false })
  printProblems(compiled.problems, terminal)
  if (compiled.physical === null) return 2
  if (unseen.length > 0) terminal.err(`advice MR-411 job: it has ${unseen.length} live tables, of which none is printed; choose, for example with --output ${unseen[0]!}=-. They are ${unseen.join(', ')}.\n`)

  const faults = faultsOf(flags.fault ?? [], engineCountOf(compiled.physical))
  const folder = await checkpointFolder(flags)
  checkSavepoint(flags)
  const resuming = flags.resume !== undefined
  const files: { close(): void }[] = []
  const writers = new Map<string, ResultWriter>()
  const stores = new FileStores(job, flags.topic ?? [], flags.store, resuming)
  files.push(stores)
  try {
    for (const [id, file] of outputs) {
      const output = file === '-' ? { write: terminal.out } : openOutput(id, file, resuming)
      if ('close' in output) files.push(output)
      writers.set(id, resultWriter(resultForm(compiled, id, flags.changelog === true), output))
    }
    for (const operator of job.operators) {
      const connector = operator.config.connector as JsonObject | undefined
      if (definitionOf(operator.kind)!.family !== 'sink' || outputs.has(operator.id) || connector?.type !== 'file') continue
      const writer = fileSinkWriter(operator.id, connector, resultForm(compiled, operator.id, false), resuming)
      files.push(writer)
      writers.set(operator.id, writer)
    }

    const progress = terminal.isInteractive ? progressLine(terminal) : null
    let poisonRows = 0
    let restores = 0
    let savepoint: CheckpointRecord | null = null
    const tolerance = faultTolerance(job, folder, resuming, new KeptSinks(writers, stores))
    const status = await runPlan(
      compiled.physical,
      { processingTime: flags.processingTime, faults, stores: stores.stores, ...(flags.savepoint === undefined ? {} : { savepoint: flags.savepoint }), ...(terminal.engineScript === null && folder === null && faults.length === 0 ? {} : { faultTolerance: tolerance }) },
      {
        sink: (operator, batch) => writers.get(operator)?.receive(batch),
        metrics: (frame) => progress?.show(frame),
        checkpoints: (checkpoints) => {
          stores.check()
          progress?.checkpoints(checkpoints)
          for (; restores < checkpoints.counts.restored; restores++) {
            const { checkpoint, kind, notes, operators } = checkpoints.restores[checkpoints.counts.restored - restores - 1]!
            for (const note of notes) terminal.err(`warning MR-407 job: ${note}\n`)
            terminal.err(`advice MR-408 job: ${operators === null ? 'it goes' : `${operators.join(', ')} go`} on from ${checkpoint === null ? 'its beginning, because there is no checkpoint' : `${kind} ${checkpoint}`}\n`)
          }
        },
        savepoint: (ended) => (savepoint = ended),
        faultsLeft: (left) => {
          for (const fault of left) terminal.err(`warning MR-410 job: --fault ${flags.fault![faults.indexOf(fault)]!} did not happen: ${notMetBecause(fault)}\n`)
        },
        restarting: (failure) => terminal.err(`${failureText(failure).replace('error', 'warning')}\n`),
        poison: (operator, rows, total) => {
          poisonRows += rows.length
          if (poisonRows > poisonRowsShownMax) return
          for (const { row, reason } of rows) terminal.err(`warning MR-300 ${operator}: row ${row} cannot be read: ${reason} (${total} such ${total === 1 ? 'row' : 'rows'} so far)\n`)
        },
      },
      terminal,
    )
    progress?.clear()
    for (const writer of writers.values()) await writer.finish()
    if (status.kind === 'finished') stores.finish()
    if (status.kind === 'failed') {
      terminal.err(`${failureText(status.failure)}\n`)
      // A checkpoint of another job: the call is wrong, and nothing has been changed.
      return status.failure.code === 'MR-406' ? 2 : 1
    }
    const taken = savepoint === null ? null : savepointText(savepoint, folder!)
    if (taken !== null) terminal.err(`${taken}\n`)
    if (status.kind !== 'finished') {
      if (taken !== null && savepoint!.status === 'completed') return 0
      terminal.err('error: the run was interrupted; what it had written stays\n')
      return 1
    }
    if (terminal.isInteractive) terminal.err(summaryText(job, status.durationMs, writers))
    return 0
  } finally {
    for (const file of files) file.close()
  }
}

const poisonRowsShownMax = 20

/** A sink whose rows outlive the run. */
function isKept(job: Job, id: string): boolean {
  const connector = job.operators.find((operator) => operator.id === id)!.config.connector
  return isObject(connector) && (connector.type === 'topic' || connector.type === 'store')
}

/** Files by sink; standard output takes one result only. Without the flag, the rows of a job's only live table are printed. */
function outputFiles(job: Job, flags: readonly string[]): Map<string, string> {
  const outputs = new Map<string, string>()
  if (flags.length === 0) {
    const tables = liveTablesOf(job)
    if (tables.length === 1) outputs.set(tables[0]!, '-')
  }
  for (const flag of flags) {
    const [id, file] = assignment('--output', flag)
    operatorOf(job, id, 'sink', '--output')
    if (outputs.has(id)) throw new UsageError(`error: --output names ${id} twice`)
    if (file === '-' && [...outputs.values()].includes('-')) throw new UsageError('error: only one --output can go to standard output')
    outputs.set(id, file)
  }
  return outputs
}

function liveTablesOf(job: Job): string[] {
  return job.operators.flatMap(({ id, kind, config }) => (definitionOf(kind)?.family === 'sink' && isObject(config.connector) && (config.connector.type === 'collect' || config.connector.type === 'chart') ? [id] : []))
}

/** Where checkpoints are kept; null: nowhere. `upTo`: the one to go on from, null where it is the newest. */
interface CheckpointFolder {
  readonly path: string
  readonly backend: FolderBackend
  readonly upTo: number | null
}

async function checkpointFolder({ checkpointDir, resume }: RunFlags): Promise<CheckpointFolder | null> {
  if (resume === undefined && checkpointDir === undefined) return null
  try {
    return resume === undefined ? await freshFolder(checkpointDir!) : await resumedFolder(resume, checkpointDir)
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`error: ${reasonOf(error)}`)
  }
}

async function freshFolder(path: string): Promise<CheckpointFolder> {
  const backend = new FolderBackend(resolve(path))
  if ((await backend.list()).includes('pointers')) {
    throw new UsageError(`error: --checkpoint-dir: ${path} holds checkpoints of an earlier run; go on from them with --resume ${path}, or name an empty folder`)
  }
  return { path, backend, upTo: null }
}

/** `resume` names the folder of all checkpoints, or the folder of one of them in it. */
async function resumedFolder(resume: string, checkpointDir: string | undefined): Promise<CheckpointFolder> {
  const within = new FolderBackend(resolve(resume))
  const names = await within.list()
  const isOne = names.includes('manifest')
  const path = isOne ? dirname(resolve(resume)) : resume
  if (checkpointDir !== undefined && resolve(path) !== resolve(checkpointDir)) {
    throw new UsageError(`error: --resume ${resume} also keeps the new checkpoints ${isOne ? `in ${path}` : 'there'}; --checkpoint-dir ${checkpointDir} names another folder`)
  }
  if (!isOne) {
    if (!names.some((name) => name === 'pointers' || name.endsWith('/manifest'))) throw new UsageError(`error: --resume: there is no checkpoint in ${resume}`)
    return { path, backend: within, upTo: null }
  }
  const backend = new FolderBackend(path)
  const known = await new CheckpointStore(backend).list()
  const chosen = known.find(({ manifest }) => manifest === `${basename(resolve(resume))}/manifest`)
  if (chosen === undefined) {
    const others = known.map(({ manifest }) => dirname(manifest)).join(', ')
    throw new UsageError(`error: --resume: ${resume} is not complete: ${join(path, 'pointers')} does not name it${others === '' ? '' : `; it names ${others}`}`)
  }
  return { path, backend, upTo: chosen.id }
}

function checkSavepoint({ savepoint, checkpointDir, resume }: RunFlags): void {
  if (savepoint === undefined) return
  if (savepoint.trim() === '') throw new UsageError('error: --savepoint needs a name')
  if (checkpointDir === undefined && resume === undefined) throw new UsageError(`error: --savepoint ${savepoint} needs a folder to be kept in: add --checkpoint-dir D`)
}

function savepointText({ id, name, status, failure }: CheckpointRecord, { path }: CheckpointFolder): string {
  if (status === 'completed') return `advice MR-411 job: savepoint ${id} “${name}” is complete; go on from it with --resume ${join(path, `savepoint-${id}`)}`
  return `error MR-411 job: savepoint “${name}” was not taken: ${failure}`
}

function notMetBecause({ when }: Fault): string {
  const isUndisturbed = 'the run went on undisturbed, and so it shows nothing of a recovery'
  return when.kind === 'rows'
    ? `the sources of that worker let fewer than ${when.rows} rows through; ${isUndisturbed}. Choose fewer rows`
    : `no checkpoint ${when.checkpoint} came to that moment; ${isUndisturbed}. Choose an earlier one, or a shorter settings.checkpoint.intervalMs`
}

function faultTolerance(job: Job, folder: CheckpointFolder | null, resuming: boolean, sinks: SinkWriters): FaultTolerance {
  const { checkpoint, restart } = mergeSettings(job.settings)
  return {
    checkpoint,
    restart,
    store: new CheckpointStore(folder?.backend ?? new MemoryBackend()),
    uncommittedRows: 'held',
    ...(resuming ? { resume: { upTo: folder?.upTo ?? null } } : {}),
    // A run that keeps nothing cannot be gone on from, so nobody needs to know how far its files were.
    ...(folder === null ? {} : { sinks }),
  }
}

function faultsOf(texts: readonly string[], workers: number): Fault[] {
  return texts.map((text) => {
    const fault = parseFault(text)
    if (typeof fault === 'string') throw new UsageError(`error: --fault ${JSON.stringify(text)}: ${fault}`)
    if (fault.worker !== null && fault.worker >= workers) throw new UsageError(`error: --fault ${JSON.stringify(text)}: the job runs on ${workers} ${workers === 1 ? 'worker' : 'workers'}, counted from 0`)
    return fault
  })
}

function openOutput(id: string, path: string, resuming: boolean): OutputFile {
  try {
    return new OutputFile(path, path, resuming)
  } catch (error) {
    throw new UsageError(`error: --output ${id}: ${path} cannot be written: ${reasonOf(error, true)}`)
  }
}

/** Two results in one file would be neither, and a source that is also written is empty before it is read. */
function checkPaths(job: Job, outputs: ReadonlyMap<string, string>): void {
  const readBy = new Map<string, string>()
  const writtenBy = new Map<string, string>()
  for (const { id, kind, config } of job.operators) {
    const family = definitionOf(kind)?.family
    const connector = isObject(config.connector) ? config.connector : {}
    const own = connector.type === 'file' && typeof connector.path === 'string' ? resolve(connector.path) : null
    if (family === 'source' && own !== null) readBy.set(own, id)
    const named = outputs.get(id)
    const path = named === undefined ? (family === 'sink' ? own : null) : named === '-' ? null : resolve(named)
    if (path === null) continue
    const other = writtenBy.get(path)
    if (other !== undefined && !path.startsWith('/dev/')) throw new UsageError(`error: the sinks ${other} and ${id} both write ${path}; give each a file of its own`)
    writtenBy.set(path, id)
  }
  for (const [path, sink] of writtenBy) {
    const source = readBy.get(path)
    if (source !== undefined) throw new UsageError(`error: the sink ${sink} writes ${path}, which the source ${source} reads; write to another file`)
  }
}

function resultForm(compiled: CompiledJob, id: string, changelog: boolean): Parameters<typeof resultWriter>[0] {
  const plan = compiled.rewritten!
  const { spec } = plan.operators.find((operator) => operator.spec.id === id)!
  const { schema } = spec.inputs[0]!
  const names = Array.isArray(spec.config.key) ? (spec.config.key as readonly string[]) : []
  const updating = spec.inputs.some((input) => input.updating === true)
  return { schema, key: names.length === 0 ? null : names.map((name) => fieldIndex(schema, name)), updating, changelog }
}

function summaryText(job: Job, durationMs: number, writers: ReadonlyMap<string, ResultWriter>): string {
  const rows = [...writers].map(([id, writer]) => `${id}: ${writer.rowCount.toLocaleString('en')} ${writer.rowCount === 1 ? 'row' : 'rows'}`)
  const sinks = job.operators.filter(({ kind }) => definitionOf(kind)?.family === 'sink').map(({ id }) => `--output ${id}=-`)
  const asked = rows.length === 0 && sinks.length > 0 ? `; ask for rows with ${sinks.join(' or ')}` : ''
  return `finished in ${(durationMs / 1000).toFixed(1)} s${asked}${rows.map((text) => ` · ${text}`).join('')}\n`
}

import { Command, CommanderError, Option } from 'commander'
import { version } from '../../package.json'
import { parallelismMax } from '../job/envelope.ts'
import type { SimulateFlags } from './commands/simulate.ts'
import { RunError, UsageError, type ExitCode, type Terminal } from './terminal.ts'

/**
 * The command line: `millrace <command>`, as the job format's section 5 has it. Each command's code is loaded when it is called, so that
 * `validate` does not wait for the engine.
 */
export async function runCommandLine(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let exit: ExitCode = 0
  const program = new Command('millrace')
    .description('Runs Millrace jobs without a page: the same engine, the same rows.')
    .version(version, '--version', 'prints the version')
    .showHelpAfterError('(millrace --help lists the commands)')
    .addHelpText('after', exitCodes)
    .exitOverride()
    .configureOutput({ writeOut: (text) => terminal.out(text), writeErr: (text) => terminal.err(text) })
  const addCommand = (name: string, description: string): Command => program.command(name).description(description)
  const job = ['<JOB>', 'the job: a JSON file, or - for standard input'] as const

  addCommand('validate', 'prints the Problems of a job')
    .argument(...job)
    .action(async (path: string) => {
      exit = await (await import('./commands/validate.ts')).validate(path, terminal)
    })

  addCommand('explain', 'prints how a job is planned: operators, schemas, chains, exchanges, state')
    .argument(...job)
    .option('--parallelism <N>', 'subtasks per operator, instead of what the job says', wholeNumber)
    .action(async (path: string, options: { parallelism?: number }) => {
      exit = await (await import('./commands/explain.ts')).explainJob(path, options, terminal)
    })

  addCommand('run', "runs a job with the page's own engine on worker threads")
    .argument(...job)
    .option('--input <SRC=FILE>', "reads the source SRC from FILE (.jsonl, .csv, .parquet, .arrow; - is JSON lines from standard input); the columns stay the job's; repeatable", collected)
    .option('--output <SINK=FILE>', "writes the rows of SINK to FILE as JSON lines, whatever the sink's connector (a topic or table gets them too); - is standard output; repeatable. Without it, the rows of a job's only live table are printed", collected)
    .option('--topic <NAME=FILE>', 'reads the topic NAME from FILE, and appends to it what the job commits to the topic; repeatable. Other topics live as long as the run', collected)
    .option('--store <D>', 'keeps the tables of store sinks in the folder D, each as JSON lines; without it they live as long as the run')
    .option('--changelog', 'writes every change with its row kind, not the final rows')
    .option('--parallelism <N>', 'subtasks per operator, instead of what the job says', wholeNumber)
    .option('--checkpoint-dir <D>', 'keeps checkpoints in the folder D, as the settings of the job say; without it they live as long as the run')
    .option('--resume <D>', 'goes on from the newest checkpoint in the folder D, or from the checkpoint or savepoint whose own folder D is, at another --parallelism too, and keeps new ones beside it')
    .option('--savepoint <NAME>', 'when the run is interrupted (SIGINT, SIGTERM), takes a savepoint called NAME in the folder of the checkpoints before it ends')
    .option('--fault <SPEC>', 'makes a fault happen once, to see the job recover; repeatable', collected)
    .addOption(new Option('--processing-time <CLOCK>', 'what PROCTIME() reads: the wall clock, or the highest event time read so far').choices(['wall', 'event']).default('wall'))
    .addHelpText(
      'after',
      `
Examples:
  millrace run job.json                              prints the rows of its only live table
  millrace run job.json --output board=rows.jsonl    writes the rows of the sink board
  millrace run job.json --input trips=mine.csv --output board=- | head
  millrace explain job.json                          names the sources and sinks of a job
  millrace run job.json --output board=rows.jsonl --checkpoint-dir state
  millrace run job.json --output board=rows.jsonl --resume state --parallelism 4
  millrace run job.json --output board=rows.jsonl --checkpoint-dir state --savepoint evening   Ctrl+C, and on another day:
  millrace run job.json --output board=rows.jsonl --resume state/savepoint-7
  millrace run writer.json --topic orders=orders.jsonl   then: millrace run reader.json --topic orders=orders.jsonl

Faults (workers and checkpoints by number; checkpoints count from 1):
  kill=1@rows=5000                   kills engine worker 1 when its sources have let 5000 rows through
  kill=1@checkpoint=3                kills it when checkpoint 3 is triggered
  kill=1@checkpoint=3:acknowledged   … when the first subtask has acknowledged it; :writing, when all have; :completed, when it is complete
  exit@checkpoint=3:writing          ends the whole process at that moment, as a power cut would

A fault whose moment never comes is named at the end (warning MR-410); the rows are those of a run without it.

A savepoint stays until its folder is removed; later checkpoints and runs do not touch it. One of another job is refused, with the differences. A second signal ends the process at once.

With checkpoints on (settings.checkpoint.intervalMs above 0), rows are written when a checkpoint covers them, each once, and a failed job is started
again as settings.restart says. --resume cuts output files back to the checkpoint; what went to standard output stays there.
${exitCodes}`,
    )
    .action(async (path: string, options: RunFlags) => {
      exit = await (await import('./commands/run.ts')).run(path, options, terminal)
    })

  addCommand('test', "runs the jobs' own tests and shows rows that differ")
    .argument('<JOB...>', 'job files')
    .option('--parallelism <N>', 'subtasks per operator, instead of what the job says', wholeNumber)
    .action(async (paths: string[], options: { parallelism?: number }) => {
      exit = await (await import('./commands/test.ts')).test(paths, options, terminal)
    })

  addCommand('export', 'writes a job in another form')
    .argument(...job)
    .addOption(new Option('--to <FORM>', 'json is the canonical text of the job, flink-sql a script for a cluster').choices(['json', 'flink-sql']).makeOptionMandatory())
    .addOption(new Option('--flink-version <V>', 'the Flink the script is for').choices(['1.20', '2.2']).default('2.2'))
    .option('--out <PATH>', 'where to write; - is standard output', '-')
    .action(async (path: string, options: { to: 'json' | 'flink-sql'; flinkVersion: '1.20' | '2.2'; out: string }) => {
      exit = await (await import('./commands/export.ts')).exportJob(path, options, terminal)
    })

  addCommand('simulate', 'runs the coordination ensemble under seeded faults and checks its invariants')
    .option('--seeds <N>', 'how many seeds to run (100, or 1 when --seed is given)')
    .option('--seed <FIRST>', 'the first seed; the same seed and options replay exactly')
    .option('--servers <N>', 'voting servers: 3, 5 or 7', '3')
    .option('--observers <N>', 'observers beside them', '0')
    .option('--faults <NAME>', 'which faults strike how often: a profile of --list (swarm)')
    .option('--profile <NAME>', 'the same as --faults')
    .option('--bug <ID>', 'turns a historic bug or a mutant on, for example ZOOKEEPER-4646')
    .option('--recipe <NAME>', 'clients run this recipe instead of the random workload')
    .option('--scenario <NAME>', 'tells one guided run, act by act')
    .option('--trace', 'tells the first seed act by act')
    .option('--no-liveness', 'stops when the faults end, without judging recovery')
    .option('--json', 'prints one JSON object')
    .option('--list', 'names profiles, bugs, scenarios, recipes and invariants')
    .action(async (options: SimulateFlags) => {
      exit = await (await import('./commands/simulate.ts')).simulate(options, terminal)
    })

  addCommand('bench', 'measures the engine: prints a table and writes bench/results/latest.json')
    .option('--query <NAME>', 'only this measurement (kernels, workers, memory, checkpoints, page, simulate, nexmark, linearity, peers, short-peers) or this Nexmark query (q5); repeatable', collected)
    .option('--peers', 'also measures other libraries on the same rows')
    .action(async (options: { query?: string[]; peers?: boolean }) => {
      exit = await (await import('./commands/bench.ts')).benchEngine(options.query ?? [], options.peers === true, terminal)
    })

  try {
    await program.parseAsync(args, { from: 'user' })
    return exit
  } catch (error) {
    // Commander throws for help too, having printed it.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    if (!(error instanceof UsageError || error instanceof RunError)) throw error
    terminal.err(`${error.message}\n`)
    return error instanceof UsageError ? 2 : 1
  }
}

const exitCodes = `
Exit codes: 0 success, 1 a job or a test that failed, 2 a call or a job that is not valid.
Problems go to standard error, one a line.`

export interface RunFlags {
  readonly input?: readonly string[]
  readonly output?: readonly string[]
  readonly topic?: readonly string[]
  readonly store?: string
  readonly changelog?: boolean
  readonly parallelism?: number
  readonly checkpointDir?: string
  readonly resume?: string
  readonly savepoint?: string
  readonly fault?: readonly string[]
  readonly processingTime: 'wall' | 'event'
}

function collected(value: string, before: readonly string[] = []): string[] {
  return [...before, value]
}

function wholeNumber(text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1 || number > parallelismMax) {
    throw new UsageError(`error: --parallelism needs a whole number from 1 to ${parallelismMax}, found ${JSON.stringify(text)}`)
  }
  return number
}

/**
 * Deliberately wrong rules of the engine (`rules.json`), one at a time, in a work tree of their own: which set of tests catches each.
 *
 *   node conformance/mutants/mutants.mjs                              every rule that has no answer yet, by cases and fixtures
 *   node conformance/mutants/mutants.mjs --only NAME --sets fixtures  some rules, some sets, asked again
 *   node conformance/mutants/mutants.mjs --sets flink --flink 128     and so many generated programs of a seed that Flink answered on this machine (`generated.js --generated N --seed S`)
 *   node conformance/mutants/mutants.mjs --seconds 120                begin no further set after this time: what is left is asked the next time
 *   node conformance/mutants/mutants.mjs --print                      ask nothing: MUTANTS.md anew from what is kept
 *
 * What is likely to catch a rule is asked first (`first` in the list), and the whole set only where that does not. A set ends at its first failing test, which is named: that a rule is caught is the question, not how often. Answers are kept in `answers.json`, and MUTANTS.md is printed from them.
 * A rule replaces texts of one file; a text that is not there exactly once is a mistake in the list, and `mutants.test.ts` says so.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'

const { values: options } = parseArgs({ options: { only: { type: 'string' }, sets: { type: 'string' }, flink: { type: 'string', default: '128' }, seed: { type: 'string', default: '301' }, print: { type: 'boolean' }, seconds: { type: 'string' } } })

/** What is run for each column; `flink` is a program of its own. */
const sets = {
  cases: ['src/operators', 'src/engine', 'src/expression', 'src/columnar'],
  fixtures: ['conformance/fixtures.test.ts'],
  evaluator: ['src/runtime/testing/generated/evaluator.test.ts'],
  flink: null,
}
const columns = Object.keys(sets)

const root = execFileSync('git', ['rev-parse', '--show-toplevel'], { encoding: 'utf8' }).trim()
const folder = join(root, 'conformance', 'mutants')
const rules = JSON.parse(readFileSync(join(folder, 'rules.json'), 'utf8'))
const answersPath = join(folder, 'answers.json')
const answers = existsSync(answersPath) ? JSON.parse(readFileSync(answersPath, 'utf8')) : {}

if (options.print !== true) {
  const asked = (options.sets ?? 'cases,fixtures').split(',')
  const unknown = asked.filter((set) => !columns.includes(set))
  if (unknown.length > 0) throw new Error(`no set is called ${unknown.join(', ')}; there are ${columns.join(', ')}`)
  const chosen = rules.filter(({ name }) => options.only === undefined || name.includes(options.only))
  if (chosen.length === 0) throw new Error(`no rule has ${options.only} in its name`)
  const tree = workTree()
  for (const rule of chosen) {
    for (const set of asked) {
      if (options.only === undefined && answers[rule.name]?.[set] !== undefined) continue
      if (performance.now() > Number(options.seconds ?? Infinity) * 1000) continue
      const answer = withRule(tree, rule, () => (set === 'flink' ? askFlink(tree) : likelyFirst(tree, rule, set)))
      console.log(`${rule.name} · ${set}: ${answer}`)
      answers[rule.name] = { ...answers[rule.name], [set]: answer }
      writeFileSync(answersPath, `${JSON.stringify(Object.fromEntries(rules.filter(({ name }) => answers[name] !== undefined).map(({ name }) => [name, answers[name]])), null, 1)}\n`)
    }
  }
  execFileSync('git', ['worktree', 'remove', '--force', tree], { cwd: root })
}
printPage()

/** A work tree at the last commit, with the modules of this one. */
function workTree() {
  const tree = join(tmpdir(), `millrace-mutants-${process.pid}`)
  rmSync(tree, { recursive: true, force: true })
  execFileSync('git', ['worktree', 'add', '--force', '--detach', tree, 'HEAD'], { cwd: root, stdio: 'ignore' })
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'))
  return tree
}

function withRule(tree, rule, ask) {
  const path = join(tree, rule.file)
  const before = readFileSync(path, 'utf8')
  let text = before
  for (const { from, to } of rule.changes) {
    if (text.split(from).length !== 2) throw new Error(`${rule.name}: ${rule.file} has ${text.split(from).length - 1} times: ${from}`)
    text = text.replace(from, () => to)
  }
  writeFileSync(path, text)
  try {
    return ask()
  } finally {
    writeFileSync(path, before)
  }
}

/** Where the rule is likely to be caught is asked first; only what is not caught there is asked of the whole set. */
function likelyFirst(tree, rule, set) {
  const first = rule.first?.[set]
  const answer = first === undefined ? 'not caught' : set === 'cases' ? runTests(tree, [first]) : runTests(tree, sets[set], ['-t', first])
  return answer === 'not caught' ? runTests(tree, sets[set]) : answer
}

/** The first test that fails, or `not caught`. */
function runTests(tree, paths, more = []) {
  const report = join(tree, 'mutant-report.json')
  rmSync(report, { force: true })
  spawnSync('npx', ['vitest', 'run', ...paths, ...more, '--bail=1', '--reporter=json', `--outputFile=${report}`], { cwd: tree, stdio: 'ignore', timeout: 1_200_000 })
  if (!existsSync(report)) return 'did not run'
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'))
  for (const { name, status, message, assertionResults } of testResults) {
    const file = name.slice(tree.length + 1)
    const failing = assertionResults.find((test) => test.status === 'failed')
    if (failing !== undefined) return `${file}: ${failing.fullName}`
    if (status === 'failed' && assertionResults.length === 0 && message !== '') return `${file}: ${message.split('\n')[0]}`
  }
  return 'not caught'
}

/** Generated programs by the engine with the wrong rule, against what Flink answered to them before: no Flink is started for a rule. */
function askFlink(tree) {
  const answers = join('conformance', 'target', 'generated', 'answers-2.2.jsonl')
  if (!existsSync(join(root, answers))) return 'did not run'
  mkdirSync(join(tree, dirname(answers)), { recursive: true })
  copyFileSync(join(root, answers), join(tree, answers))
  const build = spawnSync('npx', ['vite', 'build', '--config', 'vite.conformance.config.ts', '--logLevel', 'error'], { cwd: tree, encoding: 'utf8' })
  if (build.status !== 0) return 'did not run'
  const run = spawnSync('node', ['dist/conformance/generated.js', '--generated', options.flink, '--seed', options.seed, '--flink', '2.2', '--known'], { cwd: tree, encoding: 'utf8', maxBuffer: 1 << 28, timeout: 1_200_000 })
  const said = /(\d+) of (\d+) generated programs asked.* (\d+) different/.exec(run.stdout ?? '')
  if (said === null || said[1] === '0') return 'did not run'
  return said[3] === '0' ? 'not caught' : `${said[3]} of ${said[1]} programs`
}

function printPage() {
  const cell = (answer) => {
    if (answer === undefined) return 'not asked'
    if (answer === 'not caught' || answer === 'did not run' || / of \d+ programs$/.test(answer)) return answer
    const [file, ...test] = answer.split(': ')
    return `${test.join(': ').replaceAll('|', '\\|').slice(0, 140)} (\`${file.replace(/^src\//, '')}\`)`
  }
  const table = rules.map(({ name, file }) => `| ${name} | \`${file}\` | ${columns.map((column) => cell(answers[name]?.[column])).join(' | ')} |`)
  writeFileSync(
    join(root, 'conformance', 'MUTANTS.md'),
    `# Wrong rules, and what catches them

Written by \`node conformance/mutants/mutants.mjs\`, which applies each rule of \`mutants/rules.json\` to a work tree of its own and runs there: *cases* (tests of rooms, engine, expressions and columns), *fixtures* (what Flink
answered, kept), the naive *evaluator* of \`src/runtime/testing/generated\`, and *flink* (random programs that a real Flink 2.2 answered: how many differ). A set ends at its first failing test, which is named;
\`mutants.test.ts\` keeps the list applicable and refuses a rule that neither cases nor fixtures catch.

| wrong rule | file | ${columns.join(' | ')} |
|---|---|${columns.map(() => '---|').join('')}
${table.join('\n')}

What generated programs cannot find: a rule that changes nothing but where a row is computed (key groups), and scalar rules whose values they do not make.
`,
  )
}

// Asks a real ZooKeeper and writes its answers to answers.json, or with --check to a file of its own, which it prints the path of. Needs Java 11 or later and Maven.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const here = import.meta.dirname
const target = join(here, 'target')
const classpathFile = join(target, 'classpath.txt')
const isCheck = process.argv.includes('--check')

mkdirSync(target, { recursive: true })
if (!isCheck || !existsSync(classpathFile)) {
  execFileSync('mvn', ['-q', '-B', 'process-classes', 'dependency:build-classpath', `-Dmdep.outputFile=${classpathFile}`], { cwd: here, stdio: ['ignore', 'inherit', 'inherit'] })
}
const answers = isCheck ? join(target, 'answers.json') : join(here, 'answers.json')
const classpath = [join(target, 'classes'), readFileSync(classpathFile, 'utf8').trim()].join(delimiter)
execFileSync('java', ['-cp', classpath, 'org.apache.zookeeper.server.quorum.CrossCheck', join(here, 'script.txt'), answers], { stdio: ['ignore', 'ignore', 'ignore'] })
process.stdout.write(`${answers}\n`)

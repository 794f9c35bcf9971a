// Asks a real ZooKeeper and writes its answers to answers.json, or with --check to a file of its own, which it prints the path of. Needs Java 11 or later and Maven.
// With --debian it asks the server of Debian's package `libzookeeper-java` (3.8.0 in bookworm), for which a JDK is enough; its answers go to a file of their own too.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const here = import.meta.dirname
const target = join(here, 'target')
const script = join(here, 'script.txt')

/** Writes what a server of these jars answers, and prints where. */
function ask(classpath, answers) {
  execFileSync('java', ['-cp', classpath.join(delimiter), 'org.apache.zookeeper.server.quorum.CrossCheck', script, answers], { stdio: ['ignore', 'ignore', 'ignore'] })
  process.stdout.write(`${answers}\n`)
}

function askDebian() {
  const jars = '/usr/share/java'
  const classes = join(target, 'debian')
  mkdirSync(classes, { recursive: true })
  execFileSync('javac', ['-proc:none', '-cp', join(jars, '*'), '-d', classes, join(here, 'src/main/java/org/apache/zookeeper/server/quorum/CrossCheck.java')], { stdio: ['ignore', 'ignore', 'inherit'] })
  ask([classes, join(jars, 'zookeeper.jar'), join(jars, 'zookeeper-jute.jar'), join(jars, '*')], join(target, 'answers.debian.json'))
}

function askMaven(isCheck) {
  const classpathFile = join(target, 'classpath.txt')
  mkdirSync(target, { recursive: true })
  if (!isCheck || !existsSync(classpathFile)) {
    execFileSync('mvn', ['-q', '-B', 'process-classes', 'dependency:build-classpath', `-Dmdep.outputFile=${classpathFile}`], { cwd: here, stdio: ['ignore', 'inherit', 'inherit'] })
  }
  ask([join(target, 'classes'), readFileSync(classpathFile, 'utf8').trim()], isCheck ? join(target, 'answers.json') : join(here, 'answers.json'))
}

if (process.argv.includes('--debian')) askDebian()
else askMaven(process.argv.includes('--check'))

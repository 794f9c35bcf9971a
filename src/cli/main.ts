#!/usr/bin/env node
import { reasonOf } from './jobFile.ts'
import { runCommandLine } from './program.ts'
import type { Terminal } from './terminal.ts'

const terminal: Terminal = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isInteractive: process.stderr.isTTY === true,
  stdin: async () => {
    const chunks: Buffer[] = []
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
    return Buffer.concat(chunks)
  },
  // Named by its place, because the build puts the engine beside this file.
  engineScript: new URL('./engineThread.js', import.meta.url),
  now: () => performance.now(),
  crash: () => process.kill(process.pid, 'SIGKILL'),
  onInterrupt: (listener) => {
    // Once: the second ends the process, whatever it is at.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, listener)
    return () => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, listener)
    }
  },
}

// `millrace run … | head` closes the pipe early: that is the reader's good right. A full disk behind `>` is a failed run.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  terminal.err(`error: standard output cannot be written: ${reasonOf(error)}; what was written stays\n`)
  process.exit(1)
})
// Where nobody hears the problems, the exit code still tells.
process.stderr.on('error', () => {})

process.exitCode = await runCommandLine(process.argv.slice(2), terminal)

import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'

/** Examples on disk, and the command line that runs them. */
export const root = join(import.meta.dirname, '..', '..')

export interface ExampleJob {
  readonly file: string
  readonly name: string
  readonly sinks: readonly string[]
  readonly text: string
}

interface OperatorOfExample {
  readonly id: string
  readonly kind: string
  readonly config: { readonly connector?: { readonly type: string } }
}

/** A sink of the page shows its rows; what a topic got, `topics.spec.ts` looks at. */
const isCompared = ({ kind, config }: OperatorOfExample): boolean => kind === 'sink' && config.connector?.type !== 'topic'

export const examples: readonly ExampleJob[] = readdirSync(join(root, 'examples'))
  .filter((file) => file.endsWith('.json'))
  .map((file) => {
    const text = readFileSync(join(root, 'examples', file), 'utf8')
    const job = JSON.parse(text) as { name: string; operators: OperatorOfExample[] }
    return { file, name: job.name, text, sinks: job.operators.filter(isCompared).map((operator) => operator.id) }
  })

/** What `npx millrace …` prints. */
export function millrace(args: readonly string[], input?: string): string {
  return execFileSync(process.execPath, [join(root, 'dist/cli/main.js'), ...args], { cwd: root, input, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 })
}

/** Opens files through the page's own dialog; `Designer` has listened for it since before the load. */
export async function openFiles(page: Page, ...files: readonly { readonly name: string; readonly content: string | Buffer }[]): Promise<void> {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Control+o')])
  await chooser.setFiles(files.map(({ name, content }) => ({ name, mimeType: 'application/octet-stream', buffer: Buffer.from(content) })))
}

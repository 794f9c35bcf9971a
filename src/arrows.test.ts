import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, posix, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

/**
 * The house: which folder may import which. Changing an arrow is one line here and a record in docs/decisions, in the same commit.
 * An entry may name a folder or one file of a folder (`operators/catalog`).
 */
const table: Record<string, { row: number; may: readonly string[] }> = {
  designer: {
    row: 6,
    may: ['runtime', 'export', 'operators/catalog', 'operators/help', 'compiler', 'job', 'expression', 'columnar', 'streams', 'ensemble', 'checkpoints', 'deterministic'],
  },
  cli: { row: 6, may: ['runtime', 'export', 'operators/catalog', 'compiler', 'job', 'streams', 'ensemble', 'checkpoints', 'columnar', 'expression', 'deterministic'] },
  runtime: { row: 5, may: ['operators/catalog', 'operators/runtimes', 'operators/runtimeFactory', 'compiler', 'engine', 'job', 'columnar', 'ensemble', 'checkpoints', 'deterministic'] },
  export: { row: 5, may: ['operators/catalog', 'operators/emitters', 'compiler', 'sql', 'job', 'columnar', 'expression'] },
  operators: { row: 4, may: ['engine', 'sql', 'streams', 'job', 'expression', 'columnar', 'deterministic'] },
  compiler: { row: 3, may: ['job', 'expression', 'columnar'] },
  engine: { row: 3, may: ['columnar', 'deterministic'] },
  sql: { row: 3, may: ['expression', 'columnar'] },
  streams: { row: 3, may: ['columnar', 'deterministic'] },
  job: { row: 2, may: ['expression', 'columnar'] },
  checkpoints: { row: 2, may: [] },
  ensemble: { row: 2, may: ['deterministic'] },
  expression: { row: 1, may: ['columnar'] },
  columnar: { row: 0, may: [] },
  deterministic: { row: 0, may: [] },
}

/** Packages that belong to one folder only. */
const packagesOf: Record<string, readonly string[]> = {
  react: ['designer'],
  'react-dom': ['designer'],
  '@xyflow/react': ['designer'],
  zustand: ['designer'],
  'monaco-editor': ['designer'],
  comlink: ['runtime', 'designer'],
}

const root = resolve(import.meta.dirname)

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (statSync(path).isDirectory()) return sources(path)
    return /\.tsx?$/.test(name) ? [path] : []
  })
}

/** Import, re-export, dynamic import and worker URL specifiers of a file. */
function importsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8')
  const found = [
    ...text.matchAll(/^\s*(?:import|export)\b[^'"`;]*?from\s*['"]([^'"]+)['"]/gm),
    ...text.matchAll(/^\s*import\s*['"]([^'"]+)['"]/gm),
    ...text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g),
    ...text.matchAll(/new URL\(\s*['"](\.[^'"]+)['"]\s*,\s*import\.meta\.url/g),
  ]
  return found.map((match) => match[1]!)
}

const files = sources(root).filter((path) => relative(root, path).includes('/'))

describe('the house', () => {
  it('has a table that only points down', () => {
    for (const [from, { row, may }] of Object.entries(table)) {
      for (const target of may) expect(table[target.split('/')[0]!]!.row, `${from} -> ${target}`).toBeLessThan(row)
    }
  })

  it('has no folder outside the table and nothing loose beside it', () => {
    const entries = readdirSync(root)
    const folders = entries.filter((name) => statSync(join(root, name)).isDirectory())
    expect(folders.filter((name) => table[name] === undefined)).toEqual([])
    expect(entries.filter((name) => !folders.includes(name)).toSorted()).toEqual(['arrows.test.ts', 'tsconfig.pure.json'])
  })

  it('imports along the arrows', () => {
    const wrong: string[] = []
    let checked = 0
    for (const path of files) {
      const here = relative(root, path).split('/')
      const folder = here[0]!
      const isTest = /\.test\.tsx?$/.test(path) || here.includes('testing')
      for (const specifier of importsOf(path)) {
        if (!specifier.startsWith('.')) {
          const name = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : specifier.split('/')[0]!
          const homes = packagesOf[name]
          if (homes !== undefined && !homes.includes(folder)) wrong.push(`${here.join('/')} imports ${name}; only ${homes.join(', ')} may`)
          continue
        }
        checked++
        const target = posix.normalize(relative(root, resolve(dirname(path), specifier))).replace(/\?.*$/, '')
        const [targetFolder, targetFile] = target.split('/')
        if (target.startsWith('..') || targetFolder === undefined || targetFolder === folder) {
          // A room never imports another room.
          if (folder === 'operators' && targetFolder === 'operators' && !isTest) {
            const rooms = [here, target.split('/')].map((parts) => (parts.length > 2 ? parts[1]! : null))
            if (rooms[0] !== null && rooms[1] !== null && rooms[0] !== rooms[1]) {
              wrong.push(`${here.join('/')} imports the room ${rooms[1]}; what two rooms share belongs in engine, expression or job`)
            }
          }
          continue
        }
        const may = table[folder]!.may
        const file = `${targetFolder}/${targetFile?.replace(/\.tsx?$/, '')}`
        if (may.includes(targetFolder) || may.includes(file)) continue
        // Tests may look further down, never up.
        if (isTest && table[targetFolder]!.row < table[folder]!.row) continue
        wrong.push(`${here.join('/')} imports ${file}; ${folder} may import only ${may.join(', ')}. If it needs this, pass it in from above.`)
      }
    }
    expect(wrong).toEqual([])
    expect(checked).toBeGreaterThan(0)
  })
})

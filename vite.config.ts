import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig, runnerImport, type Plugin } from 'vite'

/** Cross-origin isolation, so that engine workers may share memory. The service worker adds the same on static hosts. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

/** As named in monaco-editor 0.57; the editor falls back to plain strings where one is missing, which the policy then refuses. */
const monacoPolicies = ['defaultWorkerFactory', 'diffEditorWidget', 'diffReview', 'domLineBreaksComputer', 'editorGhostText', 'editorViewLayer', 'richScreenReaderContent', 'standaloneColorizer', 'stickyScrollViewLayer', 'tokenizeToString', 'dompurify']

/** Monaco and React Flow set inline styles; nothing else is allowed beyond our own files. WebAssembly is for user functions. */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "connect-src 'self' blob:",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  // No text becomes markup or a script address, except through these policies: ours names workers (runtime/launch/workerUrl.ts), the others are Monaco's for its
  // own templates (one of them made twice). One without a name here cannot be made.
  "require-trusted-types-for 'script'",
  `trusted-types ${['millrace', ...monacoPolicies, "'allow-duplicates'"].join(' ')}`,
].join('; ')

/** Lists every built file for the service worker, gives it the build's name, and puts the policy into the page. */
function offline(): Plugin {
  return {
    name: 'millrace-offline',
    apply: 'build',
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy }, injectTo: 'head-prepend' },
    ],
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const files = Object.keys(bundle)
          .filter((name) => name !== 'service-worker.js' && name !== 'index.html' && !name.startsWith('.vite/') && !name.endsWith('.map'))
          .toSorted()
        const build = createHash('sha256')
        for (const name of [...files, 'index.html']) {
          const output = bundle[name]
          build.update(name).update(output === undefined ? '' : output.type === 'chunk' ? output.code : output.source)
        }
        for (const name of publicFiles()) {
          files.push(name)
          build.update(name).update(readFileSync(`public/${name}`))
        }
        this.emitFile({ type: 'asset', fileName: 'assets.json', source: `${JSON.stringify({ files }, null, 1)}\n` })
        const worker = bundle['service-worker.js']
        if (worker?.type === 'chunk') {
          worker.code = worker.code.replaceAll('__MILLRACE_BUILD__', JSON.stringify(build.digest('hex').slice(0, 16))).replaceAll('__MILLRACE_CSP__', JSON.stringify(contentSecurityPolicy))
        }
      },
    },
  }
}

/**
 * React Flow comes as one module whose components are made by calls and then named for its developer tools, both of which a bundler must take for effects: what nobody imports (its overview, controls and
 * resizers) would be fetched before the first screen. Told that they are none, it leaves out three kilobytes of 74.
 */
function usedPartsOfReactFlow(): Plugin {
  return {
    name: 'millrace-used-parts-of-react-flow',
    apply: 'build',
    transform: {
      filter: { id: /@xyflow\/react\/dist\/esm\/index\.m?js/ },
      handler: (code) => ({ code: code.replace(/^\w+\.displayName = '\w+';$/gm, '').replace(/^(const \w+ = )(memo|fixedForwardRef)\(/gm, '$1/* @__PURE__ */ $2('), map: null }),
    },
  }
}

/**
 * Monaco's file for starting a worker (0.57) asks for every feature of the editor, seventy of them. They come with the first document that is JSON, when the editor's services have long been put together, and those that
 * need a service of their own then fail on the console ("UNKNOWN service"). What the page uses is asked for by name in `source/monaco.ts`, before the first editor is made.
 */
function usedFeaturesOfMonaco(): Plugin {
  return {
    name: 'millrace-used-features-of-monaco',
    transform: {
      filter: { id: /monaco-editor\/esm\/vs\/internal\/common\/workers\.js/ },
      handler: (code) => ({ code: code.replace(/^import '[^']*';$/gm, ''), map: null }),
    },
  }
}

/**
 * Our workers as entries of the page's own build, so that page and workers share their chunks: the language and the catalog are fetched once, not once for the
 * page, once for the checker and once for each engine. (Vite by itself builds every worker with a copy of all it imports.)
 */
function sharedWorkers(): Plugin {
  const entries = new Set<string>()
  return {
    name: 'millrace-shared-workers',
    apply: 'build',
    enforce: 'pre',
    transform: {
      filter: { id: /\/src\/.*\.tsx?$/, code: /\.worker\.ts'/ },
      handler(code, id) {
        return code.replaceAll(/new URL\('(\.[^']*\.worker\.ts)', import\.meta\.url\)/g, (_, specifier: string) => {
          const entry = resolve(dirname(id), specifier)
          entries.add(entry)
          return `import.meta.ROLLUP_FILE_URL_${this.emitFile({ type: 'chunk', id: entry, name: basename(specifier, '.ts') })}`
        })
      },
    },
    generateBundle: {
      order: 'pre',
      handler(_, bundle) {
        // Vite preloads what a dynamic import will need with tags of the document, and a worker has none.
        reachedByWorkers.clear()
        const visit = (file: string): void => {
          const chunk = bundle[file]
          if (chunk?.type !== 'chunk' || reachedByWorkers.has(file)) return
          reachedByWorkers.add(file)
          for (const next of [...chunk.imports, ...chunk.dynamicImports]) visit(next)
        }
        for (const chunk of Object.values(bundle)) if (chunk.type === 'chunk' && chunk.facadeModuleId !== null && entries.has(chunk.facadeModuleId)) visit(chunk.fileName)
      },
    },
  }
}

/**
 * What the first screen shows, as data made while building: `virtual:operator-faces`, what is seen of each operator, from the catalog, which itself brings
 * rules and the expression language; and `virtual:landing-job`, the first sample as the strict reader reads it, so that a first visit need not fetch the reader.
 */
function firstScreenData(): Plugin {
  const made: Readonly<Record<string, (plugin: { addWatchFile(file: string): void }) => Promise<unknown>>> = {
    'virtual:operator-faces': async (plugin) => {
      const { definitions } = await runHere<typeof import('./src/operators/catalog.ts')>(plugin, 'src/operators/catalog.ts')
      return definitions.map(({ kind, title, family, icon, summary, searchTerms, inputs, outputs }) => ({ kind, title, family, icon, summary, searchTerms, inputs, outputs }))
    },
    'virtual:landing-job': async (plugin) => {
      const { parseJob } = await runHere<typeof import('./src/job/parseJob.ts')>(plugin, 'src/job/parseJob.ts')
      const [landing] = JSON.parse(readFileSync('examples/gallery/index.json', 'utf8')) as { file: string }[]
      const file = `examples/${landing!.file}`
      plugin.addWatchFile(resolve(import.meta.dirname, file))
      const { job, problems } = parseJob(readFileSync(file, 'utf8'))
      if (job === null) throw new Error(`${file} cannot be read: ${problems[0]?.message}`)
      if (!isPlain(job)) throw new Error(`${file} holds a number that is no double; it cannot be the landing sample.`)
      return job
    },
  }
  return {
    name: 'millrace-first-screen',
    resolveId: (id) => (Object.hasOwn(made, id) ? `\0${id}` : null),
    async load(id) {
      const make = id.startsWith('\0') ? made[id.slice(1)] : undefined
      return make === undefined ? null : `export default ${JSON.stringify(await make(this))}`
    },
  }
}

/** A module of ours, run in the build itself. */
async function runHere<T>(plugin: { addWatchFile(file: string): void }, path: string): Promise<T> {
  const { module, dependencies } = await runnerImport<T>(resolve(import.meta.dirname, path), { configFile: false, logLevel: 'error' })
  for (const file of dependencies) plugin.addWatchFile(file)
  return module
}

function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  return (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype) && Object.values(value).every(isPlain)
}

/** Chunks that a worker may load. */
const reachedByWorkers = new Set<string>()

function publicFiles(): string[] {
  return readdirSync('public', { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.replace(/^public\//, ''))
    .toSorted()
}

export default defineConfig({
  // Relative, so that the built page works from any sub-path of any static host.
  base: './',
  plugins: [firstScreenData(), usedPartsOfReactFlow(), usedFeaturesOfMonaco(), sharedWorkers(), react(), offline()],
  server: { host: '127.0.0.1', headers: isolation },
  preview: { host: '127.0.0.1', headers: { ...isolation, 'Content-Security-Policy': contentSecurityPolicy } },
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    outDir: 'dist/page',
    manifest: true,
    modulePreload: { polyfill: false, resolveDependencies: (_, files, { hostId }) => (reachedByWorkers.has(hostId) ? [] : files) },
    cssTarget: ['chrome125', 'firefox128', 'safari18'],
    // Monaco's editor is one chunk of 2.7 MB, fetched with the first code field.
    chunkSizeWarningLimit: 3600,
    rollupOptions: {
      input: { index: 'index.html', 'service-worker': 'src/designer/offline/serviceWorker.ts' },
      output: { entryFileNames: (chunk) => (chunk.name === 'service-worker' ? 'service-worker.js' : 'assets/[name]-[hash].js') },
    },
  },
})

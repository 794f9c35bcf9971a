import { builtinModules, createRequire } from 'node:module'
import { chmodSync, copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig, type Plugin } from 'vite'

/** `npx millrace` runs the built file itself, so it must be executable. */
const executable: Plugin = {
  name: 'millrace-executable',
  writeBundle: ({ dir }) => chmodSync(join(dir ?? 'dist/cli', 'main.js'), 0o755),
}

/** The sandbox of user functions looks for its WebAssembly beside the chunk that starts it, and this build moves no assets of packages. */
const sandbox: Plugin = {
  name: 'millrace-sandbox',
  writeBundle: ({ dir }) => copyFileSync(createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/wasm'), join(dir ?? 'dist/cli', 'chunks/emscripten-module.wasm')),
}

/**
 * The command line as plain Node modules in dist/cli: `main.js`, which package.json's `bin` names, `engineThread.js`, which each engine worker
 * thread runs, and chunks that commands load when they are called. Everything but Node itself is inside: the build runs without node_modules.
 */
export default defineConfig({
  plugins: [executable, sandbox],
  // The page's static files are no part of the command line.
  publicDir: false,
  ssr: { target: 'node', noExternal: true },
  build: {
    ssr: true,
    target: 'node20',
    outDir: 'dist/cli',
    emptyOutDir: true,
    minify: false,
    rollupOptions: {
      input: {
        main: 'src/cli/main.ts',
        engineThread: 'src/runtime/launch/engineThread.ts',
      },
      external: [...builtinModules, /^node:/],
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
})

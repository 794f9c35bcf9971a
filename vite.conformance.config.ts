import { copyFileSync } from 'node:fs'
import { builtinModules, createRequire } from 'node:module'
import { join } from 'node:path'
import { defineConfig, type Plugin } from 'vite'

/** The sandbox of user functions looks for its WebAssembly beside the chunk that starts it. */
const sandbox: Plugin = {
  name: 'millrace-sandbox',
  writeBundle: ({ dir }) => copyFileSync(createRequire(import.meta.url).resolve('@jitl/quickjs-wasmfile-release-sync/wasm'), join(dir ?? 'dist/conformance', 'chunks/emscripten-module.wasm')),
}

/** The conformance runner as one plain Node program in dist/conformance, built like the command line: Node itself is all it needs beside Java and Maven. */
export default defineConfig({
  plugins: [sandbox],
  publicDir: false,
  ssr: { target: 'node', noExternal: true },
  build: {
    ssr: true,
    target: 'node20',
    outDir: 'dist/conformance',
    emptyOutDir: true,
    minify: false,
    rollupOptions: {
      input: { main: 'conformance/src/main.ts', generated: 'conformance/src/generated.ts' },
      external: [...builtinModules, /^node:/],
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
})

import { builtinModules } from 'node:module'
import { defineConfig } from 'vite'

/** The conformance runner as one plain Node program in dist/conformance, built like the command line: Node itself is all it needs beside Java and Maven. */
export default defineConfig({
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

import { builtinModules } from 'node:module'
import { defineConfig } from 'vite'

/** The long run of generated programs as one plain Node program in dist/programs, built like the command line. */
export default defineConfig({
  publicDir: false,
  ssr: { target: 'node', noExternal: true },
  build: {
    ssr: true,
    target: 'node20',
    outDir: 'dist/programs',
    emptyOutDir: true,
    minify: false,
    rollupOptions: {
      input: { main: 'src/runtime/testing/generated/longRun.ts' },
      external: [...builtinModules, /^node:/],
      output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
})

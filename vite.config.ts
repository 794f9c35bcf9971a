import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Cross-origin isolation, so that engine workers may share memory. The service worker adds the same on static hosts. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
}

export default defineConfig({
  // Relative, so that the built page works from any sub-path of any static host.
  base: './',
  plugins: [react()],
  server: { host: '127.0.0.1', headers: isolation },
  preview: { host: '127.0.0.1', headers: isolation },
  worker: { format: 'es' },
  build: { target: 'es2023', outDir: 'dist/page', manifest: true, cssTarget: ['chrome125', 'firefox128', 'safari18'] },
})

import { svelte } from '@sveltejs/vite-plugin-svelte'
import { defineConfig } from 'vite'

const SERVER = process.env.TURNOUT_SERVER ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [svelte()],
  worker: { format: 'es' },
  build: {
    outDir: '../src/turnout/adapters/http/built',
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: false,
    // MapLibre alone is about 1 MB; it is loaded only where there is a map.
    chunkSizeWarningLimit: 1200,
  },
  server: {
    port: 5173,
    proxy: {
      '/api': SERVER,
      '/health': SERVER,
      '/tiles': SERVER,
      '/socket': { target: SERVER.replace('http', 'ws'), ws: true },
    },
  },
})

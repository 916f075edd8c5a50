import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { mantineStyles } from './scripts/mantine_styles';

/// The path below which the server serves the page.
const base = '/ui/';

/// Libraries that every view needs, in a chunk that changes with their versions only.
const kFramework =
  /node_modules\/(react|react-dom|scheduler|@tanstack\/(react-)?(query|router|store|history)[\w-]*)\//;

export default defineConfig({
  base,
  plugins: [react(), mantineStyles()],
  build: {
    target: 'es2022',
    // The policy of the server permits no data: URLs for fonts and scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      output: { manualChunks: id => (kFramework.test(id) ? 'framework' : undefined) },
    },
  },
  server: {
    // A running ecron; ECRON_SERVER names another one.
    // The server compares Origin with Host, which therefore stays as the browser sends it.
    proxy: { '/api': { target: process.env.ECRON_SERVER ?? 'http://127.0.0.1:12345', changeOrigin: false } },
  },
  test: { include: ['src/**/*.test.ts', 'src/**/*.test.tsx'] },
} as Parameters<typeof defineConfig>[0]);

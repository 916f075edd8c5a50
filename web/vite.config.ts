import {
  convertCssVariables,
  DEFAULT_THEME,
  defaultCssVariablesResolver,
  mergeMantineTheme,
} from '@mantine/core';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { theme } from './src/app/theme';

/// The path below which the server serves the page.
const base = '/ui/';

/// Mantine's variables as a style sheet that is part of the build. MantineProvider would inject them as a <style>
/// element, which the server's Content-Security-Policy refuses.
function mantineVariables(): Plugin {
  const id = '\0mantine-variables.css';
  return {
    name: 'mantine-variables',
    resolveId: source => (source === 'virtual:mantine-variables.css' ? id : undefined),
    load: source =>
      source === id
        ? convertCssVariables(defaultCssVariablesResolver(mergeMantineTheme(DEFAULT_THEME, theme)), ':root')
        : undefined,
  };
}

export default defineConfig({
  base,
  plugins: [react(), mantineVariables()],
  build: {
    target: 'es2022',
    // The policy of the server permits no data: URLs for fonts and scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    sourcemap: false,
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      output: {
        manualChunks: id =>
          /node_modules\/(react|react-dom|scheduler|@tanstack)\//.test(id) ? 'framework' : undefined,
      },
    },
  },
  server: {
    // A running ecron; ECRON_SERVER names another one.
    proxy: { '/api': process.env.ECRON_SERVER ?? 'http://127.0.0.1:12345' },
  },
  test: { include: ['src/**/*.test.ts', 'src/**/*.test.tsx'] },
} as Parameters<typeof defineConfig>[0]);

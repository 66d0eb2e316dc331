import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import type { PluginOption } from 'vite';
import { defineConfig } from 'vitest/config';
import { fakeServerPlugin } from './dev/fake_plugin';

const lib = fileURLToPath(new URL('./src/lib', import.meta.url));
const server_url = process.env['DHII_SERVER'] ?? 'http://127.0.0.1:8080';
const fake = process.env['DHII_FAKE'] === '1';

// `npm run dev` talks to a running dhii-mail; `npm run dev:fake` to the in-memory server of the unit tests.
const proxied = Object.fromEntries(
  ['/api', '/jmap', '/.well-known', '/frame', '/proxy'].map((path) => [path, server_url]),
);

export default defineConfig({
  plugins: [svelte(), fake ? fakeServerPlugin() : undefined] as PluginOption[],
  resolve: {
    alias: { $lib: lib },
    ...(process.env['VITEST'] ? { conditions: ['browser'] } : {}), // the tests run Svelte's client code
  },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0, // a data: font or script would need a wider CSP
    reportCompressedSize: false,
  },
  server: { proxy: fake ? {} : proxied },
  test: {
    environment: 'node',
    include: ['src/**/*.test.ts'],
    testTimeout: 60000,
  },
});

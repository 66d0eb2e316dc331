import type { Plugin } from 'vite';
export function fakeServerPlugin(): Plugin { return { name: 'fake' }; }

// Serves the in-memory server inside Vite: `npm run dev:fake`, and `npm run preview:fake` for the production build
// under the same Content-Security-Policy that dhii-mail sends.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { Plugin } from 'vite';
import { FakeServer } from '../src/lib/jmap/fake_server';
import { fill } from './sample';

export const kAppPolicy =
  "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; frame-src 'self'; form-action 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'self'; require-trusted-types-for 'script'; trusted-types svelte-trusted-html dompurify";

export function fakeServerPlugin(): Plugin {
  const server = new FakeServer();
  fill(server, Number(process.env['DHII_FAKE_COUNT'] ?? 120));
  server.signedIn = false;
  server.needsSetup = true;
  if (process.env['DHII_FAKE_SIGNED_IN']) {
    server.signedIn = true;
    server.accounts = [{ id: 'a1', kind: 'imap', email: 'me@example.org', name: 'Me', state: 'idle', progress: { done: 0, total: 0 } }];
  }

  const middleware = (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const path = request.url ?? '/';
    if (!/^\/(api|jmap|\.well-known|frame|fake)\b/.test(path)) return next();
    if (path.startsWith('/fake/mail')) {
      server.add({ subject: `Fresh mail at ${new Date().toLocaleTimeString()}` });
      server.pushState();
      response.end('added');
      return;
    }
    void answer(server, request, response);
  };
  return {
    name: 'dhii-fake-server',
    configureServer: ({ middlewares }) => void middlewares.use(middleware),
    configurePreviewServer: ({ middlewares }) => {
      middlewares.use((_request, response, next) => {
        response.setHeader('Content-Security-Policy', kAppPolicy);
        next();
      });
      middlewares.use(middleware);
    },
  };
}

async function answer(server: FakeServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const has_body = request.method !== 'GET' && request.method !== 'HEAD';
  const headers = new Headers(Object.entries(request.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as [string, string]] : [])));
  const result = await server.handle(new Request(`http://fake${request.url ?? '/'}`, { method: request.method ?? 'GET', headers, ...(has_body ? { body: Buffer.concat(chunks) } : {}) }));
  response.statusCode = result.status;
  result.headers.forEach((value, name) => response.setHeader(name, value));
  if (!result.body) return void response.end();
  const stream = Readable.fromWeb(result.body as never);
  request.on('close', () => undefined);
  response.on('close', () => stream.destroy());
  stream.pipe(response);
}

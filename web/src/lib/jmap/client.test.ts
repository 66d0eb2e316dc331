import { describe, expect, it } from 'vitest';
import { JmapClient } from './client';
import { ApiError, MethodError, NetworkError, SignedOutError } from './errors';
import { EventStreamParser } from './event_stream';
import { FakeServer } from './fake_server';
import { retry_delay_ms } from './push';
import { Transport } from './transport';

async function connected(server = new FakeServer()) {
  const slept: number[] = [];
  const transport = new Transport({ fetch: server.fetch, sleep: async (ms) => void slept.push(ms) });
  await transport.refresh();
  server.log = [];
  return { server, transport, client: new JmapClient(transport), slept };
}

describe('Transport', () => {
  it('refreshes once for many requests that meet a dead token', async () => {
    const { server, transport } = await connected();
    server.tokenNumber = 2; // the token we hold is dead, the cookie still good
    const answers = await Promise.all([1, 2, 3].map(() => transport.getJson('/api/v1/accounts')));
    expect(answers).toHaveLength(3);
    expect(server.log.filter((line) => line.includes('/auth/refresh'))).toHaveLength(1);
  });
  it('tells when the session is over, and stops', async () => {
    const { server, transport } = await connected();
    let told = 0;
    transport.onSignedOut = () => (told += 1);
    server.tokenNumber = 2;
    server.signedIn = false;
    await expect(transport.getJson('/api/v1/accounts')).rejects.toBeInstanceOf(SignedOutError);
    expect(told).toBe(1);
  });
  it('waits as long as 429 says, then tries again', async () => {
    const { server, transport, slept } = await connected();
    server.failNext = { status: 429, headers: { 'Retry-After': '3' }, times: 2 };
    await transport.getJson('/api/v1/accounts');
    expect(slept).toEqual([3000, 3000]);
  });
  it('gives up when 429 never ends, and shows very long waits at once', async () => {
    const { server, transport, slept } = await connected();
    server.failNext = { status: 429, headers: { 'Retry-After': '1' }, times: 99 };
    await expect(transport.getJson('/api/v1/accounts')).rejects.toMatchObject({ status: 429 });
    expect(slept).toHaveLength(3);
    server.failNext = { status: 429, headers: { 'Retry-After': '3600' }, times: 99 };
    await expect(transport.getJson('/api/v1/accounts')).rejects.toMatchObject({ status: 429 });
    expect(slept).toHaveLength(3);
  });
  it('keeps the sentence of a problem document', async () => {
    const transport = new Transport({
      fetch: async () => new Response(JSON.stringify({ title: 'Bad', detail: 'The host is unknown.', errors: [{ pointer: '/imap/host', detail: 'unknown' }] }), { status: 422 }),
    });
    const error = await transport.request('/x').catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).message).toBe('The host is unknown.');
    expect((error as ApiError).field('/imap/host')).toBe('unknown');
  });
  it('tells a dead network from a refusal', async () => {
    const transport = new Transport({ fetch: () => Promise.reject(new TypeError('failed')) });
    await expect(transport.request('/x')).rejects.toBeInstanceOf(NetworkError);
  });
});

describe('JmapClient', () => {
  it('sends everything of one turn in one request', async () => {
    const { server, client } = await connected();
    server.add({ subject: 'x' });
    await Promise.all([
      client.call('Mailbox/get', { accountId: 'a1', ids: null }),
      client.call('Identity/get', { accountId: 'a1', ids: null }),
    ]);
    expect(server.log).toEqual(['POST /jmap/api', 'Mailbox/get', 'Identity/get']);
  });
  it('follows result references', async () => {
    const { server, client } = await connected();
    server.add({ id: 'e7', subject: 'seven' });
    const batch = client.batch();
    const query = batch.call('Email/query', { accountId: 'a1', filter: { inMailbox: 'm1' } });
    const get = batch.call('Email/get', { accountId: 'a1', '#ids': query.ref('/ids'), properties: ['subject'] });
    const answer = await batch.send();
    expect(answer.get(get).list).toEqual([{ id: 'e7', subject: 'seven' }]);
  });
  it('fails the call that failed, not its neighbours', async () => {
    const { client } = await connected();
    const batch = client.batch();
    const bad = batch.call('Thread/changes', { accountId: 'a1' });
    const good = batch.call('Mailbox/get', { accountId: 'a1', ids: null });
    const answer = await batch.send();
    expect(() => answer.get(bad)).toThrow(MethodError);
    expect(answer.tryGet(bad)).toMatchObject({ type: 'unknownMethod' });
    expect(answer.get(good).list.length).toBeGreaterThan(3);
  });
  it('stays on its own origin and escapes what it puts into addresses', async () => {
    const { client } = await connected();
    client.session = { downloadUrl: 'https://mail.example.org/jmap/download/{accountId}/{blobId}/{name}?type={type}' } as never;
    expect(client.downloadUrl('a1', 'b1', '../x?y', 'text/html')).toBe('/jmap/download/a1/b1/..%2Fx%3Fy?type=text%2Fhtml');
  });
});

describe('EventStreamParser', () => {
  it('gives the same events however the stream is cut', () => {
    const stream = ': ping\r\n\r\nevent: state\r\ndata: {"a":1}\r\n\r\nevent: x\ndata: one\ndata: two\nid: 7\n\n\ndata\n\n';
    const whole = new EventStreamParser().push(stream);
    expect(whole).toEqual([
      { event: 'state', data: '{"a":1}', id: '' },
      { event: 'x', data: 'one\ntwo', id: '7' },
      { event: 'message', data: '', id: '7' },
    ]);
    const parser = new EventStreamParser();
    expect(stream.split('').flatMap((char) => parser.push(char))).toEqual(whole);
  });
  it('refuses an event without end', () => {
    const parser = new EventStreamParser();
    expect(() => {
      for (let i = 0; i < 300; i++) parser.push(`data: ${'x'.repeat(10_000)}\n`);
    }).toThrow(RangeError);
  });
});

describe('retry_delay_ms', () => {
  it('doubles up to a cap, with jitter', () => {
    expect([0, 1, 2, 3, 20].map((attempt) => retry_delay_ms(attempt, 1))).toEqual([500, 1000, 2000, 4000, 30_000]);
    expect(retry_delay_ms(3, 0)).toBe(2000);
  });
});

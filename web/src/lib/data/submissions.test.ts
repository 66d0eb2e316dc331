import { describe, expect, it } from 'vitest';
import { JmapClient } from '../jmap/client';
import { Transport } from '../jmap/transport';
import type { DeliveryStatus, EmailSubmission } from '../jmap/types';
import { AccountData } from './account_data.svelte';
import { SubmissionWatch, trouble_of, type Delivery } from './submissions';

function submission(undoStatus: EmailSubmission['undoStatus'], ...statuses: [DeliveryStatus['delivered'], string][]): EmailSubmission {
  const deliveryStatus = Object.fromEntries(statuses.map(([delivered, smtpReply], i) => [`r${i}@x.example`, { delivered, smtpReply, displayed: 'unknown' }]));
  return { id: 's1', identityId: 'i1', emailId: 'e1', threadId: 't1', undoStatus, sendAt: '2026-01-01T00:00:00Z', deliveryStatus };
}

describe('trouble_of', () => {
  it.each([
    ['queued', submission('pending', ['queued', '250 2.0.0 queued'])],
    ['accepted', submission('final', ['unknown', '250 2.0.0 Ok: queued as 1'])],
    ['delivered', submission('final', ['yes', '250 2.1.5 delivered'])],
    ['canceled', submission('canceled', ['no', '250 canceled'])],
  ])('is none when %s', (_name, one) => expect(trouble_of(one)).toBeNull());

  it('tells a refusal in the words of the server, each once', () => {
    const one = submission('final', ['yes', '250 ok'], ['no', '550 5.1.1 nobody'], ['no', '550 5.1.1 nobody']);
    expect(trouble_of(one)).toEqual({ submissionId: 's1', emailId: 'e1', state: 'failed', detail: '550 5.1.1 nobody' });
  });
  it('tells that nobody knows', () => {
    expect(trouble_of(submission('final', ['unknown', 'The connection was lost after the message was sent.']))?.state).toBe('unknown');
  });
});

/** A server with one submission, whose answers can be held back. */
function watched() {
  const reported: Delivery[] = [];
  const asked: string[] = [];
  const held: (() => void)[] = [];
  const server = { state: '1', submissions: [] as EmailSubmission[], hold: false, away: 0, forgetful: false };
  const answer = (name: string, args: Record<string, unknown>): Record<string, unknown> | null => {
    const ids = server.submissions.map(({ id }) => id);
    if (name === 'EmailSubmission/query') return { ids };
    if (name === 'EmailSubmission/get') return { state: server.state, list: (args['#ids'] as { path: string }).path === '/created' ? [] : server.submissions };
    if (name === 'EmailSubmission/changes') return server.forgetful ? null : { oldState: args['sinceState'], newState: server.state, hasMoreChanges: false, created: [], updated: ids, destroyed: [] };
    return { state: '1', list: [{ id: 'e1', subject: 'In vain' }] };
  };
  const fetch = async (_url: string, init: RequestInit = {}): Promise<Response> => {
    const { methodCalls } = JSON.parse(String(init.body)) as { methodCalls: [string, Record<string, unknown>, string][] };
    asked.push(...methodCalls.map(([name]) => name));
    if (server.away-- > 0) throw new TypeError('fetch failed');
    const methodResponses = methodCalls.map(([name, args, id]) => {
      const result = answer(name, args);
      return result ? [name, result, id] : ['error', { type: 'cannotCalculateChanges' }, id];
    });
    const body = JSON.stringify({ methodResponses, sessionState: '1' }); // as things are when the question arrives
    if (server.hold) await new Promise<void>((go) => held.push(go));
    return new Response(body, { headers: { 'Content-Type': 'application/json' } });
  };
  const transport = new Transport({ fetch });
  const account = new AccountData('a1', new JmapClient(transport));
  const watch = new SubmissionWatch(account, (_account, delivery) => reported.push(delivery), () => Date.parse('2026-01-01T00:01:00Z'), async () => {});
  return { server, watch, reported, asked, release: () => held.splice(0).forEach((go) => go()) };
}

describe('SubmissionWatch', () => {
  const refused = submission('final', ['no', '550 5.1.1 nobody']);

  it('reports a refusal that was told while the answer about the attempt was on its way', async () => {
    const { server, watch, reported, asked, release } = watched();
    await watch.catchUp();
    Object.assign(server, { hold: true, state: '2', submissions: [submission('final', ['queued', '250 on its way'])] });
    const first = watch.changed('2');
    await expect.poll(() => asked).toContain('EmailSubmission/changes');
    Object.assign(server, { hold: false, state: '3', submissions: [refused] });
    const second = watch.changed('3');
    release();
    await Promise.all([first, second]);
    expect(reported).toMatchObject([{ state: 'failed', detail: '550 5.1.1 nobody' }]);
  });
  it('asks nothing when it knows the state already', async () => {
    const { watch, asked } = watched();
    await watch.catchUp();
    asked.length = 0;
    await watch.changed('1');
    expect(asked).toEqual([]);
  });
  it('asks again when the server was away', async () => {
    const { server, watch, reported } = watched();
    await watch.catchUp();
    Object.assign(server, { away: 2, state: '2', submissions: [refused] });
    await watch.changed('2');
    expect(reported).toHaveLength(1);
  });
  it('looks at the latest when the server forgot what changed', async () => {
    const { server, watch, reported, asked } = watched();
    await watch.catchUp();
    Object.assign(server, { forgetful: true, state: '2', submissions: [refused] });
    await watch.changed('2');
    expect(asked.filter((name) => name === 'EmailSubmission/query')).toHaveLength(2);
    expect(reported).toHaveLength(1);
  });
});

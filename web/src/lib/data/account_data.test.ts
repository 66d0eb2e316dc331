import { describe, expect, it } from 'vitest';
import { JmapClient } from '../jmap/client';
import { FakeServer } from '../jmap/fake_server';
import { Transport } from '../jmap/transport';
import { AccountData } from './account_data.svelte';
import { Actions } from './actions';
import { Composition } from './compose.svelte';
import { MailView } from './mail_view.svelte';
import { Toasts } from './toasts.svelte';

const settle = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setTimeout(resolve, 0));
};

async function opened(count = 3, prepare: (server: FakeServer) => void = () => {}) {
  const server = new FakeServer();
  for (let i = 0; i < count; i++) {
    server.add({ id: `e${i}`, threadId: `t${i}`, subject: `mail ${i}`, receivedAt: new Date(1_700_000_000_000 - i * 60_000).toISOString() });
  }
  prepare(server);
  const transport = new Transport({ fetch: server.fetch });
  await transport.refresh();
  const account = new AccountData('a1', new JmapClient(transport), async () => {});
  await account.loadMailboxes();
  const view = new MailView();
  view.use(account);
  view.openMailbox('m1');
  await settle();
  const toasts = new Toasts();
  return { server, account, view, toasts, actions: new Actions(view, toasts) };
}

const subjects = (view: MailView): (string | undefined)[] => Array.from({ length: view.list?.total ?? 0 }, (_, i) => view.row(i)?.subject);

describe('MessageList', () => {
  it('loads the first page with one request, and the pages that are looked at', async () => {
    const { server, view } = await opened(400);
    expect(server.log.filter((line) => line === 'Email/query')).toHaveLength(1);
    expect(view.list?.total).toBe(400);
    expect(view.row(49)?.subject).toBe('mail 49');
    expect(view.row(50)).toBeNull();
    view.list?.ensureRange(320, 330);
    await settle();
    expect(view.row(325)?.subject).toBe('mail 325');
    expect(view.row(200)).toBeNull();
  });
  it('shows new mail on top without fetching the list again', async () => {
    const { server, account, view } = await opened(120);
    server.add({ id: 'e900', subject: 'fresh', receivedAt: new Date(1_800_000_000_000).toISOString() });
    server.log = [];
    account.stateChanged({ Email: server.state });
    await settle();
    expect(view.row(0)?.subject).toBe('fresh');
    expect(view.row(1)?.subject).toBe('mail 0');
    expect(view.list?.total).toBe(121);
    expect(server.log).not.toContain('Email/query');
  });
  it('fetches around what is in sight when changes cannot be calculated', async () => {
    const { server, account, view } = await opened(400, (s) => (s.canCalculateChanges = false));
    view.list?.ensureRange(100, 110);
    await settle();
    let shifted = 0;
    if (view.list) view.list.onShift = (rows) => (shifted += rows);
    server.add({ id: 'e900', subject: 'fresh', receivedAt: new Date(1_800_000_000_000).toISOString() });
    account.stateChanged({ Email: server.state });
    await settle();
    expect(shifted).toBe(1);
    expect(view.row(101)?.subject).toBe('mail 100');
  });
  it('does nothing for a state that it has', async () => {
    const { server, account } = await opened(3);
    server.log = [];
    account.stateChanged({ Email: server.state, Mailbox: server.state });
    await settle();
    expect(server.log).toEqual([]);
  });
  it('takes flags and deletions of other clients over', async () => {
    const { server, account, view } = await opened(3);
    server.update('e1', { keywords: { $seen: true } });
    server.update('e2', { mailboxIds: { m6: true } });
    account.stateChanged({ Email: server.state });
    await settle();
    expect(view.row(1)?.unread).toBe(false);
    expect(subjects(view)).toEqual(['mail 0', 'mail 1']);
  });
  it('says why it could not load', async () => {
    const server = new FakeServer();
    const transport = new Transport({ fetch: server.fetch });
    await transport.refresh();
    const account = new AccountData('a1', new JmapClient(transport));
    server.failNext = { status: 500, times: 1 };
    const list = account.openList({ mailboxId: 'm1', text: '' });
    await settle();
    expect(list.error).toBe('made to fail');
    await list.reload();
    expect(list.error).toBeNull();
  });
});

describe('mutations', () => {
  it('archives at once, confirms, and undoes by the inverse', async () => {
    const { server, account, view, actions, toasts } = await opened(3);
    view.cursorId = 'e1';
    const done = actions.archive();
    await done;
    expect(subjects(view)).toEqual(['mail 0', 'mail 2']); // before the server has answered
    expect(account.mailboxes.get('m1')?.totalEmails).toBe(2);
    expect(view.cursorId).toBe('e2');
    await settle();
    expect(server.emails.get('e1')?.mailboxIds).toEqual({ m4: true });
    expect(account.mutations.waiting).toBe(0);
    expect(toasts.list[0]?.message).toBe('Archived');
    actions.undo();
    expect(subjects(view)).toEqual(['mail 0', 'mail 1', 'mail 2']);
    await settle();
    expect(server.emails.get('e1')?.mailboxIds).toEqual({ m1: true });
    expect(account.mailboxes.get('m1')?.totalEmails).toBe(3);
  });
  it('rolls back what the server refuses, and says why', async () => {
    const { server, account, view, actions } = await opened(3);
    const failures: string[] = [];
    account.mutations.onFailed = (label, why) => failures.push(`${label}: ${why}`);
    server.refuse.add('e1');
    view.cursorId = 'e1';
    await actions.trash();
    expect(subjects(view)).toEqual(['mail 0', 'mail 2']);
    await settle();
    expect(subjects(view)).toEqual(['mail 0', 'mail 1', 'mail 2']);
    expect(failures).toEqual(['Moved to Trash: The server said no.']);
    expect(account.mailboxes.get('m1')?.totalEmails).toBe(3);
  });
  it('waits while the server is away, and goes on by itself', async () => {
    const { server, account, view, actions } = await opened(3);
    view.cursorId = 'e0';
    server.failNext = { status: 503, times: 1 };
    await actions.toggleFlag();
    await settle();
    expect(view.row(0)?.flagged).toBe(true);
    expect(account.mutations.waiting).toBe(1);
    account.mutations.retryNow();
    await settle();
    expect(account.mutations.waiting).toBe(0);
    expect(server.emails.get('e0')?.keywords['$flagged']).toBe(true);
  });
  it('acts on whole threads, and only on what is in the mailbox', async () => {
    const { server, view, actions } = await opened(2, (s) => {
      s.add({ id: 'e10', threadId: 't0', subject: 'older', receivedAt: new Date(1_600_000_000_000).toISOString() });
      s.add({ id: 'e11', threadId: 't0', subject: 'mine', mailboxIds: { m3: true }, receivedAt: new Date(1_600_000_100_000).toISOString() });
    });
    view.cursorId = 'e0';
    await actions.archive();
    await settle();
    expect(server.emails.get('e0')?.mailboxIds).toEqual({ m4: true });
    expect(server.emails.get('e10')?.mailboxIds).toEqual({ m4: true });
    expect(server.emails.get('e11')?.mailboxIds).toEqual({ m3: true });
  });
  it('acts on a selection, and counts', async () => {
    const { server, view, actions, toasts, account } = await opened(5);
    view.toggleSelected('e1', false);
    view.toggleSelected('e3', true);
    expect([...view.selected]).toEqual(['e1', 'e2', 'e3']);
    expect(account.mailboxes.get('m1')?.unreadEmails).toBe(5);
    await actions.markRead();
    expect(account.mailboxes.get('m1')?.unreadEmails).toBe(2);
    await settle();
    expect(['e0', 'e1', 'e2', 'e3', 'e4'].map((id) => server.emails.get(id)?.keywords['$seen'] === true)).toEqual([false, true, true, true, false]);
    expect(toasts.list[0]?.message).toBe('3 marked as read');
  });
});

describe('Composition', () => {
  it('saves a draft, replaces it, and sends with a held submission', async () => {
    const { server, account } = await opened(1);
    const composition = new Composition(account, { title: 'x', about: { emailId: 'e0', keyword: '$answered' } });
    await settle();
    expect(composition.obstacle()).toBe('Add at least one recipient.');
    composition.loose.to = 'Bob <bob@x.example>, nonsense';
    expect(composition.obstacle()).toContain('nonsense');
    composition.loose.to = 'Bob <bob@x.example>';
    composition.subject = 'Hello';
    composition.body = 'one';
    composition.touched();
    await composition.save();
    const first = composition.draftId as string;
    expect(server.emails.get(first)?.keywords).toMatchObject({ $draft: true });
    composition.body = 'two';
    composition.touched();
    await composition.save();
    expect(server.emails.has(first)).toBe(false);
    expect(composition.obstacle()).toBeNull();
    const sent = await composition.send();
    const email = server.emails.get(sent.emailId);
    expect(email?.mailboxIds).toEqual({ m3: true });
    expect(email?.keywords).toEqual({ $seen: true });
    expect(server.emails.get('e0')?.keywords['$answered']).toBe(true);
    expect(server.submissions.get(sent.submissionId)?.['envelope']).toEqual({
      mailFrom: { email: 'me@example.org', parameters: { HOLDFOR: '10' } },
      rcptTo: [{ email: 'bob@x.example', parameters: null }],
    });
    await composition.unsend(sent);
    expect(server.submissions.get(sent.submissionId)?.['undoStatus']).toBe('canceled');
    expect(email?.mailboxIds).toEqual({ m2: true });
    expect(email?.keywords).toEqual({ $seen: true, $draft: true });
  });
  it('keeps the text when the server cannot save it', async () => {
    const { server, account } = await opened(1);
    const composition = new Composition(account, { title: 'x' });
    await settle();
    composition.body = 'precious';
    composition.touched();
    server.failNext = { status: 500, times: 1 };
    await composition.save();
    expect(composition.saveState).toBe('failed');
    expect(composition.problem).toContain('could not be saved');
    expect(composition.body).toBe('precious');
  });
});

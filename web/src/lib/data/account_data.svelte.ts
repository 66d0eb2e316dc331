// Everything the tab knows about one mail account: mailboxes, emails, the list in view, the queue of mutations, and
// how they catch up when the server says that something changed. No DOM.

import type { JmapClient } from '../jmap/client';
import { MethodError, message_of } from '../jmap/errors';
import { is_away } from '../jmap/transport';
import type { EmailBody, EmailHeader, Id, Identity } from '../jmap/types';
import { EmailStore, kBodyProperties, kHeaderProperties } from './email_store.svelte';
import { MailboxStore } from './mailbox_store.svelte';
import { MessageList, type ListQuery } from './message_list.svelte';
import { MutationQueue } from './mutation_queue.svelte';

const kMaxChanges = 300; // more than this at once (a first sync) is cheaper to fetch anew than to follow
const kCatchUpPauseMs = 400; // between two catch-ups during a flood; the first comes at once
const kMaxBodyBytes = 1_000_000; // per body part; the rest is behind "download original"

const kMailboxProperties = ['id', 'name', 'parentId', 'role', 'sortOrder', 'totalEmails', 'unreadEmails', 'totalThreads', 'unreadThreads', 'myRights'];

const kBodyArgs = {
  bodyProperties: ['partId', 'blobId', 'size', 'name', 'type', 'charset', 'disposition', 'cid', 'header:Content-Type'],
  fetchTextBodyValues: true,
  fetchHTMLBodyValues: true,
  maxBodyValueBytes: kMaxBodyBytes,
};

export class AccountData {
  readonly emails = new EmailStore();
  readonly mailboxes = new MailboxStore();
  readonly mutations: MutationQueue;
  list = $state.raw<MessageList | null>(null);
  identities = $state.raw<Identity[]>([]);
  /** Threads that got new or changed messages; the open conversation looks here. */
  onThreadsChanged: (threads: ReadonlySet<Id>) => void = () => {};
  onSubmissions: (state: string) => void = () => {};

  private email_state_: string | null = null;
  private busy_ = false;
  private again_ = false;
  private loading_bodies_ = new Map<Id, Promise<void>>();

  constructor(
    readonly id: Id,
    readonly client: JmapClient,
    private readonly sleep_: (ms: number) => Promise<void> = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  ) {
    this.mutations = new MutationQueue(this, kMailboxProperties);
  }

  noteEmailState(state: string): void {
    this.email_state_ ??= state;
  }

  async loadMailboxes(): Promise<void> {
    const answer = await this.client.call('Mailbox/get', { accountId: this.id, ids: null, properties: kMailboxProperties });
    this.mailboxes.put(answer.list, answer.state);
  }

  async loadIdentities(): Promise<Identity[]> {
    if (this.identities.length === 0) {
      this.identities = (await this.client.call('Identity/get', { accountId: this.id, ids: null })).list;
    }
    return this.identities;
  }

  openList(query: ListQuery): MessageList {
    this.list?.close();
    const list = new MessageList(this, query);
    this.emails.trim(new Set(this.list?.loadedIds() ?? []));
    this.list = list;
    list.ensureRange(0, 0);
    return list;
  }

  // ---- conversations -------------------------------------------------------------------------------------------

  /** Headers of the whole thread, and the body of one message, in one round trip. */
  async loadThread(thread: Id, body_of: Id | null): Promise<void> {
    const batch = this.client.batch();
    const threads = batch.call('Thread/get', { accountId: this.id, ids: [thread] });
    const headers = batch.call('Email/get', { accountId: this.id, '#ids': threads.ref('/list/*/emailIds'), properties: kHeaderProperties });
    const bodies =
      body_of !== null && this.emails.body(body_of) === undefined
        ? batch.call('Email/get', { accountId: this.id, ids: [body_of], properties: ['id', ...kBodyProperties], ...kBodyArgs })
        : null;
    const answer = await batch.send();
    this.emails.putHeaders(answer.get(headers).list);
    this.emails.putThreads(answer.get(threads).list);
    if (bodies) this.emails.putBodies(answer.get(bodies).list as unknown as EmailBody[]);
  }

  /** A header that no list may have brought. */
  async headerOf(id: Id): Promise<EmailHeader | undefined> {
    if (!this.emails.knows(id)) {
      this.emails.putHeaders((await this.client.call('Email/get', { accountId: this.id, ids: [id], properties: kHeaderProperties })).list);
    }
    return this.emails.get(id);
  }

  async loadBodies(ids: readonly Id[]): Promise<void> {
    const missing = ids.filter((id) => this.emails.body(id) === undefined && !this.loading_bodies_.has(id));
    if (missing.length > 0) {
      const loading = this.fetchBodies(missing).finally(() => missing.forEach((id) => this.loading_bodies_.delete(id)));
      missing.forEach((id) => this.loading_bodies_.set(id, loading));
    }
    await Promise.all(ids.flatMap((id) => this.loading_bodies_.get(id) ?? []));
  }

  private async fetchBodies(ids: Id[]): Promise<void> {
    const answer = await this.client.call('Email/get', { accountId: this.id, ids, properties: ['id', ...kBodyProperties], ...kBodyArgs });
    this.emails.putBodies(answer.list as unknown as EmailBody[]);
  }

  /** Before an action on whole threads: all their emails are known. */
  async completeThreads(threads: readonly Id[]): Promise<void> {
    const missing = threads.filter((id) => !this.emails.threadComplete(id));
    if (missing.length === 0) return;
    const batch = this.client.batch();
    const got = batch.call('Thread/get', { accountId: this.id, ids: missing });
    const headers = batch.call('Email/get', { accountId: this.id, '#ids': got.ref('/list/*/emailIds'), properties: kHeaderProperties });
    const answer = await batch.send();
    this.emails.putHeaders(answer.get(headers).list);
    this.emails.putThreads(answer.get(got).list);
  }

  // ---- catching up ---------------------------------------------------------------------------------------------

  /** The server's states of this account, from push. */
  stateChanged(states: Record<string, string>): void {
    const email = states['Email'];
    const mailbox = states['Mailbox'];
    const stale =
      (email !== undefined && email !== this.email_state_) || (mailbox !== undefined && mailbox !== this.mailboxes.state);
    if (stale) void this.catchUp();
    if (states['EmailSubmission'] !== undefined) this.onSubmissions(states['EmailSubmission']);
  }

  /** One at a time; calls during a run make one more run. */
  async catchUp(): Promise<void> {
    this.again_ = true;
    if (this.busy_) return;
    this.busy_ = true;
    try {
      while (this.again_) {
        this.again_ = false;
        await this.catchUpOnce();
        if (this.again_) await this.sleep_(kCatchUpPauseMs);
      }
    } catch (error) {
      if (!is_away(error)) console.warn('catch-up failed:', message_of(error));
    } finally {
      this.busy_ = false;
    }
  }

  private async catchUpOnce(): Promise<void> {
    await this.mutations.idle(); // our own changes come back confirmed, not as news
    const since = this.email_state_;
    const batch = this.client.batch();
    const accountId = this.id;
    const mailboxes = batch.call('Mailbox/get', { accountId, ids: null, properties: kMailboxProperties });
    const changes = since === null ? null : batch.call('Email/changes', { accountId, sinceState: since, maxChanges: kMaxChanges });
    const created = changes && batch.call('Email/get', { accountId, '#ids': changes.ref('/created'), properties: kHeaderProperties });
    const updated = changes && batch.call('Email/get', { accountId, '#ids': changes.ref('/updated'), properties: ['id', 'threadId', 'mailboxIds', 'keywords'] });
    const list = this.list;
    const list_call = list?.addChangesCall(batch) ?? null;
    const answer = await batch.send();

    const boxes = answer.get(mailboxes);
    this.mailboxes.put(boxes.list, boxes.state);
    const result = changes && answer.tryGet(changes);
    if (!result || result instanceof MethodError || result.hasMoreChanges) {
      await this.refetch();
      return;
    }
    const news = created ? answer.get(created).list : [];
    const flags = updated ? answer.get(updated).list : [];
    const threads = new Set([...news, ...flags].map((email) => email.threadId));
    this.emails.putHeaders(news);
    this.emails.putFlags(flags);
    this.emails.forget(result.destroyed);
    if (news.length > 0) this.emails.forgetThreads(new Set(news.map((email) => email.threadId)));
    this.email_state_ = result.newState;
    if (list && list === this.list) await list.settle(list_call, answer);
    if (threads.size > 0) this.onThreadsChanged(threads);
  }

  /** Too much changed to follow: what is in sight is fetched anew. */
  private async refetch(): Promise<void> {
    this.email_state_ = (await this.client.call('Email/get', { accountId: this.id, ids: [], properties: ['id'] })).state;
    await this.list?.reload();
    this.onThreadsChanged(new Set());
  }

  /** Our own Email/set moved the state on: nothing to catch up with. */
  stateAfterSet(old_state: string | null, new_state: string): void {
    if (this.email_state_ !== null && old_state === this.email_state_) this.email_state_ = new_state;
  }
}

// A query result as a window: pages are fetched where the person looks, by position; after changes elsewhere the
// list catches up by Email/queryChanges, or fetches what is in sight again around an anchor, so that rows don't
// jump. RFC 8621 §4.4, §4.5. No DOM; reading `version` subscribes.

import type { Batch, BatchResult, Call, JmapClient } from '../jmap/client';
import { message_of, MethodError } from '../jmap/errors';
import type { Filter, Id, QueryChangesResult, QueryResult, SearchSnippet } from '../jmap/types';
import { kHeaderProperties, type EmailStore } from './email_store.svelte';
import { SparseList } from './sparse_list';

export interface ListQuery {
  mailboxId: Id | null;
  text: string;
}

export interface ListOwner {
  readonly id: Id;
  readonly client: JmapClient;
  readonly emails: EmailStore;
  noteEmailState(state: string): void;
}

export const kPageSize = 50;
const kMaxInFlight = 2; // pages asked for at once while somebody drags the scroll bar
const kThreadEdge = 8; // of a long thread the newest so many are enough for names and marks
const kMaxHydrate = 300; // thread members fetched for one page at most

const kSort = [{ property: 'receivedAt', isAscending: false }];

export class MessageList {
  version = $state(0);
  total = $state<number | null>(null);
  error = $state<string | null>(null);
  loading = $state(false);
  /** The rows in front of what is in sight became more or fewer; the view moves its scroll position by it. */
  onShift: (rows: number) => void = () => {};

  private readonly ids_ = new SparseList();
  private readonly snippets_ = new Map<Id, SearchSnippet>();
  private readonly in_flight_ = new Set<number>();
  private wanted_: [number, number] = [0, kPageSize - 1];
  private query_state_: string | null = null;
  private can_calculate_ = false;
  private closed_ = false;

  constructor(
    private readonly owner_: ListOwner,
    readonly query: ListQuery,
  ) {}

  close(): void {
    this.closed_ = true;
  }

  idAt(index: number): Id | undefined {
    void this.version;
    return this.ids_.get(index);
  }

  indexOf(id: Id): number {
    void this.version;
    return this.ids_.indexOf(id);
  }

  loadedIds(): Id[] {
    void this.version;
    return this.ids_.loaded();
  }

  snippet(id: Id): SearchSnippet | undefined {
    void this.version;
    return this.snippets_.get(id);
  }

  /** The view shows these rows: fetch what is missing of them. */
  ensureRange(first: number, last: number): void {
    this.wanted_ = [Math.max(0, first), Math.max(0, last)];
    this.pump();
  }

  /** Fetches again what is in sight; the rest is forgotten. */
  async reload(): Promise<void> {
    const [first, last] = this.wanted_;
    const limit = Math.max(kPageSize, last - first + 1);
    const anchor = first > 0 ? this.ids_.get(first) : undefined;
    await this.fetch(anchor === undefined ? { position: first, limit } : { anchor, anchorOffset: 0, limit }, (result) => {
      const before = first;
      this.ids_.clear();
      this.ids_.put(result.position, result.ids);
      const after = anchor === undefined ? -1 : this.ids_.indexOf(anchor);
      if (after >= 0 && after !== before) this.onShift(after - before);
    });
  }

  /** Adds the call that catches up to a batch; settle() takes its answer. Null when a reload is due instead. */
  addChangesCall(batch: Batch): Call<'Email/queryChanges'> | null {
    if (this.query_state_ === null || !this.can_calculate_) return null;
    const call = batch.call('Email/queryChanges', {
      accountId: this.owner_.id,
      filter: this.filter(),
      sort: kSort,
      collapseThreads: true,
      sinceQueryState: this.query_state_,
      calculateTotal: true,
      maxChanges: 500,
    });
    batch.call('Email/get', {
      accountId: this.owner_.id,
      '#ids': call.ref('/added/*/id'),
      properties: kHeaderProperties,
    });
    return call;
  }

  async settle(call: Call<'Email/queryChanges'> | null, result: BatchResult): Promise<void> {
    const changes = call ? result.tryGet(call) : null;
    if (changes === null || changes instanceof MethodError) return this.reload();
    if (changes.removed.length === 0 && changes.added.length === 0) {
      this.query_state_ = changes.newQueryState;
      return;
    }
    this.apply(changes);
    await this.hydrate(changes.added.map(({ id }) => id));
  }

  /** Rows leave at once when a mutation takes them out; what is returned puts them back. */
  hide(ids: readonly Id[]): { id: Id; index: number }[] {
    const hidden = ids.flatMap((id) => {
      const index = this.ids_.remove(id);
      return index < 0 ? [] : [{ id, index }];
    });
    this.changed(hidden.length > 0 ? -hidden.length : 0);
    return hidden;
  }

  restore(hidden: readonly { id: Id; index: number }[]): void {
    const absent = [...hidden].reverse().filter(({ id }) => this.ids_.indexOf(id) < 0);
    for (const { id, index } of absent) this.ids_.insert(index, id);
    this.changed(absent.length);
  }

  private changed(by: number): void {
    if (this.total !== null) this.total = Math.max(0, this.total + by);
    this.version += 1;
    this.pump();
  }

  private filter(): Filter {
    const { mailboxId, text } = this.query;
    const in_mailbox = mailboxId === null ? [] : [{ inMailbox: mailboxId }];
    if (text === '') return in_mailbox[0] ?? {};
    return { operator: 'AND', conditions: [...in_mailbox, { text }] };
  }

  private pump(): void {
    if (this.closed_) return;
    const end = this.total === null ? kPageSize : this.total;
    const first_page = Math.floor(this.wanted_[0] / kPageSize);
    const last_page = Math.floor(this.wanted_[1] / kPageSize);
    for (let page = first_page; page <= last_page; page++) {
      const start = page * kPageSize;
      if (start > 0 && start >= end) break;
      if (this.in_flight_.size >= kMaxInFlight) return;
      if (this.in_flight_.has(page) || (this.total !== null && this.ids_.has(start, kPageSize))) continue;
      void this.fetchPage(page);
    }
  }

  private async fetchPage(page: number): Promise<void> {
    this.in_flight_.add(page);
    try {
      await this.fetch({ position: page * kPageSize, limit: kPageSize }, (result) => {
        this.ids_.put(result.position, result.ids);
      });
    } finally {
      this.in_flight_.delete(page);
    }
    if (this.error === null) this.pump();
  }

  private async fetch(window: Record<string, unknown>, place: (result: QueryResult) => void): Promise<void> {
    const { client, id: accountId, emails } = this.owner_;
    const filter = this.filter();
    const batch = client.batch();
    const query = batch.call('Email/query', { accountId, filter, sort: kSort, collapseThreads: true, calculateTotal: true, ...window });
    const get = batch.call('Email/get', { accountId, '#ids': query.ref('/ids'), properties: kHeaderProperties });
    const threads = batch.call('Thread/get', { accountId, '#ids': get.ref('/list/*/threadId') });
    const snippets =
      this.query.text === '' ? null : batch.call('SearchSnippet/get', { accountId, filter, '#emailIds': query.ref('/ids') });
    this.loading = true;
    try {
      const answer = await batch.send();
      if (this.closed_) return;
      const result = answer.tryGet(query);
      if (result instanceof MethodError) {
        if (result.type === 'anchorNotFound') return await this.fetch({ position: this.wanted_[0], limit: kPageSize }, place);
        throw result;
      }
      const list = answer.get(get);
      emails.putHeaders(list.list);
      emails.putThreads(answer.get(threads).list);
      const found = snippets ? answer.tryGet(snippets) : null;
      if (found && !(found instanceof MethodError)) for (const snippet of found.list) this.snippets_.set(snippet.emailId, snippet);
      this.owner_.noteEmailState(list.state);
      place(result);
      this.query_state_ = result.queryState;
      this.can_calculate_ = result.canCalculateChanges;
      this.total = result.total ?? this.guessTotal(result);
      this.ids_.setLength(Math.max(this.total, this.ids_.length > this.total ? this.total : 0));
      this.error = null;
      this.version += 1;
      void this.hydrate(result.ids).catch(() => {});
    } catch (error) {
      this.error = message_of(error);
    } finally {
      this.loading = false;
    }
  }

  private guessTotal(result: QueryResult): number {
    const end = result.position + result.ids.length;
    return result.ids.length < kPageSize ? end : Math.max(this.total ?? 0, end + 1);
  }

  /** The other messages of the threads on a page: who takes part, what is unread. */
  private async hydrate(ids: readonly Id[]): Promise<void> {
    const { client, id: accountId, emails } = this.owner_;
    const thread_ids = ids.flatMap((id) => emails.get(id)?.threadId ?? []);
    const unknown = thread_ids.filter((id) => emails.thread(id) === undefined);
    if (unknown.length > 0) {
      emails.putThreads((await client.call('Thread/get', { accountId, ids: unknown })).list);
    }
    const missing = thread_ids
      .flatMap((id) => (emails.thread(id) ?? []).slice(-kThreadEdge))
      .filter((id) => !emails.knows(id))
      .slice(0, kMaxHydrate);
    if (missing.length === 0) return;
    const got = await client.call('Email/get', { accountId, ids: [...new Set(missing)], properties: kHeaderProperties });
    emails.putHeaders(got.list);
  }

  private apply(changes: QueryChangesResult): void {
    const top = this.wanted_[0];
    const anchor = top > 0 ? this.ids_.get(top) : undefined;
    const contiguous = this.ids_.prefixLength() === this.ids_.loaded().length;
    const added = new Set(changes.added.map(({ id }) => id));
    let lost = false;
    for (const id of changes.removed) {
      if (this.ids_.remove(id) < 0 && !added.has(id)) lost = true;
    }
    for (const { id, index } of [...changes.added].sort((a, b) => a.index - b.index)) {
      // An id far behind what is loaded only makes the result longer.
      if (index <= this.ids_.prefixLength() || !contiguous) this.ids_.insert(index, id);
    }
    if (lost && !contiguous) this.ids_.keepOnly(0, this.ids_.prefixLength());
    this.query_state_ = changes.newQueryState;
    if (changes.total !== undefined) this.total = changes.total;
    this.ids_.setLength(this.total ?? this.ids_.length);
    const after = anchor === undefined ? -1 : this.ids_.indexOf(anchor);
    if (after >= 0 && after !== top) this.onShift(after - top);
    this.version += 1;
    this.pump();
  }
}

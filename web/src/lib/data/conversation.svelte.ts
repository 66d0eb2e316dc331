// The conversation in view: which messages are open, loading, remote images. No DOM.

import { message_of } from '../jmap/errors';
import type { EmailHeader, Id } from '../jmap/types';
import type { AccountData } from './account_data.svelte';

const kAlwaysShown = 2; // this many of the newest are never folded away

export class Conversation {
  expanded = $state.raw<ReadonlySet<Id>>(new Set());
  remote = $state.raw<ReadonlySet<Id>>(new Set());
  current = $state<Id | null>(null);
  /** The older, read messages in the middle are one line until it's opened. */
  olderShown = $state(false);
  error = $state<string | null>(null);
  ready = $state(false);

  private picked_ = $state<Id | null>(null);

  constructor(
    readonly account: AccountData,
    readonly threadId: Id,
    /** The message that the list showed for the thread. */
    readonly emailId: Id,
  ) {}

  get emails(): EmailHeader[] {
    const known = this.account.emails.threadEmails(this.threadId);
    if (known.length > 0) return known;
    const alone = this.account.emails.get(this.emailId);
    return alone ? [alone] : [];
  }

  get subject(): string {
    return this.emails[0]?.subject ?? '';
  }

  /** What a reply answers: the message that somebody went to, else the latest. */
  get answered(): Id {
    const sent = this.emails.filter((email) => !email.keywords['$draft']);
    return this.picked_ ?? sent[sent.length - 1]?.id ?? this.emailId;
  }

  /** Indexes of the messages folded into "n older messages". */
  get folded(): { first: number; count: number } {
    const emails = this.emails;
    const candidates = emails.slice(1, Math.max(1, emails.length - kAlwaysShown));
    const end = candidates.findIndex((email) => this.expanded.has(email.id));
    const count = end < 0 ? candidates.length : end;
    return this.olderShown || count < 2 ? { first: 1, count: 0 } : { first: 1, count };
  }

  /** What is known shows at once; the server then adds what is missing. */
  async load(): Promise<void> {
    const known = this.account.emails.threadComplete(this.threadId);
    if (known) this.unfold();
    try {
      await this.account.loadThread(this.threadId, this.emailId);
      if (!known) this.unfold();
      await this.account.loadBodies([...this.expanded]);
      this.error = null;
    } catch (error) {
      const readable = this.ready && [...this.expanded].every((id) => this.account.emails.body(id) !== undefined);
      if (!readable) this.error = message_of(error);
    }
  }

  /** Opens what is unread, what the list showed, and the latest. */
  private unfold(): void {
    const emails = this.emails;
    const open = emails.filter((email) => !email.keywords['$seen'] || email.id === this.emailId).map(({ id }) => id);
    const last = emails[emails.length - 1];
    this.expanded = new Set([...open, ...(last ? [last.id] : [])]);
    this.current = open[0] ?? last?.id ?? null;
    this.ready = true;
  }

  /** A message joined the thread while it's open. */
  async refresh(): Promise<void> {
    try {
      const before = new Set(this.emails.map(({ id }) => id));
      await this.account.loadThread(this.threadId, null);
      const fresh = this.emails.filter((email) => !before.has(email.id)).map(({ id }) => id);
      if (fresh.length > 0) this.expanded = new Set([...this.expanded, ...fresh]);
      await this.account.loadBodies([...this.expanded]);
    } catch {
      // The next push tries again.
    }
  }

  toggle(id: Id): void {
    const next = new Set(this.expanded);
    if (!next.delete(id)) next.add(id);
    this.expanded = next;
    this.current = id;
    this.picked_ = next.has(id) ? id : null;
    if (next.has(id)) void this.loadBody(id);
  }

  expandAll(): void {
    this.olderShown = true;
    this.expanded = new Set(this.emails.map(({ id }) => id));
    void this.account.loadBodies([...this.expanded]).catch((error) => (this.error = message_of(error)));
  }

  allowRemote(id: Id): void {
    this.remote = new Set([...this.remote, id]);
  }

  /** Moves among the messages; opens the one it reaches. */
  step(by: 1 | -1): void {
    const emails = this.emails;
    const at = emails.findIndex(({ id }) => id === this.current);
    const next = emails[Math.min(emails.length - 1, Math.max(0, at + by))];
    if (!next) return;
    this.current = next.id;
    this.picked_ = next.id;
    if (!this.expanded.has(next.id)) this.toggle(next.id);
  }

  private async loadBody(id: Id): Promise<void> {
    try {
      await this.account.loadBodies([id]);
    } catch (error) {
      this.error = message_of(error);
    }
  }
}

// Changes to emails: applied locally at once, queued, sent in order, then confirmed or rolled back. While the
// server is away they wait. Undo is an inverse mutation. One queue per account. No DOM.

import { message_of, MethodError } from '../jmap/errors';
import { is_away } from '../jmap/transport';
import type { EmailHeader, Id, PatchObject } from '../jmap/types';
import type { AccountData } from './account_data.svelte';
import type { PendingChange } from './email_store.svelte';
import { apply_patch, count_deltas, invert_patch, is_empty, type CountDelta, type EmailPatch } from './patch';

const kMaxObjectsInSet = 500; // RFC 8620 §2 minimum; larger mutations are sent in parts
const kRetryMs = [1000, 2000, 5000, 10_000, 30_000];

export interface Mutation extends PendingChange {
  readonly key: number;
  readonly label: string;
  readonly inverse: ReadonlyMap<Id, EmailPatch>;
  readonly hidden: { id: Id; index: number }[];
}

export interface MutationPlan {
  label: string;
  patches?: ReadonlyMap<Id, EmailPatch>;
  destroyed?: ReadonlySet<Id>;
}

export class MutationQueue {
  /** Mutations that the server has not confirmed. */
  waiting = $state(0);
  onFailed: (label: string, why: string) => void = () => {};

  private queue_: Mutation[] = [];
  private sending_ = false;
  private failures_ = 0;
  private next_key_ = 1;
  private idle_waiters_: (() => void)[] = [];
  private wake_: (() => void) | null = null;

  constructor(
    private readonly account_: AccountData,
    private readonly mailbox_properties_: string[],
  ) {}

  /** Applies and queues; null when the plan changes nothing. */
  run(plan: MutationPlan): Mutation | null {
    const emails = this.account_.emails;
    const patches = new Map<Id, EmailPatch>();
    const inverse = new Map<Id, EmailPatch>();
    const befores: EmailHeader[] = [];
    for (const [id, patch] of plan.patches ?? []) {
      const email = emails.get(id);
      const back = email ? invert_patch(email, patch) : {};
      if (!email || is_empty(back)) continue;
      patches.set(id, patch);
      inverse.set(id, back);
      befores.push(email);
    }
    const destroyed = new Set([...(plan.destroyed ?? [])].filter((id) => emails.get(id)));
    for (const id of destroyed) befores.push(emails.get(id) as EmailHeader);
    if (patches.size === 0 && destroyed.size === 0) return null;
    const mutation: Mutation = { key: this.next_key_++, label: plan.label, patches, destroyed, inverse, hidden: [] };
    emails.addPending(mutation);
    this.account_.mailboxes.addDelta(mutation.key, this.deltas(mutation, befores));
    mutation.hidden.push(...this.hideGone(befores));
    this.queue_.push(mutation);
    this.waiting = this.queue_.length;
    void this.flush();
    return mutation;
  }

  /** The inverse of a mutation that may still be waiting: order keeps it right. */
  undo(mutation: Mutation, label: string): void {
    const done = this.run({ label, patches: mutation.inverse });
    if (done) this.account_.list?.restore(mutation.hidden);
  }

  /** Resolves when nothing is on its way. */
  idle(): Promise<void> {
    if (this.queue_.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.idle_waiters_.push(resolve));
  }

  retryNow(): void {
    this.wake_?.();
  }

  private deltas(mutation: Mutation, befores: EmailHeader[]): Map<Id, CountDelta> {
    const sum = new Map<Id, CountDelta>();
    for (const before of befores) {
      const patch = mutation.patches.get(before.id);
      for (const [mailbox, delta] of count_deltas(before, patch ? apply_patch(before, patch) : null)) {
        const known = sum.get(mailbox) ?? { total: 0, unread: 0 };
        sum.set(mailbox, { total: known.total + delta.total, unread: known.unread + delta.unread });
      }
    }
    return sum;
  }

  /** Rows whose thread no longer has a message in the mailbox of the list. */
  private hideGone(touched: EmailHeader[]): { id: Id; index: number }[] {
    const list = this.account_.list;
    if (!list) return [];
    const emails = this.account_.emails;
    const threads = new Set(touched.map((email) => email.threadId));
    const here = (id: Id): boolean => {
      const email = emails.get(id);
      if (!email) return false;
      return list.query.mailboxId === null || email.mailboxIds[list.query.mailboxId] === true;
    };
    const gone = list.loadedIds().filter((id) => {
      const touched_row = touched.find((email) => email.id === id);
      const thread = emails.get(id)?.threadId ?? touched_row?.threadId;
      if (thread === undefined || !threads.has(thread)) return false;
      return !here(id) && !(emails.thread(thread) ?? []).some(here);
    });
    return list.hide(gone);
  }

  private async flush(): Promise<void> {
    if (this.sending_) return;
    this.sending_ = true;
    while (this.queue_.length > 0) {
      const mutation = this.queue_[0] as Mutation;
      try {
        await this.send(mutation);
        this.failures_ = 0;
      } catch (error) {
        if (is_away(error)) {
          await this.pause(kRetryMs[Math.min(this.failures_++, kRetryMs.length - 1)] as number);
          continue;
        }
        this.rollBack(mutation, message_of(error));
      }
      this.queue_.shift();
      this.waiting = this.queue_.length;
    }
    this.sending_ = false;
    this.idle_waiters_.splice(0).forEach((resolve) => resolve());
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake_ = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private async send(mutation: Mutation): Promise<void> {
    const accountId = this.account_.id;
    const batch = this.account_.client.batch();
    const updates = chunks([...mutation.patches], kMaxObjectsInSet);
    const destroys = chunks([...mutation.destroyed], kMaxObjectsInSet);
    const calls = [
      ...updates.map((part) => batch.call('Email/set', { accountId, update: Object.fromEntries(part) as Record<Id, PatchObject> })),
      ...destroys.map((destroy) => batch.call('Email/set', { accountId, destroy })),
    ];
    const mailboxes = batch.call('Mailbox/get', { accountId, ids: null, properties: this.mailbox_properties_ });
    const answer = await batch.send();
    const refused = new Map<Id, string>();
    for (const call of calls) {
      const result = answer.get(call);
      this.account_.stateAfterSet(result.oldState, result.newState);
      for (const [id, error] of Object.entries({ ...result.notUpdated, ...result.notDestroyed })) {
        refused.set(id, error.description ?? error.type);
      }
    }
    this.account_.emails.settlePending(mutation, true, new Set(refused.keys()));
    const boxes = answer.tryGet(mailboxes);
    if (!(boxes instanceof MethodError)) this.account_.mailboxes.put(boxes.list, boxes.state);
    this.account_.mailboxes.dropDelta(mutation.key);
    const why = [...refused.values()][0];
    if (why !== undefined) {
      this.account_.list?.restore(mutation.hidden.filter(({ id }) => refused.has(id)));
      this.onFailed(mutation.label, why);
    }
  }

  private rollBack(mutation: Mutation, why: string): void {
    this.account_.emails.settlePending(mutation, false);
    this.account_.mailboxes.dropDelta(mutation.key);
    this.account_.list?.restore(mutation.hidden);
    this.onFailed(mutation.label, why);
  }
}

function chunks<T>(items: T[], size: number): T[][] {
  const result: T[][] = [];
  for (let i = 0; i < items.length; i += size) result.push(items.slice(i, i + size));
  return result;
}

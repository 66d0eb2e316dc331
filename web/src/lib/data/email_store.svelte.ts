// The emails of one account that this tab knows: headers as the server last said (base), and as they're shown
// (base with the pending mutations applied). Bodies and threads besides. No DOM; reading `version` subscribes.

import type { EmailBody, EmailHeader, Id } from '../jmap/types';
import { apply_patch, type EmailPatch } from './patch';

const kMaxBodies = 150; // opened messages kept for instant reopening
const kMaxHeaders = 60_000; // beyond this, rows that are out of use are forgotten when the mailbox changes

export const kHeaderProperties = [
  'id',
  'threadId',
  'mailboxIds',
  'keywords',
  'from',
  'to',
  'subject',
  'preview',
  'receivedAt',
  'hasAttachment',
  'size',
];

export const kBodyProperties = [
  'blobId',
  'cc',
  'bcc',
  'replyTo',
  'sender',
  'sentAt',
  'messageId',
  'inReplyTo',
  'references',
  'textBody',
  'htmlBody',
  'attachments',
  'bodyValues',
];

export interface PendingChange {
  patches: ReadonlyMap<Id, EmailPatch>;
  destroyed: ReadonlySet<Id>;
}

export class EmailStore {
  version = $state(0);
  onHeader: (email: EmailHeader) => void = () => {};

  private base_ = new Map<Id, EmailHeader>();
  private view_ = new Map<Id, EmailHeader>();
  private bodies_ = new Map<Id, EmailBody>();
  private threads_ = new Map<Id, Id[]>();
  private pending_: PendingChange[] = [];

  get(id: Id): EmailHeader | undefined {
    void this.version;
    return this.view_.get(id);
  }

  body(id: Id): EmailBody | undefined {
    void this.version;
    return this.bodies_.get(id);
  }

  thread(id: Id): Id[] | undefined {
    void this.version;
    return this.threads_.get(id);
  }

  /** The emails of a thread that are known, oldest first. */
  threadEmails(id: Id): EmailHeader[] {
    return (this.thread(id) ?? []).flatMap((email) => this.view_.get(email) ?? []);
  }

  /** Whether every email of the thread is here, so that an action reaches all of it. */
  threadComplete(id: Id): boolean {
    return this.threads_.get(id)?.every((email) => this.base_.has(email)) ?? false;
  }

  knows(id: Id): boolean {
    return this.base_.has(id);
  }

  known(ids: readonly Id[]): Id[] {
    return ids.filter((id) => this.base_.has(id));
  }

  putHeaders(list: readonly EmailHeader[]): void {
    for (const header of list) {
      const email = header_of(header);
      this.base_.set(email.id, email);
      this.project(email.id);
      this.onHeader(email);
    }
    if (list.length > 0) this.version += 1;
  }

  /** New keywords and mailboxes of emails that are known already. */
  putFlags(list: readonly Pick<EmailHeader, 'id' | 'mailboxIds' | 'keywords'>[]): void {
    for (const { id, mailboxIds, keywords } of list) {
      const known = this.base_.get(id);
      if (!known) continue;
      this.base_.set(id, { ...known, mailboxIds, keywords });
      this.project(id);
    }
    if (list.length > 0) this.version += 1;
  }

  putBodies(list: readonly EmailBody[]): void {
    for (const body of list) {
      this.bodies_.delete(body.id);
      this.bodies_.set(body.id, body);
    }
    for (const id of this.bodies_.keys()) {
      if (this.bodies_.size <= kMaxBodies) break;
      this.bodies_.delete(id);
    }
    this.version += 1;
  }

  putThreads(list: readonly { id: Id; emailIds: Id[] }[]): void {
    for (const thread of list) this.threads_.set(thread.id, thread.emailIds);
    if (list.length > 0) this.version += 1;
  }

  forget(ids: readonly Id[]): void {
    for (const id of ids) {
      const email = this.base_.get(id);
      this.base_.delete(id);
      this.view_.delete(id);
      this.bodies_.delete(id);
      const thread = email && this.threads_.get(email.threadId);
      if (email && thread) this.threads_.set(email.threadId, thread.filter((other) => other !== id));
    }
    if (ids.length > 0) this.version += 1;
  }

  /** New mail may have joined these threads: their lists of ids are asked for again. */
  forgetThreads(ids: Iterable<Id>): void {
    for (const id of ids) this.threads_.delete(id);
  }

  addPending(change: PendingChange): void {
    this.pending_.push(change);
    this.projectAll(change);
  }

  /** The server has said yes (the change becomes the truth) or no (it vanishes). */
  settlePending(change: PendingChange, accepted: boolean, refused: ReadonlySet<Id> = new Set()): void {
    this.pending_ = this.pending_.filter((other) => other !== change);
    if (accepted) {
      for (const [id, patch] of change.patches) {
        const email = this.base_.get(id);
        if (email && !refused.has(id)) this.base_.set(id, apply_patch(email, patch));
      }
      this.forget([...change.destroyed].filter((id) => !refused.has(id)));
    }
    this.projectAll(change);
  }

  trim(keep: ReadonlySet<Id>): void {
    if (this.base_.size <= kMaxHeaders) return;
    for (const id of this.base_.keys()) {
      if (keep.has(id) || this.bodies_.has(id)) continue;
      this.base_.delete(id);
      this.view_.delete(id);
    }
  }

  private projectAll(change: PendingChange): void {
    for (const id of change.patches.keys()) this.project(id);
    for (const id of change.destroyed) this.project(id);
    this.version += 1;
  }

  private project(id: Id): void {
    let email = this.base_.get(id);
    for (const change of this.pending_) {
      if (!email || change.destroyed.has(id)) {
        email = undefined;
        break;
      }
      const patch = change.patches.get(id);
      if (patch) email = apply_patch(email, patch);
    }
    if (email) this.view_.set(id, email);
    else this.view_.delete(id);
  }
}

/** Only the properties of a row, so that bodies aren't kept twice. */
function header_of(email: EmailHeader): EmailHeader {
  return {
    id: email.id,
    threadId: email.threadId,
    mailboxIds: email.mailboxIds,
    keywords: email.keywords,
    from: email.from,
    to: email.to,
    subject: email.subject,
    preview: email.preview,
    receivedAt: email.receivedAt,
    hasAttachment: email.hasAttachment,
    size: email.size,
  };
}

// One message being written: fields, uploads, autosave as a draft on the server, sending. No DOM: the view only
// binds fields and hands over files. RFC 8621 §4.6, §7.5.

import { message_of, MethodError } from '../jmap/errors';
import { is_away } from '../jmap/transport';
import { upload, type Upload } from '../jmap/upload';
import type { EmailAddress, EmailBodyPart, Id, Identity, SetError } from '../jmap/types';
import { is_address, parse_address, split_addresses } from '../mail/addresses';
import { text } from '../text';
import type { AccountData } from './account_data.svelte';

const kAutosaveMs = 1500; // after the last key
const kRetryMs = 5000; // while the server is away
export const kHoldSeconds = 10; // the undo window

export interface Attachment {
  key: number;
  name: string;
  type: string;
  size: number;
  blobId: Id | null;
  progress: number;
  error: string | null;
  upload: Upload | null;
}

export interface ComposeStart {
  title: string;
  to?: EmailAddress[];
  cc?: EmailAddress[];
  bcc?: EmailAddress[];
  subject?: string;
  body?: string;
  inReplyTo?: string[];
  references?: string[];
  attachments?: EmailBodyPart[];
  /** The message that this answers or forwards, and the keyword it gets when this is sent. */
  about?: { emailId: Id; keyword: '$answered' | '$forwarded' };
  /** An existing draft that is being edited. */
  draftId?: Id;
  focus?: 'to' | 'body';
}

export type SaveState = 'empty' | 'dirty' | 'saving' | 'saved' | 'failed';

export interface SentMessage {
  submissionId: Id;
  emailId: Id;
}

let next_key = 1;

export class Composition {
  readonly key = next_key++;
  readonly title: string;
  readonly focus: 'to' | 'body';
  to = $state.raw<EmailAddress[]>([]);
  cc = $state.raw<EmailAddress[]>([]);
  bcc = $state.raw<EmailAddress[]>([]);
  /** What is typed in the recipient fields but not yet an address. */
  loose = $state({ to: '', cc: '', bcc: '' });
  subject = $state('');
  body = $state('');
  identityId = $state<Id | null>(null);
  attachments = $state.raw<Attachment[]>([]);
  saveState = $state<SaveState>('empty');
  problem = $state<string | null>(null);
  sending = $state(false);
  minimised = $state(false);
  draftId: Id | null;

  private readonly start_: ComposeStart;
  private timer_: ReturnType<typeof setTimeout> | null = null;
  private saving_: Promise<void> | null = null;
  private closed_ = false;

  constructor(
    readonly account: AccountData,
    start: ComposeStart,
  ) {
    this.start_ = start;
    this.title = start.title;
    this.focus = start.focus ?? 'to';
    this.to = start.to ?? [];
    this.cc = start.cc ?? [];
    this.bcc = start.bcc ?? [];
    this.subject = start.subject ?? '';
    this.body = start.body ?? '';
    this.draftId = start.draftId ?? null;
    this.attachments = (start.attachments ?? []).flatMap((part) =>
      part.blobId === null ? [] : [{ key: next_key++, name: part.name ?? text.conversation.unnamed, type: part.type, size: part.size, blobId: part.blobId, progress: 1, error: null, upload: null }],
    );
    void this.chooseIdentity();
  }

  get identity(): Identity | undefined {
    return this.account.identities.find(({ id }) => id === this.identityId) ?? this.account.identities[0];
  }

  get uploading(): boolean {
    return this.attachments.some((attachment) => attachment.blobId === null && attachment.error === null);
  }

  /** The view calls this on every change of a field. */
  touched(): void {
    this.problem = null;
    if (this.closed_) return;
    this.saveState = 'dirty';
    if (this.timer_) clearTimeout(this.timer_);
    this.timer_ = setTimeout(() => void this.save(), kAutosaveMs);
  }

  // ---- attachments ---------------------------------------------------------------------------------------------

  attach(files: Iterable<File>): void {
    for (const file of files) {
      const key = next_key++;
      const running = upload(this.account.client, this.account.id, file, (progress) => this.updateAttachment(key, { progress }));
      const fresh: Attachment = { key, name: file.name, type: file.type || 'application/octet-stream', size: file.size, blobId: null, progress: 0, error: null, upload: running };
      this.attachments = [...this.attachments, fresh];
      running.promise.then(
        ({ blobId }) => {
          this.updateAttachment(key, { blobId, progress: 1, upload: null });
          this.touched();
        },
        (error) => this.updateAttachment(key, { error: text.compose.uploadFailed(file.name, message_of(error)), upload: null }),
      );
    }
  }

  detach(key: number): void {
    this.attachments.find((attachment) => attachment.key === key)?.upload?.cancel();
    this.attachments = this.attachments.filter((attachment) => attachment.key !== key);
    this.touched();
  }

  private updateAttachment(key: number, change: Partial<Attachment>): void {
    this.attachments = this.attachments.map((attachment) => (attachment.key === key ? { ...attachment, ...change } : attachment));
  }

  // ---- drafts --------------------------------------------------------------------------------------------------

  /** Writes the draft: a new email, and the one it replaces destroyed, in one call. */
  save(): Promise<void> {
    if (this.timer_) clearTimeout(this.timer_);
    this.timer_ = null;
    const run = async (): Promise<void> => {
      if (this.closed_ || this.sending || this.saveState === 'saved' || this.saveState === 'empty') return;
      this.saveState = 'saving';
      try {
        const drafts = this.account.mailboxes.byRole('drafts');
        if (!drafts) throw new Error(text.done.noMailbox(text.mailboxes.roles.drafts));
        const answer = await this.account.client.call('Email/set', {
          accountId: this.account.id,
          create: { draft: this.email(drafts.id) },
          ...(this.draftId === null ? {} : { destroy: [this.draftId] }),
        });
        const refused = answer.notCreated?.['draft'];
        if (refused) throw new MethodError(refused.type, set_error_text(refused));
        this.draftId = answer.created?.['draft']?.id ?? null;
        this.problem = null;
        if (this.saveState === 'saving') this.saveState = 'saved';
      } catch (error) {
        this.saveState = 'failed';
        this.problem = text.compose.saveFailed(message_of(error));
        if (is_away(error) && !this.closed_) this.timer_ = setTimeout(() => void this.save(), kRetryMs);
      }
    };
    this.saving_ = (this.saving_ ?? Promise.resolve()).then(run);
    return this.saving_;
  }

  /** Whether there is a draft on the server now. */
  async close(): Promise<boolean> {
    await this.save();
    this.stop();
    return this.saveState === 'saved';
  }

  async discard(): Promise<void> {
    this.stop();
    await this.saving_;
    for (const attachment of this.attachments) attachment.upload?.cancel();
    if (this.draftId !== null) {
      await this.account.client.call('Email/set', { accountId: this.account.id, destroy: [this.draftId] });
    }
  }

  private stop(): void {
    this.closed_ = true;
    if (this.timer_) clearTimeout(this.timer_);
  }

  // ---- sending -------------------------------------------------------------------------------------------------

  /** What keeps this from being sent, as a sentence; null when nothing does. */
  obstacle(): string | null {
    this.takeLoose();
    const loose = [this.loose.to, this.loose.cc, this.loose.bcc].find((typed) => typed.trim() !== '');
    if (loose !== undefined) return text.compose.badRecipient(loose.trim());
    if (this.to.length + this.cc.length + this.bcc.length === 0) return text.compose.noRecipient;
    if (this.uploading) return text.compose.waitForUploads;
    if (!this.identity) return text.compose.noIdentity;
    return this.attachments.find(({ error }) => error !== null)?.error ?? null;
  }

  /** Hands the message to the server's outbox, held for the undo window. */
  async send(): Promise<SentMessage> {
    this.sending = true;
    if (this.timer_) clearTimeout(this.timer_);
    await this.saving_;
    try {
      const sent = await this.submit();
      this.stop();
      return sent;
    } catch (error) {
      this.sending = false;
      this.problem = text.compose.sendFailed(message_of(error));
      throw error;
    }
  }

  private async submit(): Promise<SentMessage> {
    const { account, identity } = this;
    const drafts = account.mailboxes.byRole('drafts') ?? account.mailboxes.byRole('sent');
    const sent_box = account.mailboxes.byRole('sent');
    if (!drafts) throw new Error(text.done.noMailbox(text.mailboxes.roles.drafts));
    if (!identity) throw new Error(text.compose.noIdentity);
    const batch = account.client.batch();
    const about = this.start_.about;
    const email = batch.call('Email/set', {
      accountId: account.id,
      create: { draft: this.email(drafts.id) },
      ...(this.draftId === null ? {} : { destroy: [this.draftId] }),
      ...(about ? { update: { [about.emailId]: { [`keywords/${about.keyword}`]: true } } } : {}),
    });
    const moves = sent_box && sent_box.id !== drafts.id ? { [`mailboxIds/${drafts.id}`]: null, [`mailboxIds/${sent_box.id}`]: true } : {};
    const submission = batch.call('EmailSubmission/set', {
      accountId: account.id,
      create: {
        send: {
          identityId: identity.id,
          emailId: '#draft',
          envelope: {
            mailFrom: { email: identity.email, parameters: { HOLDFOR: String(kHoldSeconds) } },
            rcptTo: envelope_recipients([...this.to, ...this.cc, ...this.bcc]),
          },
        },
      },
      onSuccessUpdateEmail: { '#send': { 'keywords/$draft': null, ...moves } },
    });
    const answer = await batch.send();
    const set = answer.get(email);
    const refused = set.notCreated?.['draft'];
    if (refused) throw new MethodError(refused.type, set_error_text(refused));
    const emailId = set.created?.['draft']?.id ?? '';
    this.draftId = emailId; // from here on the old draft is gone, whatever becomes of the submission
    const result = answer.get(submission);
    const not_sent = result.notCreated?.['send'];
    if (not_sent) throw new MethodError(not_sent.type, set_error_text(not_sent));
    return { submissionId: result.created?.['send']?.id ?? '', emailId };
  }

  /** Undo within the window: the submission is canceled, the email becomes a draft again. */
  async unsend(sent: SentMessage): Promise<void> {
    const { account } = this;
    const drafts = account.mailboxes.byRole('drafts');
    const sent_box = account.mailboxes.byRole('sent');
    const moves = drafts && sent_box ? { [`mailboxIds/${sent_box.id}`]: null, [`mailboxIds/${drafts.id}`]: true } : {};
    const answer = await account.client.call('EmailSubmission/set', {
      accountId: account.id,
      update: { [sent.submissionId]: { undoStatus: 'canceled' } },
      onSuccessUpdateEmail: { [sent.submissionId]: { 'keywords/$draft': true, ...moves } },
    });
    const refused = answer.notUpdated?.[sent.submissionId];
    if (refused) throw new MethodError(refused.type, set_error_text(refused));
    this.sending = false;
    this.closed_ = false;
    this.draftId = sent.emailId;
    this.saveState = 'saved';
  }

  /** The same message once more in a new window: after a failed delivery. */
  again(): ComposeStart {
    const { title, to, cc, bcc, subject, body } = this;
    return { ...this.start_, title, to, cc, bcc, subject, body, attachments: this.attachments.map(part_of) };
  }

  /** Typed text that is an address becomes a recipient. */
  takeLoose(): void {
    for (const field of ['to', 'cc', 'bcc'] as const) {
      const parts = split_addresses(this.loose[field]);
      const good = parts.flatMap((part) => parse_address(part) ?? []);
      if (parts.length > 0 && good.length === parts.length) {
        this[field] = [...this[field], ...good.filter((a) => is_address(a.email))];
        this.loose[field] = '';
      }
    }
  }

  private email(mailbox: Id): Record<string, unknown> {
    const from = this.identity ? [{ name: this.identity.name || null, email: this.identity.email }] : null;
    const optional = {
      cc: this.cc,
      bcc: this.bcc,
      inReplyTo: this.start_.inReplyTo ?? [],
      references: this.start_.references ?? [],
      attachments: this.attachments.filter(({ blobId }) => blobId !== null).map(part_of),
    };
    return {
      mailboxIds: { [mailbox]: true },
      keywords: { $draft: true, $seen: true },
      from,
      to: this.to,
      subject: this.subject,
      bodyValues: { text: { value: this.body } },
      textBody: [{ partId: 'text', type: 'text/plain' }],
      ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value.length > 0)),
    };
  }

  private async chooseIdentity(): Promise<void> {
    try {
      const identities = await this.account.loadIdentities();
      this.identityId ??= identities[0]?.id ?? null;
    } catch {
      // Sending says that there is no address to send from, and tries again.
    }
  }
}

function part_of(attachment: Attachment): EmailBodyPart {
  return { partId: null, blobId: attachment.blobId, type: attachment.type, name: attachment.name, size: attachment.size, disposition: 'attachment', cid: null };
}

function envelope_recipients(list: EmailAddress[]): { email: string; parameters: null }[] {
  const seen = new Set<string>();
  return list.flatMap(({ email }) => {
    if (seen.has(email.toLowerCase())) return [];
    seen.add(email.toLowerCase());
    return [{ email, parameters: null }];
  });
}

function set_error_text(error: SetError): string {
  return error.description ?? error.type;
}

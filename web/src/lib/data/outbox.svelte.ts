// Messages being written and messages on their way out: undo within the window, and what the server says when one
// could not be sent. No DOM.

import { message_of } from '../jmap/errors';
import type { EmailBody, Id } from '../jmap/types';
import { plain_parts } from '../mail/body';
import { start_reply, type ReplyKind } from '../mail/reply';
import { text } from '../text';
import type { AccountData } from './account_data.svelte';
import type { Actions } from './actions';
import type { Delivery } from './submissions';
import { Composition, kHoldSeconds, type ComposeStart, type SentMessage } from './compose.svelte';
import type { Toasts } from './toasts.svelte';

export interface OutboxProblem extends Delivery {
  key: string;
  subject: string;
  account: AccountData;
  /** As it was written, when that was in this tab. */
  composition: Composition | null;
}

const kMaxDismissed = 50; // remembered, so that a reload doesn't show them again

export class Outbox {
  open = $state.raw<Composition[]>([]);
  problems = $state.raw<OutboxProblem[]>([]);
  /** Text of a message that has only HTML; made where there is a DOM. */
  plainOf: (body: EmailBody) => Promise<string> = (body) => Promise.resolve(plain_parts(body).map((part) => part.text).join('\n'));

  onCompose: (account: AccountData) => void = () => {};

  private readonly sent_ = new Map<Id, Composition>();

  constructor(
    private readonly toasts_: Toasts,
    private readonly actions_: Actions,
    private readonly remember_: { get(key: string): string | null; set(key: string, value: string): void },
  ) {}

  /** Another person may sit here next. */
  clear(): void {
    this.open = [];
    this.problems = [];
    this.sent_.clear();
  }

  compose(account: AccountData, start: ComposeStart): Composition {
    this.onCompose(account);
    const composition = new Composition(account, start);
    for (const other of this.open) other.minimised = true;
    this.open = [...this.open, composition];
    return composition;
  }

  /** The one that has the keyboard. */
  get active(): Composition | undefined {
    return [...this.open].reverse().find((composition) => !composition.minimised);
  }

  async reply(account: AccountData, emailId: Id, kind: ReplyKind): Promise<void> {
    try {
      await Promise.all([account.loadBodies([emailId]), account.loadIdentities()]);
      const email = account.emails.get(emailId);
      const body = account.emails.body(emailId);
      if (!email || !body) return;
      const plain = await this.plainOf(body);
      const own = account.identities.map((identity) => identity.email);
      const start = start_reply(kind, email, body, plain, own);
      const forward = kind === 'forward';
      this.compose(account, {
        ...start,
        title: forward ? text.compose.titleForward : text.compose.titleReply,
        about: { emailId, keyword: forward ? '$forwarded' : '$answered' },
        focus: forward ? 'to' : 'body',
      });
    } catch (error) {
      this.toasts_.error(message_of(error));
    }
  }

  /** With `copy` a sent message starts a new draft instead of being the draft. */
  async editDraft(account: AccountData, emailId: Id, copy = false): Promise<void> {
    const known = this.open.find((composition) => composition.draftId === emailId);
    if (known) {
      known.minimised = false;
      return;
    }
    try {
      const email = await account.headerOf(emailId);
      await account.loadBodies([emailId]);
      const body = account.emails.body(emailId);
      if (!email || !body) return;
      this.compose(account, {
        title: text.compose.title,
        to: email.to ?? [],
        cc: body.cc ?? [],
        bcc: body.bcc ?? [],
        subject: email.subject ?? '',
        body: await this.plainOf(body),
        inReplyTo: body.inReplyTo ?? [],
        references: body.references ?? [],
        attachments: body.attachments,
        ...(copy ? {} : { draftId: emailId }),
        focus: 'body',
      });
    } catch (error) {
      this.toasts_.error(message_of(error));
    }
  }

  close(composition: Composition): void {
    this.open = this.open.filter((other) => other !== composition);
    void composition.close().then((saved) => {
      if (saved) this.toasts_.show(text.done.draftSaved);
      else if (composition.saveState === 'failed') this.reopen(composition); // nothing written is lost
    });
  }

  async discard(composition: Composition): Promise<void> {
    this.open = this.open.filter((other) => other !== composition);
    try {
      await composition.discard();
      this.toasts_.show(text.done.draftDiscarded);
    } catch (error) {
      this.toasts_.error(message_of(error));
    }
  }

  async send(composition: Composition): Promise<void> {
    const obstacle = composition.obstacle();
    if (obstacle !== null) {
      composition.problem = obstacle;
      return;
    }
    this.open = this.open.filter((other) => other !== composition);
    const sending = this.toasts_.show(text.done.sending);
    try {
      const sent = await composition.send();
      this.sent_.set(sent.submissionId, composition);
      this.offerUndo(composition, sent);
    } catch {
      this.reopen(composition); // it says itself what went wrong
    } finally {
      this.toasts_.dismiss(sending);
    }
  }

  /** The watch over submissions found one that was not delivered. */
  undelivered(account: AccountData, delivery: Delivery, subject: string | null): void {
    const key = `${account.id} ${delivery.submissionId}`;
    const known = this.problems.some((problem) => problem.submissionId === delivery.submissionId);
    if (known || this.isDismissed(key)) return;
    const composition = this.sent_.get(delivery.submissionId) ?? null;
    this.problems = [
      ...this.problems,
      { ...delivery, key, subject: composition?.subject || subject || text.list.noSubject, composition, account },
    ];
  }

  /** Opens a message that failed as a new draft. */
  sendAgain(problem: OutboxProblem): void {
    this.dismiss(problem);
    if (problem.composition) this.compose(problem.account, problem.composition.again());
    else void this.editDraft(problem.account, problem.emailId, true);
  }

  dismiss(problem: OutboxProblem): void {
    this.problems = this.problems.filter((other) => other !== problem);
    this.remember_.set('dismissed', [problem.key, ...this.dismissed()].slice(0, kMaxDismissed).join(','));
  }

  private dismissed(): string[] {
    return (this.remember_.get('dismissed') ?? '').split(',');
  }

  private isDismissed(key: string): boolean {
    return this.dismissed().includes(key);
  }

  private offerUndo(composition: Composition, sent: SentMessage): void {
    const undo = this.actions_.pushUndo(text.done.sent, async () => {
      this.toasts_.dismiss(toast);
      try {
        await composition.unsend(sent);
        this.sent_.delete(sent.submissionId);
        this.reopen(composition);
        this.toasts_.show(text.done.sendCanceled);
      } catch {
        this.toasts_.error(text.done.tooLateToUndo);
      }
    });
    const toast = this.toasts_.show(text.done.sent, { action: { label: text.undo, run: undo }, ms: kHoldSeconds * 1000 });
  }

  private reopen(composition: Composition): void {
    composition.minimised = false;
    this.open = [...this.open, composition];
  }
}

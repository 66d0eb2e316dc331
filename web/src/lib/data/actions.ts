// What can be done to conversations: each action is planned from what is known, applied at once, and can be undone.
// No DOM.

import type { EmailHeader, Id, MailboxRole } from '../jmap/types';
import { message_of } from '../jmap/errors';
import { text } from '../text';
import type { AccountData } from './account_data.svelte';
import type { MailView } from './mail_view.svelte';
import { keyword_patch, move_patch, type EmailPatch } from './patch';
import type { Toasts } from './toasts.svelte';

const kMaxUndo = 50;

interface Undoable {
  label: string;
  run: () => void | Promise<void>;
}

export class Actions {
  /** Asked before something that can't be undone. */
  confirm: (question: string) => Promise<boolean> = () => Promise.resolve(true);
  /** Whether the next conversation opens after one left the list (three panes), or the list shows (phone). */
  opensNext: () => boolean = () => true;

  private undo_: Undoable[] = [];

  constructor(
    private readonly view_: MailView,
    private readonly toasts_: Toasts,
  ) {}

  archive(): Promise<void> {
    return this.moveToRole('archive', text.done.archived);
  }

  async trash(): Promise<void> {
    const trash = this.view_.account?.mailboxes.byRole('trash');
    if (trash && this.view_.mailboxId === trash.id && !this.view_.searching) return this.destroy();
    return this.moveToRole('trash', text.done.trashed);
  }

  async spam(): Promise<void> {
    const junk = this.view_.account?.mailboxes.byRole('junk');
    const in_junk = junk !== undefined && this.view_.mailboxId === junk.id && !this.view_.searching;
    const marks = (email: EmailHeader): EmailPatch => ({
      ...keyword_patch(email, '$junk', !in_junk),
      ...keyword_patch(email, '$notjunk', in_junk),
    });
    if (in_junk) return this.moveToRole('inbox', text.done.notSpam, marks);
    return this.moveToRole('junk', text.done.spam, marks);
  }

  moveTo(mailbox: Id, name: string): Promise<void> {
    return this.move(mailbox, (n) => text.done.moved(n, name));
  }

  async toggleRead(): Promise<void> {
    const rows = this.view_.targets();
    const unread = rows.some((id) => this.view_.rowOf(id)?.unread);
    return unread ? this.markRead() : this.markUnread();
  }

  markRead(): Promise<void> {
    return this.keyword('$seen', true, text.done.read, 'all');
  }

  async markUnread(): Promise<void> {
    await this.keyword('$seen', false, text.done.unread, 'shown');
    this.view_.closeConversation();
  }

  async toggleFlag(): Promise<void> {
    const flagged = this.view_.targets().every((id) => this.view_.rowOf(id)?.flagged);
    if (flagged) return this.keyword('$flagged', false, text.done.unflagged, 'all');
    return this.keyword('$flagged', true, text.done.flagged, 'shown');
  }

  /** Takes back the last action. */
  undo(): void {
    const last = this.undo_.pop();
    if (last) void last.run();
    else this.toasts_.show(text.done.nothingToUndo);
  }

  pushUndo(label: string, run: () => void | Promise<void>): () => void {
    const entry: Undoable = { label, run };
    this.undo_ = [...this.undo_, entry].slice(-kMaxUndo);
    return () => {
      if (!this.undo_.includes(entry)) return;
      this.undo_ = this.undo_.filter((other) => other !== entry);
      void entry.run();
    };
  }

  // ---- the parts -----------------------------------------------------------------------------------------------

  private async moveToRole(role: MailboxRole, label: (n: number) => string, extra?: (email: EmailHeader) => EmailPatch): Promise<void> {
    const account = this.view_.account;
    if (!account) return;
    const target = account.mailboxes.byRole(role)?.id ?? (await this.createRole(account, role));
    if (target === null) return void this.toasts_.error(text.done.noMailbox(text.mailboxes.roles[role]));
    await this.move(target, label, extra);
  }

  /** An account without an archive (or spam, or trash) mailbox gets one when it's first needed. */
  private async createRole(account: AccountData, role: MailboxRole): Promise<Id | null> {
    try {
      const create = { new: { name: text.mailboxes.roles[role], parentId: null, role } };
      const answer = await account.client.call('Mailbox/set', { accountId: account.id, create });
      await account.loadMailboxes();
      return answer.created?.['new']?.id ?? null;
    } catch {
      return null;
    }
  }

  private async move(target: Id, label: (n: number) => string, extra?: (email: EmailHeader) => EmailPatch): Promise<void> {
    const from = this.view_.searching ? null : this.view_.mailboxId;
    await this.onThreads((account, emails) => {
      const sent = account.mailboxes.byRole('sent')?.id;
      const drafts = account.mailboxes.byRole('drafts')?.id;
      const keeps = (email: EmailHeader): boolean => {
        if (from !== null) return email.mailboxIds[from] !== true;
        // From a search result, what we wrote ourselves stays where it is.
        return [sent, drafts].some((own) => own !== undefined && email.mailboxIds[own]) || email.mailboxIds[target] === true;
      };
      const patches = new Map<Id, EmailPatch>();
      for (const email of emails) {
        if (!keeps(email)) patches.set(email.id, { ...move_patch(email, from, target), ...extra?.(email) });
      }
      return patches;
    }, label);
  }

  private async destroy(): Promise<void> {
    const account = this.view_.account;
    const rows = this.view_.targets();
    if (!account || rows.length === 0) return;
    if (!(await this.confirm(text.done.destroyConfirm(rows.length)))) return;
    const index = this.firstIndex(rows);
    const emails = await this.emailsOf(account, rows);
    const here = this.view_.mailboxId;
    const destroyed = new Set(emails.filter((email) => here === null || email.mailboxIds[here]).map(({ id }) => id));
    account.mutations.run({ label: text.done.destroyed(rows.length), destroyed });
    this.view_.settleCursor(index, this.opensNext());
    this.toasts_.show(text.done.destroyed(rows.length));
  }

  private async keyword(keyword: string, on: boolean, label: (n: number) => string, reach: 'all' | 'shown'): Promise<void> {
    const rows = new Set(this.view_.targets());
    await this.onThreads((_, emails) => {
      const chosen = reach === 'all' ? emails : emails.filter(({ id }) => rows.has(id));
      return new Map(chosen.map((email) => [email.id, keyword_patch(email, keyword, on)]));
    }, label, true);
  }

  private async onThreads(
    plan: (account: AccountData, emails: EmailHeader[]) => Map<Id, EmailPatch>,
    label: (n: number) => string,
    stay = false,
  ): Promise<void> {
    const account = this.view_.account;
    const rows = this.view_.targets();
    if (!account || rows.length === 0) return;
    const index = this.firstIndex(rows);
    const done = label(rows.length);
    try {
      const emails = await this.emailsOf(account, rows);
      const mutation = account.mutations.run({ label: done, patches: plan(account, emails) });
      if (!mutation) return;
      if (!stay) this.view_.settleCursor(index, this.opensNext());
      const undo = this.pushUndo(done, () => {
        this.toasts_.dismiss(toast);
        account.mutations.undo(mutation, text.undone(done));
        this.toasts_.show(text.undone(done));
      });
      const toast = this.toasts_.show(done, { action: { label: text.undo, run: undo } });
    } catch (error) {
      this.toasts_.error(text.done.failed(done, message_of(error)));
    }
  }

  private firstIndex(rows: readonly Id[]): number {
    const indexes = rows.map((id) => this.view_.list?.indexOf(id) ?? -1).filter((index) => index >= 0);
    return indexes.length === 0 ? 0 : Math.min(...indexes);
  }

  private async emailsOf(account: AccountData, rows: readonly Id[]): Promise<EmailHeader[]> {
    const threads = [...new Set(rows.flatMap((id) => account.emails.get(id)?.threadId ?? []))];
    await account.completeThreads(threads);
    return threads.flatMap((thread) => account.emails.threadEmails(thread));
  }
}

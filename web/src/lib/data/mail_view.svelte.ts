// What the three panes show: account, mailbox or search, cursor, selection, conversation. No DOM.

import type { Id } from '../jmap/types';
import type { AccountData } from './account_data.svelte';
import { Conversation } from './conversation.svelte';
import { list_row, type ListRow } from './list_row';
import type { MessageList } from './message_list.svelte';
import { keyword_patch, type EmailPatch } from './patch';

const kReadAfterMs = 700; // a conversation that is passed over quicker stays unread
const kOutgoing = new Set(['sent', 'drafts']);

export class MailView {
  account = $state.raw<AccountData | null>(null);
  mailboxId = $state<Id | null>(null);
  searchText = $state('');
  cursorId = $state<Id | null>(null);
  selected = $state.raw<ReadonlySet<Id>>(new Set());
  conversation = $state.raw<Conversation | null>(null);
  /** The list should bring this row into sight; the number makes equal wishes different. */
  reveal = $state.raw<{ index: number; wish: number }>({ index: 0, wish: 0 });
  /** Addresses that are "me". */
  own = $state.raw<string[]>([]);
  onOpenDraft: (email: Id) => void = () => {};

  private read_timer_: ReturnType<typeof setTimeout> | null = null;
  private range_start_: Id | null = null;

  get list(): MessageList | null {
    return this.account?.list ?? null;
  }

  get searching(): boolean {
    return this.searchText !== '';
  }

  get mailbox() {
    return this.account?.mailboxes.get(this.mailboxId);
  }

  get cursorIndex(): number {
    return this.cursorId === null ? -1 : (this.list?.indexOf(this.cursorId) ?? -1);
  }

  use(account: AccountData): void {
    this.account = account;
    this.conversation = null;
    account.onThreadsChanged = (threads) => {
      const open = this.conversation;
      if (open && open.account === account && (threads.size === 0 || threads.has(open.threadId))) void open.refresh();
    };
  }

  openMailbox(id: Id): void {
    this.mailboxId = id;
    this.searchText = '';
    this.openQuery({ mailboxId: id, text: '' });
  }

  search(text: string, mailbox: Id | null): void {
    this.searchText = text.trim();
    if (this.searchText === '') {
      const back = this.mailboxId ?? this.account?.mailboxes.byRole('inbox')?.id;
      if (back !== undefined) this.openMailbox(back);
      return;
    }
    this.openQuery({ mailboxId: mailbox, text: this.searchText });
  }

  row(index: number): ListRow | null {
    const id = this.list?.idAt(index);
    return id === undefined ? null : this.rowOf(id);
  }

  rowOf(id: Id): ListRow | null {
    const emails = this.account?.emails;
    const shown = emails?.get(id);
    if (!emails || !shown) return null;
    const ids = emails.thread(shown.threadId) ?? [id];
    const role = this.searching ? null : this.mailbox?.role;
    return list_row(shown, emails.threadEmails(shown.threadId), ids.length, this.own, kOutgoing.has(role ?? ''));
  }

  // ---- cursor and selection ------------------------------------------------------------------------------------

  moveCursor(by: number): void {
    const list = this.list;
    if (!list || !list.total) return;
    const at = this.cursorIndex;
    const index = at < 0 ? 0 : Math.min(list.total - 1, Math.max(0, at + by));
    const id = list.idAt(index);
    this.reveal = { index, wish: this.reveal.wish + 1 };
    if (id === undefined) return;
    this.cursorId = id;
    if (this.conversation) this.open(id);
  }

  toggleSelected(id: Id, range: boolean): void {
    const next = new Set(this.selected);
    const list = this.list;
    const from = this.range_start_ === null ? -1 : (list?.indexOf(this.range_start_) ?? -1);
    const to = list?.indexOf(id) ?? -1;
    if (range && list && from >= 0 && to >= 0) {
      for (let i = Math.min(from, to); i <= Math.max(from, to); i++) {
        const between = list.idAt(i);
        if (between !== undefined) next.add(between);
      }
    } else if (!next.delete(id)) next.add(id);
    this.range_start_ = id;
    this.selected = next;
    this.cursorId = id;
  }

  selectLoaded(): void {
    this.selected = new Set(this.list?.loadedIds() ?? []);
  }

  clearSelection(): void {
    this.selected = new Set();
  }

  /** The rows that an action means: the selection, else the open conversation, else the cursor. */
  targets(): Id[] {
    if (this.selected.size > 0) return [...this.selected];
    if (this.conversation) return [this.conversation.emailId];
    return this.cursorId === null ? [] : [this.cursorId];
  }

  // ---- conversation --------------------------------------------------------------------------------------------

  open(id: Id): void {
    const account = this.account;
    const email = account?.emails.get(id);
    if (!account || !email) return;
    this.cursorId = id;
    const thread = account.emails.thread(email.threadId) ?? [id];
    if (email.keywords['$draft'] && thread.length === 1) {
      this.onOpenDraft(id);
      return;
    }
    if (this.conversation?.emailId === id) return;
    const conversation = new Conversation(account, email.threadId, id);
    this.conversation = conversation;
    void conversation.load().then(() => this.prefetchNext());
    this.readLater(conversation);
  }

  /** A link to a message that the list may not hold. */
  async openById(id: Id): Promise<void> {
    const account = this.account;
    if (!account) return;
    await account.headerOf(id);
    this.open(id);
  }

  closeConversation(): void {
    this.conversation = null;
    if (this.read_timer_) clearTimeout(this.read_timer_);
  }

  /** After rows left the list: the cursor goes to what took their place. */
  settleCursor(index: number, reopen: boolean): void {
    const list = this.list;
    this.clearSelection();
    const total = list?.total ?? 0;
    const id = total > 0 ? list?.idAt(Math.min(Math.max(0, index), total - 1)) : undefined;
    const was_open = this.conversation !== null;
    this.cursorId = id ?? null;
    this.closeConversation();
    if (id !== undefined && was_open && reopen) this.open(id);
  }

  private openQuery(query: { mailboxId: Id | null; text: string }): void {
    this.cursorId = null;
    this.range_start_ = null;
    this.clearSelection();
    this.closeConversation();
    this.account?.openList(query);
    this.reveal = { index: 0, wish: this.reveal.wish + 1 };
  }

  private readLater(conversation: Conversation): void {
    if (this.read_timer_) clearTimeout(this.read_timer_);
    this.read_timer_ = setTimeout(() => {
      if (this.conversation !== conversation) return;
      const patches = new Map<Id, EmailPatch>();
      for (const email of conversation.emails) {
        if (conversation.expanded.has(email.id)) patches.set(email.id, keyword_patch(email, '$seen', true));
      }
      conversation.account.mutations.run({ label: '', patches });
    }, kReadAfterMs);
  }

  /** The next conversation opens without a wait. */
  private async prefetchNext(): Promise<void> {
    const next = this.list?.idAt(this.cursorIndex + 1);
    if (next !== undefined && this.cursorIndex >= 0) await this.account?.loadBodies([next]).catch(() => {});
  }
}

// The mailboxes of one account with counts (the server's, plus what pending mutations change), and the tree in
// which they're drawn: roles first, then folders by name. No DOM.

import type { Id, Mailbox, MailboxRole } from '../jmap/types';
import { text } from '../text';
import type { CountDelta } from './patch';

const kRoleOrder: MailboxRole[] = ['inbox', 'flagged', 'important', 'drafts', 'sent', 'archive', 'all', 'junk', 'trash', 'subscribed'];
const kMaxDepth = 20; // a parent chain longer than this is a loop

export interface MailboxNode {
  mailbox: Mailbox;
  name: string;
  depth: number;
  hasChildren: boolean;
}

export class MailboxStore {
  state: string | null = null;
  loaded = $state(false);
  onPut: () => void = () => {};

  private base_ = $state.raw<Mailbox[]>([]);
  private deltas_ = $state.raw<ReadonlyMap<number, ReadonlyMap<Id, CountDelta>>>(new Map());
  private collapsed_ = $state.raw<ReadonlySet<Id>>(new Set());

  readonly list: Mailbox[] = $derived(this.base_.map((mailbox) => this.withDeltas(mailbox)));
  readonly tree: MailboxNode[] = $derived(mailbox_tree(this.list, this.collapsed_));

  get(id: Id | null): Mailbox | undefined {
    return this.list.find((mailbox) => mailbox.id === id);
  }

  byRole(role: MailboxRole): Mailbox | undefined {
    return this.list.find((mailbox) => mailbox.role === role);
  }

  isCollapsed(id: Id): boolean {
    return this.collapsed_.has(id);
  }

  toggle(id: Id): void {
    const next = new Set(this.collapsed_);
    if (!next.delete(id)) next.add(id);
    this.collapsed_ = next;
  }

  put(list: Mailbox[], state: string): void {
    this.base_ = list;
    this.state = state;
    this.loaded = true;
    this.onPut();
  }

  addDelta(key: number, delta: ReadonlyMap<Id, CountDelta>): void {
    this.deltas_ = new Map(this.deltas_).set(key, delta);
  }

  dropDelta(key: number): void {
    const next = new Map(this.deltas_);
    next.delete(key);
    this.deltas_ = next;
  }

  private withDeltas(mailbox: Mailbox): Mailbox {
    let total = mailbox.totalEmails;
    let unread = mailbox.unreadEmails;
    for (const deltas of this.deltas_.values()) {
      const delta = deltas.get(mailbox.id);
      total += delta?.total ?? 0;
      unread += delta?.unread ?? 0;
    }
    if (total === mailbox.totalEmails && unread === mailbox.unreadEmails) return mailbox;
    return { ...mailbox, totalEmails: Math.max(0, total), unreadEmails: Math.max(0, unread) };
  }
}

export function mailbox_name(mailbox: Mailbox): string {
  return mailbox.role ? text.mailboxes.roles[mailbox.role] ?? mailbox.name : mailbox.name;
}

function role_rank(mailbox: Mailbox): number {
  const rank = mailbox.role ? kRoleOrder.indexOf(mailbox.role) : -1;
  return rank < 0 ? kRoleOrder.length : rank;
}

export function mailbox_tree(list: readonly Mailbox[], collapsed: ReadonlySet<Id>): MailboxNode[] {
  const by_id = new Map(list.map((mailbox) => [mailbox.id, mailbox]));
  const children = new Map<Id | null, Mailbox[]>();
  for (const mailbox of list) {
    // A role mailbox stands at the top wherever the server keeps it; a lost parent doesn't hide its children.
    const parent = mailbox.role || !by_id.has(mailbox.parentId ?? '') ? null : mailbox.parentId;
    children.set(parent, [...(children.get(parent) ?? []), mailbox]);
  }
  const nodes: MailboxNode[] = [];
  const visit = (parent: Id | null, depth: number): void => {
    const sorted = [...(children.get(parent) ?? [])].sort(
      (a, b) =>
        role_rank(a) - role_rank(b) || a.sortOrder - b.sortOrder || mailbox_name(a).localeCompare(mailbox_name(b)),
    );
    for (const mailbox of sorted) {
      const hasChildren = children.has(mailbox.id);
      nodes.push({ mailbox, name: mailbox_name(mailbox), depth, hasChildren });
      if (hasChildren && !collapsed.has(mailbox.id) && depth < kMaxDepth) visit(mailbox.id, depth + 1);
    }
  };
  visit(null, 0);
  return nodes;
}

/** "Work / Clients / Acme", for the move dialog and the palette. */
export function mailbox_path(list: readonly Mailbox[], mailbox: Mailbox): string {
  const names = [mailbox_name(mailbox)];
  let parent = mailbox.role ? undefined : list.find((other) => other.id === mailbox.parentId);
  for (let i = 0; parent && i < kMaxDepth; i++) {
    names.unshift(mailbox_name(parent));
    const next = parent.parentId;
    parent = list.find((other) => other.id === next);
  }
  return names.join(' / ');
}

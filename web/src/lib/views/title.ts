// The title of the browser tab. Pure.

import type { App } from '../data/app.svelte';
import { mailbox_name } from '../data/mailbox_store.svelte';
import { text } from '../text';

export function title_of(app: App): string {
  if (app.page !== 'mail') return text.product;
  const unread = app.view.account?.mailboxes.byRole('inbox')?.unreadEmails ?? 0;
  const count = unread > 0 ? `(${unread}) ` : '';
  const place = app.view.searching ? app.view.searchText : app.view.mailbox ? mailbox_name(app.view.mailbox) : '';
  const subject = app.view.conversation?.subject ?? '';
  return [`${count}${subject || place}`, text.product].filter((part) => part !== '').join(' · ');
}

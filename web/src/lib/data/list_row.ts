// What one row of the message list says, from the emails of its thread. Pure.

import type { EmailHeader, Id } from '../jmap/types';
import { same_address, short_name } from '../mail/addresses';
import { text } from '../text';

export interface ListRow {
  id: Id;
  threadId: Id;
  names: string;
  avatar: EmailHeader['from'];
  subject: string;
  preview: string;
  date: string;
  count: number;
  unread: boolean;
  flagged: boolean;
  answered: boolean;
  attachment: boolean;
  draft: boolean;
}

const kMaxNames = 3;

/** `shown` is the message that the query found; `thread` are the messages of its thread that are known. */
export function list_row(
  shown: EmailHeader,
  thread: readonly EmailHeader[],
  count: number,
  own: readonly string[],
  outgoing: boolean,
): ListRow {
  const all = thread.length > 0 ? thread : [shown];
  return {
    id: shown.id,
    threadId: shown.threadId,
    names: outgoing ? recipients(shown) : senders(all, own),
    avatar: outgoing ? shown.to : shown.from,
    subject: (shown.subject ?? '').trim() || text.list.noSubject,
    preview: shown.preview,
    date: shown.receivedAt,
    count: Math.max(1, count),
    unread: all.some((email) => !email.keywords['$seen'] && !email.keywords['$draft']),
    flagged: all.some((email) => email.keywords['$flagged'] === true),
    answered: shown.keywords['$answered'] === true,
    attachment: all.some((email) => email.hasAttachment),
    draft: all.some((email) => email.keywords['$draft'] === true),
  };
}

function recipients(email: EmailHeader): string {
  const names = (email.to ?? []).map(short_name);
  return names.length === 0 ? text.list.noSender : text.list.toPrefix + names.join(', ');
}

/** The latest first, each once, "me" for oneself. */
function senders(thread: readonly EmailHeader[], own: readonly string[]): string {
  const names: string[] = [];
  for (const email of [...thread].reverse()) {
    if (email.keywords['$draft'] && thread.length > 1) continue;
    const from = email.from?.[0];
    const is_own = from !== undefined && own.some((mine) => same_address(mine, from.email));
    const name = is_own && thread.length > 1 ? text.conversation.me : from ? short_name(from) : '';
    if (name !== '' && !names.includes(name)) names.push(name);
  }
  if (names.length === 0) return text.list.noSender;
  return names.slice(0, kMaxNames).join(', ') + (names.length > kMaxNames ? ' …' : '');
}

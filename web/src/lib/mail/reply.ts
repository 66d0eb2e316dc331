// What a reply or a forward starts with: recipients, subject, quotation, threading headers (RFC 5322 §3.6.4). Pure.

import type { EmailAddress, EmailBody, EmailBodyPart, EmailHeader } from '../jmap/types';
import { text } from '../text';
import { full_date } from '../text/format';
import { full_name, same_address, short_name } from './addresses';

export type ReplyKind = 'reply' | 'reply-all' | 'forward';

export interface ReplyStart {
  to: EmailAddress[];
  cc: EmailAddress[];
  subject: string;
  body: string;
  inReplyTo: string[];
  references: string[];
  attachments: EmailBodyPart[];
}

const kMaxReferences = 30; // RFC 5322 asks for the whole chain; the first and the latest are what threading needs
const kPrefix = /^\s*(?:re|aw|sv|vs|antw|fwd?|wg|tr|rv|enc|i|odp|ref)\s*(?:\[\d+\])?\s*[:：]\s*/i;

export function start_reply(
  kind: ReplyKind,
  email: EmailHeader,
  body: EmailBody,
  plain: string,
  own: readonly string[],
): ReplyStart {
  const recipients = kind === 'forward' ? { to: [], cc: [] } : reply_recipients(email, body, own, kind === 'reply-all');
  return {
    ...recipients,
    subject: prefixed_subject(kind, email.subject ?? ''),
    body: kind === 'forward' ? forward_body(email, body, plain) : quoted_body(email, body, plain),
    inReplyTo: kind === 'forward' ? [] : (body.messageId ?? []),
    references: kind === 'forward' ? [] : reference_chain(body),
    attachments: kind === 'forward' ? body.attachments : [],
  };
}

export function reply_recipients(
  email: EmailHeader,
  body: Pick<EmailBody, 'replyTo' | 'cc'>,
  own: readonly string[],
  all: boolean,
): { to: EmailAddress[]; cc: EmailAddress[] } {
  const is_own = (address: EmailAddress): boolean => own.some((mine) => same_address(mine, address.email));
  const from_self = (email.from ?? []).some(is_own);
  // Answering one's own message goes on writing to the same people.
  const sender = body.replyTo?.length ? body.replyTo : (email.from ?? []);
  const to = from_self ? (email.to ?? []) : sender;
  if (!all) return { to: unique(to.length > 0 ? to : (email.from ?? []), []), cc: [] };
  const main = unique(from_self ? to : [...sender, ...(email.to ?? []).filter((a) => !is_own(a))], []);
  return { to: main, cc: unique((body.cc ?? []).filter((a) => !is_own(a)), main) };
}

export function prefixed_subject(kind: ReplyKind, subject: string): string {
  let bare = subject;
  while (kPrefix.test(bare)) bare = bare.replace(kPrefix, '');
  return (kind === 'forward' ? text.compose.forwardPrefix : text.compose.replyPrefix) + bare.trim();
}

function reference_chain(body: EmailBody): string[] {
  const chain = [...(body.references ?? body.inReplyTo ?? []), ...(body.messageId ?? [])];
  const all = chain.filter((id, i) => chain.indexOf(id) === i);
  return all.length <= kMaxReferences ? all : [all[0] as string, ...all.slice(1 - kMaxReferences)];
}

function quoted_body(email: EmailHeader, body: EmailBody, plain: string): string {
  const who = (email.from ?? []).map(short_name).join(', ');
  const head = text.compose.wrote(full_date(body.sentAt ?? email.receivedAt), who);
  const unsigned = plain.replace(/\r\n?/g, '\n').replace(/\n-- \n[^>]*?(?=\n>|$)/, '');
  const lines = unsigned.trimEnd().split('\n');
  return `\n\n${head}\n${lines.map((line) => (line.startsWith('>') ? `>${line}` : `> ${line}`)).join('\n')}\n`;
}

function forward_body(email: EmailHeader, body: EmailBody, plain: string): string {
  const people = (list: EmailAddress[] | null): string => (list ?? []).map(full_name).join(', ');
  const head = [
    text.compose.forwarded,
    `${text.compose.fwdFrom}: ${people(email.from)}`,
    `${text.compose.fwdDate}: ${full_date(body.sentAt ?? email.receivedAt)}`,
    `${text.compose.fwdSubject}: ${email.subject ?? ''}`,
    `${text.compose.fwdTo}: ${people(email.to)}`,
    ...(body.cc?.length ? [`${text.compose.fwdCc}: ${people(body.cc)}`] : []),
  ];
  return `\n\n${head.join('\n')}\n\n${plain.replace(/\r\n?/g, '\n').trimEnd()}\n`;
}

function unique(list: readonly EmailAddress[], except: readonly EmailAddress[]): EmailAddress[] {
  const seen = new Set(except.map((address) => address.email.toLowerCase()));
  return list.filter(({ email }) => {
    const key = email.toLowerCase();
    if (email === '' || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

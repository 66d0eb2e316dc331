// Patches of an email's mailboxes and keywords (RFC 8620 §5.3), applied and inverted locally. Pure.

import type { EmailHeader, Id, PatchObject } from '../jmap/types';

export type EmailPatch = Record<string, true | null>;

export function apply_patch(email: EmailHeader, patch: EmailPatch): EmailHeader {
  const mailboxIds = { ...email.mailboxIds };
  const keywords = { ...email.keywords };
  for (const [path, value] of Object.entries(patch)) {
    const [target, key] = target_of(path, mailboxIds, keywords);
    if (value === null) delete target[key];
    else target[key] = true;
  }
  return { ...email, mailboxIds, keywords };
}

/** The patch that takes an email back to what it is now; only what would really change. */
export function invert_patch(email: EmailHeader, patch: EmailPatch): EmailPatch {
  const inverse: EmailPatch = {};
  for (const [path, value] of Object.entries(patch)) {
    const [target, key] = target_of(path, email.mailboxIds, email.keywords);
    const present = target[key] === true;
    if (present !== (value !== null)) inverse[path] = present ? true : null;
  }
  return inverse;
}

export function move_patch(email: EmailHeader, from: Id | null, to: Id): EmailPatch {
  const patch: EmailPatch = {};
  const leave = from === null ? Object.keys(email.mailboxIds) : [from];
  for (const mailbox of leave) {
    if (mailbox !== to && email.mailboxIds[mailbox]) patch[`mailboxIds/${pointer(mailbox)}`] = null;
  }
  if (!email.mailboxIds[to]) patch[`mailboxIds/${pointer(to)}`] = true;
  return patch;
}

export function keyword_patch(email: EmailHeader, keyword: string, on: boolean): EmailPatch {
  if ((email.keywords[keyword] === true) === on) return {};
  return { [`keywords/${pointer(keyword)}`]: on ? true : null };
}

export function is_empty(patch: PatchObject): boolean {
  return Object.keys(patch).length === 0;
}

export interface CountDelta {
  total: number;
  unread: number;
}

/** How the counts of mailboxes change when an email changes from one form to the other (null: it's gone). */
export function count_deltas(before: EmailHeader, after: EmailHeader | null): Map<Id, CountDelta> {
  const deltas = new Map<Id, CountDelta>();
  const add = (email: EmailHeader, sign: 1 | -1): void => {
    for (const mailbox of Object.keys(email.mailboxIds)) {
      const delta = deltas.get(mailbox) ?? { total: 0, unread: 0 };
      delta.total += sign;
      if (!email.keywords['$seen'] && !email.keywords['$draft']) delta.unread += sign;
      deltas.set(mailbox, delta);
    }
  };
  add(before, -1);
  if (after) add(after, 1);
  return deltas;
}

function target_of(
  path: string,
  mailboxIds: Record<Id, boolean>,
  keywords: Record<string, boolean>,
): [Record<string, boolean>, string] {
  const slash = path.indexOf('/');
  const key = path.slice(slash + 1).replace(/~1/g, '/').replace(/~0/g, '~');
  return [path.slice(0, slash) === 'mailboxIds' ? mailboxIds : keywords, key];
}

/** RFC 6901 §3. */
function pointer(key: string): string {
  return key.replace(/~/g, '~0').replace(/\//g, '~1');
}

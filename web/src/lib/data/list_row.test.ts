import { describe, expect, it } from 'vitest';
import type { EmailHeader } from '../jmap/types';
import { list_row } from './list_row';

function email(name: string, keywords: string[] = ['$seen']): EmailHeader {
  return {
    id: name, threadId: 't', mailboxIds: {}, keywords: Object.fromEntries(keywords.map((k) => [k, true])),
    from: [{ name, email: `${name.toLowerCase()}@x.example` }], to: [{ name: 'Zoe', email: 'zoe@x.example' }],
    subject: ' ', preview: 'p', receivedAt: '2026-01-01T00:00:00Z', hasAttachment: false, size: 1,
  };
}

describe('list_row', () => {
  it('names everybody once, oneself as me, and shortens', () => {
    const thread = [email('Ada'), email('Me'), email('Ada'), email('Bob'), email('Carol')];
    const row = list_row(thread[4] as EmailHeader, thread, 5, ['ME@x.example'], false);
    expect(row.names).toBe('Carol, Bob, Ada …');
    expect(row.subject).toBe('(no subject)');
    expect(row.unread).toBe(false);
  });
  it('is unread when any message is, but not for a draft', () => {
    const ada = email('Ada');
    expect(list_row(ada, [email('Bob', []), ada], 2, [], false).unread).toBe(true);
    const row = list_row(ada, [ada, email('Me', ['$draft'])], 2, [], false);
    expect([row.unread, row.draft]).toEqual([false, true]);
  });
  it('shows recipients for what was sent', () => {
    const mine = email('Me');
    expect(list_row(mine, [mine], 1, ['me@x.example'], true).names).toBe('To: Zoe');
  });
});

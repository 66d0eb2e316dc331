import { describe, expect, it } from 'vitest';
import type { EmailHeader } from '../jmap/types';
import { apply_patch, count_deltas, invert_patch, keyword_patch, move_patch } from './patch';

const email: EmailHeader = {
  id: 'e1', threadId: 't1', mailboxIds: { m1: true, m5: true }, keywords: { $flagged: true }, from: null, to: null,
  subject: '', preview: '', receivedAt: '', hasAttachment: false, size: 1,
};

describe('patches', () => {
  it('moves out of one mailbox and leaves the others', () => {
    const patch = move_patch(email, 'm1', 'm2');
    expect(patch).toEqual({ 'mailboxIds/m1': null, 'mailboxIds/m2': true });
    expect(apply_patch(email, patch).mailboxIds).toEqual({ m2: true, m5: true });
  });
  it('moves out of all mailboxes when none is named', () => {
    expect(apply_patch(email, move_patch(email, null, 'm2')).mailboxIds).toEqual({ m2: true });
  });
  it('is nothing when nothing changes', () => {
    expect(move_patch(email, 'm1', 'm1')).toEqual({});
    expect(keyword_patch(email, '$flagged', true)).toEqual({});
  });
  it('escapes keywords as JSON pointers', () => {
    const patch = keyword_patch(email, 'a/b~c', true);
    expect(patch).toEqual({ 'keywords/a~1b~0c': true });
    expect(apply_patch(email, patch).keywords).toEqual({ $flagged: true, 'a/b~c': true });
  });
  it('EmailEngine: a keyword named like a part of every object changes no object', () => {
    for (const keyword of ['__proto__', 'constructor', 'toString']) {
      expect(keyword_patch(email, keyword, false)).toEqual({});
      apply_patch(email, keyword_patch(email, keyword, true));
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
      expect(typeof {}.toString).toBe('function');
      expect(Object.getPrototypeOf(email.keywords)).toBe(Object.prototype);
    }
  });
  it('undoes what it did', () => {
    for (const patch of [move_patch(email, 'm1', 'm5'), keyword_patch(email, '$seen', true), keyword_patch(email, '$flagged', false)]) {
      expect(apply_patch(apply_patch(email, patch), invert_patch(email, patch))).toEqual(email);
    }
  });
  it('knows how counts change', () => {
    const moved = apply_patch(email, move_patch(email, 'm1', 'm2'));
    expect(count_deltas(email, moved).get('m1')).toEqual({ total: -1, unread: -1 });
    expect(count_deltas(email, moved).get('m2')).toEqual({ total: 1, unread: 1 });
    expect(count_deltas(email, moved).get('m5')).toEqual({ total: 0, unread: 0 });
    expect(count_deltas(email, null).get('m5')).toEqual({ total: -1, unread: -1 });
    const read = apply_patch(email, keyword_patch(email, '$seen', true));
    expect(count_deltas(email, read).get('m1')).toEqual({ total: 0, unread: -1 });
  });
});

import { describe, expect, it } from 'vitest';
import type { EmailAddress, EmailHeader } from '../jmap/types';
import { Contacts } from './contacts';

let next = 0;
function email(from: EmailAddress, to: EmailAddress[], receivedAt = '2026-01-01T00:00:00Z'): EmailHeader {
  return { id: `e${next++}`, threadId: 't', mailboxIds: {}, keywords: {}, from: [from], to, subject: '', preview: '', receivedAt, hasAttachment: false, size: 1 };
}
const me = { name: 'Me', email: 'me@x.example' };
const zoe = { name: 'Zoë Müller', email: 'zoe@x.example' };
const bob = { name: 'Bob', email: 'bob@zoo.example' };

describe('Contacts', () => {
  it('finds by the beginning of any part, without accents', () => {
    const contacts = new Contacts();
    contacts.learn(email(zoe, [me]), false);
    expect(contacts.search('mull', 5)).toEqual([zoe]);
    expect(contacts.search('zoe x.ex', 5)).toEqual([zoe]);
    expect(contacts.search('nobody', 5)).toEqual([]);
    expect(contacts.search(' ', 5)).toEqual([]);
  });
  it('puts people we write to first', () => {
    const contacts = new Contacts();
    for (let i = 0; i < 10; i++) contacts.learn(email(zoe, [me]), false);
    contacts.learn(email(me, [bob]), true);
    expect(contacts.search('zo', 5)).toEqual([bob, zoe]);
  });
  it('counts a message once and leaves out who is there already', () => {
    const contacts = new Contacts();
    const one = email(zoe, [me]);
    contacts.learn(one, false);
    contacts.learn(one, false);
    expect(contacts.search('zo', 5, new Set(['zoe@x.example']))).toEqual([]);
  });
});

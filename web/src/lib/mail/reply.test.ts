import { describe, expect, it } from 'vitest';
import type { EmailBody, EmailHeader } from '../jmap/types';
import { prefixed_subject, start_reply } from './reply';

const ada = { name: 'Ada', email: 'ada@x.example' };
const bob = { name: 'Bob', email: 'bob@x.example' };
const eve = { name: null, email: 'eve@x.example' };

const email: EmailHeader = {
  id: 'e1', threadId: 't1', mailboxIds: {}, keywords: {}, from: [ada], to: [bob, eve], subject: 'Re: RE: Plan',
  preview: '', receivedAt: '2026-01-02T03:04:05Z', hasAttachment: false, size: 1,
};
const body: EmailBody = {
  id: 'e1', blobId: 'b1', cc: [{ name: 'Carol', email: 'carol@x.example' }, ada], bcc: null, replyTo: null, sender: null,
  sentAt: null, messageId: ['m2@x'], inReplyTo: ['m1@x'], references: ['m0@x', 'm1@x'], textBody: [], htmlBody: [],
  attachments: [], bodyValues: {},
};

describe('start_reply', () => {
  it('answers the sender', () => {
    const reply = start_reply('reply', email, body, 'one\n> two', ['BOB@x.example']);
    expect(reply.to).toEqual([ada]);
    expect(reply.cc).toEqual([]);
    expect(reply.subject).toBe('Re: Plan');
    expect(reply.inReplyTo).toEqual(['m2@x']);
    expect(reply.references).toEqual(['m0@x', 'm1@x', 'm2@x']);
    expect(reply.body).toContain('Ada wrote:\n> one\n>> two\n');
  });
  it('leaves the signature out of the quotation', () => {
    expect(start_reply('reply', email, body, 'one\n-- \nAda\nLondon', []).body).toMatch(/wrote:\n> one\n$/);
  });
  it('answers all but oneself, each once', () => {
    const reply = start_reply('reply-all', email, body, '', ['bob@x.example']);
    expect(reply.to).toEqual([ada, eve]);
    expect(reply.cc).toEqual([{ name: 'Carol', email: 'carol@x.example' }]);
  });
  it('goes on writing to the same people when answering oneself', () => {
    expect(start_reply('reply', email, body, '', ['ada@x.example']).to).toEqual([bob, eve]);
  });
  it('honours Reply-To', () => {
    expect(start_reply('reply', email, { ...body, replyTo: [eve] }, '', ['bob@x.example']).to).toEqual([eve]);
  });
  it('forwards with head and attachments, without threading', () => {
    const part = { partId: '2', blobId: 'b2', size: 1, name: 'a.pdf', type: 'application/pdf', disposition: 'attachment', cid: null };
    const forward = start_reply('forward', email, { ...body, attachments: [part] }, 'text', []);
    expect(forward.to).toEqual([]);
    expect(forward.subject).toBe('Fwd: Plan');
    expect(forward.references).toEqual([]);
    expect(forward.attachments).toEqual([part]);
    expect(forward.body).toContain('From: Ada <ada@x.example>');
  });
  it.each([['AW: Re[2]: x', 'Re: x'], ['Sv: FW: x', 'Re: x'], ['Regarding: x', 'Re: Regarding: x'], ['', 'Re: ']])(
    'subject %j becomes %j',
    (subject, expected) => expect(prefixed_subject('reply', subject)).toBe(expected),
  );
});

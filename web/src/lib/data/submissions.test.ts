import { describe, expect, it } from 'vitest';
import type { DeliveryStatus, EmailSubmission } from '../jmap/types';
import { trouble_of } from './submissions';

function submission(undoStatus: EmailSubmission['undoStatus'], ...statuses: [DeliveryStatus['delivered'], string][]): EmailSubmission {
  const deliveryStatus = Object.fromEntries(statuses.map(([delivered, smtpReply], i) => [`r${i}@x.example`, { delivered, smtpReply, displayed: 'unknown' }]));
  return { id: 's1', identityId: 'i1', emailId: 'e1', threadId: 't1', undoStatus, sendAt: '2026-01-01T00:00:00Z', deliveryStatus };
}

describe('trouble_of', () => {
  it.each([
    ['queued', submission('pending', ['queued', '250 2.0.0 queued'])],
    ['accepted', submission('final', ['unknown', '250 2.0.0 Ok: queued as 1'])],
    ['delivered', submission('final', ['yes', '250 2.1.5 delivered'])],
    ['canceled', submission('canceled', ['no', '250 canceled'])],
  ])('is none when %s', (_name, one) => expect(trouble_of(one)).toBeNull());

  it('tells a refusal in the words of the server, each once', () => {
    const one = submission('final', ['yes', '250 ok'], ['no', '550 5.1.1 nobody'], ['no', '550 5.1.1 nobody']);
    expect(trouble_of(one)).toEqual({ submissionId: 's1', emailId: 'e1', state: 'failed', detail: '550 5.1.1 nobody' });
  });
  it('tells that nobody knows', () => {
    expect(trouble_of(submission('final', ['unknown', 'The connection was lost after the message was sent.']))?.state).toBe('unknown');
  });
});

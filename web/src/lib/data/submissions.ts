// Watches what became of messages handed to the outbox (RFC 8621 §7): those that failed, or of which nobody knows,
// are reported once. Asks at the start for the latest, then follows EmailSubmission/changes. No DOM.

import { MethodError } from '../jmap/errors';
import { is_away } from '../jmap/transport';
import type { EmailSubmission, Id } from '../jmap/types';
import type { AccountData } from './account_data.svelte';

const kLatest = 20; // looked at when the account is opened
const kRecentMs = 3 * 86_400_000; // an older failure is no news
const kRetryMs = 5000; // while the server is away

export interface Delivery {
  submissionId: Id;
  emailId: Id;
  state: 'failed' | 'unknown';
  detail: string;
}

/** What the answers of the server amount to; null: all is well, or still on its way. */
export function trouble_of(submission: EmailSubmission): Delivery | null {
  if (submission.undoStatus === 'canceled') return null;
  const all = Object.entries(submission.deliveryStatus ?? {});
  const failed = all.filter(([, status]) => status.delivered === 'no');
  const unknown = all.filter(([, status]) => status.delivered === 'unknown' && !/^2/.test(status.smtpReply));
  const [worst, state] = failed.length > 0 ? [failed, 'failed' as const] : [unknown, 'unknown' as const];
  if (worst.length === 0) return null;
  const detail = [...new Set(worst.map(([, status]) => status.smtpReply))].join(' ');
  return { submissionId: submission.id, emailId: submission.emailId, state, detail };
}

export class SubmissionWatch {
  private state_: string | null = null;
  private busy_ = false;
  private again_ = false;

  constructor(
    private readonly account_: AccountData,
    private readonly report_: (account: AccountData, delivery: Delivery, subject: string | null) => void,
    private readonly now_: () => number = Date.now,
    private readonly sleep_: (ms: number) => Promise<void> = (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  ) {}

  /** The state of EmailSubmission that push tells. */
  async changed(state: string): Promise<void> {
    if (this.state_ !== state) await this.catchUp();
  }

  /**
   * One question at a time; news during a question makes one more. The server tells "sending" and "refused" within
   * milliseconds: the second must not get lost because the answer to the first is still on its way.
   */
  async catchUp(): Promise<void> {
    this.again_ = true;
    if (this.busy_) return;
    this.busy_ = true;
    try {
      while (this.again_) {
        this.again_ = false;
        try {
          await (this.state_ === null ? this.askLatest() : this.askChanges(this.state_));
        } catch (error) {
          if (!is_away(error)) throw error;
          this.again_ = true;
          await this.sleep_(kRetryMs);
        }
      }
    } finally {
      this.busy_ = false;
    }
  }

  private async askLatest(): Promise<void> {
    const accountId = this.account_.id;
    const batch = this.account_.client.batch();
    const query = batch.call('EmailSubmission/query', { accountId, sort: [{ property: 'sentAt', isAscending: false }], limit: kLatest });
    const get = batch.call('EmailSubmission/get', { accountId, '#ids': query.ref('/ids') });
    const answer = (await batch.send()).get(get);
    const now = this.now_();
    await this.look(answer.list.filter((submission) => now - Date.parse(submission.sendAt) < kRecentMs));
    this.state_ = answer.state;
  }

  private async askChanges(since: string): Promise<void> {
    const accountId = this.account_.id;
    const batch = this.account_.client.batch();
    const changes = batch.call('EmailSubmission/changes', { accountId, sinceState: since });
    const created = batch.call('EmailSubmission/get', { accountId, '#ids': changes.ref('/created') });
    const updated = batch.call('EmailSubmission/get', { accountId, '#ids': changes.ref('/updated') });
    const answer = await batch.send();
    const result = answer.tryGet(changes);
    if (result instanceof MethodError) {
      // Too long ago to tell what changed: the latest are looked at anew.
      this.state_ = null;
      if (result.type === 'cannotCalculateChanges') this.again_ = true;
      return;
    }
    await this.look([...answer.get(created).list, ...answer.get(updated).list]);
    this.state_ = result.newState;
    this.again_ ||= result.hasMoreChanges;
  }

  private async look(submissions: readonly EmailSubmission[]): Promise<void> {
    const troubles = submissions.flatMap((submission) => trouble_of(submission) ?? []);
    if (troubles.length === 0) return;
    const ids = troubles.map(({ emailId }) => emailId);
    const emails = await this.account_.client.call('Email/get', { accountId: this.account_.id, ids, properties: ['id', 'subject'] });
    for (const delivery of troubles) {
      this.report_(this.account_, delivery, emails.list.find(({ id }) => id === delivery.emailId)?.subject ?? null);
    }
  }
}

// The security centre's surface: /api/v1/security. For administrators and auditors.

import { ApiError } from '../jmap/errors';
import type { Transport } from '../jmap/transport';

const kSecurity = '/api/v1/security';
export const kSummaryDays = 30;
export const kMaxPage = 200; // as much as the server gives at once

export type Severity = 'info' | 'notice' | 'warning' | 'error' | 'critical';

export interface SecurityEvent {
  id: string;
  kind: string;
  severity: Severity;
  /** Of repeats the last time. */
  at: string;
  first_at?: string;
  sentence: string;
  count: number;
  user_id?: string;
  actor?: string;
  address?: string;
  object?: string;
  detail?: string;
  request_id?: string;
}

export interface EventPage {
  events: SecurityEvent[];
  next_cursor?: string;
}

export interface EventQuery {
  /** Kinds or families, separated by commas. */
  kind?: string;
  severity?: string;
  address?: string;
  actor?: string;
  user?: string;
  /** Words, all of them, in any order and case. */
  q?: string;
  since?: string;
  until?: string;
  cursor?: string;
  limit?: number;
}

export type AlertState = 'pending' | 'firing' | 'acknowledged' | 'silenced' | 'resolved';

export interface Alert {
  id: string;
  rule: string;
  /** What it is about: an address, a user, a host; empty: the whole. */
  key: string;
  state: AlertState;
  severity: Severity;
  title: string;
  observed: string;
  expected: string;
  address?: string;
  user_id?: string;
  first_at: string;
  last_at: string;
  resolved_at?: string;
  silenced_until?: string;
  handled_by?: string;
  count: number;
}

export interface Block {
  id: string;
  address: string;
  reason: string;
  made_by: string;
  made_at: string;
  until: string;
  strikes: number;
}

export interface Summary {
  /** Days with events, the oldest first. */
  days: { day: string; counts: Record<string, number> }[];
  alerts: { pending: number; firing: number; acknowledged: number; silenced: number };
  blocks: number;
  journal: { records: number; bytes: number; dropped: number; failing: boolean };
}

export interface CheckResult {
  /** Stable, such as "pre.tls.expiry". */
  id: string;
  /** The line of the guide's checklist that it belongs to. */
  box: string;
  title: string;
  /** Going live without a "must" is wrong. */
  weight: 'must' | 'should';
  status: 'pass' | 'fail' | 'warn' | 'skip';
  evidence: string;
  mend: string;
}

export interface CheckReport {
  kind: 'check_pre' | 'check_post';
  at: string;
  target: string;
  score: number;
  checks: CheckResult[];
}

/** What failed at one address; of what passed only the number is kept. */
export interface AuditFailure {
  probe: string;
  title: string;
  severity: string;
  owasp: string;
  why: string;
  sent: string;
  received: string;
}

export interface AuditEndpoint {
  method: string;
  path: string;
  score: number;
  secure: boolean;
  requests: number;
  probes: number;
  outcomes: AuditFailure[];
}

export interface AuditReport {
  target: string;
  version: string;
  started: string;
  requests: number;
  total_endpoints: number;
  secure_endpoints: number;
  average_score: number;
  lowest_score: number;
  endpoints: AuditEndpoint[];
  /** What belongs to no single address: slow requests, sign-in, limits by user. */
  server?: AuditEndpoint;
  not_tried?: string[];
}

export interface Task {
  id: string;
  title: string;
  every: string;
  /** The program closes it when it finds nothing wrong. */
  automatic: boolean;
  /** What a person confirms. */
  why: string;
  /** What the program does about it. */
  program: string;
  due_at: string;
  overdue: boolean;
  done_at: string | null;
  done_by: string | null;
  note: string | null;
}

export interface Backup {
  name: string;
  complete: boolean;
  at: string;
  size: number;
  users: number;
  emails: number;
}

export interface Backups {
  configured: boolean;
  interval_hours: number;
  keep: number;
  backups: Backup[];
}

const kNoAudit = 'audit.none';

export class SecurityApi {
  constructor(private readonly transport_: Transport) {}

  summary(): Promise<Summary> {
    return this.transport_.getJson(`${kSecurity}/summary?days=${kSummaryDays}`);
  }

  events(query: EventQuery): Promise<EventPage> {
    const params = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') params.set(name, String(value));
    return this.transport_.getJson(`${kSecurity}/events?${params}`);
  }

  async alerts(): Promise<Alert[]> {
    return (await this.transport_.getJson<{ alerts: Alert[] }>(`${kSecurity}/alerts?limit=${kMaxPage}`)).alerts;
  }

  acknowledge(id: string): Promise<void> {
    return this.transport_.sendJson('POST', `${kSecurity}/alerts/${id}/acknowledge`, {});
  }

  silence(id: string, minutes: number): Promise<void> {
    return this.transport_.sendJson('POST', `${kSecurity}/alerts/${id}/silence`, { minutes });
  }

  async blocks(): Promise<Block[]> {
    return (await this.transport_.getJson<{ blocks: Block[] }>(`${kSecurity}/blocks`)).blocks;
  }

  block(address: string, minutes: number, reason: string): Promise<void> {
    return this.transport_.sendJson('POST', `${kSecurity}/blocks`, { address, minutes, reason });
  }

  lift(id: string): Promise<void> {
    return this.transport_.sendJson('DELETE', `${kSecurity}/blocks/${id}`);
  }

  async checks(): Promise<CheckReport[]> {
    return (await this.transport_.getJson<{ reports: CheckReport[] }>(`${kSecurity}/checks`)).reports;
  }

  runChecks(): Promise<void> {
    return this.transport_.sendJson('POST', `${kSecurity}/checks`, {});
  }

  async tasks(): Promise<Task[]> {
    return (await this.transport_.getJson<{ tasks: Task[] }>(`${kSecurity}/tasks`)).tasks;
  }

  taskDone(id: string, note: string): Promise<void> {
    return this.transport_.sendJson('POST', `${kSecurity}/tasks/${id}/done`, note === '' ? {} : { note });
  }

  backups(): Promise<Backups> {
    return this.transport_.getJson(`${kSecurity}/backups`);
  }

  /** null: none was made yet. */
  async audit(): Promise<AuditReport | null> {
    try {
      return (await this.transport_.getJson<{ result: AuditReport }>(`${kSecurity}/audit`)).result;
    } catch (error) {
      if (error instanceof ApiError && error.problem.code === kNoAudit) return null;
      throw error;
    }
  }
}

import { describe, expect, it } from 'vitest';
import type { Alert, AuditFailure, AuditReport, Backups, CheckReport, Task } from '../api/security_api';
import { posture, type Known } from './posture';

const now = Date.parse('2026-11-24T12:00:00Z');
const stand = (known: Known) => posture(known, now, (iso) => iso);
const alert = (values: Partial<Alert>): Alert => ({ id: '1', rule: 'r', key: '', title: 'Many failed sign-ins', state: 'firing', severity: 'error', observed: '43 in 5 minutes.', expected: 'at most 10', count: 1, first_at: '2026-11-24T11:00:00Z', last_at: '2026-11-24T11:00:00Z', ...values });
const report = (status: 'fail' | 'pass', weight: 'must' | 'should'): CheckReport => ({ kind: 'check_pre', at: '2026-11-24T11:00:00Z', target: '', score: 50, checks: [{ id: 'x', box: 'The machine is hardened', title: 'Swap is encrypted', status, weight, evidence: 'seen', mend: 'Encrypt it.' }] });
const audit = (outcomes: AuditFailure[], secure = true): AuditReport => {
  const endpoint = { method: 'GET', path: '/api/v1/users', score: outcomes.length > 0 ? 80 : 100, secure, requests: 9, probes: 4, outcomes };
  return { target: '', version: '', started: '', requests: 9, total_endpoints: 1, secure_endpoints: 1, average_score: 100, lowest_score: 100, endpoints: [endpoint], server: { ...endpoint, outcomes: [] }, not_tried: [] };
};
const failure: AuditFailure = { probe: 'token.none', title: 'refuses', severity: 'low', owasp: '', why: 'It did not.', sent: '', received: '' };
const task: Task = { id: 't', title: 'Drill', every: 'quarterly', automatic: false, why: 'Practise.', program: '', due_at: '2026-11-01T00:00:00Z', overdue: true, done_at: null, done_by: null, note: null };
const backups = (...at: string[]): Backups => ({ configured: true, interval_hours: 24, keep: 7, backups: at.map((each) => ({ name: each, complete: true, at: each, size: 1, users: 1, emails: 1 })) });

describe('the posture', () => {
  it('is unknown while nothing answers', () => expect(stand({}).state).toBe('unknown'));
  it('is unknown, not good, while audit or checklists do not answer', () => {
    expect(stand({ alerts: [], checks: [report('pass', 'must')] }).state).toBe('unknown');
  });
  it('is good when everything is', () => {
    const known: Known = { alerts: [alert({ state: 'resolved' })], checks: [report('pass', 'must')], audit: audit([]), tasks: [{ ...task, overdue: false }], backups: backups('2026-11-24T02:00:00Z') };
    expect(stand(known)).toEqual({ state: 'good', todos: [] });
  });
  it('wants somebody now for a firing alert, and not for an acknowledged one', () => {
    expect(stand({ alerts: [alert({})] }).state).toBe('act');
    expect(stand({ alerts: [alert({ state: 'acknowledged' })] }).state).not.toBe('act');
  });
  it('wants somebody now for a critical event, and when the journal can not be written', () => {
    expect(stand({ serious: [{ id: '1', kind: 'a.b', severity: 'critical', at: '', sentence: '', count: 1 }] }).state).toBe('act');
    const summary = { days: [], alerts: { pending: 0, firing: 0, acknowledged: 0, silenced: 0 }, blocks: 0, journal: { records: 0, bytes: 0, dropped: 0, failing: true } };
    expect(stand({ summary }).state).toBe('act');
    expect(stand({ summary: { ...summary, journal: { ...summary.journal, failing: false } } }).state).not.toBe('act');
  });
  it('weighs a failing check by whether going live without it is wrong', () => {
    expect(stand({ checks: [report('fail', 'must')] }).state).toBe('act');
    expect(stand({ checks: [report('fail', 'should')] }).state).toBe('look');
  });
  it('does not call a server good that was never checked', () => {
    expect(stand({ checks: [], audit: null, alerts: [] })).toMatchObject({ state: 'look' });
  });
  it('tells the worst first, each with its mend and where to go', () => {
    const { todos } = stand({ tasks: [task], checks: [report('fail', 'should')], alerts: [alert({})], backups: backups() });
    expect(todos.map(({ section }) => section)).toEqual(['alerts', 'checks', 'checks', 'tasks']);
    expect(todos.every(({ title, mend }) => title.length > 5 && mend.length > 5)).toBe(true);
  });
  it('tells a small weakness from a hole', () => {
    expect(stand({ audit: audit([failure]) }).state).toBe('look');
    expect(stand({ audit: audit([failure], false) }).state).toBe('act');
  });
  it('misses a backup that is older than two days', () => {
    const of = (at: string, values: Partial<Backups> = {}) => stand({ backups: { ...backups(at), ...values } }).todos.length;
    expect(of('2026-11-23T00:00:00Z')).toBe(0);
    expect(of('2026-11-21T00:00:00Z')).toBe(1);
    expect(of('2026-11-21T00:00:00Z', { interval_hours: 168 })).toBe(0);
  });
  it('does not count a backup that was cut short', () => {
    expect(stand({ backups: { ...backups(), backups: [{ name: 'b', complete: false, at: '2026-11-24T02:00:00Z', size: 1, users: 0, emails: 0 }] } }).todos).toHaveLength(1);
  });
});

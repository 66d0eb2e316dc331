// Where the server stands, out of everything that is known: one word, and what to do next, worst first. Pure.

import type { Alert, AuditEndpoint, AuditReport, Backups, CheckReport, CheckResult, SecurityEvent, Summary, Task } from '../api/security_api';
import type { SecuritySection } from '../data/route';
import { security_text } from '../text/en_security';

/** undefined: the server did not answer that part; null: it answered that there is nothing. */
export interface Known {
  summary?: Summary | undefined;
  /** Warnings and worse of the last 24 hours, the newest first. */
  serious?: SecurityEvent[] | undefined;
  alerts?: Alert[] | undefined;
  audit?: AuditReport | null | undefined;
  checks?: CheckReport[] | undefined;
  tasks?: Task[] | undefined;
  backups?: Backups | undefined;
}

export interface Todo {
  weight: number;
  tone: 'danger' | 'warn' | 'plain';
  title: string;
  mend: string;
  section: SecuritySection;
  params?: Record<string, string>;
}

export interface Posture {
  state: 'good' | 'look' | 'act' | 'unknown';
  todos: Todo[];
}

const kHourMs = 3_600_000;
const kBackupOldMs = 2 * 86_400_000; // a daily backup that was missed once
const kUrgent = 70; // from this weight on it needs somebody now
const kCheckWeight = { must: 72, should: 40 };
const words = security_text.todo;

export const open_alerts = (alerts: readonly Alert[]): Alert[] => alerts.filter(({ state }) => state === 'firing' || state === 'acknowledged');
export const failing = (reports: readonly CheckReport[]): CheckResult[] => reports.flatMap(({ checks }) => checks.filter(({ status }) => status === 'fail'));
/** The server as a whole counts as one more address. */
export const audited = ({ endpoints, server }: AuditReport): AuditEndpoint[] => (server && server.probes > 0 ? [...endpoints, server] : endpoints);
export const weak = (audit: AuditReport): AuditEndpoint[] => audited(audit).filter(({ outcomes }) => outcomes.length > 0);

export function posture(known: Known, now: number, format: (iso: string) => string): Posture {
  const todos = [...of_alerts(known), ...of_events(known), ...of_checks(known), ...of_audit(known), ...of_backups(known, now, format), ...of_tasks(known)].sort((a, b) => b.weight - a.weight);
  const answered = Object.values(known).some((part) => part !== undefined);
  if (!answered) return { state: 'unknown', todos };
  if (todos.some(({ weight }) => weight >= kUrgent)) return { state: 'act', todos };
  // Nobody calls a server good whose checks never answered.
  const checked = known.alerts !== undefined && known.checks !== undefined && known.audit !== undefined;
  return { state: todos.length > 0 ? 'look' : checked ? 'good' : 'unknown', todos };
}

function of_alerts({ alerts }: Known): Todo[] {
  return (alerts ?? [])
    .filter(({ state }) => state === 'firing')
    .map((alert) => ({
      weight: alert.severity === 'critical' ? 100 : alert.severity === 'error' ? 90 : 75, tone: 'danger',
      title: words.alert(alert.title), mend: alert.observed || words.alertMend, section: 'alerts', params: { open: alert.id },
    }));
}

function of_events({ serious, summary }: Known): Todo[] {
  const critical = (serious ?? []).filter(({ severity }) => severity === 'critical').length;
  const todos: Todo[] = [];
  if (critical > 0) todos.push({ weight: 85, tone: 'danger', title: words.critical(critical), mend: words.criticalMend, section: 'events', params: { severity: 'critical', period: '24h' } });
  if (summary?.journal.failing) todos.push({ weight: 95, tone: 'danger', title: words.journal, mend: words.journalMend, section: 'events', params: { family: 'database' } });
  return todos;
}

function of_checks({ checks }: Known): Todo[] {
  if (!checks) return [];
  if (checks.length === 0) return [{ weight: 40, tone: 'warn', title: words.checksNever, mend: words.checksNeverMend, section: 'checks' }];
  return failing(checks).map((result) => {
    const weight = kCheckWeight[result.weight];
    return { weight, tone: weight >= kUrgent ? 'danger' : 'warn', title: words.check(result.title), mend: result.mend || result.evidence, section: 'checks', params: { open: result.id } };
  });
}

function of_audit({ audit }: Known): Todo[] {
  if (audit === undefined) return [];
  if (audit === null) return [{ weight: 20, tone: 'plain', title: words.auditNever, mend: words.auditNeverMend, section: 'audit' }];
  const weak_ones = weak(audit);
  const grave = weak_ones.some(({ secure }) => !secure);
  return weak_ones.length === 0 ? [] : [{ weight: grave ? 88 : 60, tone: grave ? 'danger' : 'warn', title: words.audit(weak_ones.length), mend: words.auditMend, section: 'audit' }];
}

/** The newest whole one. */
export const newest_backup = ({ backups }: Backups): string | undefined => backups.filter(({ complete }) => complete).map(({ at }) => at).sort().at(-1);

function of_backups({ backups }: Known, now: number, format: (iso: string) => string): Todo[] {
  if (!backups) return [];
  const newest = newest_backup(backups);
  const todo = { tone: 'warn', mend: words.backupMend, section: 'checks' } as const;
  if (newest === undefined) return [{ ...todo, weight: 65, title: words.backupNever }];
  const late = now - Date.parse(newest) >= Math.max(kBackupOldMs, 2 * backups.interval_hours * kHourMs);
  return late ? [{ ...todo, weight: 62, title: words.backupOld(format(newest)) }] : [];
}

function of_tasks({ tasks }: Known): Todo[] {
  return (tasks ?? []).filter(({ overdue }) => overdue).map((task) => ({ weight: 25, tone: 'plain', title: words.task(task.title), mend: task.why || words.taskMend, section: 'tasks', params: { open: task.id } }));
}

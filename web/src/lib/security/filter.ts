// Which events are in view: the filter, the address bar that keeps it, and the question to the server. Pure; parse and print are inverse.

import type { EventQuery } from '../api/security_api';

export interface EventFilter {
  family: string;
  kind: string;
  severity: string;
  period: string;
  text: string;
  address: string;
  actor: string;
  /** The number of a user, where the name is not known. */
  user: string;
  /** Bounds of the chosen time, with period "between". */
  since: string;
  until: string;
}

const kNames = ['family', 'kind', 'severity', 'period', 'text', 'address', 'actor', 'user', 'since', 'until'] as const;
const kPeriodMs: Record<string, number> = { '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000, '30d': 2_592_000_000 };

export function parse_filter(params: string): EventFilter {
  const given = new URLSearchParams(params);
  return Object.fromEntries(kNames.map((name) => [name, given.get(name) ?? ''])) as unknown as EventFilter;
}

/** Only what is set, for the address bar. */
export function print_filter(filter: Partial<EventFilter>): Record<string, string> {
  return Object.fromEntries(kNames.flatMap((name) => (filter[name] ? [[name, filter[name]]] : [])));
}

export function period_start(period: string, now: number): number | null {
  const length = kPeriodMs[period];
  return length === undefined ? null : now - length;
}

export function query_of(filter: EventFilter, now: number): EventQuery {
  const start = period_start(filter.period, now);
  const between = filter.period === 'between';
  const query: EventQuery = {
    kind: filter.kind || filter.family,
    severity: filter.severity,
    address: filter.address,
    actor: filter.actor,
    user: filter.user,
    q: filter.text,
    since: start !== null ? new Date(start).toISOString() : between ? filter.since : '',
    until: between ? filter.until : '',
  };
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== '')) as EventQuery;
}

/** One hour, or another bar of a timeline, as a filter. */
export function between(since: number, until: number): Pick<EventFilter, 'period' | 'since' | 'until'> {
  return { period: 'between', since: new Date(since).toISOString(), until: new Date(until).toISOString() };
}

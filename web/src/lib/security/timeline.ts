// Events over time, as bars. Pure: the present moment is an argument.

import type { SecurityEvent, Severity, Summary } from '../api/security_api';

export interface Bar {
  since: number;
  until: number;
  total: number;
  serious: number;
}

const kWidthsMs = [60_000, 300_000, 900_000, 3_600_000, 10_800_000, 21_600_000, 86_400_000, 604_800_000, 2_592_000_000];
const kMaxBars = 40; // as many as a phone can show and a finger can hit
const kSerious: readonly Severity[] = ['warning', 'error', 'critical'];

export function is_serious(severity: Severity): boolean {
  return kSerious.includes(severity);
}

/** Bars of a round width from the first moment to the last; empty ones too, so that quiet shows. */
export function bars_between(since: number, until: number): Bar[] {
  const span = until - since;
  const widest = kWidthsMs.at(-1) as number;
  const width = kWidthsMs.find((each) => span / each <= kMaxBars) ?? widest * Math.ceil(span / widest / kMaxBars);
  const first = Math.floor(since / width) * width;
  const count = Math.max(1, Math.floor((until - first) / width) + 1); // the last moment belongs to the last bar
  return Array.from({ length: count }, (_, i) => ({ since: first + i * width, until: first + (i + 1) * width, total: 0, serious: 0 }));
}

export function timeline(events: readonly SecurityEvent[], now: number, since: number | null): Bar[] {
  const times = events.map(({ at }) => Date.parse(at)).filter((at) => !Number.isNaN(at));
  if (times.length === 0) return [];
  const bars = bars_between(since ?? Math.min(...times), Math.max(now, ...times));
  const start = bars[0] as Bar;
  const width = start.until - start.since;
  for (const event of events) {
    const bar = bars[Math.floor((Date.parse(event.at) - start.since) / width)];
    if (!bar) continue;
    const count = event.count;
    bar.total += count;
    if (is_serious(event.severity)) bar.serious += count;
  }
  return bars;
}

/** Heights between 0 and 1. The root keeps single events visible beside a flood. */
export function bar_height(count: number, highest: number): number {
  return count === 0 || highest === 0 ? 0 : Math.sqrt(count / highest);
}

const kDayMs = 86_400_000;

/** A bar for each of the last days (UTC, as the server counts them), the quiet ones too. How many were serious is not known. */
export function day_bars(days: Summary['days'], now: number, count: number): Bar[] {
  const today = Math.floor(now / kDayMs) * kDayMs;
  const totals = new Map(days.map(({ day, counts }) => [Date.parse(`${day}T00:00:00Z`), Object.values(counts).reduce((sum, each) => sum + each, 0)]));
  return Array.from({ length: count }, (_, i) => {
    const since = today - (count - 1 - i) * kDayMs;
    return { since, until: since + kDayMs, total: totals.get(since) ?? 0, serious: 0 };
  });
}

import { describe, expect, it } from 'vitest';
import type { SecurityEvent, Severity } from '../api/security_api';
import { bar_height, bars_between, day_bars, timeline } from './timeline';

const hour = 3_600_000;
const now = Date.parse('2026-11-24T12:30:00Z');
const event = (age: number, severity: Severity = 'info', count = 1): SecurityEvent => ({ id: String(age), kind: 'a.b', severity, sentence: '', at: new Date(now - age).toISOString(), count });

describe('the timeline', () => {
  it('has a bar for each hour of a day, the quiet ones too', () => {
    const bars = bars_between(now - 23 * hour, now);
    expect(bars).toHaveLength(24);
    expect(bars.every(({ since, until }) => until - since === hour && since % hour === 0)).toBe(true);
    expect((bars.at(-1)?.until ?? 0) > now).toBe(true);
  });
  it.each([0, 1, 5_000, hour, 24 * hour, 400 * 24 * hour, 4000 * 24 * hour])('never has more bars than fit (%d ms)', (span) => {
    const bars = bars_between(now - span, now);
    expect(bars.length).toBeGreaterThan(0);
    expect(bars.length).toBeLessThanOrEqual(41);
    expect((bars[0]?.since ?? now) <= now - span && (bars.at(-1)?.until ?? 0) > now).toBe(true);
  });
  it('counts every event once, and repeated ones as often as they happened', () => {
    const bars = timeline([event(0), event(hour, 'warning', 14), event(20 * hour, 'critical'), event(20 * hour, 'notice')], now, null);
    expect(bars.reduce((sum, bar) => sum + bar.total, 0)).toBe(17);
    expect(bars.reduce((sum, bar) => sum + bar.serious, 0)).toBe(15);
  });
  it('counts an event whose clock is ahead of ours', () => {
    const bars = timeline([event(-5 * 60_000), event(hour)], now, now - 2 * hour);
    expect(bars.reduce((sum, bar) => sum + bar.total, 0)).toBe(2);
  });
  it('has a bar for each day, the quiet ones too', () => {
    const bars = day_bars([{ day: '2026-11-22', counts: { auth: 3, api: 4 } }, { day: '2026-11-24', counts: { auth: 1 } }], now, 4);
    expect(bars.map(({ total }) => total)).toEqual([0, 7, 0, 1]);
    expect(new Date(bars[3]?.since ?? 0).toISOString()).toBe('2026-11-24T00:00:00.000Z');
  });
  it('is empty without events', () => expect(timeline([], now, now - hour)).toEqual([]));
  it('keeps one event visible beside ten thousand', () => {
    expect(bar_height(1, 10_000)).toBe(0.01);
    expect(bar_height(10_000, 10_000)).toBe(1);
    expect(bar_height(0, 0)).toBe(0);
  });
});

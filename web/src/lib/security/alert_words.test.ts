import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Alert } from '../api/security_api';
import { alert_advice, kAdvisedRules } from '../text/en_events';
import { alert_filter } from './alert_words';

const alert = (values: Partial<Alert>): Alert => ({
  id: '1', rule: 'unusual_usage', key: '', title: 't', state: 'firing', severity: 'error', observed: '', expected: '', count: 1, first_at: '2026-11-24T12:00:00Z', last_at: '2026-11-24T12:30:00Z', ...values,
});
const time = { period: 'between', since: '2026-11-24T11:00:00.000Z', until: '2026-11-24T13:30:00.000Z' };

describe('the events of an alert', () => {
  it('are those of its address, around its time', () => {
    expect(alert_filter(alert({ rule: 'path_traversal', key: '2001:db8::9', address: '2001:db8::9' }))).toEqual({ ...time, kind: 'file.path_traversal', address: '2001:db8::9' });
  });
  it('are those of its user', () => expect(alert_filter(alert({ key: 'user u7', user_id: 'u7', address: '192.0.2.1' }))).toEqual({ ...time, user: 'u7' }));
  it('are all of its time where it is about the whole', () => expect(alert_filter(alert({ resolved_at: '2026-11-24T14:00:00Z' }))).toEqual({ ...time, until: '2026-11-24T15:00:00.000Z' }));
  it('are known for every rule that counts events', () => {
    const rules = readFileSync(new URL('../../../../src/config/alert_rules.inc', import.meta.url), 'utf8').matchAll(/^DHII_ALERT_RULE\(\w+, "(\w+)"/gm);
    const names = [...rules].map(([, name]) => name as string);
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((rule) => alert_filter(alert({ rule }))['kind'] === undefined)).toEqual([]);
  });
  it('come with what to do, for nearly every rule', () => {
    const rules = readFileSync(new URL('../../../../src/config/alert_rules.inc', import.meta.url), 'utf8').matchAll(/^DHII_ALERT_RULE\(\w+, "(\w+)"/gm);
    const names = [...rules].map(([, name]) => name as string);
    expect(kAdvisedRules.filter((rule) => !names.includes(rule))).toEqual([]);
    expect(names.filter((rule) => alert_advice(rule) === undefined).length).toBeLessThan(8);
  });
  it('are of kinds that the catalogue has', () => {
    const catalogue = readFileSync(new URL('../../../../src/event/catalogue.inc', import.meta.url), 'utf8');
    const rules = readFileSync(new URL('./alert_words.ts', import.meta.url), 'utf8').matchAll(/^ {2}(\w+): '([\w.,]+)',$/gm);
    const unknown = [...rules].flatMap(([, , kinds]) => (kinds as string).split(',')).filter((kind) => !catalogue.includes(`"${kind}${kind.includes('.') ? '"' : '.'}`));
    expect(unknown).toEqual([]);
  });
});

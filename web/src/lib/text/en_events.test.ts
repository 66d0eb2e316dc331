import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { advice_of, kAdvisedKinds } from './en_events';

const catalogue = readFileSync(new URL('../../../../src/event/catalogue.inc', import.meta.url), 'utf8');
const rows = [...catalogue.matchAll(/^DHII_EVENT\(\w+, "([^"]+)", k(\w+),/gm)].map(([, name, severity]) => ({ name: name as string, severity: severity as string }));

describe('advice for security events', () => {
  it('is for kinds that exist', () => {
    const names = new Set(rows.map(({ name }) => name));
    expect(rows.length).toBeGreaterThan(50);
    expect(kAdvisedKinds.filter((kind) => !names.has(kind))).toEqual([]);
  });
  it('is there for every error and everything critical, and their own for nearly all', () => {
    const grave = rows.filter(({ severity }) => severity === 'Error' || severity === 'Critical').map(({ name }) => name);
    expect(grave.filter((kind) => advice_of(kind, 'error') === undefined)).toEqual([]);
    expect(grave.filter((kind) => !kAdvisedKinds.includes(kind)).length).toBeLessThan(4);
    expect(advice_of('auth.signed_in', 'info')).toBeUndefined();
  });
});

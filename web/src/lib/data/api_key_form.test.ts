import { describe, expect, it } from 'vitest';
import { expiry_date, parse_networks, scopes_of } from './api_key_form';

describe('the form of an API key', () => {
  it('offers nobody more than their role has', () => {
    expect(scopes_of('user')).not.toContain('security:read');
    expect(scopes_of('auditor')).toContain('security:read');
    expect(scopes_of('auditor')).not.toContain('admin');
    expect(scopes_of('administrator')).toContain('admin');
    expect(scopes_of('something new')).toEqual(scopes_of('user'));
  });
  it('counts days from now, in whole seconds', () => {
    expect(expiry_date('30', Date.parse('2026-11-01T10:00:00.123Z'))).toBe('2026-12-01T10:00:00Z');
    expect(expiry_date('never', 0)).toBeNull();
  });
  it('takes networks however they are separated, each once', () => {
    expect(parse_networks(' 192.0.2.0/24, 2001:db8::/32;192.0.2.0/24\n10.0.0.1 ')).toEqual(['192.0.2.0/24', '2001:db8::/32', '10.0.0.1']);
    expect(parse_networks('  ')).toEqual([]);
  });
});

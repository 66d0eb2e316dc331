import { describe, expect, it } from 'vitest';
import { between, parse_filter, print_filter, query_of } from './filter';

const now = Date.parse('2026-11-24T12:00:00Z');

describe('the filter of events', () => {
  it.each([{}, { family: 'auth', severity: 'warning' }, { address: '2001:db8::1', text: 'a & b=c' }, { period: 'between', since: '2026-11-24T10:00:00.000Z', until: '2026-11-24T11:00:00.000Z' }])(
    '%j survives the address bar',
    (filter) => expect(print_filter(parse_filter(new URLSearchParams(print_filter(filter)).toString()))).toEqual(filter),
  );
  it('takes nothing from the address bar that it does not know', () => {
    expect(print_filter(parse_filter('family=auth&limit=1000000&open=3'))).toEqual({ family: 'auth' });
  });
  it('asks for a period as the moment it began', () => {
    expect(query_of(parse_filter('period=24h'), now)).toEqual({ since: '2026-11-23T12:00:00.000Z' });
    expect(query_of(parse_filter('period=nonsense'), now)).toEqual({});
  });
  it('asks for a chosen time with both ends', () => {
    const chosen = between(now - 3_600_000, now);
    expect(query_of(parse_filter(new URLSearchParams(chosen).toString()), now)).toEqual({ since: '2026-11-24T11:00:00.000Z', until: '2026-11-24T12:00:00.000Z' });
  });
  it('asks the server for words', () => {
    expect(query_of(parse_filter('text=failed+alice&severity=warning'), now)).toEqual({ q: 'failed alice', severity: 'warning' });
  });
  it('asks for a family by its name', () => expect(query_of(parse_filter('family=network'), now)).toEqual({ kind: 'network' }));
  it('asks for one kind rather than for its family', () => {
    expect(query_of(parse_filter('family=auth&kind=auth.sign_in_failed'), now)).toEqual({ kind: 'auth.sign_in_failed' });
  });
});

import { describe, expect, it } from 'vitest';
import { capitalised, quoted_code, file_size, relative_date, short_count, short_date, with_local_times } from './format';

const now = new Date(2026, 10, 23, 18, 0).getTime();
const at = (...args: [number, number, number, number, number]): string => new Date(...args).toISOString();

describe('short_date', () => {
  it('shows the time for a message of today', () => {
    expect(short_date(at(2026, 10, 23, 9, 5), now, 'en-GB')).toMatch(/^0?9:05$/);
  });
  it('says yesterday by calendar day, not by 24 hours', () => {
    expect(short_date(at(2026, 10, 22, 23, 59), now, 'en-GB')).toBe('Yesterday');
    expect(short_date(at(2026, 10, 22, 0, 1), now, 'en-GB')).toBe('Yesterday');
  });
  it('shows the weekday within a week, then the date, then the year', () => {
    expect(short_date(at(2026, 10, 18, 12, 0), now, 'en-GB')).toBe('Wed');
    expect(short_date(at(2026, 2, 4, 12, 0), now, 'en-GB')).toBe('4 Mar');
    expect(short_date(at(2019, 2, 4, 12, 0), now, 'en-GB')).toBe('4 Mar 2019');
  });
  it('shows nothing for a date that is none', () => {
    expect(short_date('not a date', now)).toBe('');
  });
});

describe('relative_date', () => {
  it('counts minutes and hours while they are few', () => {
    expect(relative_date(new Date(now - 20_000).toISOString(), now, 'en')).toBe('just now');
    expect(relative_date(new Date(now - 5 * 60_000).toISOString(), now, 'en')).toBe('5 minutes ago');
    expect(relative_date(new Date(now - 3 * 3_600_000).toISOString(), now, 'en')).toBe('3 hours ago');
  });
  it('gives day and time for what is older or from the future', () => {
    expect(relative_date(at(2026, 10, 1, 9, 5), now, 'en-GB')).toContain('1 Nov');
    expect(relative_date(at(2030, 0, 1, 9, 5), now, 'en-GB')).toContain('2030');
  });
});

describe('file_size and short_count', () => {
  it('rounds to what fits', () => {
    expect([0, 999, 1000, 15_360, 1_250_000, 250_000_000].map(file_size)).toEqual([
      '0 B', '999 B', '1 kB', '15.4 kB', '1.3 MB', '250 MB',
    ]);
    expect([7, 999, 1234, 34_999, 1_500_000].map(short_count)).toEqual(['7', '999', '1.2k', '34k', '1.5M']);
  });
});

describe('with_local_times', () => {
  it('writes the moments of a sentence as people do, and leaves the rest', () => {
    const iso = new Date(2026, 10, 26, 0, 10, 14, 328).toISOString();
    expect(with_local_times(`192.0.2.9 is blocked until ${iso}.`, 'en-GB')).toMatch(/^192\.0\.2\.9 is blocked until 26 Nov,? 0?0:10\.$/);
    expect(with_local_times('2026-99-99T00:00:00Z and 2026-01-01')).toBe('2026-99-99T00:00:00Z and 2026-01-01');
  });
});

describe('the words of the server', () => {
  it('begin as sentences do', () => expect([capitalised('set it'), capitalised('Öl'), capitalised('')]).toEqual(['Set it', 'Öl', '']));
  it('have quotes around what is code', () => expect(quoted_code('`a b` and `c` ran, ` is left')).toBe('“a b” and “c” ran, ` is left'));
});

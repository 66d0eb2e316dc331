import { describe, expect, it } from 'vitest';
import { colour_index, initials, is_address, parse_address, short_name, split_addresses, visible } from './addresses';

describe('parse_address', () => {
  it('takes the usual forms', () => {
    expect(parse_address(' ada@x.example ')).toEqual({ name: null, email: 'ada@x.example' });
    expect(parse_address('Ada Lovelace <ada@x.example>')).toEqual({ name: 'Ada Lovelace', email: 'ada@x.example' });
    expect(parse_address('"Lovelace, Ada" <ada@x.example>')).toEqual({ name: 'Lovelace, Ada', email: 'ada@x.example' });
    expect(parse_address('<ada@x.example>')).toEqual({ name: null, email: 'ada@x.example' });
  });
  it.each(['', 'ada', 'ada@', '@x', 'a b@x.example', 'ada@x..example', 'ada@-x.example', 'a@b@c d', 'ada@x.example\r\nBcc: eve@x'])(
    'refuses %j',
    (input) => expect(parse_address(input)).toBeNull(),
  );
  it('takes international addresses and local hosts', () => {
    expect(is_address('用户@例子.广告')).toBe(true);
    expect(is_address('alice@localhost')).toBe(true);
  });
});

describe('split_addresses', () => {
  it('splits outside quotes and brackets only', () => {
    expect(split_addresses('"Lovelace, Ada" <ada@x>, bob@y; carol@z\ndan@w')).toEqual([
      '"Lovelace, Ada" <ada@x>', 'bob@y', 'carol@z', 'dan@w',
    ]);
  });
});

describe('names', () => {
  it('falls back to the local part', () => {
    expect(short_name({ name: null, email: 'ada@x.example' })).toBe('ada');
    expect(short_name({ name: 'eve@bank.example', email: 'ada@x.example' })).toBe('ada');
  });
  it('never shows direction overrides', () => {
    expect(visible('moc.knab\u202e@eve')).toBe('moc.knab@eve');
  });
  it('makes initials of any script', () => {
    expect(initials({ name: 'Ada King Lovelace', email: 'a@x' })).toBe('AL');
    expect(initials({ name: '李 小龍', email: 'a@x' })).toBe('李小');
    expect(initials({ name: '', email: 'bob.smith@x' })).toBe('BS');
    expect(initials(undefined)).toBe('?');
  });
  it('gives a person the same colour whatever the case', () => {
    expect(colour_index('Ada@X.example', 8)).toBe(colour_index('ada@x.EXAMPLE', 8));
  });
});

import { describe, expect, it } from 'vitest';
import { safe_file_name, viewable_type } from './body';

describe('safe_file_name', () => {
  it.each([
    ['../../etc/passwd', '_.._etc_passwd'],
    ['a\u202egpj.exe', 'agpj.exe'],
    ['con\r\ntrol.txt', 'control.txt'],
    ['.bashrc', 'bashrc'],
    ['', 'attachment'],
    ['...', 'attachment'],
    ['C:\\x.txt', 'C__x.txt'],
  ])('%j becomes %j', (name, expected) => expect(safe_file_name(name, 'attachment')).toBe(expected));
  it('keeps the extension of a long name', () => {
    const name = safe_file_name(`${'x'.repeat(300)}.pdf`, 'a');
    expect(name).toHaveLength(150);
    expect(name.endsWith('.pdf')).toBe(true);
  });
});

describe('viewable_type', () => {
  it.each([
    ['image/svg+xml', null],
    ['text/html', null],
    ['application/xhtml+xml', null],
    ['text/xml', null],
    ['IMAGE/PNG; name=x', 'image/png'],
    ['application/pdf', 'application/pdf'],
    ['text/plain', 'text/plain;charset=utf-8'],
  ])('%s opens as %s', (type, expected) => expect(viewable_type(type)).toBe(expected));
});

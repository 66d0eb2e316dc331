import { describe, expect, it } from 'vitest';
import { linkify } from './linkify';

const links = (text: string): string[] =>
  linkify(text).flatMap((piece) => (piece.href === null ? [] : [piece.href]));

describe('linkify', () => {
  it.each([
    ['see https://x.example/a?b=c#d now', ['https://x.example/a?b=c#d']],
    ['see https://x.example/a.', ['https://x.example/a']],
    ['(https://x.example/a_(b))', ['https://x.example/a_(b)']],
    ['www.x.example, and ada@x.example!', ['https://www.x.example/', 'mailto:ada@x.example']],
    ['<https://x.example/>', ['https://x.example/']],
    ['https://x.example/路径', ['https://x.example/%E8%B7%AF%E5%BE%84']],
    ['javascript:alert(1) data:text/html,x vbscript:x', []],
    ['https:// http://', []],
    ['nothing here', []],
  ])('%s', (text, expected) => expect(links(text)).toEqual(expected));

  it('never loses or changes a character', () => {
    const text = 'a@a.co?]<img src=x onerror=alert(1)> https://x.example/"onmouseover="alert(1) b';
    expect(linkify(text).map((piece) => piece.text).join('')).toBe(text);
  });
  it('RoundcubeCve202343770: markup behind an address stays text', () => {
    expect(links('a@a.co?]<img src=x onerror=alert(1)>')).toEqual(['mailto:a@a.co']);
  });
  it('is quick on a hostile line', () => {
    const line = `${'www.'.repeat(20_000)} ${'a@'.repeat(20_000)} ${'('.repeat(20_000)}`;
    expect(linkify(line).map((piece) => piece.text).join('')).toBe(line);
  });
});

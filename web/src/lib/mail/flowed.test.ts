import { describe, expect, it } from 'vitest';
import { flowed_flags, fold_quotes, paragraphs } from './flowed';

const fixed = { flowed: false, delsp: false };
const flowed = { flowed: true, delsp: false };

describe('flowed_flags', () => {
  it('reads the parameters of Content-Type', () => {
    expect(flowed_flags('text/plain; charset=utf-8; format=flowed; delsp=yes')).toEqual({ flowed: true, delsp: true });
    expect(flowed_flags('text/plain; x-format=flowed')).toEqual(fixed);
    expect(flowed_flags(undefined)).toEqual(fixed);
  });
});

describe('paragraphs', () => {
  it('joins flowed lines and keeps hard line ends', () => {
    expect(paragraphs('one \ntwo\nthree', flowed)).toEqual([{ depth: 0, text: 'one two\nthree', signature: false }]);
  });
  it('removes space-stuffing and deletes the space with delsp', () => {
    expect(paragraphs(' From here\n >no quote', flowed)[0]?.text).toBe('From here\n>no quote');
    expect(paragraphs('你好 \n世界', { flowed: true, delsp: true })[0]?.text).toBe('你好世界');
  });
  it('never joins lines of different quote depth', () => {
    expect(paragraphs('> a \nb', flowed)).toEqual([
      { depth: 1, text: 'a ', signature: false },
      { depth: 0, text: 'b', signature: false },
    ]);
  });
  it('never joins the signature line', () => {
    expect(paragraphs('text \n-- \nAda', flowed)).toEqual([
      { depth: 0, text: 'text ', signature: false },
      { depth: 0, text: '-- \nAda', signature: true },
    ]);
  });
  it('reads spaced quote marks of fixed text', () => {
    expect(paragraphs('> > deep\n> less\ntop', fixed)).toEqual([
      { depth: 2, text: 'deep', signature: false },
      { depth: 1, text: 'less', signature: false },
      { depth: 0, text: 'top', signature: false },
    ]);
  });
});

describe('fold_quotes', () => {
  it('folds the quotation at the end with its attribution line', () => {
    const folded = fold_quotes(paragraphs('Yes!\n\nOn 3 May 2026, Bob wrote:\n> Shall we?\n> B.\n', fixed));
    expect(folded.visible.map((p) => p.text.trim())).toEqual(['Yes!']);
    expect(folded.quoted.map((p) => p.text)).toEqual(['On 3 May 2026, Bob wrote:', 'Shall we?\nB.']);
  });
  it('leaves answers between quotations alone', () => {
    const all = paragraphs('> Shall we?\nYes\n> When?\nNow', fixed);
    expect(fold_quotes(all)).toEqual({ visible: all, quoted: [] });
  });
  it('keeps a signature below the quotation in sight', () => {
    const folded = fold_quotes(paragraphs('Yes\n> Shall we?\n-- \nAda', fixed));
    expect(folded.visible.map((p) => p.text)).toEqual(['Yes', '-- \nAda']);
  });
  it('never folds everything', () => {
    const all = paragraphs('> only a quotation', fixed);
    expect(fold_quotes(all).quoted).toEqual([]);
  });
});

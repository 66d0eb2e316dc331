import { describe, expect, it } from 'vitest';
import { snippet_pieces } from './snippet';

describe('snippet_pieces', () => {
  it('separates matches from the text around them', () => {
    expect(snippet_pieces('the <mark>fox</mark> &amp; hound')).toEqual([
      { text: 'the ', mark: false }, { text: 'fox', mark: true }, { text: ' & hound', mark: false },
    ]);
  });
  it('never makes markup of anything', () => {
    expect(snippet_pieces('&lt;img src=x onerror=alert(1)&gt;<img src=x>')).toEqual([
      { text: '<img src=x onerror=alert(1)><img src=x>', mark: false },
    ]);
  });
  it('leaves unknown entities as they are', () => {
    expect(snippet_pieces('&foo; &#x41;&#66;')[0]?.text).toBe('&foo; AB');
  });
});

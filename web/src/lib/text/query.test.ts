import { describe, expect, it } from 'vitest';
import { suggest, take_suggestion, word_at } from './query';

const sources = {
  people: (prefix: string) => [{ name: 'Ada', email: 'ada@x.example' }].filter(({ email }) => email.startsWith(prefix)),
  mailboxes: ['Inbox', 'My Folder'],
};

describe('suggest', () => {
  it('finds the word at the caret', () => {
    expect(word_at('from:ada has:att', 16)).toEqual({ word: 'has:att', start: 9, end: 16 });
    expect(word_at('subject:"two words" x', 14).word).toBe('subject:"two words"');
  });
  it('offers operators by their beginning', () => {
    expect(suggest('is:', 3, sources).map((s) => s.insert)).toEqual(['is:unread', 'is:flagged']);
    expect(suggest('-has', 4, sources).map((s) => s.insert)).toEqual(['-has:attachment']);
    expect(suggest('hello', 5, sources)).toEqual([]);
  });
  it('offers people and mailboxes', () => {
    expect(suggest('from:a', 6, sources).map((s) => s.insert)).toEqual(['from:ada@x.example ']);
    expect(suggest('in:fold', 7, sources).map((s) => s.insert)).toEqual(['in:"My Folder" ']);
  });
  it('puts the suggestion in place', () => {
    const [first] = suggest('x is:f y', 6, sources);
    expect(first && take_suggestion('x is:f y', 6, first)).toEqual({ query: 'x is:flagged y', caret: 12 });
  });
});

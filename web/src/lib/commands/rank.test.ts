import { describe, expect, it } from 'vitest';
import { rank } from './rank';

const labels = ['Reply', 'Reply to all', 'Go to Inbox', 'Mark as read or unread', 'Präsentation'];
const find = (query: string): string[] => rank(query, labels, (label) => label);

describe('rank', () => {
  it('shows everything before anything is typed', () => expect(find(' ')).toEqual(labels));
  it('prefers beginnings', () => expect(find('re')[0]).toBe('Reply'));
  it('takes beginnings of words in any order', () => expect(find('all rep')).toEqual(['Reply to all']));
  it('takes letters in order', () => expect(find('gti')).toEqual(['Go to Inbox']));
  it('ignores accents', () => expect(find('pras')).toEqual(['Präsentation']));
  it('finds nothing for nonsense', () => expect(find('xyzzy')).toEqual([]));
});

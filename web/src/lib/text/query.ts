// Suggestions while somebody types a search: which operator may be meant, and what to put in its place. The query
// itself goes to the server as it is typed. Pure.

import { text } from './en';

export interface Suggestion {
  insert: string;
  label: string;
  hint: string;
}

export interface SuggestSources {
  people: (prefix: string) => { name: string; email: string }[];
  mailboxes: readonly string[];
}

const kMaxSuggestions = 8;

/** The word that the caret stands in, with its place. A quoted part counts as one word. */
export function word_at(query: string, caret: number): { word: string; start: number; end: number } {
  let start = 0;
  let quoted = false;
  for (let i = 0; i < caret; i++) {
    if (query[i] === '"') quoted = !quoted;
    else if (query[i] === ' ' && !quoted) start = i + 1;
  }
  let end = caret;
  while (end < query.length && query[end] !== ' ') end += 1;
  return { word: query.slice(start, end), start, end };
}

export function suggest(query: string, caret: number, sources: SuggestSources): Suggestion[] {
  const { word } = word_at(query, caret);
  const negated = word.startsWith('-');
  const bare = (negated ? word.slice(1) : word).toLowerCase();
  const prefix = negated ? '-' : '';
  const value = /^(from|to|cc|in):"?(.*)$/.exec(bare);
  if (value?.[1] === 'in') return mailbox_suggestions(prefix, value[2] ?? '', sources.mailboxes);
  if (value) return person_suggestions(prefix, value[1] as string, value[2] ?? '', sources);
  const operators = Object.entries(text.search.operators).filter(([name]) => name.includes(':') && (bare === '' || name.startsWith(bare)) && name !== bare);
  return operators.slice(0, bare === '' ? kMaxSuggestions + 4 : kMaxSuggestions).map(([name, hint]) => ({ insert: prefix + name, label: name, hint }));
}

function person_suggestions(prefix: string, operator: string, typed: string, sources: SuggestSources): Suggestion[] {
  return sources.people(typed).slice(0, kMaxSuggestions).map(({ name, email }) => ({
    insert: `${prefix}${operator}:${email} `,
    label: name === '' ? email : name,
    hint: email,
  }));
}

function mailbox_suggestions(prefix: string, typed: string, mailboxes: readonly string[]): Suggestion[] {
  return mailboxes
    .filter((name) => name.toLowerCase().includes(typed))
    .slice(0, kMaxSuggestions)
    .map((name) => ({ insert: `${prefix}in:${/[\s:]/.test(name) ? `"${name}"` : name} `, label: name, hint: text.search.operators['in:'] ?? '' }));
}

/** The query with the suggestion in place of the word at the caret. */
export function take_suggestion(query: string, caret: number, suggestion: Suggestion): { query: string; caret: number } {
  const { start, end } = word_at(query, caret);
  const rest = query.slice(end).replace(/^ /, suggestion.insert.endsWith(' ') ? '' : ' ');
  return { query: query.slice(0, start) + suggestion.insert + rest, caret: start + suggestion.insert.length };
}

import { describe, expect, it } from 'vitest';
import { key_caps, match_key, type Binding, type KeyPress } from './keys';

const bindings: Binding[] = [
  { id: 'next', keys: ['j', 'ArrowDown'] },
  { id: 'trash', keys: ['#', 'Delete'] },
  { id: 'inbox', keys: ['g i'] },
  { id: 'sent', keys: ['g t'] },
  { id: 'palette', keys: ['Mod+k'] },
  { id: 'unread', keys: ['Shift+u'] },
  { id: 'send', keys: ['Mod+Enter'] },
  { id: 'help', keys: ['?'] },
  { id: 'star', keys: ['s'] },
  { id: 'down', keys: ['Space'] },
  { id: 'up', keys: ['Shift+Space'] },
];

function press(key: string, options: Partial<KeyPress> = {}): KeyPress {
  return { key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, inField: false, ...options };
}

describe('match_key', () => {
  it.each<[string, string[], KeyPress, string]>([
    ['a plain key', [], press('j'), 'next'],
    ['another key of the same command', [], press('ArrowDown'), 'next'],
    ['a shifted symbol', [], press('#', { shiftKey: true }), 'trash'],
    ['a shifted symbol', [], press('?', { shiftKey: true }), 'help'],
    ['Shift with a letter', [], press('U', { shiftKey: true }), 'unread'],
    ['the first key of a sequence', [], press('g'), 'pending g'],
    ['the second key of a sequence', ['g'], press('i'), 'inbox'],
    ['a wrong second key that means something itself', ['g'], press('j'), 'next'],
    ['a wrong second key', ['g'], press('x'), 'none'],
    ['a lone modifier keeps the sequence', ['g'], press('Shift', { shiftKey: true }), 'pending g'],
    ['Ctrl', [], press('k', { ctrlKey: true }), 'palette'],
    ['Cmd', [], press('k', { metaKey: true }), 'palette'],
    ['a plain key in a field', [], press('j', { inField: true }), 'none'],
    ['Escape in a field', [], press('Escape', { inField: true }), 'none'],
    ['Ctrl in a field', [], press('k', { ctrlKey: true, inField: true }), 'palette'],
    ['Ctrl+Enter in a field', [], press('Enter', { ctrlKey: true, inField: true }), 'send'],
    ['Ctrl with a key bound without it', [], press('s', { ctrlKey: true }), 'none'],
    ['Alt with a key bound without it', [], press('j', { altKey: true }), 'none'],
    ['a letter without Shift', [], press('u'), 'none'],
    ['CapsLock gives a capital without Shift', [], press('J'), 'next'],
    ['Space', [], press(' '), 'down'],
    ['Shift with Space', [], press(' ', { shiftKey: true }), 'up'],
    ['an unknown key', [], press('ß'), 'none'],
  ])('%s', (_name, pending, event, expected) => {
    const match = match_key(bindings, pending, event);
    const shown = match.kind === 'command' ? match.id : match.kind === 'pending' ? `pending ${match.sequence.join(' ')}` : 'none';
    expect(shown).toBe(expected);
  });
});

describe('key_caps', () => {
  it('prints keys as they stand on the keyboard', () => {
    expect(key_caps('Mod+k', false)).toEqual(['Ctrl', 'K']);
    expect(key_caps('Mod+k', true)).toEqual(['⌘', 'K']);
    expect(key_caps('g i', false)).toEqual(['g', 'i']);
    expect(key_caps('Shift+u', false)).toEqual(['Shift', 'U']);
  });
});

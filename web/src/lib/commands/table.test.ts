import { describe, expect, it } from 'vitest';
import { commands } from './table';

describe('the table of commands', () => {
  it('gives no key to two commands', () => {
    const keys = commands.flatMap((command) => command.keys);
    expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
  });
  it('gives no key that another sequence begins with', () => {
    const keys = commands.flatMap((command) => command.keys);
    expect(keys.filter((key) => keys.some((other) => other.startsWith(`${key} `)))).toEqual([]);
  });
  it('has unique ids and labels', () => {
    expect(new Set(commands.map(({ id }) => id)).size).toBe(commands.length);
    expect(commands.every(({ label }) => label.length > 2)).toBe(true);
  });
  it.each(['j', 'k', 'o', 'Enter', 'e', '#', 'r', 'a', 'f', '/', 'c', 'u', '?', 'x', 's', 'z', 'g i', 'Mod+k'])('knows %s', (key) => {
    expect(commands.some((command) => command.keys.includes(key))).toBe(true);
  });
});

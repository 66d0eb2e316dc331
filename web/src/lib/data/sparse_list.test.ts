import { describe, expect, it } from 'vitest';
import { SparseList } from './sparse_list';

function list_of(...pages: [number, string][]): SparseList {
  const list = new SparseList();
  for (const [start, letters] of pages) list.put(start, letters.split(''));
  return list;
}

function show(list: SparseList): string {
  return Array.from({ length: list.length }, (_, i) => list.get(i) ?? '.').join('');
}

describe('SparseList', () => {
  it('keeps pages apart until they touch', () => {
    const list = list_of([0, 'abc'], [6, 'gh']);
    expect(show(list)).toBe('abc...gh');
    expect(list.has(0, 3)).toBe(true);
    expect(list.has(0, 4)).toBe(false);
    expect(list.prefixLength()).toBe(3);
    list.put(3, ['d', 'e', 'f']);
    expect(show(list)).toBe('abcdefgh');
    expect(list.prefixLength()).toBe(8);
  });
  it('removes, and what lies behind moves up', () => {
    const list = list_of([0, 'abc'], [6, 'gh']);
    expect(list.remove('b')).toBe(1);
    expect(show(list)).toBe('ac...gh');
    expect(list.remove('x')).toBe(-1);
  });
  it('inserts in front, inside, at the end and into a gap', () => {
    const list = list_of([0, 'abc'], [6, 'gh']);
    list.insert(0, 'N');
    expect(show(list)).toBe('Nabc...gh');
    list.insert(2, 'M');
    expect(show(list)).toBe('NaMbc...gh');
    list.insert(5, 'E');
    expect(show(list)).toBe('NaMbcE...gh');
    list.insert(7, 'G');
    expect(show(list)).toBe('NaMbcE.G..gh');
  });
  it('moves an id instead of showing it twice', () => {
    const list = list_of([0, 'abc'], [3, 'a']);
    expect(show(list)).toBe('.bca');
    list.insert(0, 'c');
    expect(show(list)).toBe('c.ba');
  });
  it('knows that a short last page is whole', () => {
    const list = list_of([0, 'abc']);
    expect(list.has(0, 50)).toBe(true);
  });
  it('forgets what lies outside a window', () => {
    const list = list_of([0, 'abcdef'], [10, 'kl']);
    list.keepOnly(2, 3);
    expect(show(list)).toBe('..cde.......');
  });
  it('cuts at a new length', () => {
    const list = list_of([0, 'abcdef'], [10, 'kl']);
    list.setLength(4);
    expect(show(list)).toBe('abcd');
  });

  it('behaves like an array under a thousand random edits', () => {
    let seed = 42;
    const random = (n: number): number => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return seed % n;
    };
    const list = new SparseList();
    let model: string[] = Array.from({ length: 50 }, (_, i) => `i${i}`);
    list.put(0, [...model]);
    for (let step = 0; step < 1000; step++) {
      if (random(2) === 0 && model.length > 0) {
        const id = model[random(model.length)] as string;
        expect(list.remove(id)).toBe(model.indexOf(id));
        model = model.filter((other) => other !== id);
      } else {
        const at = random(model.length + 1);
        list.insert(at, `s${step}`);
        model.splice(at, 0, `s${step}`);
      }
      expect(list.length).toBe(model.length);
    }
    expect(list.loaded()).toEqual(model);
  });
});

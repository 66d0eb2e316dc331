import { describe, expect, it } from 'vitest';
import { ScrollMap } from './scroll_map';

describe('ScrollMap', () => {
  it('is the identity for lists that fit', () => {
    const map = new ScrollMap();
    map.resize(78_000, 800);
    expect(map.physicalHeight).toBe(78_000);
    expect(map.scrolled(1234)).toBe(1234);
    expect(map.drawAt(1300)).toBe(1300);
  });
  it('reaches the first and the last of a million rows', () => {
    const map = new ScrollMap();
    map.resize(78_000_000, 800);
    expect(map.physicalHeight).toBeLessThanOrEqual(12_000_000);
    expect(map.scrolled(map.physicalHeight - 800)).toBe(78_000_000 - 800);
    expect(map.scrolled(0)).toBe(0);
  });
  it('moves pixel by pixel under the wheel and in proportion under the bar', () => {
    const map = new ScrollMap();
    map.resize(78_000_000, 800);
    map.scrolled(6_000_000 - 400);
    const before = map.virtualTop;
    expect(before).toBeGreaterThan(38_000_000);
    expect(map.scrolled(6_000_000 - 300)).toBe(before + 100);
    expect(map.drawAt(before + 100)).toBe(6_000_000 - 300);
  });
  it('scrolls to a row and stays there', () => {
    const map = new ScrollMap();
    map.resize(78_000_000, 800);
    const physical = map.physicalFor(500_000 * 78);
    expect(map.virtualTop).toBe(500_000 * 78);
    expect(map.scrolled(physical)).toBe(500_000 * 78);
  });
});

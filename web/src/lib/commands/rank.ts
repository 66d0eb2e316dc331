// Which entries of a palette match what was typed, best first. Pure.

/** Words at word beginnings, then letters in order; the order of the entries decides ties. */
export function rank<T>(query: string, entries: readonly T[], label: (entry: T) => string): T[] {
  const typed = fold(query).trim();
  if (typed === '') return [...entries];
  const scored: [number, number, T][] = [];
  entries.forEach((entry, i) => {
    const score = score_of(typed, fold(label(entry)));
    if (score > 0) scored.push([score, i, entry]);
  });
  return scored.sort((a, b) => b[0] - a[0] || a[1] - b[1]).map(([, , entry]) => entry);
}

function score_of(typed: string, label: string): number {
  if (label.startsWith(typed)) return 4;
  const words = label.split(/[^\p{L}\p{N}]+/u);
  const wanted = typed.split(/\s+/);
  if (wanted.every((part) => words.some((word) => word.startsWith(part)))) return 3;
  if (label.includes(typed)) return 2;
  let at = 0;
  for (const char of typed.replace(/\s/g, '')) {
    at = label.indexOf(char, at) + 1;
    if (at === 0) return 0;
  }
  return 1;
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

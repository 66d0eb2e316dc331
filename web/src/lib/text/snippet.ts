// SearchSnippet (RFC 8621 §5): HTML-escaped text in which matches stand between <mark> tags. Read into pieces of
// plain text; never injected as markup. Pure.

export interface SnippetPiece {
  text: string;
  mark: boolean;
}

const kEntities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", '#39': "'", '#34': '"', nbsp: '\u00a0' };

export function snippet_pieces(snippet: string): SnippetPiece[] {
  const pieces: SnippetPiece[] = [];
  let mark = false;
  for (const part of snippet.split(/(<\/?mark>)/)) {
    if (part === '<mark>') mark = true;
    else if (part === '</mark>') mark = false;
    else if (part !== '') pieces.push({ text: unescape_html(part), mark });
  }
  return pieces;
}

function unescape_html(text: string): string {
  return text.replace(/&(#?\w{1,8});/g, (whole, name: string) => {
    const known = kEntities[name];
    if (known !== undefined) return known;
    const code = /^#(\d+)$/.exec(name)?.[1] ?? null;
    const hex = /^#x([0-9a-f]+)$/i.exec(name)?.[1] ?? null;
    const point = code !== null ? Number(code) : hex !== null ? parseInt(hex, 16) : NaN;
    return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : whole;
  });
}

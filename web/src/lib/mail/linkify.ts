// Finds links in plain text. Gives pieces of text and link; the view makes text nodes and <a> of them, so nothing
// in a message can become markup (Roundcube CVE-2023-43770, CVE-2026-54433: XSS in plain text).

export interface TextPiece {
  text: string;
  href: string | null;
}

const kMaxUrlChars = 2000; // longer ones stay text: nobody clicks them, and matching stays cheap

const kLink = /\b(https?:\/\/[^\s<>"'`\u0000-\u001f\u202a-\u202e]+|www\.[^\s<>"'`\u0000-\u001f\u202a-\u202e]+|[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+)/gi;

export function linkify(text: string): TextPiece[] {
  const pieces: TextPiece[] = [];
  let end = 0;
  for (const match of text.matchAll(kLink)) {
    if (match[0].length > kMaxUrlChars) continue;
    const found = trim_trailing(match[0]);
    const href = href_of(found);
    if (href === null) continue;
    if (match.index > end) pieces.push({ text: text.slice(end, match.index), href: null });
    pieces.push({ text: found, href });
    end = match.index + found.length;
  }
  if (end < text.length) pieces.push({ text: text.slice(end), href: null });
  return pieces;
}

/** Punctuation after an address belongs to the sentence; a closing bracket only when it was not opened inside. */
function trim_trailing(url: string): string {
  let result = url;
  for (;;) {
    const last = result[result.length - 1] ?? '';
    if (/[.,;:!?*_~]/.test(last)) result = result.slice(0, -1);
    else if (last === ')' && count(result, '(') < count(result, ')')) result = result.slice(0, -1);
    else if (last === ']' && count(result, '[') < count(result, ']')) result = result.slice(0, -1);
    else return result;
  }
}

function count(text: string, char: string): number {
  return text.split(char).length - 1;
}

function href_of(found: string): string | null {
  if (/^https?:\/\//i.test(found)) return safe_url(found);
  if (/^www\./i.test(found)) return safe_url(`https://${found}`);
  return `mailto:${found}`;
}

function safe_url(candidate: string): string | null {
  try {
    const url = new URL(candidate);
    return (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '' ? url.href : null;
  } catch {
    return null;
  }
}

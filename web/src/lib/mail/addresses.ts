// Mail addresses: what a person types into a recipient field, and what a header shows. Pure.

import type { EmailAddress } from '../jmap/types';

const kMaxAddressChars = 320; // RFC 5321 §4.5.3.1: 64 local part + @ + 255 domain

const kDotAtom = /^[^\s@<>()[\]\\,;:"]+(\.[^\s@<>()[\]\\,;:"]+)*$/u;
const kDomain = /^(?=.{1,255}$)([\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?)(\.[\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?)*$/u;

export function is_address(text: string): boolean {
  const at = text.lastIndexOf('@');
  if (at < 1 || text.length > kMaxAddressChars) return false;
  const local = text.slice(0, at);
  const local_ok = kDotAtom.test(local) || /^"[^"\r\n\\]*"$/.test(local);
  return local_ok && kDomain.test(text.slice(at + 1));
}

/** "Ada <ada@x.example>", "<ada@x>" or "ada@x"; null when there's no valid address in it. */
export function parse_address(input: string): EmailAddress | null {
  const text = input.trim();
  const angled = /^(.*?)<([^<>]*)>$/s.exec(text);
  if (!angled) return is_address(text) ? { name: null, email: text } : null;
  const email = (angled[2] ?? '').trim();
  const name = (angled[1] ?? '').trim().replace(/^"(.*)"$/s, '$1').replace(/\\(.)/g, '$1').trim();
  return is_address(email) ? { name: name === '' ? null : name, email } : null;
}

/** Splits at commas, semicolons and line ends that stand outside quotes and angle brackets. */
export function split_addresses(input: string): string[] {
  const parts: string[] = [];
  let current = '';
  let quoted = false;
  let angled = false;
  for (const char of input) {
    if (char === '"' && !angled) quoted = !quoted;
    else if (char === '<' && !quoted) angled = true;
    else if (char === '>' && !quoted) angled = false;
    if (!quoted && !angled && /[,;\n]/.test(char)) {
      parts.push(current);
      current = '';
    } else {
      current += char;
    }
  }
  parts.push(current);
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

/** A name for lists: the display name, else the part before @. Never empty when there's an address. */
export function short_name(address: EmailAddress | undefined | null): string {
  if (!address) return '';
  const name = visible(address.name ?? '');
  if (name !== '' && !name.includes('@')) return name;
  return visible(address.email).split('@')[0] || visible(address.email);
}

export function full_name(address: EmailAddress): string {
  const name = visible(address.name ?? '');
  return name === '' || name === address.email ? visible(address.email) : `${name} <${visible(address.email)}>`;
}

/** One or two letters for an avatar. */
export function initials(address: EmailAddress | undefined | null): string {
  const words = short_name(address).split(/[\s._-]+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const letters = words.map((word) => Array.from(word.replace(/^[^\p{L}\p{N}]+/u, ''))[0] ?? '');
  const picked = letters.length > 1 ? [letters[0], letters[letters.length - 1]] : letters;
  return picked.join('').toUpperCase() || '?';
}

/** A stable colour for a person: 0 to count-1. FNV-1a over the address. */
export function colour_index(email: string, count: number): number {
  let hash = 0x811c9dc5;
  for (const char of email.toLowerCase()) {
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  }
  return hash % count;
}

export function same_address(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

/** Direction overrides and control characters can make a name read as another address: they're not shown. */
export function visible(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, '').trim();
}

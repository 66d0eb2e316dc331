// Addresses seen in mail, for completion. Ranked by how often we wrote to them, then how often and how lately they
// were seen. In memory only.

import type { EmailAddress, EmailHeader } from '../jmap/types';

interface Contact {
  address: EmailAddress;
  written: number;
  seen: number;
  last: string;
}

const kMaxContacts = 20_000;

export class Contacts {
  private readonly by_email_ = new Map<string, Contact>();
  private readonly counted_ = new Set<string>();

  learn(email: EmailHeader, sent_by_us: boolean): void {
    if (this.counted_.has(email.id) || this.by_email_.size >= kMaxContacts) return;
    this.counted_.add(email.id);
    for (const address of email.from ?? []) this.add(address, email.receivedAt, false);
    for (const address of email.to ?? []) this.add(address, email.receivedAt, sent_by_us);
  }

  search(query: string, limit: number, except: ReadonlySet<string> = new Set()): EmailAddress[] {
    const words = fold(query).split(/\s+/).filter((word) => word !== '');
    if (words.length === 0) return [];
    const found: [number, Contact][] = [];
    for (const contact of this.by_email_.values()) {
      if (except.has(contact.address.email.toLowerCase())) continue;
      const score = match(contact.address, words);
      if (score > 0) found.push([score * 1000 + contact.written * 20 + Math.min(contact.seen, 200), contact]);
    }
    found.sort((a, b) => b[0] - a[0] || (a[1].last < b[1].last ? 1 : -1));
    return found.slice(0, limit).map(([, contact]) => contact.address);
  }

  /** The people one writes to most, for an empty field. */
  top(limit: number): EmailAddress[] {
    const all = [...this.by_email_.values()];
    all.sort((a, b) => b.written * 20 + b.seen - (a.written * 20 + a.seen));
    return all.slice(0, limit).map(({ address }) => address);
  }

  private add(address: EmailAddress, date: string, written: boolean): void {
    if (!address.email || /no-?reply/i.test(address.email)) return;
    const key = address.email.toLowerCase();
    const known = this.by_email_.get(key) ?? { address, written: 0, seen: 0, last: '' };
    known.seen += 1;
    if (written) known.written += 1;
    if (date >= known.last) {
      known.last = date;
      known.address = { email: address.email, name: address.name || known.address.name };
    }
    this.by_email_.set(key, known);
  }
}

/** 2: every word begins a part of name or address; 1: every word is in it somewhere; 0: no. */
function match(address: EmailAddress, words: string[]): number {
  const hay = fold(`${address.name ?? ''} ${address.email}`);
  const parts = hay.split(/[\s@._-]+/);
  if (words.every((word) => parts.some((part) => part.startsWith(word)) || hay.includes(` ${word}`))) return 2;
  return words.every((word) => hay.includes(word)) ? 1 : 0;
}

function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

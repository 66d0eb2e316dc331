// The address of a place in the app, as the hash of the URL. Parse and print are inverse. Pure.

import type { Id } from '../jmap/types';

export type Route =
  | { at: 'home' }
  | { at: 'setup'; token: string }
  | { at: 'register'; invitation: string }
  | { at: 'connect' }
  | { at: 'settings' }
  | { at: 'mailbox'; account: Id; mailbox: Id; email: Id | null }
  | { at: 'search'; account: Id; mailbox: Id | null; text: string; email: Id | null };

export function parse_route(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const params = new URLSearchParams(query);
  const parts = path.split('/').filter((part) => part !== '').map(decode);
  const [head, account, box, email] = parts;
  if (head === 'setup') return { at: 'setup', token: params.get('token') ?? '' };
  if (head === 'register') return { at: 'register', invitation: params.get('invitation') ?? '' };
  if (head === 'connect') return { at: 'connect' };
  if (head === 'settings') return { at: 'settings' };
  if (head === 'mail' && account && box) return { at: 'mailbox', account, mailbox: box, email: email ?? null };
  if (head === 'search' && account && box) {
    return { at: 'search', account, mailbox: box === 'all' ? null : box, text: params.get('q') ?? '', email: email ?? null };
  }
  return { at: 'home' };
}

export function print_route(route: Route): string {
  const tail = (id: Id | null): string => (id === null ? '' : `/${encodeURIComponent(id)}`);
  switch (route.at) {
    case 'setup':
      return `#/setup?token=${encodeURIComponent(route.token)}`;
    case 'register':
      return `#/register?invitation=${encodeURIComponent(route.invitation)}`;
    case 'mailbox':
      return `#/mail/${encodeURIComponent(route.account)}/${encodeURIComponent(route.mailbox)}${tail(route.email)}`;
    case 'search':
      return `#/search/${encodeURIComponent(route.account)}/${encodeURIComponent(route.mailbox ?? 'all')}${tail(route.email)}?q=${encodeURIComponent(route.text)}`;
    case 'home':
      return '#/';
    default:
      return `#/${route.at}`;
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

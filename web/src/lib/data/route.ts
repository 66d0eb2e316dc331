// The address of a place in the app, as the hash of the URL. Parse and print are inverse. Pure.

import type { Id } from '../jmap/types';

export type Route =
  | { at: 'home' }
  | { at: 'setup'; token: string }
  | { at: 'register'; invitation: string }
  | { at: 'connect' }
  | { at: 'reset'; token: string }
  | { at: 'forgot' }
  | { at: 'settings'; section: SettingsSection }
  | { at: 'security'; section: SecuritySection; params: string }
  | { at: 'mailbox'; account: Id; mailbox: Id; email: Id | null }
  | { at: 'search'; account: Id; mailbox: Id | null; text: string; email: Id | null };

export const kSettingsSections = ['general', 'security', 'keys', 'data', 'people'] as const;
export type SettingsSection = (typeof kSettingsSections)[number];
export const kSecuritySections = ['overview', 'events', 'alerts', 'audit', 'checks', 'tasks', 'blocks'] as const;
export type SecuritySection = (typeof kSecuritySections)[number];

export function parse_route(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const params = new URLSearchParams(query);
  const parts = path.split('/').filter((part) => part !== '').map(decode);
  const [head, account, box, email] = parts;
  if (head === 'setup') return { at: 'setup', token: params.get('token') ?? '' };
  if (head === 'register') return { at: 'register', invitation: params.get('invitation') ?? '' };
  if (head === 'connect') return { at: 'connect' };
  if (head === 'reset') return { at: 'reset', token: params.get('token') ?? '' };
  if (head === 'forgot') return { at: 'forgot' };
  if (head === 'settings') return { at: 'settings', section: one_of(kSettingsSections, account) };
  if (head === 'security') return { at: 'security', section: one_of(kSecuritySections, account), params: params.toString() };
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
    case 'reset':
      return `#/reset?token=${encodeURIComponent(route.token)}`;
    case 'settings':
      return route.section === 'general' ? '#/settings' : `#/settings/${route.section}`;
    case 'security':
      return `#/security${route.section === 'overview' ? '' : `/${route.section}`}${route.params === '' ? '' : `?${route.params}`}`;
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

function one_of<T extends string>(all: readonly T[], wanted: string | undefined): T {
  return all.find((each) => each === wanted) ?? (all[0] as T);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

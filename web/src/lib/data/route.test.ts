import { describe, expect, it } from 'vitest';
import { parse_route, print_route, type Route } from './route';

describe('routes', () => {
  const routes: Route[] = [
    { at: 'home' },
    { at: 'setup', token: 'a b+c' },
    { at: 'register', invitation: 'x' },
    { at: 'settings', section: 'general' },
    { at: 'settings', section: 'people' },
    { at: 'reset', token: 'a+b/c=' },
    { at: 'forgot' },
    { at: 'security', section: 'overview', params: '' },
    { at: 'security', section: 'events', params: 'kind=auth.sign_in_failed&address=2001%3Adb8%3A%3A1' },
    { at: 'mailbox', account: 'a1', mailbox: 'm2', email: null },
    { at: 'mailbox', account: 'a1', mailbox: 'm2', email: 'e9' },
    { at: 'search', account: 'a1', mailbox: null, text: 'from:"a b" & ünï', email: null },
    { at: 'search', account: 'a1', mailbox: 'm2', text: '?#/', email: 'e3' },
  ];
  it.each(routes)('%j survives printing and parsing', (route) => expect(parse_route(print_route(route))).toEqual(route));
  it.each(['', '#', '#/nonsense', '#/mail/a1', '#/%E0%A4%A'])('%j is home', (hash) => expect(parse_route(hash)).toEqual({ at: 'home' }));
  it('opens the first section for one that is not there', () => {
    expect(parse_route('#/settings/nonsense')).toEqual({ at: 'settings', section: 'general' });
    expect(parse_route('#/security/nonsense')).toEqual({ at: 'security', section: 'overview', params: '' });
  });
});

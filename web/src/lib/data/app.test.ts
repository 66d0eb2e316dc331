import { describe, expect, it } from 'vitest';
import { FakeServer } from '../jmap/fake_server';
import { App } from './app.svelte';

function app_of(role: string, accounts = 1): { app: App; server: FakeServer } {
  const server = new FakeServer();
  server.role = role;
  if (accounts > 0) server.accounts = [{ id: 'a1', kind: 'imap', email: 'me@example.org', name: 'Me', state: 'idle', progress: { done: 0, total: 0 } }];
  return { app: new App({ fetch: server.fetch, remember: { get: () => null, set: () => {} } }), server };
}

describe('places beside the mail', () => {
  it('open without asking for mail, and the mail opens when one leaves', async () => {
    const { app, server } = app_of('administrator');
    await app.start('#/security/events?severity=warning');
    expect(app.page).toBe('security');
    expect(app.security).toEqual({ section: 'events', params: 'severity=warning' });
    expect(server.log.filter((line) => /^(Mailbox|Email|Identity)/.test(line))).toEqual([]);
    app.leavePlace();
    await expect.poll(() => app.page).toBe('mail');
    await expect.poll(() => server.log).toContain('Mailbox/get');
  });
  it('keep the security centre from those who may not see it', async () => {
    const { app } = app_of('user');
    await app.start('#/security');
    expect(app.page).toBe('mail');
    app.openSecurity('events');
    expect(app.page).toBe('mail');
  });
  it('open for an auditor who has no mailbox, and lead back to the choice of one', async () => {
    const { app } = app_of('auditor', 0);
    await app.start('#/security');
    expect(app.page).toBe('security');
    expect(app.isAdministrator).toBe(false);
    app.leavePlace();
    expect(app.page).toBe('choice');
  });
  it('are not remembered for the next person', async () => {
    const { app } = app_of('administrator');
    await app.start('#/settings/keys');
    expect(app.settingsSection).toBe('keys');
    await app.signOut();
    await app.signedIn(await app.rest.setup({ token: 't', login: 'me', password: 'x' }));
    expect(app.page).toBe('mail');
  });
});

describe('a second factor that the server requires', () => {
  it('comes before everything else, and the wanted place opens after it', async () => {
    const { app, server } = app_of('administrator');
    server.factorMissing = true;
    await app.start('#/settings/keys');
    expect(app.page).toBe('factor');
    expect(server.log.filter((line) => line.includes('/get') || line.includes('accounts'))).toEqual([]);
    await app.goTo('#/security');
    expect(app.page).toBe('factor');
    server.factorMissing = false;
    await app.factorAdded();
    expect([app.page, app.settingsSection]).toEqual(['settings', 'keys']);
  });
  it('is asked for when the last one goes', () => {
    const { app } = app_of('user');
    app.transport.onFactorMissing();
    expect(app.page).toBe('factor');
  });
});

describe('links for those who are not signed in', () => {
  it('open their page, and keep the token for it', async () => {
    const { app } = app_of('user');
    await app.start('#/reset?token=abc');
    expect([app.page, app.secret]).toEqual(['reset', 'abc']);
    expect(app.route).toEqual({ at: 'reset', token: 'abc' });
    await app.start('#/forgot');
    expect([app.page, app.secret]).toEqual(['forgot', '']);
  });
});

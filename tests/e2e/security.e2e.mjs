// The security centre, for administrators and auditors: what an attack looks like there, and what one does about it. A real Chromium against a
// real dhii-mail that was just attacked. The steps build on each other.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { password, set_up, troubles, world } from './harness.mjs';
import { accessible, all_match, counts, eventually, fits, holds, screenshots, steps } from './steps.mjs';

const kAttacker = '203.0.113.77';
const kHostile = '"><img/src=x/onerror=alert(1)><svg/onload=alert(2)>'; // as a login: it stands in events, alerts and filters

// Behind a proxy, so that the attacker has an address of their own: loopback can't be blocked.
const here = await world('security', { people: ['alice', 'auditor'], env: () => ({ DHII_TRUSTED_PROXIES: '127.0.0.1' }) });
const step = steps(here);
const { server } = here;
const { alice, auditor } = here.people;

step('a fresh server shows its posture, and what to do next', async () => {
  const { page } = alice;
  await set_up(page, server, 'alice', 'Alice');
  await page.getByRole('button', { name: 'Explore a sample mailbox' }).click();
  await page.getByText('No conversation open').waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('.');
  await page.getByRole('heading', { name: 'Security centre' }).waitFor();
  await page.getByRole('heading', { name: /All is well|to look at|need you now|Not checked yet/ }).waitFor();
  await page.getByRole('button', { name: /^Open alerts/ }).waitFor();
});

step('an attack shows: its events, who did it, and an alert with what was expected', async () => {
  for (let i = 0; i < 24; i++) {
    await fetch(`${server.url}/api/v1/auth/login`, {
      method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': kAttacker }, body: JSON.stringify({ login: ['alice', 'root', kHostile][i % 3], password: `guess number ${i}` }),
    });
    await new Promise((done) => setTimeout(done, 150));
  }
  const { page } = alice;
  await section(page, 'Alerts');
  const alert = page.getByRole('listitem').filter({ hasText: kAttacker }).first();
  await eventually(async () => {
    await page.getByRole('button', { name: 'Look again' }).click();
    await alert.waitFor({ timeout: 2000 });
  });
  assert.match(await alert.innerText(), /Open[\s\S]*Expected:/);
  await accessible(page);
});

step('an alert opens the events that it is made of, and the address can be followed', async () => {
  const { page } = alice;
  await page.getByRole('listitem').filter({ hasText: kAttacker }).first().getByRole('button', { name: 'Show its events' }).click();
  const events = page.getByRole('list', { name: 'Events' }).getByRole('listitem');
  await events.filter({ hasText: kAttacker }).first().waitFor();
  await all_match(events, /203\.0\.113\.77/);
  await events.first().getByRole('button').first().click();
  await page.getByText('What to do').waitFor();
  await accessible(page);
  await page.getByRole('button', { name: `Follow the address ${kAttacker}` }).click();
  await page.getByRole('button', { name: `Drop the filter ${kAttacker}` }).waitFor();
  assert.match(page.url(), /address=203\.0\.113\.77/);
  await page.reload();
  await page.getByRole('button', { name: `Drop the filter ${kAttacker}` }).waitFor();
});

step('what an attacker typed is shown as text, in rows, details and filters', async () => {
  const { page } = alice;
  await page.goto(`${server.url}/#/security/events?severity=warning`);
  const event = page.getByRole('list', { name: 'Events' }).getByRole('listitem').filter({ hasText: kHostile }).first();
  await event.getByRole('button').first().click();
  await event.getByRole('button', { name: `Follow ${kHostile}` }).click();
  await page.getByRole('button', { name: `Drop the filter ${kHostile}` }).waitFor();
  await page.getByRole('list', { name: 'Events' }).getByRole('listitem').first().waitFor();
  await page.waitForTimeout(1000); // what was typed would run by now
  assert.equal(await page.locator('main img, main [onerror], main [onload]').count(), 0);
  assert.deepEqual(alice.trouble.dialogs, []);
});

step('events are filtered by family, severity, time and words, and the way back works', async () => {
  const { page } = alice;
  await page.getByRole('button', { name: 'Show everything' }).click();
  await page.getByLabel('At least').selectOption('warning');
  await page.waitForURL(/severity=warning/);
  await page.getByLabel('About').selectOption('auth');
  await page.getByLabel('When', { exact: true }).selectOption('1h');
  const events = page.getByRole('list', { name: 'Events' }).getByRole('listitem');
  await all_match(events, /^(warning|error|critical)/);
  await page.getByLabel('Words').fill('as root from');
  await page.getByLabel('Words').press('Enter');
  await page.waitForURL(/text=as/);
  await all_match(events, /root/);
  await page.getByLabel('Words').fill('no such words anywhere');
  await page.getByLabel('Words').press('Enter');
  await page.getByText('No event matches').waitFor();
  await page.goBack();
  await events.first().waitFor();
  await page.goBack();
  await holds(page.getByLabel('Words'), '');
});

step('an alert is acknowledged, then silenced', async () => {
  const { page } = alice;
  await section(page, 'Alerts');
  const alert = page.getByRole('listitem').filter({ hasText: kAttacker }).first();
  await alert.getByRole('button', { name: /^Acknowledge/ }).click();
  await page.getByText('others see that you are on it').waitFor();
  await alert.getByText('Acknowledged').waitFor();
  await alert.getByText('by alice').waitFor();
  await alert.getByRole('button', { name: /^Silence/ }).click();
  await page.getByRole('menuitem', { name: 'A day' }).click();
  await alert.getByText('Silenced').first().waitFor();
  await page.reload();
  await alert.getByText('Silenced').first().waitFor();
});

step('the address that attacked is blocked, by itself or by hand, and let in again', async () => {
  const { page } = alice;
  await section(page, 'Blocks');
  await page.getByRole('button', { name: 'Block an address' }).click();
  await page.getByLabel('Address or network').fill('127.0.0.1');
  await page.getByLabel('Reason').fill('just trying');
  await page.locator('form').getByRole('button', { name: 'Block an address' }).click();
  await page.locator('.note.error').waitFor();
  await page.getByLabel('Address or network').fill('198.51.100.9');
  await page.locator('form').getByRole('button', { name: 'Block an address' }).click();
  await page.getByText('198.51.100.9').first().waitFor();
  const from = (address) => fetch(`${server.url}/api/v1/setup`, { headers: { 'X-Forwarded-For': address } });
  assert.equal((await from('198.51.100.9')).status, 403);
  await accessible(page);
  await page.getByRole('button', { name: 'Lift the block of 198.51.100.9' }).click();
  await page.getByText('The address may come in again.').waitFor();
  assert.equal((await from('198.51.100.9')).status, 200);
});

step('an event leads to the block of its address', async () => {
  const { page } = alice;
  await page.goto(`${server.url}/#/security/events?address=${kAttacker}`);
  const event = page.getByRole('list', { name: 'Events' }).getByRole('listitem').first();
  await event.getByRole('button').first().click();
  await event.getByRole('button', { name: `Block ${kAttacker}` }).click();
  await holds(page.getByLabel('Address or network'), kAttacker);
  await page.getByRole('button', { name: 'Cancel' }).click();
});

step('an audit that found something says what, with what was sent and what came back', async () => {
  const { page } = alice;
  await page.route('**/api/v1/security/audit', (route) => route.fulfill({ contentType: 'application/json', body: JSON.stringify(sample_audit()) }));
  await page.goto(`${server.url}/#/security`);
  await page.reload();
  await page.getByRole('button', { name: /The audit found weaknesses in 1 endpoint/ }).click();
  await page.getByText('1 of 2 endpoints secure').waitFor();
  await page.getByRole('button', { name: /GET \/api\/v1\/accounts/ }).first().click();
  await page.getByText('It hides objects of other users.').waitFor();
  await page.getByText('Authorization: Bearer (of bob)').waitFor();
  await accessible(page);
  await page.getByLabel('Find an endpoint').fill('version');
  await page.getByRole('button', { name: /GET \/api\/v1\/version/ }).click();
  await page.getByText('everything was answered as it should be').waitFor();
  await page.unroute('**/api/v1/security/audit');
});

step('the checklists are run from here, box by box, with what to do', async () => {
  const { page } = alice;
  await page.goto(`${server.url}/#/security/checks`);
  await page.reload();
  await page.getByRole('button', { name: 'Run now' }).click();
  await page.getByText('The checks were run.').waitFor({ timeout: 120_000 });
  const card = page.getByRole('region', { name: 'Before going live' });
  await card.getByText('Backup strategy is implemented').waitFor();
  await card.getByText('Database is encrypted').waitFor();
  await card.getByRole('button', { name: /^(failed|look at it)/ }).first().click();
  await card.getByText('What to do').first().waitFor();
  await accessible(page);
});

step('a task is ticked off with a note', async () => {
  const { page } = alice;
  await section(page, 'Tasks');
  await page.getByRole('button', { name: /^Done: / }).first().click();
  await page.getByLabel('What was looked at and found').fill('nothing unusual');
  await page.getByRole('button', { name: 'Done', exact: true }).click();
  await page.getByText(/by alice.*Note: nothing unusual/).waitFor();
});

step('an auditor reads everything and changes nothing', async () => {
  const { page } = alice;
  await page.goto(`${server.url}/#/settings/people`);
  await page.getByLabel('Role of the new account').selectOption('auditor');
  await page.getByRole('button', { name: 'Invite someone' }).click();
  const link = (await page.getByLabel('Send this link').inputValue()).replace(/^https?:\/\/[^/]+/, server.url);
  await auditor.page.goto(link);
  await auditor.page.getByLabel('Login').fill('vera');
  await auditor.page.getByLabel('Password', { exact: true }).fill(password);
  await auditor.page.getByRole('button', { name: 'Create account' }).click();
  await auditor.page.getByRole('button', { name: 'Security centre' }).click();
  await auditor.page.getByText('You can read everything here').waitFor();
  for (const name of ['Events', 'Alerts', 'Audit', 'Checklists', 'Tasks', 'Blocks']) {
    await section(auditor.page, name);
    await auditor.page.waitForTimeout(600);
    assert.equal(await auditor.page.getByRole('button', { name: /^(Acknowledge|Silence|Run now|Done|Block an address|Lift)/ }).count(), 0, name);
  }
});

for (const scheme of ['light', 'dark']) {
  step(`every section is accessible, on a phone too: ${scheme}`, async () => {
    const { page } = alice;
    await page.emulateMedia({ colorScheme: scheme });
    for (const size of [{ width: 1440, height: 900 }, { width: 390, height: 800 }]) {
      await page.setViewportSize(size);
      for (const name of ['overview', 'events', 'alerts', 'audit', 'checks', 'tasks', 'blocks']) {
        await page.goto(`${server.url}/#/security/${name}`);
        await page.getByRole('navigation', { name: 'Security centre' }).waitFor();
        await page.waitForTimeout(300);
        await counts(page.locator('main .spinner'), 0);
        await accessible(page, `${name} at ${size.width}`);
        await fits(page, `${name} at ${size.width}`);
      }
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.emulateMedia({ colorScheme: 'light' });
  });
}

step('the screenshots of the README are taken', async () => {
  const { page } = alice;
  const shots = screenshots();
  for (const [name, place] of [['security-centre', 'overview'], ['security-events', 'events?severity=notice']]) {
    await page.goto(`${server.url}/#/security/${place}`);
    await page.reload();
    await page.waitForTimeout(1500);
    await page.screenshot({ path: join(shots, `${name}.png`) });
  }
});

step('nothing went wrong in the browsers meanwhile', async () => {
  assert.deepEqual(troubles(here), []);
});

function sample_audit() {
  const clean = { method: 'GET', path: '/api/v1/version', operation: 'getVersion', score: 100, secure: true, requests: 40, probes: 12, outcomes: [] };
  const leak = { probe: 'object.foreign', title: 'hides objects of other users', severity: 'critical', owasp: 'API1:2023', passed: false, requests: 2, why: 'The account of another user was shown.', sent: 'GET /api/v1/accounts\nAuthorization: Bearer (of bob)', received: 'HTTP/1.1 200 OK' };
  const result = {
    target: 'a throw-away instance', version: '1.0.0', started: new Date().toISOString(), took_ms: 9000, requests: 90, total_endpoints: 2, secure_endpoints: 1, average_score: 70, lowest_score: 40,
    endpoints: [clean, { ...clean, path: '/api/v1/accounts', score: 40, secure: false, outcomes: [leak] }], server: { ...clean, method: '', path: 'the server' }, not_tried: [],
  };
  return { at: result.started, score: 70, result };
}

async function section(page, name) {
  await page.getByRole('navigation', { name: 'Security centre' }).getByRole('button', { name: new RegExp(`^${name}`) }).click();
}

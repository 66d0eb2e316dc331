// A server that wants a second factor of everybody: whoever has none is led to one, and no farther. A real Chromium against a real dhii-mail.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { authenticator, Phone } from './factors.mjs';
import { axe_violations, browser, password, person, Server, temporary_folder } from './harness.mjs';

let folder, server, chromium, alice;

before(async () => {
  folder = temporary_folder('required-factor');
  server = await new Server(folder, { DHII_REQUIRE_SECOND_FACTOR: 'everyone' }).start();
  server.url = server.url.replace('127.0.0.1', 'localhost'); // passkeys want a name
  chromium = await browser();
  alice = await person(chromium);
});

after(async () => {
  await chromium?.close();
  await server?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

test('whoever lacks a second factor sets one up, then goes on, and is back there without it', { timeout: 120_000 }, async () => {
  const { page } = alice;
  await page.goto(server.setup_link.replace('127.0.0.1', 'localhost'));
  await page.getByLabel('Login').fill('alice');
  await page.getByLabel('Your name').fill('Alice');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('Add a second step').waitFor();
  await page.waitForTimeout(400);
  assert.deepEqual(await axe_violations(page), []);

  await page.goto(`${server.url}/#/settings/people`);
  await page.reload();
  await page.getByText('Add a second step').waitFor();
  assert.equal(await page.getByRole('navigation', { name: 'Settings' }).count(), 0);

  const card = page.getByRole('region', { name: 'Authenticator app' });
  await card.getByRole('button', { name: 'Set up' }).click();
  const phone = new Phone(await card.locator('code').innerText());
  await card.getByLabel('Code that the app shows').fill(await phone.code());
  await card.getByRole('button', { name: 'Turn on' }).click();
  assert.equal(await page.getByRole('list', { name: 'Your recovery codes' }).getByRole('listitem').count(), 10);
  assert.equal(await page.getByRole('button', { name: 'Go on' }).count(), 0, 'first the codes');
  await page.getByRole('button', { name: 'I have stored' }).click();
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('region', { name: 'People' }).waitFor(); // where Alice wanted to go

  await page.goto(`${server.url}/#/settings/security`);
  await page.getByRole('region', { name: 'Authenticator app' }).getByRole('button', { name: 'Turn off' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Turn off' }).click();
  await page.getByText('Add a second step').waitFor();

  await authenticator(page);
  const passkeys = page.getByRole('region', { name: 'Passkeys' });
  await passkeys.getByRole('button', { name: 'Add a passkey' }).click();
  await passkeys.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('Your account is protected').waitFor();
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('How would you like to start?').waitFor();
  assert.deepEqual([...alice.trouble.errors, ...alice.trouble.dialogs], []);
});

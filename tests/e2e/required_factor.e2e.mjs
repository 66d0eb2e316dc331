// A server that wants a second factor of everybody: whoever has none is led to one, and no farther. A real Chromium against a real dhii-mail.

import assert from 'node:assert/strict';
import { authenticator, Phone } from './factors.mjs';
import { password, troubles, world } from './harness.mjs';
import { accessible, counts, steps } from './steps.mjs';

const here = await world('required-factor', { people: ['alice'], env: () => ({ DHII_REQUIRE_SECOND_FACTOR: 'everyone' }) });
const step = steps(here);
const { page } = here.people.alice;
const url = here.server.url.replace('127.0.0.1', 'localhost'); // passkeys want a name

step('whoever lacks a second factor is led to one, wherever they want to go', async () => {
  await page.goto(here.server.setup_link.replace('127.0.0.1', 'localhost'));
  await page.getByLabel('Login').fill('alice');
  await page.getByLabel('Your name').fill('Alice');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('Add a second step').waitFor();
  await accessible(page);
  await page.goto(`${url}/#/settings/people`);
  await page.reload();
  await page.getByText('Add a second step').waitFor();
  await counts(page.getByRole('navigation', { name: 'Settings' }), 0);
});

step('an authenticator app opens the rest, once the recovery codes are stored', async () => {
  const card = page.getByRole('region', { name: 'Authenticator app' });
  await card.getByRole('button', { name: 'Set up' }).click();
  const phone = new Phone(await card.locator('code').innerText());
  await card.getByLabel('Code that the app shows').fill(await phone.code());
  await card.getByRole('button', { name: 'Turn on' }).click();
  await counts(page.getByRole('list', { name: 'Your recovery codes' }).getByRole('listitem'), 10);
  await counts(page.getByRole('button', { name: 'Go on' }), 0);
  await page.getByRole('button', { name: 'I have stored it' }).click();
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('button', { name: 'Settings' }).or(page.getByRole('region', { name: 'People' })).first().waitFor();
});

step('who turns off the last factor is back there, and a passkey opens it as well', async () => {
  await page.goto(`${url}/#/settings/security`);
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
});

step('nothing went wrong in the browser meanwhile', () => assert.deepEqual(troubles(here), []));

// Who one is, and how it stays so: devices, password, authenticator app, passkeys, recovery codes, keys of programs, people. A real Chromium
// with its virtual authenticator against a real dhii-mail. The steps build on each other.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { authenticator, Phone } from './factors.mjs';
import { password, set_up, troubles, world } from './harness.mjs';
import { accessible, counts, eventually, fits, steps } from './steps.mjs';

const here = await world('settings', { people: ['alice', 'bob'] });
const step = steps(here);
const fresh_password = 'slow otters borrow seven lanterns';
const { server } = here;
const { alice, bob } = here.people;
let phone, codes, key;
let secret = password;
server.url = server.url.replace('127.0.0.1', 'localhost'); // passkeys want a name

step('an administrator is set up, and finds the settings without a mailbox', async () => {
  const { page } = alice;
  await set_up(page, { setup_link: server.setup_link.replace('127.0.0.1', 'localhost') }, 'alice', 'Alice');
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('heading', { name: 'Mail accounts' }).waitFor();
  await open_settings(page, 'Security');
  await page.getByText('this device').waitFor();
});

step('another device shows in the list, and is signed out from here', async () => {
  await sign_in(bob.page, 'alice', secret);
  await bob.page.getByText('How would you like to start?').waitFor();
  const { page } = alice;
  await page.reload();
  const devices = page.getByRole('region', { name: 'Signed-in devices' }).getByRole('listitem');
  await devices.nth(1).waitFor();
  await counts(devices, 2);
  assert.match(await devices.nth(1).innerText(), /Chrome on Linux[\s\S]*last used[\s\S]*(127\.0\.0\.1|::1)/);
  await devices.filter({ hasNotText: 'this device' }).getByRole('button', { name: /Sign out/ }).click();
  await page.getByText('Signed out.').first().waitFor();
  await bob.page.reload();
  await bob.page.getByLabel('Login').waitFor();
  await counts(devices, 1);
});

step('a weak password is refused as it is typed, a strong one is taken and ends the other devices', async () => {
  await sign_in(bob.page, 'alice', secret);
  await bob.page.getByText('How would you like to start?').waitFor();
  const { page } = alice;
  const card = page.getByRole('region', { name: 'Password', exact: true });
  await card.getByLabel('Current password').fill(secret);
  const field = card.getByLabel('New password');
  await field.fill('short');
  await card.getByText('Use at least 12 characters.').waitFor();
  await field.fill('password1234');
  await card.getByText(/^(Very weak|Weak)$/).waitFor();
  await eventually(() => card.getByRole('button', { name: 'Change password' }).isDisabled());
  await field.fill(fresh_password);
  await card.getByText(/^(Strong|Very strong)$/).waitFor();
  await card.getByLabel('Current password').fill('not the password');
  await card.getByRole('button', { name: 'Change password' }).click();
  await card.getByText('Current password is not right.').waitFor();
  await card.getByLabel('Current password').fill(secret);
  await card.getByRole('button', { name: 'Change password' }).click();
  await page.getByText('Your other devices are signed out').waitFor();
  secret = fresh_password;
  await bob.page.reload();
  await bob.page.getByLabel('Login').waitFor();
});

step('after a restart of the server the session goes on, and what matters asks again who one is', async () => {
  const { page } = alice;
  await server.stop();
  await server.start();
  server.url = server.url.replace('127.0.0.1', 'localhost');
  await page.reload();
  await page.getByText('this device').waitFor();
});

step('an authenticator app is set up behind a confirmation, from the key under the picture', async () => {
  const { page } = alice;
  const card = page.getByRole('region', { name: 'Authenticator app' });
  await card.getByRole('button', { name: 'Set up' }).click();
  await confirm_it_is_me(page, 'wrong password here');
  await page.getByText('That password is wrong.').waitFor();
  await accessible(page);
  await confirm_it_is_me(page, secret);
  await card.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor();
  await accessible(page);
  phone = new Phone(await card.locator('code').innerText());
  await card.getByLabel('Code that the app shows').fill('000000');
  await card.getByRole('button', { name: 'Turn on' }).click();
  await card.getByText('That code is wrong').waitFor();
  await card.getByLabel('Code that the app shows').fill(await phone.code());
  await card.getByRole('button', { name: 'Turn on' }).click();
  await card.getByText('on', { exact: true }).waitFor();
});

step('with the first factor come recovery codes, shown once, that can be taken away', async () => {
  const { page } = alice;
  const card = page.getByRole('region', { name: 'Recovery codes' });
  await card.getByText('They are not shown again').waitFor();
  await counts(card.getByRole('listitem'), 10);
  codes = await card.getByRole('listitem').allInnerTexts();
  const [download] = await Promise.all([page.waitForEvent('download'), card.getByRole('button', { name: 'Download' }).click()]);
  const file = readFileSync(await download.path(), 'utf8');
  for (const code of codes) assert.ok(file.includes(code));
  await card.getByRole('button', { name: 'I have stored it' }).click();
  await card.getByText('10 codes are left.').waitFor();
  await counts(card.getByText(codes[0]), 0);
});

step('signing in wants the code, refuses a wrong one in words, and takes the right one once', async () => {
  const { page } = bob;
  await sign_in(page, 'alice', secret);
  await page.getByText('One more step').waitFor();
  await accessible(page);
  await page.getByLabel('Code').fill('123456');
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('That code is wrong or was used already').waitFor();
  const code = await phone.code();
  await page.getByLabel('Code').fill(code);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('How would you like to start?').waitFor();
  await sign_out(page);
  await sign_in(page, 'alice', secret);
  await page.getByLabel('Code').fill(code);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('was used already').waitFor();
});

step('a recovery code opens the door once', async () => {
  const { page } = bob;
  await page.getByRole('button', { name: 'Use a recovery code' }).click();
  await page.getByLabel('Recovery code').fill(codes[0]);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('How would you like to start?').waitFor();
  await sign_out(page);
  await sign_in(page, 'alice', secret);
  await page.getByRole('button', { name: 'Use a recovery code' }).click();
  await page.getByLabel('Recovery code').fill(codes[0]);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('That recovery code is wrong').waitFor();
});

step('a passkey is added, named and renamed', async () => {
  const { page } = alice;
  alice.keys = await authenticator(page);
  const card = page.getByRole('region', { name: 'Passkeys' });
  await card.getByRole('button', { name: 'Add a passkey' }).click();
  await card.getByLabel('Name').fill('Blue key');
  await card.getByRole('button', { name: 'Go on' }).click();
  await card.getByText('Blue key').waitFor();
  await eventually(async () => assert.equal((await alice.keys.credentials()).length, 1));
  await card.getByRole('button', { name: /Blue key/ }).click();
  await page.getByRole('menuitem', { name: 'Rename' }).click();
  await card.getByLabel('Name').fill('Green key');
  await card.getByRole('button', { name: 'Save' }).click();
  await card.getByText('Green key').waitFor();
});

step('the same authenticator is not added twice', async () => {
  const { page } = alice;
  const card = page.getByRole('region', { name: 'Passkeys' });
  await card.getByRole('button', { name: 'Add a passkey' }).click();
  await card.getByRole('button', { name: 'Go on' }).click();
  await page.getByText('has a passkey for your account already').waitFor();
  await card.getByRole('button', { name: 'Cancel' }).click();
});

step('the passkey alone signs in: no login, no password, no code', async () => {
  const { page } = alice;
  await sign_out(page);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByText('How would you like to start?').waitFor();
});

step('the passkey is the second step after the password', async () => {
  const { page } = alice;
  await sign_out(page);
  await sign_in(page, 'alice', secret);
  await page.getByRole('button', { name: 'Use passkey' }).click();
  await page.getByText('How would you like to start?').waitFor();
});

step('an authenticator that the person does not unlock opens nothing', async () => {
  const { page } = alice;
  await sign_out(page);
  await alice.keys.verified(false);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByText('No passkey was used').waitFor();
  await alice.keys.verified(true);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await page.getByText('How would you like to start?').waitFor();
});

step('an app password lets another program in over JMAP, and is taken back at once', async () => {
  const { page } = alice;
  await page.goto(`${server.url}/#/settings/keys`);
  const card = page.getByRole('region', { name: 'App passwords' });
  await card.getByRole('button', { name: 'Make an app password' }).click();
  await card.getByLabel('Name of the app').fill('Tablet');
  await card.getByRole('button', { name: 'Make an app password' }).click();
  const word = await card.getByLabel('App password', { exact: true }).inputValue();
  await card.getByRole('button', { name: 'I have stored it' }).click();
  await counts(page.getByText(word), 0);
  const ask = () => fetch(`${server.url}/.well-known/jmap`, { headers: { Authorization: `Basic ${Buffer.from(`alice:${word}`).toString('base64')}` } });
  assert.equal((await ask()).status, 200);
  await card.getByRole('button', { name: 'Revoke: Tablet' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await card.getByText('No app uses one.').waitFor();
  assert.equal((await ask()).status, 401);
});

step('an API key does what its scopes say, and its uses are listed', async () => {
  const { page } = alice;
  const card = page.getByRole('region', { name: 'API keys' });
  await card.getByRole('button', { name: 'Make an API key' }).click();
  await card.getByLabel('Name', { exact: true }).fill('Weekly report');
  await card.getByLabel('Only from these networks').fill('not a network');
  await card.getByRole('button', { name: 'Make an API key' }).click();
  await card.locator('.error').first().waitFor();
  await card.getByLabel('Only from these networks').fill('127.0.0.0/8, ::1');
  await card.getByRole('button', { name: 'Make an API key' }).click();
  key = await card.getByLabel('API key', { exact: true }).inputValue();
  await card.getByRole('button', { name: 'I have stored it' }).click();
  const ask = (path) => fetch(server.url + path, { headers: { Authorization: `Bearer ${key}` } });
  assert.equal((await ask('/api/v1/accounts')).status, 200);
  assert.equal((await ask('/api/v1/users')).status, 403);
  await eventually(async () => {
    await page.reload();
    await card.getByText(/last used/).waitFor({ timeout: 2000 });
  });
  await card.getByRole('button', { name: 'More: Weekly report' }).click();
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  await card.getByLabel('Name', { exact: true }).fill('Daily report');
  await card.getByLabel('Only from these networks').fill('192.0.2.0/24');
  await card.getByLabel('Works until').selectOption({ label: '30 days from now' });
  await card.getByRole('button', { name: 'Save' }).click();
  await card.getByText(/from 192\.0\.2\.0\/24/).waitFor();
  assert.equal((await ask('/api/v1/accounts')).status, 401, 'from here no more');
  await card.getByRole('button', { name: 'More: Daily report' }).click();
  await page.getByRole('menuitem', { name: 'Edit' }).click();
  await card.getByLabel('Name', { exact: true }).fill('Weekly report');
  await card.getByLabel('Only from these networks').fill('');
  await card.getByRole('button', { name: 'Save' }).click();
  await card.getByRole('button', { name: 'More: Weekly report' }).waitFor();
  assert.equal((await ask('/api/v1/accounts')).status, 200);
  await card.getByRole('button', { name: 'More: Weekly report' }).click();
  await page.getByRole('menuitem', { name: 'Uses' }).click();
  await page.getByRole('dialog').getByText('/api/v1/accounts').waitFor();
  await accessible(page);
  await page.keyboard.press('Escape');
  await card.getByRole('button', { name: 'More: Weekly report' }).click();
  await page.getByRole('menuitem', { name: 'Revoke' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await card.getByText('No program has a key.').waitFor();
  assert.equal((await ask('/api/v1/accounts')).status, 401);
});

step('an export of one\'s own data is prepared and fetched', async () => {
  const { page } = alice;
  await page.goto(`${server.url}/#/settings/data`);
  await page.getByRole('button', { name: 'Prepare an export' }).click();
  const [download] = await Promise.all([page.waitForEvent('download', { timeout: 120_000 }), page.getByRole('button', { name: 'Download' }).first().click({ timeout: 120_000 })]);
  assert.match(download.suggestedFilename(), /^dhii-mail-alice-\d{4}-\d\d-\d\d\.tar$/);
  assert.ok(readFileSync(await download.path()).includes('account.json'));
});

step('people: an invitation is made and taken back; another one is used', async () => {
  const { page } = alice;
  await page.goto(`${server.url}/#/settings/people`);
  const card = page.getByRole('region', { name: 'Invitations' });
  await card.getByRole('button', { name: 'Invite someone' }).click();
  const first = await card.getByLabel('Send this link').inputValue();
  await card.getByRole('button', { name: 'I have stored it' }).click();
  await card.getByRole('button', { name: 'Revoke the invitation' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
  await card.getByText('No invitation is open.').waitFor();
  await card.getByRole('button', { name: 'Invite someone' }).click();
  const second = await card.getByLabel('Send this link').inputValue();
  await register(bob.page, first);
  await bob.page.getByText('used already or has expired').waitFor();
  await register(bob.page, second);
  await bob.page.getByText('How would you like to start?').waitFor();
  assert.equal(await bob.page.getByRole('button', { name: 'Security centre' }).count(), 0, 'not for users');
});

step('people: a role is given, and the other person sees what it opens', async () => {
  const { page } = alice;
  await page.reload();
  await person_menu(page, 'Bob', 'Role: Auditor');
  await page.getByRole('dialog').getByRole('button', { name: 'Change role' }).click();
  await page.getByRole('region', { name: 'People' }).getByText('Auditor', { exact: true }).waitFor();
  await sign_in(bob.page, 'bob', password);
  await bob.page.getByRole('button', { name: 'Security centre' }).waitFor();
});

step('people: a disabled person is out at once, and comes back', async () => {
  const { page } = alice;
  await person_menu(page, 'Bob', 'Disable');
  await page.getByRole('dialog').getByRole('button', { name: 'Disable' }).click();
  await page.getByRole('region', { name: 'People' }).getByText('disabled').waitFor();
  await bob.page.reload();
  await bob.page.getByLabel('Login').waitFor();
  await person_menu(page, 'Bob', 'Enable');
  await page.getByRole('region', { name: 'People' }).getByText('disabled').waitFor({ state: 'detached' });
});

step('people: a password link of the administrator sets a new password', async () => {
  const { page } = alice;
  await person_menu(page, 'Bob', 'Make a password link');
  const link = await page.getByLabel('Link for a new password').inputValue();
  await accessible(page);
  await bob.page.goto('about:blank');
  await bob.page.goto(local(link));
  await bob.page.getByLabel('New password').fill('copper ferries hum at dawn');
  await bob.page.getByRole('button', { name: 'Set password' }).click();
  await bob.page.getByText('Your password is set').waitFor();
  assert.equal(await bob.page.getByText('Ended with the old password').count(), 0, 'Bob had no keys');
  await accessible(bob.page);
  await bob.page.getByRole('button', { name: 'Back to sign in' }).click();
  await sign_in(bob.page, 'bob', 'copper ferries hum at dawn');
  await bob.page.getByText('How would you like to start?').waitFor();
});

step('people: a deletion can be taken back until it is final', async () => {
  const { page } = alice;
  await person_menu(page, 'Bob', 'Delete');
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText(/^erased /).waitFor();
  await person_menu(page, 'Bob', 'Restore');
  await page.getByText(/^erased /).waitFor({ state: 'detached' });
});

step('who forgot the password is told what happens, whoever they are', async () => {
  const { page } = bob;
  await page.goto(`${server.url}/#/forgot`);
  await page.reload();
  await accessible(page);
  await page.getByLabel('Login').fill('nobody@example.org');
  await page.getByRole('button', { name: 'Send the link' }).click();
  await page.getByText(/Ask an administrator|a link is on its way/).waitFor();
});

step('the last administrator cannot go, and is told why', async () => {
  const { page } = alice;
  await page.goto(`${server.url}/#/settings/data`);
  await page.getByRole('button', { name: 'Delete my account' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete my account' }).click();
  await page.getByText(/administrator/).first().waitFor();
  await page.getByRole('heading', { name: 'Delete your account' }).waitFor();
});

for (const scheme of ['light', 'dark']) {
  step(`every part of the settings is accessible, on a phone too: ${scheme}`, async () => {
    const { page } = alice;
    await page.emulateMedia({ colorScheme: scheme });
    for (const size of [{ width: 1440, height: 900 }, { width: 390, height: 800 }]) {
      await page.setViewportSize(size);
      for (const section of ['security', 'keys', 'data', 'people']) {
        await page.goto(`${server.url}/#/settings/${section}`);
        await page.getByRole('heading', { level: 2 }).first().waitFor();
        await accessible(page, `${section} at ${size.width}`);
        await fits(page, `${section} at ${size.width}`);
      }
    }
    await page.setViewportSize({ width: 1440, height: 900 });
  });
}

step('nothing went wrong in the browsers meanwhile', async () => {
  assert.deepEqual(troubles(here), []);
});

async function sign_in(page, login, with_password) {
  await page.context().clearCookies(); // whoever was signed in here is forgotten
  await page.goto('about:blank');
  await page.goto(`${server.url}/`);
  await page.getByLabel('Login').fill(login);
  await page.getByLabel('Password', { exact: true }).fill(with_password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

async function sign_out(page) {
  await page.getByRole('button', { name: 'Sign out', exact: true }).first().click();
  await page.getByLabel('Login').waitFor();
}

const local = (link) => link.replace(/^https?:\/\/[^/]+/, server.url);

async function register(page, link) {
  await page.goto('about:blank');
  await page.goto(local(link));
  await page.getByLabel('Login').fill('bob');
  await page.getByLabel('Your name').fill('Bob');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Create account' }).click();
}

async function person_menu(page, name, item) {
  await page.getByRole('button', { name: `Actions for ${name}` }).click();
  await page.getByRole('menuitem', { name: item, exact: true }).click();
}

async function open_settings(page, section) {
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name: section, exact: true }).click();
}

/** The step-up dialog. */
async function confirm_it_is_me(page, with_password) {
  const dialog = page.getByRole('dialog', { name: 'Is it you?' });
  await dialog.getByLabel('Password', { exact: true }).fill(with_password);
  await dialog.getByRole('button', { name: 'Confirm' }).click();
}

// One long day with dhii-mail: two people, two mailboxes on a real Dovecot and Postfix, from the set-up link on.
// The steps build on each other; the first that fails shows what broke.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect_mailbox, conversation, fill_settings, letter, password, row, rows, search, set_up, troubles, world } from './harness.mjs';
import { accessible, eventually, holds, reads, said, screenshots, steps } from './steps.mjs';

const kDay = 86_400_000;
const kMailMs = 60_000; // from the click on "send", over the undo window and two servers, to the other person's list
const kAwayMs = 120_000; // until a lost server is noticed, or one that is back: pauses between attempts grow to a minute

const here = await world('e2e', {
  people: ['alice', 'bob'],
  mail: true,
  env: ({ mail }) => ({ SSL_CERT_FILE: mail.env.MAIL_CA, DHII_EXTRA_CA_FILE: mail.env.MAIL_CA, DHII_EGRESS: 'loopback' }),
  prepare: ({ mail }) => {
    const letters = [
      ['Grüße aus dem Straßencafé', 'Bob <bob@demo.test>', 'Hallo Alice,\n\ndas Frühstück im Straßencafé war köstlich. Bis Donnerstag!\n\nBob', 5],
      ['关于下周的会议', '王芳 <wang@demo.test>', '大家好,\n\n下周的会议改到星期四上午十点,请准时参加。\n\n王芳', 4],
      ['Lunch on Thursday?', 'Bob <bob@demo.test>', 'Shall we try the new place by the observatory?\n\nhttps://observatory.example/menu\n\nBob', 3],
      ['Отчёт за ноябрь', 'Юрий <yuri@demo.test>', 'Добрый день,\n\nотчёт за ноябрь готов.\n\nЮрий', 2],
    ];
    for (const [subject, from, text, age] of letters) {
      mail.deliver('alice', letter({ from, to: 'alice@demo.test', subject, text, date: new Date(Date.now() - age * kDay) }));
    }
  },
});
const step = steps(here);
const { folder, mail, server, chromium } = here;
const { alice, bob } = here.people;

step('the set-up link makes the first administrator', async () => {
  await set_up(alice.page, server, 'alice', 'Alice');
  await accessible(alice.page);
});

step('the set-up link works once', async () => {
  await bob.page.goto(server.setup_link);
  await bob.page.getByText('This server is already set up').waitFor();
});

step('the sample mailbox opens, and the screenshots of the README are taken', async () => {
  const { page } = alice;
  await page.getByRole('button', { name: 'Explore a sample mailbox' }).click();
  await rows(page).nth(5).waitFor();
  const shots = screenshots();
  await page.getByText('No conversation open').waitFor();
  await accessible(page);
  const newsletter = row(page, 'Cinema Lumen');
  await ((await newsletter.count()) > 0 ? newsletter : rows(page).nth(1)).click();
  await conversation(page).locator('article.open').first().waitFor();
  await page.mouse.move(1100, 30);
  await page.waitForTimeout(1500); // frames have loaded, the message is marked as read
  await page.screenshot({ path: join(shots, 'three-panes.png') });
  // The longest thread in sight makes the second picture.
  const counts = await rows(page).evaluateAll((all) => all.map((each) => Number(each.querySelector('.count')?.textContent ?? 1)));
  await rows(page).nth(counts.indexOf(Math.max(...counts))).click();
  await page.mouse.move(1100, 30);
  await page.waitForTimeout(1500);
  await page.screenshot({ path: join(shots, 'conversation.png') });
  await accessible(page);
});

step('a wrong password is refused with the reason, before anything is connected', async () => {
  const { page } = alice;
  await page.getByRole('button', { name: /^Accounts:/ }).click();
  await page.getByRole('button', { name: 'Add a mailbox' }).click();
  await page.getByLabel('Mail address').fill('alice@demo.test');
  await page.getByRole('button', { name: 'Find settings' }).click();
  await fill_settings(page, mail, 'alice@demo.test');
  await page.getByLabel('Mailbox password').fill('not the password');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await page.getByText('Incoming mail:').waitFor();
  await page.locator('.banner.error').first().waitFor();
  assert.match(await page.locator('.banner.error').first().innerText(), /password|login|refuse|AUTHENTICATIONFAILED/i);
});

step('a mailbox is connected and its mail shows, newest first', async () => {
  const { page } = alice;
  await page.getByLabel('Mailbox password').fill(mail.env.MAIL_PASSWORD);
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await page.getByText('Incoming mail works.').waitFor();
  await page.getByText('Outgoing mail works.').waitFor();
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
  await row(page, 'Lunch on Thursday?').waitFor();
  await row(page, 'Grüße').waitFor();
  await reads(rows(page).locator('.subject'), ['Отчёт за ноябрь', 'Lunch on Thursday?', '关于下周的会议', 'Grüße aus dem Straßencafé']);
});

step('a message is read, and marked as read on the server', async () => {
  const { page } = alice;
  await row(page, 'Lunch on Thursday?').click();
  await conversation(page).getByText('Shall we try the new place').waitFor();
  assert.equal(await conversation(page).getByRole('link', { name: 'https://observatory.example/menu' }).getAttribute('rel'), 'noopener noreferrer');
  await page.locator('.row.open:not(.unread)').waitFor();
  await dovecot('Dovecot has the flag', (ask) => /\\Seen/.test(ask('fetch', '-u', 'alice@demo.test', 'flags', 'mailbox', 'INBOX', 'subject', 'Lunch')));
});

for (const [language, query, subject] of [
  ['German, without umlauts', 'fruhstuck kostlich', 'Grüße aus dem Straßencafé'],
  ['Chinese, by a part of the text', '会议', '关于下周的会议'],
  ['English, with an operator', 'from:bob observatory', 'Lunch on Thursday?'],
  ['Russian', 'ноябрь', 'Отчёт за ноябрь'],
]) {
  step(`search finds: ${language}`, async () => {
    const { page } = alice;
    await search(page, query);
    await page.getByText('1 result', { exact: true }).waitFor();
    await reads(rows(page).locator('.subject'), [subject]);
    await page.keyboard.press('Escape');
  });
}

step('a second person registers by invitation and connects a mailbox', async () => {
  const { page } = alice;
  await page.keyboard.press('g');
  await page.keyboard.press('i');
  await page.getByRole('button', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'People' }).click();
  await page.getByRole('button', { name: 'Invite someone' }).click();
  const link = await page.getByLabel('Send this link').inputValue();
  await page.getByRole('button', { name: 'Back', exact: true }).click();

  await bob.page.goto('about:blank');
  await bob.page.goto(link.replace(/^https?:\/\/[^/]+/, server.url));
  await bob.page.getByLabel('Login').fill('bob');
  await bob.page.getByLabel('Your name').fill('Bob');
  await bob.page.getByLabel('Password', { exact: true }).fill(password);
  await bob.page.getByRole('button', { name: 'Create account' }).click();
  await bob.page.getByRole('button', { name: 'Connect a mailbox' }).click();
  await connect_mailbox(bob.page, mail, 'bob@demo.test', mail.env.MAIL_PASSWORD);
  await bob.page.getByText('All done').waitFor();
});

step('a new message reaches the other person, who sees it without reloading', async () => {
  const { page } = alice;
  await page.keyboard.press('c');
  await page.getByRole('combobox', { name: 'To', exact: true }).fill('bob@demo.test');
  await page.getByLabel('Subject').fill('Plans for the lake');
  await page.getByLabel('Message', { exact: true }).fill('Dear Bob,\n\nshall we row on Saturday?\n\nAlice');
  await page.getByText('Draft saved').waitFor();
  await page.keyboard.press('Control+Enter');
  await said(page, 'Message sent');
  await row(bob.page, 'Plans for the lake').waitFor({ timeout: kMailMs });
});

step('a reply with an attachment comes back, without reloading', async () => {
  const { page } = bob;
  const file = join(folder, 'chart of the lake.txt');
  writeFileSync(file, 'deep water here');
  await row(page, 'Plans for the lake').click();
  await conversation(page).getByText('shall we row on Saturday?').waitFor();
  await page.keyboard.press('r');
  const body = page.getByLabel('Message', { exact: true });
  await body.waitFor();
  await eventually(async () => assert.match(await body.inputValue(), /> shall we row on Saturday\?/));
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByRole('list', { name: 'Attachments' }).getByText('15 B').waitFor(); // its size: it is uploaded
  await body.press('Control+Home');
  await body.pressSequentially('Gladly! The chart is attached.');
  await page.getByText('Draft saved').waitFor();
  await page.keyboard.press('Control+Enter');
  await said(page, 'Message sent');

  await row(alice.page, 'Plans for the lake').waitFor({ timeout: kMailMs });
  await row(alice.page, 'Plans for the lake').click();
  await conversation(alice.page).getByText('Gladly! The chart is attached.').waitFor();
  const [download] = await Promise.all([
    alice.page.waitForEvent('download'),
    alice.page.getByRole('button', { name: 'Download chart of the lake.txt' }).click(),
  ]);
  assert.equal(download.suggestedFilename(), 'chart of the lake.txt');
  const stream = await download.createReadStream();
  let content = '';
  for await (const chunk of stream) content += chunk;
  assert.equal(content, 'deep water here');
});

step('a forward carries the attachment', async () => {
  const { page } = alice;
  await page.keyboard.press('f');
  await page.getByRole('list', { name: 'Attachments' }).getByText('chart of the lake.txt').waitFor();
  await holds(page.getByLabel('Subject'), 'Fwd: Plans for the lake');
  const to = page.getByRole('combobox', { name: 'To', exact: true });
  await to.pressSequentially('bo'); // completed from the addresses seen
  await page.getByRole('option', { name: /bob@demo\.test/ }).waitFor();
  await to.press('Enter');
  await page.keyboard.press('Control+Enter');
  await said(page, 'Message sent');
  await row(bob.page, 'Fwd: Plans for the lake').locator('svg').first().waitFor({ timeout: kMailMs });
});

step('a message that is refused says so, in the words of the server', async () => {
  const { page } = alice;
  await page.keyboard.press('c');
  await page.getByRole('combobox', { name: 'To', exact: true }).fill('never@demo.test');
  await page.getByLabel('Subject').fill('In vain');
  await page.getByLabel('Message', { exact: true }).fill('hello?');
  await page.keyboard.press('Control+Enter');
  const banner = page.locator('.banner').filter({ hasText: '“In vain” was not sent.' });
  await banner.waitFor({ timeout: kMailMs });
  await eventually(async () => assert.match(await banner.innerText(), /The server said: .*550/s));
  await banner.getByRole('button', { name: 'Edit and send again' }).click();
  await holds(page.getByLabel('Message', { exact: true }), 'hello?');
  await page.getByRole('button', { name: 'Discard draft' }).click();
  await said(page, 'Draft discarded');
});

step('sending can be undone', async () => {
  const { page } = alice;
  await page.keyboard.press('Escape');
  await page.keyboard.press('c');
  await page.getByRole('combobox', { name: 'To', exact: true }).fill('bob@demo.test');
  await page.getByLabel('Subject').fill('Better not');
  await page.getByLabel('Message', { exact: true }).fill('hasty words');
  await page.keyboard.press('Control+Enter');
  await page.locator('.toast').filter({ hasText: 'Message sent' }).last().getByRole('button', { name: 'Undo' }).click();
  await said(page, 'Sending was undone');
  await holds(page.getByLabel('Message', { exact: true }), 'hasty words');
  await page.getByRole('button', { name: 'Discard draft' }).click();
  await said(page, 'Draft discarded');
  await page.waitForTimeout(12_000); // longer than the window in which it would have been sent
  assert.equal(await row(bob.page, 'Better not').count(), 0);
});

step('an archive is undone', async () => {
  const { page } = alice;
  await row(page, 'Отчёт за ноябрь').click();
  await page.keyboard.press('e');
  await said(page, 'Archived');
  await row(page, 'Отчёт за ноябрь').waitFor({ state: 'detached' });
  await page.keyboard.press('z');
  await said(page, 'Undone: Archived');
  await row(page, 'Отчёт за ноябрь').waitFor();
  await dovecot('all four are in the INBOX again', (ask) => ask('search', '-u', 'alice@demo.test', 'mailbox', 'INBOX').trim().split('\n').length >= 4);
});

step('mail stays readable while the IMAP server is away, and goes on when it is back', async () => {
  const { page } = alice;
  mail.call('stop-imap');
  await page.getByText(/can’t be reached|Offline/).first().waitFor({ timeout: kAwayMs });
  await row(page, 'Grüße').click();
  await conversation(page).getByText('das Frühstück im Straßencafé').waitFor();
  await page.keyboard.press('s');
  await row(page, 'Grüße').locator('.star').waitFor();
  mail.call('start-imap');
  mail.deliver('alice', letter({ from: 'Bob <bob@demo.test>', to: 'alice@demo.test', subject: 'Back again', text: 'the line is open' }));
  await row(page, 'Back again').waitFor({ timeout: kAwayMs });
  await dovecot('the flag set while offline has arrived', (ask) => /\\Flagged/.test(ask('fetch', '-u', 'alice@demo.test', 'flags', 'mailbox', 'INBOX', 'from', 'bob', 'flagged')));
});

step('a reload keeps the person signed in, in the same place', async () => {
  const { page } = alice;
  await row(page, 'Back again').click();
  await conversation(page).getByText('the line is open').waitFor();
  await page.reload();
  await conversation(page).getByText('the line is open').waitFor();
});

step('dhii-mail itself restarts, and nothing is lost', async () => {
  const { page } = alice;
  await server.stop();
  await page.getByText('The connection to dhii-mail is lost').waitFor();
  await page.keyboard.press('e');
  await row(page, 'Back again').waitFor({ state: 'detached' });
  await page.getByText(/changes? (?:is|are) waiting/).waitFor();
  await server.start();
  await page.getByText('The connection to dhii-mail is lost').waitFor({ state: 'detached', timeout: kAwayMs });
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  await row(page, 'Back again').waitFor({ timeout: kMailMs });
  await page.reload();
  await row(page, 'Back again').waitFor();
  await row(page, 'Back again').click();
  await conversation(page).getByText('the line is open').waitFor();
});

step('the phone shows one pane at a time', async () => {
  const { page } = alice;
  await page.setViewportSize({ width: 390, height: 800 });
  await rows(page).first().waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Back to list' }).click();
  await rows(page).first().waitFor();
  await accessible(page);
  await page.setViewportSize({ width: 1440, height: 900 });
});

step('signing out ends the session at once', async () => {
  const { page } = bob;
  await page.getByRole('button', { name: /^Accounts:/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await page.getByLabel('Login').fill('bob');
  await page.getByLabel('Password', { exact: true }).fill('wrong');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.getByText('don’t match').waitFor();
});

step('nothing went wrong behind the scenes', () => {
  assert.deepEqual(troubles(here), []);
  assert.deepEqual(chromium.watch.take(), [], 'requests to other hosts');
});

/** doveadm says no while there is nothing to fetch: asked until the answer is right. */
const dovecot = (what, condition) => eventually(() => condition((...args) => mail.call('doveadm', ...args)), { ms: kMailMs, what });

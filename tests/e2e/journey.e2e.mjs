// One long day with dhii-mail: two people, two mailboxes on a real Dovecot and Postfix, from the set-up link on.
// The steps build on each other; the first that fails shows what broke.

import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { axe_violations, browser, connect_mailbox, conversation, fill_settings, letter, MailSystem, password, person, root, row, rows, search, Server, set_up, temporary_folder } from './harness.mjs';

let folder, mail, server, chromium, alice, bob;
let broken = null;

before(async () => {
  folder = temporary_folder('e2e');
  mail = new MailSystem(folder).start();
  const day = 86_400_000;
  const letters = [
    ['Grüße aus dem Straßencafé', 'Bob <bob@demo.test>', 'Hallo Alice,\n\ndas Frühstück im Straßencafé war köstlich. Bis Donnerstag!\n\nBob', 5],
    ['关于下周的会议', '王芳 <wang@demo.test>', '大家好,\n\n下周的会议改到星期四上午十点,请准时参加。\n\n王芳', 4],
    ['Lunch on Thursday?', 'Bob <bob@demo.test>', 'Shall we try the new place by the observatory?\n\nhttps://observatory.example/menu\n\nBob', 3],
    ['Отчёт за ноябрь', 'Юрий <yuri@demo.test>', 'Добрый день,\n\nотчёт за ноябрь готов.\n\nЮрий', 2],
  ];
  for (const [subject, from, text, age] of letters) {
    mail.deliver('alice', letter({ from, to: 'alice@demo.test', subject, text, date: new Date(Date.now() - age * day) }));
  }
  server = await new Server(folder, { SSL_CERT_FILE: mail.env.MAIL_CA, DHII_EXTRA_CA_FILE: mail.env.MAIL_CA, DHII_EGRESS: 'loopback' }).start();
  chromium = await browser();
  alice = await person(chromium);
  bob = await person(chromium);
});

after(async () => {
  await chromium?.close();
  await server?.stop();
  mail?.stop();
  if (process.env.KEEP) console.log(`kept: ${folder}`);
  else if (folder) rmSync(folder, { recursive: true, force: true });
});

step('the set-up link makes the first administrator', async () => {
  await set_up(alice.page, server, 'alice', 'Alice');
  assert.deepEqual(await axe_violations(alice.page), []);
});

step('the set-up link works once', async () => {
  await bob.page.goto(server.setup_link);
  await bob.page.getByText('This server is already set up').waitFor();
});

step('the sample mailbox opens, and the screenshots of the README are taken', async () => {
  const { page } = alice;
  await page.getByRole('button', { name: 'Explore a sample mailbox' }).click();
  await rows(page).nth(5).waitFor();
  const shots = join(root, 'docs/screenshots');
  mkdirSync(shots, { recursive: true });
  await page.getByText('No conversation open').waitFor();
  assert.deepEqual(await axe_violations(page), []);
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
  assert.deepEqual(await axe_violations(page), []);
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
  const subjects = await rows(page).locator('.subject').allInnerTexts();
  assert.deepEqual(subjects, ['Отчёт за ноябрь', 'Lunch on Thursday?', '关于下周的会议', 'Grüße aus dem Straßencafé']);
});

step('a message is read, and marked as read on the server', async () => {
  const { page } = alice;
  await row(page, 'Lunch on Thursday?').click();
  await conversation(page).getByText('Shall we try the new place').waitFor();
  assert.equal(await conversation(page).getByRole('link', { name: 'https://observatory.example/menu' }).getAttribute('rel'), 'noopener noreferrer');
  await page.locator('.row.open:not(.unread)').waitFor();
  await until(() => /\\Seen/.test(mail.call('doveadm', 'fetch', '-u', 'alice@demo.test', 'flags', 'mailbox', 'INBOX', 'subject', 'Lunch')), 'Dovecot has the flag');
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
    assert.deepEqual(await rows(page).locator('.subject').allInnerTexts(), [subject]);
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
  await page.getByText('Message sent').waitFor();
  await row(bob.page, 'Plans for the lake').waitFor({ timeout: 40_000 });
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
  assert.match(await body.inputValue(), /> shall we row on Saturday\?/);
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByText('chart of the lake.txt').waitFor();
  await body.press('Control+Home');
  await body.pressSequentially('Gladly! The chart is attached.');
  await page.getByText('Draft saved').waitFor();
  await page.keyboard.press('Control+Enter');
  await page.getByText('Message sent').waitFor();

  await row(alice.page, 'Plans for the lake').waitFor({ timeout: 40_000 });
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
  assert.equal(await page.getByLabel('Subject').inputValue(), 'Fwd: Plans for the lake');
  const to = page.getByRole('combobox', { name: 'To', exact: true });
  await to.pressSequentially('bo'); // completed from the addresses seen
  await page.getByRole('option', { name: /bob@demo\.test/ }).waitFor();
  await to.press('Enter');
  await page.keyboard.press('Control+Enter');
  await page.getByText('Message sent').waitFor();
  await row(bob.page, 'Fwd: Plans for the lake').locator('svg').first().waitFor({ timeout: 40_000 });
});

step('a message that is refused says so, in the words of the server', async () => {
  const { page } = alice;
  await page.keyboard.press('c');
  await page.getByRole('combobox', { name: 'To', exact: true }).fill('never@demo.test');
  await page.getByLabel('Subject').fill('In vain');
  await page.getByLabel('Message', { exact: true }).fill('hello?');
  await page.keyboard.press('Control+Enter');
  const banner = page.locator('.banner').filter({ hasText: '“In vain” was not sent.' });
  await banner.waitFor({ timeout: 40_000 });
  assert.match(await banner.innerText(), /The server said: .*550/s);
  await banner.getByRole('button', { name: 'Edit and send again' }).click();
  assert.equal(await page.getByLabel('Message', { exact: true }).inputValue(), 'hello?');
  await page.getByRole('button', { name: 'Discard draft' }).click();
  await page.getByText('Draft discarded').waitFor();
});

step('sending can be undone', async () => {
  const { page } = alice;
  await page.keyboard.press('Escape');
  await page.keyboard.press('c');
  await page.getByRole('combobox', { name: 'To', exact: true }).fill('bob@demo.test');
  await page.getByLabel('Subject').fill('Better not');
  await page.getByLabel('Message', { exact: true }).fill('hasty words');
  await page.keyboard.press('Control+Enter');
  await page.getByText('Message sent').waitFor();
  await page.locator('.toast').getByRole('button', { name: 'Undo' }).click();
  await page.getByText('Sending was undone').waitFor();
  assert.equal(await page.getByLabel('Message', { exact: true }).inputValue(), 'hasty words');
  await page.getByRole('button', { name: 'Discard draft' }).click();
  await page.getByText('Draft discarded').waitFor();
  await page.waitForTimeout(12_000); // longer than the window in which it would have been sent
  assert.equal(await row(bob.page, 'Better not').count(), 0);
});

step('an archive is undone', async () => {
  const { page } = alice;
  await row(page, 'Отчёт за ноябрь').click();
  await page.keyboard.press('e');
  await page.getByText('Archived').waitFor();
  await row(page, 'Отчёт за ноябрь').waitFor({ state: 'detached' });
  await page.keyboard.press('z');
  await page.getByText('Undone: Archived').waitFor();
  await row(page, 'Отчёт за ноябрь').waitFor();
  await until(() => /Отчёт|=\?/.test(mail.call('doveadm', 'fetch', '-u', 'alice@demo.test', 'hdr.subject', 'mailbox', 'INBOX')) && Number(/\d+/.exec(mail.call('doveadm', 'search', '-u', 'alice@demo.test', 'mailbox', 'INBOX').split('\n').length)) >= 4, 'it is in the INBOX again');
});

step('mail stays readable while the IMAP server is away, and goes on when it is back', async () => {
  const { page } = alice;
  mail.call('stop-imap');
  await page.getByText(/can’t be reached|Offline/).first().waitFor({ timeout: 60_000 });
  await row(page, 'Grüße').click();
  await conversation(page).getByText('das Frühstück im Straßencafé').waitFor();
  await page.keyboard.press('s');
  await row(page, 'Grüße').locator('.star').waitFor();
  mail.call('start-imap');
  mail.deliver('alice', letter({ from: 'Bob <bob@demo.test>', to: 'alice@demo.test', subject: 'Back again', text: 'the line is open' }));
  await row(page, 'Back again').waitFor({ timeout: 90_000 });
  await until(() => /\\Flagged/.test(mail.call('doveadm', 'fetch', '-u', 'alice@demo.test', 'flags', 'mailbox', 'INBOX', 'from', 'bob', 'flagged')), 'the flag set while offline has arrived');
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
  await page.getByText('The connection to dhii-mail is lost').waitFor({ state: 'detached', timeout: 40_000 });
  await page.keyboard.press('g');
  await page.keyboard.press('a');
  await row(page, 'Back again').waitFor({ timeout: 40_000 });
  await page.reload();
  await row(page, 'Back again').waitFor();
  await row(page, 'Back again').click();
  await conversation(page).getByText('the line is open').waitFor();
});

step('the phone shows one pane at a time', async () => {
  const { page } = alice;
  await page.setViewportSize({ width: 390, height: 800 });
  assert.equal(await rows(page).first().isVisible(), false);
  await page.getByRole('button', { name: 'Back to list' }).click();
  await rows(page).first().waitFor();
  assert.deepEqual(await axe_violations(page), []);
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
  for (const { trouble } of [alice, bob]) {
    assert.deepEqual(trouble.errors, []);
    assert.deepEqual(trouble.dialogs, []);
  }
  assert.deepEqual(chromium.watch.take(), [], 'requests to other hosts');
});

/** What the two saw when it went wrong, and what the server said. */
async function show(name) {
  const logs = join(root, 'build/logs');
  mkdirSync(logs, { recursive: true });
  for (const [who, { page }] of Object.entries({ alice, bob })) {
    await page.screenshot({ path: join(logs, `e2e-${who}.png`) }).catch(() => {});
  }
  console.log(`"${name}" failed; see build/logs/e2e-alice.png and e2e-bob.png. The server said:\n${server.output.slice(-3000)}`);
}

/** A step of the day: when one has failed, what comes after would only fail for want of it. */
function step(name, run) {
  test(name, { timeout: 180_000 }, async () => {
    if (broken) throw new Error(`not reached: "${broken}" failed`);
    try {
      await run();
    } catch (error) {
      broken = name;
      await show(name);
      throw error;
    }
  });
}

async function until(condition, what, ms = 30_000) {
  const deadline = Date.now() + ms;
  for (;;) {
    let met = false;
    try {
      met = condition();
    } catch {
      // doveadm says no while there is nothing to fetch.
    }
    if (met) return;
    if (Date.now() > deadline) assert.fail(`waited ${ms} ms in vain until: ${what}`);
    await new Promise((done) => setTimeout(done, 300));
  }
}

// Every payload of corpus/html-xss in a real Chromium: no dialog, no script, no request to elsewhere.
// Layer one, as people meet it: the app sanitises a message and shows it in its frame.
// Layer two alone: the raw payload in the frame, without the sanitiser (THREATS.md: the frame must stop everything by itself).
// The page, its policy and /frame come from the real server; only the mail that JMAP answers with is made here.

import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { before } from 'node:test';
import { conversation, corpus, esbuild, html_payloads, password, person, root, rows, set_up, world } from './harness.mjs';
import { eventually, steps } from './steps.mjs';

const kPerThread = 40; // frames that one conversation shows at a time
const kPerPage = 60; // raw frames at a time
const kPerMessage = 12; // payloads of one message, where they don't disturb each other
const has_corpus = existsSync(join(corpus, 'html-xss'));
const options = has_corpus ? {} : { skip: `no corpus at ${corpus} (set DHII_CORPUS)` };

// DHII_PAYLOAD_STEP=20 takes every twentieth: for a quick look while working.
const kStep = Number(process.env.DHII_PAYLOAD_STEP ?? 1);
const all_payloads = has_corpus ? html_payloads().filter((_, i) => i % kStep === 0) : [];

/** Payloads as they are opened together: those that end what they begin share a message, all others have one alone. */
let packs = [];

const here = await world('xss', { people: ['someone'] });
const step = steps(here);
const kLongMs = 1_500_000; // all of them on a busy machine
const kFrameMs = 60_000; // until all frames of a page have loaded
const { folder, server, chromium } = here;
const { someone } = here.people;
let fake;

before(async () => {
  if (!has_corpus) return;
  await someone.page.addInitScript(() => {
    // Whatever runs in the app's own page would show here; frames have another origin.
    window.__ran = [];
    for (const name of ['alert', 'confirm', 'prompt']) window[name] = (...args) => window.__ran.push([name, ...args.map(String)]);
  });
  await set_up(someone.page, server, 'admin', 'Admin');
  await someone.page.getByRole('button', { name: 'Explore a sample mailbox' }).click();
  await rows(someone.page).first().waitFor();
  packs = await pack(await chromium.newPage());
  fake = await fake_mail();
});

/** Whether a payload leaves the rest of a document alone is what the parser says. */
async function pack(page) {
  const closed = await page.evaluate(
    (payloads) =>
      payloads.map((payload) => {
        if (/<(?:html|head|body|base|meta|frameset|style|plaintext|title|link)\b/i.test(payload) || payload.length > 2000) return false;
        const parsed = new DOMParser().parseFromString(`<!doctype html><div id="a">${payload}</div><i id="z"></i>`, 'text/html');
        const [first, last] = parsed.body.children;
        return parsed.body.children.length === 2 && first.id === 'a' && last.id === 'z' && last.children.length === 0;
      }),
    all_payloads,
  );
  await page.close();
  const alone = all_payloads.filter((_, i) => !closed[i]);
  const together = all_payloads.filter((_, i) => closed[i]);
  const made = alone.map((payload) => [payload]);
  for (let i = 0; i < together.length; i += kPerMessage) made.push(together.slice(i, i + kPerMessage));
  console.log(`${all_payloads.length} payloads in ${made.length} messages`);
  return made.map((each) => (each.length === 1 ? each[0] : each.map((payload) => `<div>${payload}</div>`).join('\n')));
}

/** The in-memory JMAP of the web app's own tests, with the payloads as messages of a few long threads. */
async function fake_mail() {
  const bundle = join(folder, 'fake_server.mjs');
  const { outputFiles } = await esbuild.build({ entryPoints: [join(root, 'web/src/lib/jmap/fake_server.ts')], bundle: true, format: 'esm', platform: 'node', write: false });
  writeFileSync(bundle, outputFiles[0].contents);
  const { FakeServer } = await import(pathToFileURL(bundle).href);
  const made = new FakeServer();
  packs.forEach((payload, i) => {
    const thread = Math.floor(i / kPerThread);
    made.add({
      id: `e${i}`,
      threadId: `t${thread}`,
      subject: `payloads ${thread}`,
      receivedAt: new Date(1_700_000_000_000 + i * 1000).toISOString(),
      bodyValues: { h: { value: `<p>payload ${i}</p>${payload}`, isTruncated: false, isEncodingProblem: false } },
      textBody: [part('h', 'text/html')],
      htmlBody: [part('h', 'text/html')],
    });
  });
  return made;
}

function part(partId, type) {
  return { partId, blobId: null, size: 1, name: null, type, disposition: null, cid: null };
}

async function route_to_fake(page, account) {
  await page.route('**/jmap/api', async (route) => {
    const request = route.request();
    const answer = await fake.handle(new Request('http://fake/jmap/api', { method: 'POST', headers: { Authorization: 'Bearer token1' }, body: request.postData() }));
    await route.fulfill({ status: answer.status, contentType: 'application/json', body: (await answer.text()).replaceAll('"accountId":"a1"', `"accountId":"${account}"`) });
  });
}

step('the watch sees what it must see', async () => {
  // Without this, the tests below could pass because nobody looks.
  const { page, trouble } = await person(chromium);
  await page.setContent('<img src="http://leak.example/control"><img src="https://leak.example/control"><img src=x onerror="alert(1)">');
  const seen = new Set();
  await eventually(() => {
    for (const target of chromium.watch.take()) seen.add(target);
    assert.deepEqual([...seen].sort(), ['http://leak.example/control', 'leak.example:443']);
    assert.deepEqual(trouble.dialogs, ['1']);
  });
  await page.context().close();
}, options);

step('as mail: sanitised, in the frame of the app', async () => {
  const { page, trouble } = someone;
  const account = /#\/mail\/([^/]+)\//.exec(page.url())?.[1] ?? 'a1';
  await route_to_fake(page, account);
  await page.reload();
  await rows(page).first().waitFor();
  const total = packs.length;
  const threads = Math.ceil(total / kPerThread);
  let shown = 0;
  await page.keyboard.press('j');
  await page.keyboard.press('o');
  for (let i = 0; i < threads; i++) {
    const heading = `payloads ${threads - 1 - i}`; // newest first
    await conversation(page).getByRole('heading', { name: heading, exact: true }).waitFor();
    await page.keyboard.press(';');
    const expected = i === 0 ? total - (threads - 1) * kPerThread : kPerThread;
    await page.waitForFunction((n) => document.querySelectorAll('.conversation-pane iframe').length === n, expected, { timeout: 2 * kFrameMs });
    shown += await page.locator('.conversation-pane iframe').count();
    await page.waitForTimeout(150);
    assert.deepEqual(chromium.watch.take(), [], `requests while ${heading} was open`);
    assert.deepEqual(trouble.dialogs, [], `dialogs while ${heading} was open`);
    assert.deepEqual(await page.evaluate(() => window.__ran), [], `scripts while ${heading} was open`);
    if (i < threads - 1) await page.keyboard.press('j');
  }
  assert.equal(shown, total);
  // And what a frame holds is what was meant: readable, without anything that runs.
  const frame = page.frames().find((each) => each.url().endsWith('/frame'));
  assert.match(await frame.content(), /payload \d+/);
  assert.doesNotMatch(await frame.content(), /<script|onerror=|<svg|<iframe/i);
}, { ...options, timeout: kLongMs });

step('raw: the frame alone, without the sanitiser', async () => {
  const { page, context, trouble } = await person(chromium);
  // A page of our origin without the app: the frame is all that stands between the payload and the world.
  await page.route(`${server.url}/bare`, (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>bare</title>' }));
  const token = await sign_in();
  await page.goto(`${server.url}/bare`);
  // For these Chromium opens a connection ahead, without a request, whatever the policy says: only the sanitiser
  // keeps them out, which the test above proves.
  const payloads = packs.filter((payload) => !/preconnect|<frameset/i.test(payload));
  for (let start = 0; start < payloads.length; start += kPerPage) {
    const part_of = payloads.slice(start, start + kPerPage);
    const loaded = await page.evaluate(async ({ html, token, limit }) => {
      document.body.replaceChildren();
      const loads = html.map((value, i) => {
        const frame = document.createElement('iframe');
        frame.name = `f${i}`;
        frame.sandbox = 'allow-popups allow-popups-to-escape-sandbox';
        const form = document.createElement('form');
        Object.assign(form, { method: 'post', action: '/frame', target: frame.name });
        for (const [name, content] of [['token', token], ['html', value]]) {
          const field = document.createElement('textarea');
          field.name = name;
          field.value = content;
          form.append(field);
        }
        document.body.append(frame, form);
        const load = new Promise((done) => (frame.onload = () => done(1)));
        HTMLFormElement.prototype.submit.call(form);
        return Promise.race([load, new Promise((done) => setTimeout(() => done(0), limit))]);
      });
      return (await Promise.all(loads)).reduce((sum, n) => sum + n, 0);
    }, { html: part_of, token, limit: kFrameMs });
    assert.equal(loaded, part_of.length, `all frames from ${start} on loaded`);
    await page.waitForTimeout(100);
    assert.deepEqual(chromium.watch.take(), [], `requests of payloads ${start} to ${start + part_of.length}`);
    assert.deepEqual(trouble.dialogs, []);
    assert.equal(page.url(), `${server.url}/bare`);
    assert.equal(context.pages().length, 1, 'no window was opened');
  }
}, { ...options, timeout: kLongMs });

step('remote images load only after they were asked for, and then through our own server', async () => {
  const { page } = someone;
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  fake.add({
    id: 'e90000', threadId: 't90000', subject: 'a newsletter', receivedAt: '2030-01-01T00:00:00Z',
    bodyValues: { h: { value: '<p>news</p><img src="https://images.example/cover.png" width="300" height="100">', isTruncated: false, isEncodingProblem: false } },
    textBody: [part('h', 'text/html')],
    htmlBody: [part('h', 'text/html')],
  });
  await route_to_fake(page, 'a1');
  await page.reload();
  await rows(page).filter({ hasText: 'a newsletter' }).click();
  await page.getByText('One remote image is not loaded').waitFor();
  await page.waitForTimeout(500);
  assert.deepEqual(chromium.watch.take(), []);
  // There is no such host here, so our server has no image to give; that it is asked, and alone, is what counts.
  const asked = page.waitForRequest((request) => request.url().startsWith(`${server.url}/image?u=https%3A%2F%2Fimages.example%2Fcover.png`));
  await page.getByRole('button', { name: 'Load remote images' }).click();
  await asked;
  await page.waitForTimeout(500);
  assert.deepEqual(chromium.watch.take(), [], 'the browser itself asks nobody');
}, options);

async function sign_in() {
  const answer = await fetch(`${server.url}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ login: 'admin', password }),
  });
  assert.equal(answer.status, 200, await answer.clone().text());
  return (await answer.json()).access_token;
}

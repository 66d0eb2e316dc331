// How a browser test is told: steps that build on each other, patience with a busy machine, and what to print when a step fails, so that
// the log of a machine that nobody can look into tells the cause by itself.

import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { axe_violations, kPatienceMs, root } from './harness.mjs';

const kStepMs = 420_000; // against a hang: what a step waits for has shorter limits, each with words of its own
const kTextChars = 1200; // of a page, a log
const kMotionMs = 400; // windows slide, menus fade

/**
 * The steps of one test file, in a world of the harness. When a step fails, those after it would only fail for want of it and are not run.
 */
export function steps(here) {
  let broken = null;
  const file = basename(process.argv[1]);
  return (name, body, options = {}) => {
    test(name, { timeout: kStepMs, ...options }, async () => {
      if (broken) throw new Error(`not reached: "${broken}" failed`);
      try {
        await body();
      } catch (error) {
        broken = name;
        console.log(await story(name, here).catch((why) => `nothing can be told of it: ${why}`));
        const ended = /\*\*\* (dhii-mail ended by itself: .*) \*\*\*/.exec(here.server?.output ?? '')?.[1];
        note_failure(`${file}: ${name}: ${ended ? `${ended}; ` : ''}${cause_of(error)}`);
        throw error;
      }
    });
  };
}

/** tests/e2e/run prints these as its last lines. */
function note_failure(line) {
  if (process.env.DHII_E2E_FAILURES) appendFileSync(process.env.DHII_E2E_FAILURES, `FAILED: ${line}\n`);
}

/** What went wrong, what was waited for and where, in one line. */
export function cause_of(error) {
  const plain = String(error?.message ?? error).replace(/\x1b\[[\d;]*m/g, '');
  const lines = plain.split('\n').map((line) => line.trim()).filter((line) => line !== '' && line !== 'Call log:' && !/^=+/.test(line));
  const place = /(\w+\.e2e\.mjs:\d+)/.exec(error?.stack ?? '')?.[1];
  return `${lines.slice(0, 6).join(' | ').slice(0, 600)}${place ? ` (${place})` : ''}`;
}

/** What each person saw, and what the servers wrote. */
async function story(name, { people = {}, server, mail }) {
  const logs = join(root, 'build/logs');
  mkdirSync(logs, { recursive: true });
  const parts = [`"${name}" failed.`];
  for (const [who, someone] of Object.entries(people)) {
    if (!someone) continue;
    const { page, trouble, bearer } = someone;
    await page.screenshot({ path: join(logs, `e2e-${who}.png`), timeout: 5000 }).catch(() => {});
    const seen = await within(3000, page.evaluate(() => document.body.innerText)).catch((why) => `(no text: ${cause_of(why)})`);
    parts.push(`-- ${who} was at ${page.url()} (build/logs/e2e-${who}.png) and saw:`, squeeze(seen).slice(0, kTextChars));
    const bad = [...trouble.errors, ...trouble.dialogs, ...trouble.refused.slice(-8)];
    if (bad.length > 0) parts.push(`-- trouble in the browser of ${who}:`, ...bad.map((line) => line.slice(0, 300)));
    if (server && bearer()) parts.push(`-- outbox of ${who}: ${await outbox(server, bearer())}`);
  }
  if (mail) parts.push('-- the log of Postfix ends:', tail(join(mail.folder, 'postfix.log')), '-- the log of Dovecot ends:', tail(join(mail.folder, 'dovecot.log')));
  if (server) parts.push('-- the log of dhii-mail ends:', server.output.slice(-2 * kTextChars));
  return parts.join('\n');
}

async function outbox(server, bearer) {
  const answer = await fetch(`${server.url}/api/v1/outbox`, { headers: { Authorization: bearer }, signal: AbortSignal.timeout(3000) }).catch((why) => why);
  return answer instanceof Response ? `${answer.status} ${(await answer.text()).slice(-kTextChars)}` : `no answer: ${cause_of(answer)}`;
}

const squeeze = (text) => text.split('\n').map((line) => line.trim()).filter((line) => line !== '').join(' / ');
const tail = (path) => (existsSync(path) ? readFileSync(path, 'utf8').slice(-kTextChars) : '(there is none)');

function within(ms, promise) {
  let timer;
  return Promise.race([promise, new Promise((_, fail) => (timer = setTimeout(() => fail(new Error(`no answer within ${ms} ms`)), ms)))]).finally(() => clearTimeout(timer));
}

// ---- patience --------------------------------------------------------------------------------------------------

/** Tries until nothing is thrown: for whatever becomes true a moment later. `false` counts as not yet. */
export async function eventually(attempt, { ms = kPatienceMs, what = '' } = {}) {
  const deadline = Date.now() + ms;
  for (;;) {
    let why;
    try {
      const result = await attempt();
      if (result !== false) return result;
      why = new Error(`not yet: ${attempt}`);
    } catch (error) {
      why = error;
    }
    if (Date.now() > deadline) {
      why.message = `waited ${ms / 1000} s in vain${what ? ` until ${what}` : ''}: ${why.message}`;
      throw why;
    }
    await new Promise((done) => setTimeout(done, 150));
  }
}

/** The field holds this, or comes to hold it. */
export const holds = (field, value) => eventually(async () => assert.equal(await field.inputValue(), value));

/** So many there are, or come to be. */
export const counts = (locator, number) => eventually(async () => assert.equal(await locator.count(), number));

/** The texts of all of them are these, or come to be. */
export const reads = (locator, texts) => eventually(async () => assert.deepEqual(await locator.allInnerTexts(), texts));

/** There are some, and each one's text matches: a list that still shows what was asked before does not yet. */
export const all_match = (locator, pattern) =>
  eventually(async () => {
    const texts = await locator.allInnerTexts();
    assert.ok(texts.length > 0, 'there are none');
    for (const text of texts) assert.match(text, pattern);
  });

/** The app says so at the foot of the window; taken note of and closed, so that it is not taken for a later one's. */
export async function said(page, words) {
  const toast = page.locator('.toast').filter({ hasText: words }).last();
  await toast.waitFor();
  // It goes by itself after some seconds, perhaps just now.
  await toast.getByRole('button', { name: 'Close' }).click({ timeout: 3000 }).catch(() => {});
  await page.locator('.toast').filter({ hasText: words }).waitFor({ state: 'detached' });
}

/** Nothing that axe-core finds. What still fades in has too little contrast, so it is looked at until it stands. */
export async function accessible(page, screen = '') {
  await page.waitForTimeout(kMotionMs);
  await eventually(async () => assert.deepEqual(await axe_violations(page), [], screen), { ms: 6000 });
}

/** Nothing sticks out at the side. */
export const fits = (page, screen) =>
  eventually(async () => assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth), false, `${screen} fits into the window`), { ms: 6000 });

/** Where the pictures of the README go: into build/logs, unless they are to be renewed (DHII_SCREENSHOTS=docs/screenshots). */
export function screenshots() {
  const folder = join(root, process.env.DHII_SCREENSHOTS ?? 'build/logs/screenshots');
  mkdirSync(folder, { recursive: true });
  return folder;
}

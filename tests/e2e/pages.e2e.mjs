// The pages themselves: weight, policy, accessibility of every screen, and a list of a million conversations.

import assert from 'node:assert/strict';
import { brotliCompressSync } from 'node:zlib';
import { conversation, rows, set_up, world } from './harness.mjs';
import { accessible, eventually, steps } from './steps.mjs';

const kFirstLoadBytes = 80_000; // brotli, DESIGN.md section 6
const kMillion = 1_000_000;

// A jerk that everybody would see. What a frame takes on a quiet machine is printed; how long it takes on a busy one says nothing about us.
const kFrameMs = 150;

const here = await world('pages', { people: ['someone'] });
const step = steps(here);
const { server } = here;
const { someone } = here.people;

step('the document comes with its policy, and asks nothing that the policy forbids', async () => {
  const { page } = someone;
  const violations = [];
  await page.addInitScript(() => {
    window.__violations = [];
    document.addEventListener('securitypolicyviolation', (event) => window.__violations.push(`${event.violatedDirective} ${event.blockedURI}`));
  });
  const answer = await page.goto(`${server.url}/`);
  const policy = answer.headers()['content-security-policy'];
  assert.match(policy, /require-trusted-types-for 'script'/);
  assert.doesNotMatch(policy, /unsafe/);
  await set_up(page, server, 'admin', 'Admin');
  violations.push(...(await page.evaluate(() => window.__violations)));
  assert.deepEqual(violations, []);
});

step('the first load of the mailbox is light', async () => {
  const { page } = someone;
  await page.getByRole('button', { name: 'Explore a sample mailbox' }).click();
  await rows(page).nth(3).waitFor();
  const loaded = [];
  const listen = (response) => {
    if (/\/(?:assets\/|$)|\.svg$/.test(new URL(response.url()).pathname)) loaded.push(response);
  };
  page.on('response', listen);
  await page.reload();
  await rows(page).nth(3).waitFor();
  page.off('response', listen);
  let bytes = 0;
  for (const response of loaded) bytes += brotliCompressSync(await response.body()).length;
  assert.ok(loaded.length >= 3, 'document, script and style were seen');
  assert.ok(bytes > 20_000 && bytes < kFirstLoadBytes, `${bytes} bytes`);
  console.log(`first load: ${loaded.length} files, ${bytes} bytes brotli`);
});

step('the frame of an HTML message is as high as the message, at every width', async () => {
  const { page } = someone;
  await rows(page).filter({ hasText: 'Cinema Lumen' }).first().click();
  const handle = await conversation(page).locator('article.open iframe').first().elementHandle();
  const frame = await handle.contentFrame();
  for (const width of [1440, 1000]) {
    await page.setViewportSize({ width, height: 900 });
    await eventually(async () => {
      const { height: outer } = await handle.boundingBox();
      const inner = await frame.evaluate(() => document.body.getBoundingClientRect().height);
      assert.ok(inner > 80 && outer >= inner && outer < inner * 1.1 + 20, `the frame is ${outer} px high, the message ${inner}`);
    });
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.keyboard.press('u');
});

for (const scheme of ['light', 'dark']) {
  step(`every screen is accessible: ${scheme}`, async () => {
    const { page } = someone;
    await page.emulateMedia({ colorScheme: scheme });
    const check = (screen) => accessible(page, screen);
    await check('list');
    await page.keyboard.press('j');
    await page.keyboard.press('o');
    await conversation(page).locator('article.open').first().waitFor();
    await check('conversation');
    await page.keyboard.press('r');
    await page.getByLabel('Message', { exact: true }).waitFor();
    await check('reply');
    await page.getByRole('button', { name: 'Discard draft' }).click();
    await page.keyboard.press('Control+k');
    await check('palette');
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await check('help');
    await page.keyboard.press('Escape');
    await page.keyboard.press('x');
    await check('selection');
    await page.keyboard.press('x');
    await page.keyboard.press('/');
    await page.keyboard.type('is');
    await check('search suggestions');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('heading', { name: 'Mail accounts' }).waitFor();
    await check('settings');
    await page.getByRole('button', { name: 'Security', exact: true }).click();
    await page.getByText('this device').waitFor();
    await check('settings: security');
    await page.getByRole('button', { name: 'People' }).click();
    await page.getByRole('heading', { name: 'Invitations' }).waitFor();
    await check('settings: people');
    await page.getByRole('button', { name: 'General' }).click();
    await page.getByRole('button', { name: 'Add a mailbox' }).click();
    await page.getByLabel('Mail address').waitFor();
    await check('connect');
    await page.getByRole('button', { name: 'Back' }).click();
    await rows(page).first().waitFor();
  });
}

step('a million conversations scroll smoothly, to the last one', async () => {
  const { page } = someone;
  await page.emulateMedia({ colorScheme: 'light' });
  await page.route('**/jmap/api', (route) => route.fulfill({ contentType: 'application/json', body: JSON.stringify(million(JSON.parse(route.request().postData()))) }));
  await page.reload();
  await page.getByText('1,000,000 conversations').waitFor();
  const port = page.locator('.list-pane .port');
  // Ten rows a frame for a second and a half, as a fast wheel does: how long does a frame take?
  const frames = await port.evaluate(
    (element) =>
      new Promise((done) => {
        const times = [];
        let last = performance.now();
        const step = (now) => {
          times.push(now - last);
          last = now;
          element.scrollTop += 780;
          if (times.length < 90) requestAnimationFrame(step);
          else done(times.slice(5).sort((a, b) => a - b));
        };
        requestAnimationFrame(step);
      }),
  );
  console.log(`frame while scrolling: median ${frames[Math.floor(frames.length / 2)].toFixed(1)} ms, 95 % ${frames[Math.floor(frames.length * 0.95)].toFixed(1)} ms`);
  assert.ok(frames[Math.floor(frames.length / 2)] < kFrameMs, 'the list is drawn while it scrolls');
  assert.ok((await rows(page).count()) < 60, 'only the rows in sight are in the document');
  await port.evaluate((element) => (element.scrollTop = element.scrollHeight));
  await rows(page).filter({ hasText: 'subject 999999' }).waitFor();
  await port.evaluate((element) => (element.scrollTop = element.scrollHeight / 2));
  await rows(page).filter({ hasText: /subject [45]\d{5}/ }).first().waitFor();
  await port.evaluate((element) => (element.scrollTop = 0));
  await rows(page).filter({ hasText: /subject 0\b/ }).first().waitFor();
});

/** JMAP answers of a mailbox with a million conversations; nothing is stored. */
function million({ methodCalls }) {
  const responses = [];
  const email = (id) => {
    const n = Number(id.slice(1));
    return {
      id, threadId: `t${n}`, mailboxIds: { m1: true }, keywords: n % 3 === 0 ? {} : { $seen: true }, from: [{ name: `Person ${n % 97}`, email: `p${n % 97}@example.org` }],
      to: [], subject: `subject ${n}`, preview: `the beginning of message ${n} and a little more`, receivedAt: new Date(1_760_000_000_000 - n * 60_000).toISOString(), hasAttachment: n % 7 === 0, size: 1000,
    };
  };
  for (const [name, args, call] of methodCalls) {
    const accountId = args.accountId;
    const before = (key) => {
      const reference = args[`#${key}`];
      if (!reference) return args[key];
      const source = responses.find(([, , id]) => id === reference.resultOf)[1];
      return reference.path === '/ids' ? source.ids : source.list.map((each) => each.threadId);
    };
    if (name === 'Mailbox/get') {
      responses.push([name, { accountId, state: '1', list: [{ id: 'm1', name: 'INBOX', role: 'inbox', parentId: null, sortOrder: 0, totalEmails: kMillion, unreadEmails: 333_333, totalThreads: kMillion, unreadThreads: 1 }], notFound: [] }, call]);
    } else if (name === 'Email/query') {
      const count = Math.max(0, Math.min(args.limit ?? 50, kMillion - args.position));
      responses.push([name, { accountId, queryState: '1', canCalculateChanges: false, position: args.position, total: kMillion, ids: Array.from({ length: count }, (_, i) => `e${args.position + i}`) }, call]);
    } else if (name === 'Email/get') {
      responses.push([name, { accountId, state: '1', list: before('ids').map(email), notFound: [] }, call]);
    } else if (name === 'Thread/get') {
      responses.push([name, { accountId, state: '1', list: before('ids').map((id) => ({ id, emailIds: [`e${id.slice(1)}`] })), notFound: [] }, call]);
    } else responses.push([name, { accountId, state: '1', list: [], notFound: [] }, call]);
  }
  return { methodResponses: responses, sessionState: '1' };
}

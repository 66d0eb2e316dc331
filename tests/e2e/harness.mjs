// What the browser tests stand on: dhii-mail in a temporary folder, a mail system of its own, and Chromium.
// Everything is on loopback and ends with the test.

import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const web_require = createRequire(join(root, 'web/package.json'));
const { chromium } = web_require('playwright-core');
export const axe_source = readFileSync(web_require.resolve('axe-core/axe.min.js'), 'utf8');
export const esbuild = web_require('esbuild');

export const corpus = process.env.DHII_CORPUS ?? resolve(root, '../shared/corpus');
export const password = 'quiet lichens measure time';

const kStartMs = 120_000; // a debug build that makes its keys and databases
export const kPatienceMs = 30_000; // how long a busy machine may take for what a person sees within a second

export function temporary_folder(name) {
  const folder = mkdtempSync(join(tmpdir(), `dhii-${name}-`));
  execFileSync('chmod', ['755', folder]); // Dovecot's own user must get in
  return folder;
}

async function free_port() {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

// ---- the mail system -------------------------------------------------------------------------------------------

export class MailSystem {
  constructor(folder) {
    this.folder = join(folder, 'mail');
  }

  start() {
    this.call('start', '--port', '0');
    this.env = Object.fromEntries(
      readFileSync(join(this.folder, 'env'), 'utf8')
        .split('\n')
        .flatMap((line) => {
          const match = /^(?:export )?(\w+)=(.*)$/.exec(line);
          return match ? [[match[1], match[2].replace(/^['"]|['"]$/g, '')]] : [];
        }),
    );
    return this;
  }

  call(verb, ...args) {
    return execFileSync(join(root, 'scripts/mail-system'), [verb, this.folder, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  }

  deliver(user, message) {
    const file = join(this.folder, `letter-${Math.random().toString(36).slice(2)}.eml`);
    writeFileSync(file, message.replace(/\r?\n/g, '\r\n'));
    this.call('deliver', user, file);
    rmSync(file);
  }

  stop() {
    try {
      this.call('stop');
    } catch {
      // Already gone.
    }
  }
}

let letters = 0;
export function letter({ from, to, subject, text, html, date, headers = '' }) {
  letters += 1;
  const encoded = (value) => (/^[\x20-\x7e]*$/.test(value) ? value : `=?utf-8?B?${Buffer.from(value).toString('base64')}?=`);
  const body = html ?? text;
  return (
    `From: ${from}\nTo: ${to}\nSubject: ${encoded(subject)}\nDate: ${(date ?? new Date()).toUTCString().replace('GMT', '+0000')}\n` +
    `Message-ID: <e2e-${process.pid}-${letters}@demo.test>\n${headers}MIME-Version: 1.0\n` +
    `Content-Type: text/${html === undefined ? 'plain' : 'html'}; charset=utf-8\nContent-Transfer-Encoding: base64\n\n` +
    `${Buffer.from(body).toString('base64').replace(/.{76}/g, '$&\n')}\n`
  );
}

// ---- dhii-mail -------------------------------------------------------------------------------------------------

function binary() {
  const candidates = [process.env.DHII_BINARY, join(root, 'build/dev/dhii-mail'), join(root, 'build/dev/src/app/dhii-mail'), join(root, 'build/release/dhii-mail')];
  const found = candidates.find((path) => path && existsSync(path));
  if (!found) throw new Error('there is no dhii-mail program; build it with make build, or set DHII_BINARY');
  return resolve(found);
}

export class Server {
  constructor(folder, env = {}) {
    this.folder = folder;
    this.env = env;
    this.output = '';
  }

  async start() {
    this.stopping = false;
    this.port ??= await free_port();
    this.url = `http://127.0.0.1:${this.port}`;
    mkdirSync(join(this.folder, 'data'), { recursive: true });
    this.process = spawn(binary(), ['serve'], {
      cwd: this.folder,
      env: { ...process.env, DATABASE_URL: `sqlite:///${join(this.folder, 'data/dhii_mail_production.db')}`, DHII_LISTEN: `127.0.0.1:${this.port}`, ...this.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const before = this.output.length;
    const read = (chunk) => (this.output += chunk);
    this.process.stdout.on('data', read);
    this.process.stderr.on('data', read);
    this.ended = new Promise((done) => this.process.on('exit', done));
    this.process.on('exit', (code, signal) => {
      if (!this.stopping) this.output += `\n*** dhii-mail ended by itself: ${signal ?? `code ${code}`} ***\n`;
    });
    const deadline = Date.now() + kStartMs;
    for (;;) {
      if (this.process.exitCode !== null) throw new Error(`dhii-mail ended:\n${this.output}`);
      const answer = await fetch(`${this.url}/healthz`).catch(() => null);
      // The link of the first start is printed after the port is open.
      if (answer?.ok && this.output.includes('is running', before)) return this;
      if (Date.now() > deadline) throw new Error(`dhii-mail does not answer:\n${this.output}`);
      await new Promise((done) => setTimeout(done, 100));
    }
  }

  /** The one-time link that it printed. */
  get setup_link() {
    const match = /http:\/\/127\.0\.0\.1:\d+\/#\/setup\?token=\S+/.exec(this.output);
    if (!match) throw new Error(`no set-up link was printed:\n${this.output}`);
    return match[0];
  }

  async stop() {
    if (!this.process || this.process.exitCode !== null) return;
    this.stopping = true;
    this.process.kill('SIGTERM');
    await Promise.race([this.ended, new Promise((done) => setTimeout(done, 10_000))]);
    if (this.process.exitCode === null) this.process.kill('SIGKILL');
  }
}

// ---- the browser -----------------------------------------------------------------------------------------------

/** A proxy that lets nothing through and remembers what it was asked for. Loopback doesn't go through it. */
class Watch {
  seen = [];

  /** Chromium's own housekeeping is not ours to judge. */
  note(target) {
    if (!/^(?:https?:\/\/)?(?:[\w-]+\.)*(?:google|googleapis|gstatic|gvt1)\.com[:/]/.test(target)) this.seen.push(target);
  }

  async start() {
    this.server = createHttpServer((request, response) => {
      this.note(request.url);
      response.writeHead(502).end();
    });
    this.server.on('connect', (request, socket) => {
      this.note(request.url);
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      socket.on('error', () => {});
    });
    await new Promise((done) => this.server.listen(0, '127.0.0.1', done));
    return this;
  }

  /** What was asked for since the last time. */
  take() {
    return this.seen.splice(0);
  }
}

/** Chromium, and a watch over everything that it sends to other hosts: blocked requests never reach the watch. */
export async function browser() {
  const watch = await new Watch().start();
  const launched = await chromium.launch({
    executablePath: process.env.DHII_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
      `--proxy-server=http://127.0.0.1:${watch.server.address().port}`,
    ],
  });
  launched.on('disconnected', () => watch.server.close());
  launched.watch = watch;
  return launched;
}

/** DHII_WEB=web/dist takes the app from there instead of from the program: a look at a change without linking it in. */
async function app_from(context, folder) {
  await context.route(({ pathname }) => pathname === '/' || pathname.startsWith('/assets/'), async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname !== '/') return route.fulfill({ path: join(folder, pathname) });
    const { 'content-encoding': _, 'content-length': __, ...headers } = (await route.fetch()).headers();
    return route.fulfill({ headers, body: readFileSync(join(folder, 'index.html')) });
  });
}

/** A person at a browser of their own; keeps what went wrong in it. */
export async function person(chromium_browser, options = {}) {
  const context = await chromium_browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en-GB', timezoneId: 'Europe/Berlin', ...options });
  if (process.env.DHII_WEB) await app_from(context, resolve(root, process.env.DHII_WEB));
  const page = await context.newPage();
  page.setDefaultTimeout(kPatienceMs);
  const trouble = { errors: [], dialogs: [], refused: [] };
  let bearer = null;
  page.on('request', (request) => (bearer = request.headers()['authorization'] ?? bearer));
  page.on('response', (response) => {
    if (response.status() >= 400) trouble.refused.push(`${response.status()} ${response.request().method()} ${response.url()}`);
  });
  page.on('requestfailed', (request) => trouble.refused.push(`${request.failure()?.errorText} ${request.method()} ${request.url()}`));
  page.on('pageerror', (error) => trouble.errors.push(error.stack ?? error.message));
  page.on('dialog', (dialog) => {
    trouble.dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  return { context, page, trouble, bearer: () => bearer };
}

// ---- all of it together ----------------------------------------------------------------------------------------

/**
 * What a test file stands on, taken away after its tests: a folder, a dhii-mail, a Chromium, people in it, and with `mail` a mail system.
 * `env` gives more settings of the server, `prepare` is called before it starts. KEEP=1 keeps the folder.
 */
export async function world(name, { people = [], mail = false, env = () => ({}), prepare = () => {} } = {}) {
  const made = { folder: temporary_folder(name), people: {} };
  const end = async () => {
    await made.chromium?.close();
    await made.server?.stop();
    made.mail?.stop();
    if (process.env.KEEP) console.log(`kept: ${made.folder}`);
    else rmSync(made.folder, { recursive: true, force: true });
  };
  try {
    if (mail) made.mail = new MailSystem(made.folder).start();
    await prepare(made);
    made.server = new Server(made.folder, env(made));
    await made.server.start();
    made.chromium = await browser();
    for (const who of people) made.people[who] = await person(made.chromium);
  } catch (error) {
    await end();
    throw error;
  }
  after(end);
  return made;
}

/** Nothing went wrong where nobody looked: no error of a script, no dialog. */
export const troubles = (made) => Object.values(made.people).flatMap(({ trouble }) => [...trouble.errors, ...trouble.dialogs]);

/** The set-up link makes the first administrator. */
export async function set_up(page, server, login, name) {
  await page.goto(server.setup_link);
  await page.getByLabel('Login').fill(login);
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('How would you like to start?').waitFor();
}

/** Connects a mailbox of the mail system by hand-typed settings, on the page where the address is asked for. */
export async function connect_mailbox(page, mail, address, mailbox_password) {
  await page.getByLabel('Mail address').fill(address);
  await page.getByRole('button', { name: 'Find settings' }).click();
  await fill_settings(page, mail, address);
  await page.getByLabel('Mailbox password').fill(mailbox_password);
  await page.getByRole('button', { name: 'Connect', exact: true }).click();
}

export async function fill_settings(page, mail, address) {
  const imap = page.getByRole('group', { name: 'Incoming mail (IMAP)' });
  const smtp = page.getByRole('group', { name: 'Outgoing mail (SMTP)' });
  await imap.waitFor();
  for (const [group, security, port] of [[imap, 'tls', mail.env.MAIL_IMAPS_PORT], [smtp, 'starttls', mail.env.MAIL_SUBMISSION_PORT]]) {
    await group.getByLabel('Encryption').selectOption(security);
    await group.getByLabel('Server').fill('127.0.0.1');
    await group.getByLabel('Port').fill(String(port));
    await group.getByLabel('Login').fill(address);
  }
}

export const rows = (page) => page.locator('.list-pane [role="option"][data-id]');
export const row = (page, text) => rows(page).filter({ hasText: text }).first();
export const conversation = (page) => page.locator('.conversation-pane');
export const search_box = (page) => page.getByRole('combobox', { name: 'Search mail' });

export async function search(page, query) {
  await search_box(page).fill(query);
  await search_box(page).press('Enter');
}

export async function axe_violations(page) {
  await page.evaluate(axe_source);
  return page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { iframes: false });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.target.join(' ')).join(', ')}`);
  });
}

// ---- the corpus ------------------------------------------------------------------------------------------------

function strings_of(value, found) {
  if (typeof value === 'string') {
    if (value.includes('<') || value.includes('&')) found.push(value);
  } else if (value !== null && typeof value === 'object') {
    for (const inner of Object.values(value)) strings_of(inner, found);
  }
  return found;
}

/** Every HTML payload of the corpus, each once. Large documents (parser benchmarks) are left to the unit tests. */
export function html_payloads(folder = join(corpus, 'html-xss')) {
  const found = [];
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) found.push(...html_payloads(path));
    else if (name.endsWith('.json')) strings_of(JSON.parse(readFileSync(path, 'utf8')), found);
    else if (name.endsWith('.txt')) found.push(...readFileSync(path, 'utf8').split('\n'));
    else if (!/\.(png|gif|jpe?g|gz|z)$/.test(name) && statSync(path).size < 200_000) found.push(readFileSync(path, 'utf8'));
  }
  return [...new Set(found)].filter((payload) => payload.trim() !== '');
}

// An in-memory server with the surface that the app uses: REST, JMAP, push, /frame. For unit tests and for
// `npm run dev:fake`. Correct enough to test the client against; never part of the build.

import type { EmailBodyPart, Filter, Id, Mailbox, MailboxRole } from './types';
import { FakeRest } from '../api/fake_rest';
import type { Invocation } from './client';

export interface FakeEmail {
  id: Id;
  threadId: Id;
  mailboxIds: Record<Id, boolean>;
  keywords: Record<string, boolean>;
  receivedAt: string;
  subject: string;
  from: { name: string | null; email: string }[];
  to: { name: string | null; email: string }[];
  preview: string;
  hasAttachment: boolean;
  size: number;
  blobId: Id;
  [property: string]: unknown;
}

interface Change {
  state: number;
  id: Id;
  kind: 'created' | 'updated' | 'destroyed';
}

type Args = Record<string, unknown>;

const kBoxes: [Id, string, MailboxRole | null, Id | null][] = [
  ['m1', 'INBOX', 'inbox', null],
  ['m2', 'Drafts', 'drafts', null],
  ['m3', 'Sent', 'sent', null],
  ['m4', 'Archive', 'archive', null],
  ['m5', 'Junk', 'junk', null],
  ['m6', 'Trash', 'trash', null],
  ['m7', 'Projects', null, null],
  ['m8', 'Observatory', null, 'm7'],
  ['m9', 'Reading list', null, null],
];

export class FakeServer {
  emails = new Map<Id, FakeEmail>();
  blobs = new Map<Id, { bytes: Uint8Array; type: string }>();
  boxes: Mailbox[] = kBoxes.map(([id, name, role, parentId], i) => ({ id, name, role, parentId, sortOrder: i, totalEmails: 0, unreadEmails: 0, totalThreads: 0, unreadThreads: 0 }));
  accounts: Args[] = [];
  submissions = new Map<Id, Args>();
  needsSetup = false;
  signedIn = true;
  role = 'administrator';
  factorMissing = false;
  tokenNumber = 1;
  /** Requests seen: method and path, or the names of JMAP methods. */
  log: string[] = [];
  /** The next so many requests get this answer. */
  failNext: { status: number; headers?: Record<string, string>; times: number } | null = null;
  /** Email/set refuses these ids. */
  refuse = new Set<Id>();
  canCalculateChanges = true;
  /** Settings and security centre. */
  readonly others = new FakeRest();

  private state_ = 1;
  private changes_: Change[] = [];
  private next_ = 1000;
  private listeners_ = new Set<(text: string) => void>();

  get state(): string {
    return String(this.state_);
  }

  add(email: Partial<FakeEmail> & { subject: string }): FakeEmail {
    const id = email.id ?? `e${this.next_++}`;
    const full: FakeEmail = {
      threadId: `t${id.slice(1)}`, mailboxIds: { m1: true }, keywords: {}, receivedAt: new Date().toISOString(),
      from: [{ name: 'Ada Lovelace', email: 'ada@example.org' }], to: [{ name: 'Me', email: 'me@example.org' }], preview: email.subject,
      hasAttachment: false, size: 1234, blobId: `b${id}`, ...email, id,
    };
    this.emails.set(id, full);
    this.changed(id, 'created');
    return full;
  }

  update(id: Id, change: Partial<FakeEmail>): void {
    Object.assign(this.emails.get(id) ?? {}, change);
    this.changed(id, 'updated');
  }

  push(event: string, data: unknown): void {
    for (const listener of this.listeners_) listener(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  pushState(): void {
    this.push('state', { '@type': 'StateChange', changed: { a1: { Email: this.state, Mailbox: this.state, Thread: this.state } } });
  }

  /** Takes the place of window.fetch in tests. */
  readonly fetch = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const request = new Request(new URL(url, 'http://fake'), init as RequestInit);
    return this.handle(request);
  };

  async handle(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    this.log.push(`${request.method} ${pathname}`);
    if (this.failNext && this.failNext.times > 0) {
      this.failNext.times -= 1;
      return json({ title: 'made to fail' }, this.failNext.status, this.failNext.headers);
    }
    const open = /^\/api\/v1\/(?:setup|auth\/(?:login|refresh|register|passkey(?:\/options)?|second-factor(?:\/options)?|password\/check|password-reset(?:\/confirm)?))$|^\/frame$/;
    if (!open.test(pathname) && request.headers.get('Authorization') !== `Bearer token${this.tokenNumber}`) {
      return json({ title: 'sign in', detail: 'sign in first' }, 401);
    }
    if (pathname.startsWith('/jmap') || pathname === '/.well-known/jmap') return this.jmap(request, pathname);
    if (pathname === '/frame') return this.frame(request);
    return this.rest(request, pathname);
  }

  // ---- REST ----------------------------------------------------------------------------------------------------

  private async rest(request: Request, path: string): Promise<Response> {
    const body = request.method === 'GET' ? {} : ((await request.json().catch(() => ({}))) as Args);
    const token = { access_token: `token${this.tokenNumber}`, token_type: 'Bearer', expires_in: 900, user: { id: 'u1', login: 'me', display_name: 'Me', role: this.role, second_factor_missing: this.factorMissing } };
    switch (`${request.method} ${path}`) {
      case 'GET /api/v1/setup':
        return json({ needed: this.needsSetup });
      case 'POST /api/v1/setup':
        this.needsSetup = false;
        this.signedIn = true;
        return json(token);
      case 'POST /api/v1/auth/refresh':
        return this.signedIn ? json(token) : json({ title: 'no session' }, 401);
      case 'POST /api/v1/auth/login':
        if (body['password'] === 'wrong') return json({ title: 'no', detail: 'wrong' }, 401);
        this.signedIn = true;
        return json(token);
      case 'POST /api/v1/auth/logout':
        this.signedIn = false;
        return new Response(null, { status: 204 });
      case 'GET /api/v1/accounts':
        return json({ accounts: this.accounts });
      case 'POST /api/v1/accounts/discover':
        return json({ candidates: [{ source: 'srv', imap: { host: 'imap.example.org', port: 993, security: 'tls', login: body['email'] }, smtp: { host: 'smtp.example.org', port: 465, security: 'tls', login: body['email'] } }] });
      case 'POST /api/v1/accounts/test':
        return json({ imap: { ok: body['password'] !== 'wrong', detail: 'imap.example.org refused the password: [AUTHENTICATIONFAILED].' }, smtp: { ok: true } });
      case 'POST /api/v1/accounts':
      case 'POST /api/v1/accounts/sample': {
        const account = { id: 'a1', kind: 'local', email: 'me@example.org', name: 'Sample', state: 'local', progress: { done: 0, total: 0 } };
        this.accounts = [account];
        return json(account, 201);
      }
      default: {
        const other = this.others.handle(request.method, path, body, new URL(request.url).searchParams);
        if (other) return other.body === undefined ? new Response(null, { status: other.status }) : json(other.body, other.status);
        return json({}, /sync$/.test(path) ? 202 : 404);
      }
    }
  }

  private async frame(request: Request): Promise<Response> {
    const form = new URLSearchParams(await request.text());
    const images = form.get('remote') === '1' ? 'data: https:' : 'data:';
    return new Response(form.get('html'), {
      headers: {
        'Content-Type': 'text/html; charset=utf-8',
        'Content-Security-Policy': `sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src ${images}; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'`,
      },
    });
  }

  // ---- JMAP ----------------------------------------------------------------------------------------------------

  private async jmap(request: Request, path: string): Promise<Response> {
    if (path === '/.well-known/jmap') return json(this.session());
    if (path === '/jmap/eventsource') return this.events();
    const download = /^\/jmap\/download\/a1\/([^/]+)\//.exec(path);
    if (download) {
      const blob = this.blobs.get(download[1] as string);
      return blob ? new Response(blob.bytes as unknown as BodyInit, { headers: { 'Content-Type': blob.type } }) : json({}, 404);
    }
    if (path.startsWith('/jmap/upload/')) {
      const blobId = `b${this.next_++}`;
      const type = request.headers.get('Content-Type') ?? '';
      this.blobs.set(blobId, { bytes: new Uint8Array(await request.arrayBuffer()), type });
      return json({ accountId: 'a1', blobId, type, size: this.blobs.get(blobId)?.bytes.length ?? 0 }, 201);
    }
    const { methodCalls } = (await request.json()) as { methodCalls: Invocation[] };
    const responses: Invocation[] = [];
    const created = new Map<string, Id>();
    for (const [name, raw, callId] of methodCalls) {
      this.log.push(name);
      try {
        for (const [method, result] of this.method(name, resolve(raw, responses), created)) responses.push([method, result, callId]);
      } catch (error) {
        responses.push(['error', { type: (error as Error).message }, callId]);
      }
    }
    return json({ methodResponses: responses, sessionState: '1' });
  }

  private session(): Args {
    return {
      accounts: { a1: { name: 'me@example.org', isPersonal: true, isReadOnly: false } },
      primaryAccounts: {}, capabilities: { 'urn:ietf:params:jmap:core': { maxCallsInRequest: 16 } }, apiUrl: '/jmap/api', state: '1', username: 'me',
      uploadUrl: '/jmap/upload/{accountId}/', downloadUrl: '/jmap/download/{accountId}/{blobId}/{name}?type={type}',
      eventSourceUrl: '/jmap/eventsource?types={types}&closeafter={closeafter}&ping={ping}',
    };
  }

  private events(): Response {
    const encoder = new TextEncoder();
    let listener: (text: string) => void = () => {};
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        listener = (text) => controller.enqueue(encoder.encode(text));
        this.listeners_.add(listener);
        listener(': hello\n\n');
      },
      cancel: () => void this.listeners_.delete(listener),
    });
    return new Response(stream, { headers: { 'Content-Type': 'text/event-stream' } });
  }

  private method(name: string, args: Args, created: Map<string, Id>): [string, Args][] {
    const accountId = 'a1';
    switch (name) {
      case 'Mailbox/get':
        return [[name, { accountId, state: this.state, list: this.countedBoxes(), notFound: [] }]];
      case 'Thread/get': {
        const ids = args['ids'] as Id[];
        const list = [...new Set(ids)].map((id) => ({ id, emailIds: this.sorted((email) => email.threadId === id).reverse().map(({ id: email }) => email) }));
        return [[name, { accountId, state: this.state, list: list.filter(({ emailIds }) => emailIds.length > 0), notFound: [] }]];
      }
      case 'Email/get':
        return [[name, this.get(args)]];
      case 'Email/query':
        return [[name, this.query(args)]];
      case 'Email/queryChanges':
        return [[name, this.queryChanges(args)]];
      case 'Email/changes':
        return [[name, this.emailChanges(args)]];
      case 'Email/set':
        return [[name, this.set(args, created)]];
      case 'SearchSnippet/get':
        return [[name, { accountId, list: [], notFound: [] }]];
      case 'Identity/get':
        return [[name, { accountId, state: '1', list: [{ id: 'i1', name: 'Me', email: 'me@example.org', replyTo: null, textSignature: '', mayDelete: false }], notFound: [] }]];
      case 'EmailSubmission/set':
        return this.submit(args, created);
      default:
        throw new Error('unknownMethod');
    }
  }

  private get(args: Args): Args {
    const ids = args['ids'] as Id[];
    const properties = args['properties'] as string[];
    const list = [...new Set(ids)].flatMap((id) => {
      const email = this.emails.get(id);
      return email ? [{ id, ...Object.fromEntries(properties.map((property) => [property, email[property] ?? body_default(property, email)])) }] : [];
    });
    return { accountId: 'a1', state: this.state, list, notFound: ids.filter((id) => !this.emails.has(id)) };
  }

  private sorted(test: (email: FakeEmail) => boolean): FakeEmail[] {
    return [...this.emails.values()].filter(test).sort((a, b) => (a.receivedAt < b.receivedAt ? 1 : a.receivedAt > b.receivedAt ? -1 : a.id < b.id ? 1 : -1));
  }

  private results(args: Args): Id[] {
    const seen = new Set<Id>();
    return this.sorted((email) => matches(email, args['filter'] as Filter)).flatMap((email) => {
      if (args['collapseThreads'] && seen.has(email.threadId)) return [];
      seen.add(email.threadId);
      return [email.id];
    });
  }

  private snapshots_ = new Map<string, Id[]>();

  private query(args: Args): Args {
    const all = this.results(args);
    const key = `${this.state}:${JSON.stringify(args['filter'])}`;
    this.snapshots_.set(key, all);
    let position = Number(args['position'] ?? 0);
    if (args['anchor'] !== undefined) {
      position = all.indexOf(args['anchor'] as Id) + Number(args['anchorOffset'] ?? 0);
      if (!all.includes(args['anchor'] as Id)) throw new Error('anchorNotFound');
    }
    const ids = all.slice(position, position + Number(args['limit'] ?? 50));
    return { accountId: 'a1', queryState: key, canCalculateChanges: this.canCalculateChanges, position, ids, total: all.length };
  }

  private queryChanges(args: Args): Args {
    const before = this.snapshots_.get(String(args['sinceQueryState']));
    if (!before || !this.canCalculateChanges) throw new Error('cannotCalculateChanges');
    const now = this.results(args);
    const key = `${this.state}:${JSON.stringify(args['filter'])}`;
    this.snapshots_.set(key, now);
    const old = new Set(before);
    const current = new Set(now);
    return {
      accountId: 'a1', oldQueryState: args['sinceQueryState'], newQueryState: key, total: now.length,
      removed: before.filter((id) => !current.has(id)),
      added: now.flatMap((id, index) => (old.has(id) ? [] : [{ id, index }])),
    };
  }

  private emailChanges(args: Args): Args {
    const since = Number(args['sinceState']);
    const kinds = new Map<Id, Change['kind']>();
    for (const change of this.changes_.filter(({ state }) => state > since)) {
      if (!(kinds.get(change.id) === 'created' && change.kind === 'updated')) kinds.set(change.id, change.kind);
    }
    const of = (kind: Change['kind']): Id[] => [...kinds].flatMap(([id, k]) => (k === kind ? [id] : []));
    const hasMoreChanges = kinds.size > Number(args['maxChanges'] ?? 1000);
    return { accountId: 'a1', oldState: args['sinceState'], newState: this.state, hasMoreChanges, created: of('created'), updated: of('updated'), destroyed: of('destroyed') };
  }

  private set(args: Args, created: Map<string, Id>): Args {
    const oldState = this.state;
    const result: Args = { accountId: 'a1', oldState, created: {}, updated: {}, destroyed: [], notCreated: {}, notUpdated: {}, notDestroyed: {} };
    for (const [key, value] of Object.entries((args['create'] as Record<string, Args>) ?? {})) {
      const values = value['bodyValues'] as Record<string, { value: string }> | undefined;
      const words = values?.['text']?.value ?? '';
      const attachments = (value['attachments'] as EmailBodyPart[] | undefined) ?? [];
      const email = this.add({
        ...(value as unknown as FakeEmail), preview: words.slice(0, 100), hasAttachment: attachments.length > 0,
        bodyValues: { text: { value: words, isTruncated: false, isEncodingProblem: false } },
        textBody: [{ partId: 'text', blobId: null, size: words.length, name: null, type: 'text/plain', disposition: null, cid: null }],
      });
      created.set(key, email.id);
      (result['created'] as Args)[key] = { id: email.id, threadId: email.threadId, blobId: email.blobId, size: 1 };
    }
    for (const [id, patch] of Object.entries((args['update'] as Record<Id, Args>) ?? {})) {
      const email = this.emails.get(id);
      if (!email || this.refuse.has(id)) (result['notUpdated'] as Args)[id] = { type: 'forbidden', description: 'The server said no.' };
      else {
        patch_email(email, patch);
        this.changed(id, 'updated');
        (result['updated'] as Args)[id] = null;
      }
    }
    for (const id of (args['destroy'] as Id[]) ?? []) {
      this.emails.delete(id);
      this.changed(id, 'destroyed');
      (result['destroyed'] as Id[]).push(id);
    }
    result['newState'] = this.state;
    return result;
  }

  private submit(args: Args, created: Map<string, Id>): [string, Args][] {
    const result: Args = { accountId: 'a1', oldState: '1', newState: '2', created: {}, updated: {}, destroyed: [], notCreated: {}, notUpdated: {}, notDestroyed: {} };
    const success = (args['onSuccessUpdateEmail'] as Record<string, Args>) ?? {};
    const update: Record<Id, Args> = {};
    for (const [key, value] of Object.entries((args['create'] as Record<string, Args>) ?? {})) {
      const id = `s${this.next_++}`;
      const reference = String(value['emailId']);
      const emailId = reference.startsWith('#') ? (created.get(reference.slice(1)) as Id) : reference;
      this.submissions.set(id, { ...value, id, emailId, undoStatus: 'pending' });
      (result['created'] as Args)[key] = { id, undoStatus: 'pending' };
      if (success[`#${key}`]) update[emailId] = success[`#${key}`] as Args;
    }
    for (const [id, patch] of Object.entries((args['update'] as Record<Id, Args>) ?? {})) {
      const submission = this.submissions.get(id);
      if (submission?.['undoStatus'] !== 'pending') (result['notUpdated'] as Args)[id] = { type: 'cannotUnsend' };
      else {
        Object.assign(submission, patch);
        (result['updated'] as Args)[id] = null;
        if (success[id]) update[submission['emailId'] as Id] = success[id] as Args;
      }
    }
    return [['EmailSubmission/set', result], ['Email/set', this.set({ update }, created)]];
  }

  private countedBoxes(): Mailbox[] {
    const counts = new Map<Id, [number, number]>();
    for (const email of this.emails.values()) {
      for (const box of Object.keys(email.mailboxIds)) {
        const [total, unread] = counts.get(box) ?? [0, 0];
        counts.set(box, [total + 1, unread + (email.keywords['$seen'] || email.keywords['$draft'] ? 0 : 1)]);
      }
    }
    return this.boxes.map((box) => ({ ...box, totalEmails: counts.get(box.id)?.[0] ?? 0, unreadEmails: counts.get(box.id)?.[1] ?? 0 }));
  }

  private changed(id: Id, kind: Change['kind']): void {
    this.state_ += 1;
    this.changes_.push({ state: this.state_, id, kind });
  }
}

function json(body: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json', ...headers } });
}

/** Result references (RFC 8620 §3.7). */
function resolve(args: Args, responses: Invocation[]): Args {
  return Object.fromEntries(
    Object.entries(args).map(([key, value]) => {
      if (!key.startsWith('#')) return [key, value];
      const { resultOf, name, path } = value as { resultOf: string; name: string; path: string };
      const answer = responses.find(([method, , call]) => call === resultOf && method === name);
      if (!answer) throw new Error('invalidResultReference');
      return [key.slice(1), walk(answer[1], path.split('/').slice(1))];
    }),
  );
}

function walk(value: unknown, path: string[]): unknown {
  const [head, ...rest] = path;
  if (head === undefined) return value;
  if (head === '*') return (value as unknown[]).flatMap((item) => walk(item, rest));
  return walk((value as Args)[head], rest);
}

function matches(email: FakeEmail, filter: Filter): boolean {
  if ('operator' in filter) {
    const tests = (filter.conditions as Filter[]).map((condition) => matches(email, condition));
    return filter.operator === 'AND' ? tests.every(Boolean) : filter.operator === 'OR' ? tests.some(Boolean) : !tests.some(Boolean);
  }
  if (filter['inMailbox'] !== undefined && !email.mailboxIds[String(filter['inMailbox'])]) return false;
  const text = String(filter['text'] ?? '').toLowerCase();
  if (text === 'is:unread') return !email.keywords['$seen'];
  return text === '' || `${email.subject} ${email.preview} ${email.from.map((a) => a.email).join(' ')}`.toLowerCase().includes(text);
}

function patch_email(email: FakeEmail, patch: Args): void {
  for (const [path, value] of Object.entries(patch)) {
    const [target, key] = path.split('/') as ['mailboxIds' | 'keywords', string | undefined];
    if (key === undefined) email[target] = value as Record<string, boolean>;
    else if (value === null) delete email[target][key];
    else email[target][key] = true;
  }
}

function body_default(property: string, email: FakeEmail): unknown {
  const part: EmailBodyPart = { partId: '1', blobId: null, size: 1, name: null, type: 'text/plain', disposition: null, cid: null };
  if (property === 'textBody' || property === 'htmlBody') return [part];
  if (property === 'attachments') return [];
  if (property === 'bodyValues') return { 1: { value: email.preview, isTruncated: false, isEncodingProblem: false } };
  if (property === 'messageId') return [`${email.id}@example.org`];
  return null;
}

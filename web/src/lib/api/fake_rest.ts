// The part of the in-memory server behind settings and security centre: factors, keys, people, events, alerts, reports. For unit tests and
// `npm run dev:fake`; never part of the build. Numbers are chosen so that every state of every screen can be looked at.

type Args = Record<string, unknown>;
export type FakeAnswer = { status: number; body?: unknown };

const kHourMs = 3_600_000;
const ago = (ms: number): string => new Date(Date.now() - ms).toISOString();
const ok = (body: unknown, status = 200): FakeAnswer => ({ status, body });
const none: FakeAnswer = { status: 204 };

const kinds: [string, string, string][] = [
  ['auth.signed_in', 'info', 'alice signed in from 192.0.2.17.'],
  ['auth.sign_in_failed', 'warning', 'A sign-in as alice from 203.0.113.9 failed: wrong password.'],
  ['api.rate_limited', 'notice', 'Requests from 203.0.113.9 to POST /api/v1/auth/login are over the rate limit.'],
  ['auth.new_device', 'notice', 'bob signed in from 198.51.100.4 with a device not seen before: Firefox on Linux.'],
  ['network.certificate_expiring', 'warning', 'The certificate of mail.example.org expires in 13 days.'],
  ['auth.signed_in', 'info', 'bob signed in from 198.51.100.4.'],
  ['file.path_traversal', 'warning', 'A request from 203.0.113.9 tried to leave the folder it may see: /../../etc/passwd.'],
  ['database.backup_done', 'info', 'A backup was written: dhii-mail-2026-11-24.backup.'],
  ['auth.refresh_token_reused', 'critical', 'A refresh token of carol was used twice, the second time from 203.0.113.77: somebody may hold a copy. The session was ended.'],
];

export class FakeRest {
  stepped_up = false;
  totp = false;
  passkeys: Args[] = [{ id: 'p1', name: 'Phone', backed_up: true, can_sign_in_alone: true, created_at: ago(40 * 24 * kHourMs), last_used_at: ago(3 * kHourMs) }];
  recovery_codes = 0;
  sessions: Args[] = [
    { id: 's1', client: 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0', address: '192.0.2.17', created_at: ago(70 * kHourMs), last_used_at: ago(1000), current: true },
    { id: 's2', client: 'Mozilla/5.0 (iPhone) Safari/605', address: '198.51.100.4', created_at: ago(400 * kHourMs), last_used_at: ago(5 * kHourMs), current: false },
    { id: 's3', client: 'Mozilla/5.0 (Windows NT 10.0) Firefox/133.0', address: '2001:db8::17', created_at: ago(900 * kHourMs), last_used_at: ago(200 * kHourMs), current: false },
  ];
  keys: Args[] = [{ id: 'k1', name: 'Report of the week', hint: 'dhk1_Ab3', scopes: ['mail:read'], allowed_networks: ['192.0.2.0/24'], last_address: '192.0.2.17', created_at: ago(900 * kHourMs), expires_at: ago(-700 * kHourMs), last_used_at: ago(kHourMs) }];
  users: Args[] = ['me', 'bob', 'carol', 'dora'].map((login, i) => ({ id: `u${i + 1}`, login, display_name: login[0]?.toUpperCase() + login.slice(1), role: ['administrator', 'user', 'auditor', 'user'][i], disabled: i === 3, created_at: ago(i * 1000 * kHourMs) }));
  alerts: Args[] = [
    { id: '1', rule: 'failed_logins_per_address', title: 'Many failed sign-ins from one address', key: '203.0.113.9', address: '203.0.113.9', state: 'firing', severity: 'error', observed: '43 failed sign-ins from 203.0.113.9 within 5 minutes.', expected: 'at most 10 in 5 minutes', count: 43, first_at: ago(0.4 * kHourMs), last_at: ago(0.1 * kHourMs) },
    { id: '2', rule: 'certificate_expiring', title: 'A certificate expires soon', key: 'mail.example.org (14 days)', state: 'acknowledged', severity: 'warning', observed: 'The certificate of mail.example.org expires in 13 days.', expected: 'more than 30 days', count: 1, first_at: ago(20 * kHourMs), last_at: ago(kHourMs), handled_by: 'me' },
    { id: '3', rule: 'unusual_errors', title: 'Unusually many errors', key: '', state: 'resolved', severity: 'warning', observed: '4.1 % of the requests failed.', expected: '0 to 1.2 %', count: 3, first_at: ago(60 * kHourMs), last_at: ago(59 * kHourMs), resolved_at: ago(59 * kHourMs) },
  ];
  blocks: Args[] = [{ id: '1', address: '203.0.113.9', reason: 'Many failed sign-ins', made_by: 'dhii-mail', made_at: ago(kHourMs), until: ago(-3 * kHourMs), strikes: 2 }];
  tasks: Args[] = [
    { id: 'review-logs', title: 'Review the security events', why: 'Attacks are seen first by those who look.', every: 'daily', automatic: false, program: '', note: 'All quiet.', due_at: ago(5 * kHourMs), overdue: true, done_at: ago(30 * kHourMs), done_by: 'me' },
    { id: 'health', title: 'Check the health of the system', every: 'daily', why: '', program: 'Looks at disk, clock, queues and databases every hour.', note: null, done_by: null, due_at: ago(-10 * kHourMs), overdue: false, automatic: true, done_at: ago(2 * kHourMs) },
    { id: 'drill', title: 'Incident response drill', why: 'Nobody reads a guide for the first time at night.', every: 'quarterly', automatic: false, program: '', note: null, done_at: null, done_by: null, due_at: ago(-900 * kHourMs), overdue: false },
  ];
  private readonly codes = Array.from({ length: 10 }, (_, i) => `qrst-${1000 + i * 37}-uvwx`);
  private readonly events = Array.from({ length: 260 }, (_, i) => {
    const [kind, severity, sentence] = kinds[(i * 5 + Math.floor(i / 9)) % kinds.length] as [string, string, string];
    const address = /\d+\.\d+\.\d+\.\d+/.exec(sentence)?.[0];
    const actor = /\b(alice|bob|carol)\b/.exec(sentence)?.[0];
    return { id: String(1000 - i), kind, severity, sentence, at: ago(i * i * 9000 + i * 120_000), ...(address ? { address } : {}), ...(actor ? { actor } : {}), request_id: `r${i}`, count: i % 30 === 7 ? 14 : 1 };
  });

  /** null: not one of mine. */
  handle(method: string, path: string, body: Args, params: URLSearchParams): FakeAnswer | null {
    const [, area = '', rest = ''] = /^\/api\/v1\/(auth|app-passwords|api-keys|me|users|security)(?:\/(.*))?$/.exec(path) ?? [];
    if (area === 'auth') return this.auth(method, rest, body);
    if (area === 'security') return this.security(method, rest, body, params);
    return area === '' ? null : this.people(method, area, rest, body);
  }

  private auth(method: string, rest: string, body: Args): FakeAnswer | null {
    const [what, id] = rest.split('/') as [string, string | undefined];
    switch (`${method} ${what}`) {
      case 'GET factors':
        return ok({ totp: this.totp, passkeys: this.passkeys.length, recovery_codes: this.recovery_codes, passkeys_possible: true });
      case 'GET sessions':
        return ok({ sessions: this.sessions });
      case 'DELETE sessions':
        this.sessions = this.sessions.filter((session) => (id === undefined ? session['current'] === true : session['id'] !== id));
        return none;
      case 'POST step-up':
        if (id === 'options') return ok({ methods: ['password'] });
        if (body['password'] === 'wrong') return ok({ code: 'auth.step_up_failed' }, 401);
        this.stepped_up = true;
        return none;
      case 'POST totp':
        if (!this.stepped_up) return this.step_up();
        if (id === 'confirm') this.totp = true;
        return id === 'confirm' ? ok({}) : ok({ secret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP', uri: 'otpauth://totp/dhii-mail:me?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=dhii-mail' });
      case 'DELETE totp':
        this.totp = false;
        return none;
      case 'GET passkeys':
        return ok({ passkeys: this.passkeys });
      case 'POST recovery-codes':
        this.recovery_codes = this.codes.length;
        return ok({ recovery_codes: this.codes });
      case 'POST password':
        if (id === 'check') return ok({ score: Math.min(4, Math.floor(String(body['password']).length / 6)), acceptable: String(body['password']).length > 15, advice: ['Add one more word.'] });
        return ok({ ended: body['end_keys'] ? { api_keys: this.keys.length, app_passwords: 0 } : { api_keys: 0, app_passwords: 0 } });
      default:
        return null;
    }
  }

  private people(method: string, area: string, rest: string, body: Args): FakeAnswer | null {
    const [id, verb] = rest.split('/') as [string, string | undefined];
    switch (`${method} ${area}${id === '' ? '' : id === 'invitations' ? '/invitations' : '/*'}`) {
      case 'GET api-keys':
        return ok({ api_keys: this.keys });
      case 'POST api-keys':
        this.keys = [...this.keys, { ...body, id: `k${this.keys.length + 1}`, hint: 'dhk1_Zz9', last_used_at: null, last_address: null, created_at: ago(0) }];
        return ok({ key: 'dhii_live_0123456789abcdef' }, 201);
      case 'GET api-keys/*':
        return ok({ uses: Array.from({ length: 30 }, (_, i) => ({ last_at: ago(i * kHourMs), first_at: ago(i * kHourMs), route: 'GET /api/v1/messages', address: '192.0.2.17', status: 200, count: 12 })) });
      case 'PATCH api-keys/*':
        this.keys = this.keys.map((key) => (key['id'] === id ? { ...key, ...body } : key));
        return ok(this.keys.find((key) => key['id'] === id));
      case 'GET app-passwords':
        return ok({ app_passwords: [] });
      case 'POST app-passwords':
        return ok({ password: 'abcd-efgh-ijkl-mnop' }, 201);
      case 'GET me':
        return ok(this.users[0]);
      case 'GET me/*':
        return ok({ exports: [{ id: 'x1', state: 'ready', asked_at: ago(2 * kHourMs), expires_at: ago(-22 * kHourMs), parts: 2, bytes: 48_000_000, messages: 1204 }] });
      case 'GET users':
        return ok({ users: this.users });
      case 'PATCH users/*':
        this.users = this.users.map((user) => (user['id'] === id ? { ...user, ...body } : user));
        return ok(this.users.find((user) => user['id'] === id));
      case 'POST users/*':
        return verb === 'password-reset' ? ok({ link: 'http://localhost/#/reset?token=abc', expires_at: ago(-kHourMs) }) : none;
      case 'GET users/invitations':
        return ok({ invitations: [] });
      case 'POST users/invitations':
        return ok({ link: 'http://localhost/#/register?invitation=abc', expires_at: ago(-kHourMs) }, 201);
      default:
        return method === 'DELETE' ? none : null;
    }
  }

  private security(method: string, rest: string, body: Args, params: URLSearchParams): FakeAnswer | null {
    const [what, id, verb] = rest.split('/') as [string, string | undefined, string | undefined];
    switch (`${method} ${what}`) {
      case 'GET events':
        return this.page(params);
      case 'GET summary':
        return ok({ days: Array.from({ length: 21 }, (_, i) => ({ day: ago((20 - i) * 24 * kHourMs).slice(0, 10), counts: { auth: (i * 17) % 40, api: (i * 5) % 9 } })), families: ['auth', 'api'], alerts: { pending: 0, firing: 1, acknowledged: 1, silenced: 0 }, blocks: this.blocks.length, journal: { records: 900, bytes: 300_000, dropped: 0, failing: false }, scores: [] });
      case 'GET alerts':
        return ok({ alerts: this.alerts });
      case 'POST alerts':
        this.alerts = this.alerts.map((alert) => (alert['id'] === id ? { ...alert, state: verb === 'silence' ? 'silenced' : 'acknowledged', silenced_until: ago(-60_000 * Number(body['minutes'] ?? 0)) } : alert));
        return none;
      case 'GET blocks':
        return ok({ blocks: this.blocks });
      case 'POST blocks':
        this.blocks = [...this.blocks, { id: String(this.blocks.length + 2), ...body, made_by: 'me', made_at: ago(0), until: ago(-60_000 * Number(body['minutes'])), strikes: 1 }];
        return ok({}, 201);
      case 'DELETE blocks':
        this.blocks = this.blocks.filter((block) => block['id'] !== id);
        return none;
      case 'GET tasks':
        return ok({ tasks: this.tasks });
      case 'POST tasks':
        this.tasks = this.tasks.map((task) => (task['id'] === id ? { ...task, overdue: false, done_at: ago(0), done_by: 'me', due_at: ago(-24 * kHourMs) } : task));
        return none;
      case 'GET backups':
        return ok({ configured: true, interval_hours: 24, keep: 7, backups: [{ name: '20261124T150000Z', complete: true, at: ago(9 * kHourMs), size: 48_000_000, users: 3, emails: 18_204 }] });
      case 'GET checks':
        return ok({ reports: [{ kind: 'check_pre', at: ago(2 * kHourMs), target: '/var/lib/dhii-mail', score: 81, checks: check_results }, { kind: 'check_post', at: ago(2 * kHourMs), target: 'https://mail.example.org', score: 90, checks: check_results.slice(2) }] });
      case 'GET audit':
        return ok({ at: ago(30 * kHourMs), score: 97, result: fake_audit() });
      default:
        return null;
    }
  }

  private page(params: URLSearchParams): FakeAnswer {
    const order = ['info', 'notice', 'warning', 'error', 'critical'];
    const wanted = (name: string): string => params.get(name) ?? '';
    const matching = this.events.filter(
      (event) =>
        (wanted('kind') === '' || wanted('kind').split(',').some((kind) => event.kind === kind || event.kind.startsWith(`${kind}.`))) &&
        (wanted('severity') === '' || order.indexOf(event.severity) >= order.indexOf(wanted('severity'))) &&
        (wanted('address') === '' || event.address === wanted('address')) && (wanted('actor') === '' || event.actor === wanted('actor')) &&
        wanted('q').toLowerCase().split(/\s+/).every((word) => `${event.sentence} ${event.kind}`.toLowerCase().includes(word)) &&
        (wanted('since') === '' || event.at >= wanted('since')) && (wanted('until') === '' || event.at < wanted('until')),
    );
    const from = Number(params.get('cursor') ?? 0);
    const limit = Number(params.get('limit') ?? 50);
    return ok({ events: matching.slice(from, from + limit), ...(matching.length > from + limit ? { next_cursor: String(from + limit) } : {}) });
  }

  private step_up(): FakeAnswer {
    return ok({ title: 'Confirm', code: 'auth.step_up_required', detail: 'Confirm who you are first.' }, 403);
  }
}

const check_results = [
  { id: 'env.secrets', box: 'All environment variables are set', title: 'Secrets are set and strong', status: 'pass', weight: 'must', evidence: 'JWT_SECRET_KEY has 43 characters, ENCRYPTION_KEY 32; none is a placeholder, none is used twice.' },
  { id: 'backup.recent', box: 'Backup strategy is implemented', title: 'A backup is younger than a day', status: 'fail', weight: 'must', evidence: 'The newest backup in /var/backups/dhii-mail is 3 days old.', mend: 'Enable dhii-mail-backup.timer, or run “dhii-mail backup create”.' },
  { id: 'db.encrypted', box: 'Database is encrypted', title: 'The database is encrypted', status: 'pass', weight: 'must', evidence: 'The first 16 bytes are not SQLite’s; opening with another key was refused.' },
  { id: 'swap', box: 'The machine is hardened', title: 'Swap is off or encrypted', status: 'warn', weight: 'should', evidence: '/swapfile is active.', mend: 'Encrypt it with dm-crypt, or run with memory locked.' },
  { id: 'headers', box: 'Security headers are verified', title: 'Security headers are on every answer', status: 'pass', weight: 'must', evidence: '52 routes and 4 error pages were asked.' },
];

function fake_audit(): Args {
  const endpoint = (i: number): Args => ({ method: i % 3 === 0 ? 'POST' : 'GET', path: `/api/v1/things/${i}`, score: i === 4 ? 40 : 100, secure: i !== 4, requests: 60 + i, probes: 31, outcomes: i === 4 ? [leak] : [] });
  const endpoints = Array.from({ length: 24 }, (_, i) => endpoint(i));
  return {
    target: 'a throw-away instance', version: '1.0.0', started: ago(30 * kHourMs), requests: 1700, total_endpoints: 24, secure_endpoints: 23, average_score: 97.5, lowest_score: 40, endpoints,
    server: { ...endpoint(1), method: '', path: 'the server as a whole' }, not_tried: ['IPv6: this machine has none.'],
  };
}
const leak = { probe: 'object.foreign', title: 'hides objects of other users', severity: 'critical', owasp: 'API1:2023', why: 'The object of another user was answered with 200.', sent: 'GET /api/v1/things/4\nAuthorization: Bearer (of bob)', received: 'HTTP/1.1 200 OK\n{"id":4,"owner":"alice"}' };

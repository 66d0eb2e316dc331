// Authenticated HTTP. Holds the access token in memory only; the refresh token is an HttpOnly cookie that
// script never sees. A 401 leads to one refresh shared by all waiting requests; a 429 waits as long as the
// server says; a 403 that asks for a confirmation of who one is asks the person, once for all waiting requests, and
// sends the request again. Owned by the app root; must never write the token anywhere.

import { api_error, ApiError, NetworkError, NotConfirmedError, SignedOutError } from './errors';

export type Fetch = (input: string, init?: RequestInit) => Promise<Response>;

export interface User {
  id: string;
  login: string;
  display_name: string;
  role: string;
  /** The server wants a second factor of this person, who has none yet: until then nothing else is open. */
  second_factor_missing?: boolean;
}

export interface TokenAnswer {
  access_token: string;
  expires_in: number;
  user: User;
}

/** The password was right, and a second factor is wanted before there is a session. */
export interface SecondFactorWanted {
  challenge: string;
  methods: FactorMethod[];
}

export type FactorMethod = 'totp' | 'passkey' | 'recovery_code' | 'password';

export interface TransportOptions {
  fetch?: Fetch;
  now?: () => number;
  sleep?: (ms: number) => Promise<void>;
}

/** Goes with what makes a session: the refresh token then stays in a cookie that script never sees. */
export const kWebClient = { client: 'web' } as const;

const kMaxAttempts = 4; // a request that is limited or refused this often is given up and reported
const kMaxRetryAfterSeconds = 60; // longer waits are shown to the person instead of being sat out
const kStepUpCode = 'auth.step_up_required';
const kFactorCode = 'auth.factor_required';
const kTokenSlackSeconds = 20; // a token this close to its end is refreshed before it is handed to a frame

export class Transport {
  onSignedOut: () => void = () => {};
  /** Asks the person to confirm who they are; false when they would rather not. */
  onStepUp: () => Promise<boolean> = () => Promise.resolve(false);

  /** A second factor has to be set up before anything else. */
  onFactorMissing: () => void = () => {};

  private token_: string | null = null;
  private expires_at_ = 0;
  private refreshing_: Promise<User> | null = null;
  private confirming_: Promise<boolean> | null = null;
  private readonly fetch_: Fetch;
  private readonly now_: () => number;
  private readonly sleep_: (ms: number) => Promise<void>;

  constructor(options: TransportOptions = {}) {
    this.fetch_ = options.fetch ?? ((input, init) => fetch(input, init));
    this.now_ = options.now ?? (() => Date.now());
    this.sleep_ = options.sleep ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
  }

  get signedIn(): boolean {
    return this.token_ !== null;
  }

  /** A token that lives long enough to be posted with a form or an upload. */
  async freshToken(): Promise<string> {
    if (this.token_ === null || this.now_() > this.expires_at_ - kTokenSlackSeconds * 1000) {
      await this.refresh();
    }
    return this.token_ ?? '';
  }

  /** Exchanges a credential (setup, register, second factor) for a session. */
  async signIn(path: string, body: Record<string, unknown>): Promise<User> {
    const answer = await this.offer(path, body);
    if ('second_factor' in answer) throw new Error(`${path} asked for a second factor`);
    return answer.user;
  }

  /** The same where the server may want a second factor first. */
  async offer(path: string, body: Record<string, unknown>): Promise<{ user: User } | { second_factor: SecondFactorWanted }> {
    const response = await this.raw(path, post_json(body));
    if (!response.ok) throw await api_error(response);
    const answer = (await response.json()) as TokenAnswer | { second_factor: SecondFactorWanted };
    return 'second_factor' in answer ? answer : { user: this.accept(answer) };
  }

  /** For what is asked before there is a session: no token is sent, and a refusal is the answer. */
  async openJson<T>(path: string, body: unknown): Promise<T> {
    const response = await this.raw(path, post_json(body));
    if (!response.ok) throw await api_error(response);
    const text = await response.text();
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  /** Continues the session of the cookie; concurrent callers share one request. */
  refresh(): Promise<User> {
    this.refreshing_ ??= this.refreshOnce().finally(() => {
      this.refreshing_ = null;
    });
    return this.refreshing_;
  }

  async signOut(): Promise<void> {
    try {
      await this.request('/api/v1/auth/logout', post_json({}));
    } finally {
      this.token_ = null;
    }
  }

  /** Sends with the token; follows 401 and 429 as described above; other errors are thrown. */
  async request(path: string, init: RequestInit = {}): Promise<Response> {
    let confirmed = false;
    for (let attempt = 1; ; attempt++) {
      const used = this.token_;
      const response = await this.raw(path, with_token(init, used));
      if (response.ok) return response;
      if (attempt >= kMaxAttempts) throw await api_error(response);
      if (response.status === 401 && path !== '/api/v1/auth/logout') {
        if (this.token_ === used) await this.refresh();
      } else if (response.status === 429) {
        await this.waitAsTold(response);
      } else {
        const refusal = await api_error(response);
        if (refusal.problem.code === kFactorCode) this.onFactorMissing();
        if (refusal.problem.code !== kStepUpCode || confirmed) throw refusal;
        if (!(await this.confirm())) throw new NotConfirmedError();
        confirmed = true;
      }
    }
  }

  private confirm(): Promise<boolean> {
    this.confirming_ ??= this.onStepUp().finally(() => {
      this.confirming_ = null;
    });
    return this.confirming_;
  }

  async getJson<T>(path: string): Promise<T> {
    return (await (await this.request(path)).json()) as T;
  }

  async sendJson<T>(method: string, path: string, body?: unknown): Promise<T> {
    const init: RequestInit = body === undefined ? { method } : { ...post_json(body), method };
    const response = await this.request(path, init);
    const text = await response.text();
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  private async raw(path: string, init: RequestInit): Promise<Response> {
    try {
      return await this.fetch_(path, init);
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') throw error;
      throw new NetworkError(error);
    }
  }

  private async refreshOnce(): Promise<User> {
    for (let attempt = 1; ; attempt++) {
      const response = await this.raw('/api/v1/auth/refresh', post_json({}));
      if (response.ok) return this.accept((await response.json()) as TokenAnswer);
      if (response.status === 429 && attempt < kMaxAttempts) {
        await this.waitAsTold(response);
        continue;
      }
      if (response.status >= 500 || response.status === 429) throw await api_error(response);
      const had_session = this.token_ !== null;
      this.token_ = null;
      if (had_session) this.onSignedOut();
      throw new SignedOutError();
    }
  }

  private async waitAsTold(response: Response): Promise<void> {
    const seconds = Number(response.headers.get('Retry-After') ?? '1');
    if (!Number.isFinite(seconds) || seconds > kMaxRetryAfterSeconds) throw await api_error(response);
    await this.sleep_(Math.max(0.1, seconds) * 1000);
  }

  private accept(answer: TokenAnswer): User {
    this.token_ = answer.access_token;
    this.expires_at_ = this.now_() + answer.expires_in * 1000;
    return answer.user;
  }
}

export function is_away(error: unknown): boolean {
  return error instanceof NetworkError || (error instanceof ApiError && error.status >= 502);
}

function post_json(body: unknown): RequestInit {
  return {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  };
}

function with_token(init: RequestInit, token: string | null): RequestInit {
  const headers = new Headers(init.headers);
  if (token !== null) headers.set('Authorization', `Bearer ${token}`);
  return { ...init, headers };
}

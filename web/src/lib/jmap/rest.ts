// The REST surface under /api/v1 that JMAP has no word for: set-up, sessions, mail accounts.

import { kWebClient, type Transport, type User } from './transport';

export type Security = 'tls' | 'starttls' | 'none';

export interface ServerSettings {
  host: string;
  port: number;
  security: Security;
  login: string;
}

export type AccountState =
  | 'connecting'
  | 'syncing'
  | 'idle'
  | 'offline'
  | 'auth_failed'
  | 'error'
  | 'paused'
  | 'local';

export interface MailAccount {
  id: string;
  kind: 'imap' | 'local';
  email: string;
  name: string;
  state: AccountState;
  progress: { done: number; total: number };
  error?: string;
  imap?: ServerSettings;
  smtp?: ServerSettings;
}

export interface Candidate {
  source: 'srv' | 'autoconfig' | 'well-known' | 'guess';
  imap: ServerSettings;
  smtp: ServerSettings;
  /** The host lies outside the domain of the address: to be seen before a password is typed. */
  foreign_host?: boolean;
  provider?: string;
  /** A sentence that the person needs now. */
  note?: string;
}

export interface TestAnswer {
  ok: boolean;
  code?: string;
  detail?: string;
}

export interface AccountForm {
  name?: string;
  email: string;
  password: string;
  imap: ServerSettings;
  smtp: ServerSettings;
}

const kBase = '/api/v1';

export class Rest {
  constructor(private readonly transport_: Transport) {}

  setupNeeded(): Promise<{ needed: boolean }> {
    return this.transport_.getJson(`${kBase}/setup`);
  }

  setup(form: { token: string; login: string; password: string; display_name?: string }): Promise<User> {
    return this.transport_.signIn(`${kBase}/setup`, { ...form, ...kWebClient });
  }

  register(form: { invitation: string; login: string; password: string; display_name?: string }): Promise<User> {
    return this.transport_.signIn(`${kBase}/auth/register`, { ...form, ...kWebClient });
  }

  accounts(): Promise<{ accounts: MailAccount[] }> {
    return this.transport_.getJson(`${kBase}/accounts`);
  }

  discover(email: string): Promise<{ candidates: Candidate[] }> {
    return this.transport_.sendJson('POST', `${kBase}/accounts/discover`, { email });
  }

  testAccount(form: AccountForm): Promise<{ imap: TestAnswer; smtp: TestAnswer }> {
    return this.transport_.sendJson('POST', `${kBase}/accounts/test`, form);
  }

  addAccount(form: AccountForm): Promise<MailAccount> {
    return this.transport_.sendJson('POST', `${kBase}/accounts`, form);
  }

  addSample(): Promise<MailAccount> {
    return this.transport_.sendJson('POST', `${kBase}/accounts/sample`, {});
  }

  syncAccount(id: string): Promise<void> {
    return this.transport_.sendJson('POST', `${kBase}/accounts/${id}/sync`, {});
  }

  removeAccount(id: string): Promise<void> {
    return this.transport_.sendJson('DELETE', `${kBase}/accounts/${id}`);
  }

  changeAccount(id: string, change: Partial<AccountForm>): Promise<MailAccount> {
    return this.transport_.sendJson('PATCH', `${kBase}/accounts/${id}`, change);
  }

  /** Address of a remote image -> where our server gives it out; those it won't fetch are left out. */
  async signImages(urls: string[]): Promise<Map<string, string>> {
    const kAtMost = 200; // in one request and of one message
    if (urls.length === 0) return new Map();
    const answer: { images: Record<string, string> } = await this.transport_.sendJson('POST', `${kBase}/images/sign`, {
      urls: urls.slice(0, kAtMost),
    });
    return new Map(Object.entries(answer.images));
  }
}

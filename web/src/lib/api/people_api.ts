// Keys of programs, the data of one's own account, and the people of the server: /api/v1/{app-passwords,api-keys,me,users}.

import type { Transport } from '../jmap/transport';

const kApi = '/api/v1';

export interface AppPassword {
  id: string;
  name: string;
  /** Its first characters. */
  hint: string;
  scopes: string[];
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
  last_address: string | null;
}

export interface ApiKey extends AppPassword {
  allowed_networks: string[];
}

/** One for each address, route and status. */
export interface KeyUse {
  address: string;
  /** A refused use has the reason here, and the status 401. */
  route: string;
  status: number;
  count: number;
  last_at: string;
}

export interface NewApiKey {
  name: string;
  scopes: string[];
  allowed_networks?: string[];
  expires_at?: string;
}

export interface DataExport {
  id: string;
  state: 'running' | 'ready' | 'failed';
  asked_at: string;
  expires_at: string;
  /** Files to fetch. */
  parts: number;
  bytes: number;
  messages: number;
}

export interface Person {
  id: string;
  login: string;
  display_name: string;
  role: string;
  disabled: boolean;
  created_at: string;
  deletion_at?: string | null;
}

export interface OpenInvitation {
  id: string;
  role: string;
  expires_at: string;
}

export interface NewLink {
  link: string;
  expires_at: string;
}

export class PeopleApi {
  constructor(private readonly transport_: Transport) {}

  // ---- keys of programs

  async appPasswords(): Promise<AppPassword[]> {
    return (await this.transport_.getJson<{ app_passwords: AppPassword[] }>(`${kApi}/app-passwords`)).app_passwords;
  }

  makeAppPassword(name: string): Promise<{ password: string }> {
    return this.transport_.sendJson('POST', `${kApi}/app-passwords`, { name });
  }

  revokeAppPassword(id: string): Promise<void> {
    return this.transport_.sendJson('DELETE', `${kApi}/app-passwords/${id}`);
  }

  async apiKeys(): Promise<ApiKey[]> {
    return (await this.transport_.getJson<{ api_keys: ApiKey[] }>(`${kApi}/api-keys`)).api_keys;
  }

  makeApiKey(form: NewApiKey): Promise<{ key: string }> {
    return this.transport_.sendJson('POST', `${kApi}/api-keys`, form);
  }

  changeApiKey(id: string, form: Partial<NewApiKey>): Promise<ApiKey> {
    return this.transport_.sendJson('PATCH', `${kApi}/api-keys/${id}`, form);
  }

  revokeApiKey(id: string): Promise<void> {
    return this.transport_.sendJson('DELETE', `${kApi}/api-keys/${id}`);
  }

  async usesOf(id: string): Promise<KeyUse[]> {
    return (await this.transport_.getJson<{ uses: KeyUse[] }>(`${kApi}/api-keys/${id}/uses`)).uses;
  }

  // ---- one's own data

  async exports(): Promise<DataExport[]> {
    return (await this.transport_.getJson<{ exports: DataExport[] }>(`${kApi}/me/export`)).exports;
  }

  startExport(): Promise<DataExport> {
    return this.transport_.sendJson('POST', `${kApi}/me/export`, {});
  }

  async exportFile(id: string, part: number): Promise<Blob> {
    return (await this.transport_.request(`${kApi}/me/export/${id}/file?part=${part}`)).blob();
  }

  removeExport(id: string): Promise<void> {
    return this.transport_.sendJson('DELETE', `${kApi}/me/export/${id}`);
  }

  me(): Promise<Person> {
    return this.transport_.getJson(`${kApi}/me`);
  }

  rename(display_name: string): Promise<Person> {
    return this.transport_.sendJson('PATCH', `${kApi}/me`, { display_name });
  }

  deleteMe(): Promise<Person> {
    return this.transport_.sendJson('DELETE', `${kApi}/me`);
  }

  restoreMe(): Promise<Person> {
    return this.transport_.sendJson('POST', `${kApi}/me/restore`, {});
  }

  // ---- people

  async people(): Promise<Person[]> {
    return (await this.transport_.getJson<{ users: Person[] }>(`${kApi}/users`)).users;
  }

  change(id: string, change: { role?: string; disabled?: boolean }): Promise<Person> {
    return this.transport_.sendJson('PATCH', `${kApi}/users/${id}`, change);
  }

  remove(id: string): Promise<void> {
    return this.transport_.sendJson('DELETE', `${kApi}/users/${id}`);
  }

  restore(id: string): Promise<void> {
    return this.transport_.sendJson('POST', `${kApi}/users/${id}/restore`, {});
  }

  resetLink(id: string): Promise<NewLink> {
    return this.transport_.sendJson('POST', `${kApi}/users/${id}/password-reset`, {});
  }

  endSessionsOf(id: string): Promise<void> {
    return this.transport_.sendJson('DELETE', `${kApi}/users/${id}/sessions`);
  }

  async invitations(): Promise<OpenInvitation[]> {
    return (await this.transport_.getJson<{ invitations: OpenInvitation[] }>(`${kApi}/users/invitations`)).invitations;
  }

  invite(role: string): Promise<NewLink> {
    return this.transport_.sendJson('POST', `${kApi}/users/invitations`, { role });
  }

  revokeInvitation(id: string): Promise<void> {
    return this.transport_.sendJson('DELETE', `${kApi}/users/invitations/${id}`);
  }
}

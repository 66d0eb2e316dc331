// Sign-in with its second step, second factors, sessions, passwords: /api/v1/auth. Loaded with the pages that need it.

import { kWebClient, type FactorMethod, type SecondFactorWanted, type Transport, type User } from '../jmap/transport';
import type { AssertionJson, CreationOptionsJson, NewPasskey, RequestOptionsJson } from './webauthn';

const kAuth = '/api/v1/auth';

export interface LoginSession {
  id: string;
  client: string;
  address: string;
  created_at: string;
  last_used_at: string;
  current: boolean;
}

export interface Factors {
  totp: boolean;
  passkeys: number;
  recovery_codes: number;
  /** False where the server is reached under a bare address: passkeys belong to a name. */
  passkeys_possible: boolean;
}

export interface Passkey {
  id: string;
  name: string;
  created_at: string;
  last_used_at?: string | null;
  backed_up: boolean;
  can_sign_in_alone: boolean;
}

export interface TotpStart {
  secret: string;
  uri: string;
}

/** A first factor comes with recovery codes, shown only now. */
export interface FactorAdded {
  recovery_codes?: string[];
}

/** How many ended with the old password. */
export interface EndedKeys {
  api_keys: number;
  app_passwords: number;
}

export interface PasswordStrength {
  /** 0 to 4; 3 and 4 are strong enough. */
  score: number;
  acceptable: boolean;
  /** A clause: "it is close to a common password". */
  warning?: string;
  advice: string[];
}

/** What the person shows: a code, a recovery code, a password, or what the passkey signed. */
export type Proof =
  | { method: 'totp'; code: string }
  | { method: 'recovery_code'; code: string }
  | { method: 'password'; password: string }
  | { method: 'passkey'; passkey: AssertionJson };

export class AuthApi {
  constructor(private readonly transport_: Transport) {}

  // ---- coming in

  login(login: string, password: string): Promise<{ user: User } | { second_factor: SecondFactorWanted }> {
    return this.transport_.offer(`${kAuth}/login`, { login, password, ...kWebClient });
  }

  secondFactor(challenge: string, proof: Proof): Promise<User> {
    return this.transport_.signIn(`${kAuth}/second-factor`, { challenge, ...proof });
  }

  /** Without the challenge of a sign-in: for signing in with the passkey alone. */
  async passkeyOptions(challenge?: string): Promise<RequestOptionsJson> {
    return (await this.transport_.openJson<{ public_key: RequestOptionsJson }>(`${kAuth}/passkey/options`, challenge === undefined ? {} : { challenge })).public_key;
  }

  passkey(passkey: AssertionJson): Promise<User> {
    return this.transport_.signIn(`${kAuth}/passkey`, { passkey, ...kWebClient });
  }

  /** Whether this server can mail links at all; for whom, it doesn't tell. */
  askReset(login: string): Promise<{ mail: boolean }> {
    return this.transport_.openJson(`${kAuth}/password-reset`, { login });
  }

  async reset(token: string, new_password: string, keep_keys: boolean): Promise<EndedKeys> {
    return (await this.transport_.openJson<{ ended: EndedKeys }>(`${kAuth}/password-reset/confirm`, { token, new_password, keep_keys })).ended;
  }

  // ---- step-up

  stepUpOptions(): Promise<{ methods: FactorMethod[]; public_key?: RequestOptionsJson }> {
    return this.transport_.sendJson('POST', `${kAuth}/step-up/options`);
  }

  stepUp(proof: Proof): Promise<void> {
    return this.transport_.sendJson('POST', `${kAuth}/step-up`, proof);
  }

  // ---- sessions and password

  async sessions(): Promise<LoginSession[]> {
    return (await this.transport_.getJson<{ sessions: LoginSession[] }>(`${kAuth}/sessions`)).sessions;
  }

  endSession(id: string): Promise<void> {
    return this.transport_.sendJson('DELETE', `${kAuth}/sessions/${id}`);
  }

  endOtherSessions(): Promise<void> {
    return this.transport_.sendJson('DELETE', `${kAuth}/sessions`);
  }

  async changePassword(current_password: string, new_password: string, end_keys: boolean): Promise<EndedKeys> {
    return (await this.transport_.sendJson<{ ended: EndedKeys }>('POST', `${kAuth}/password`, { current_password, new_password, end_keys })).ended;
  }

  checkPassword(password: string, login?: string): Promise<PasswordStrength> {
    return this.transport_.openJson(`${kAuth}/password/check`, { password, ...(login ? { login } : {}) });
  }

  // ---- second factors

  factors(): Promise<Factors> {
    return this.transport_.getJson(`${kAuth}/factors`);
  }

  startTotp(): Promise<TotpStart> {
    return this.transport_.sendJson('POST', `${kAuth}/totp`);
  }

  confirmTotp(code: string): Promise<FactorAdded> {
    return this.transport_.sendJson('POST', `${kAuth}/totp/confirm`, { code });
  }

  removeTotp(): Promise<void> {
    return this.transport_.sendJson('DELETE', `${kAuth}/totp`);
  }

  async passkeys(): Promise<Passkey[]> {
    return (await this.transport_.getJson<{ passkeys: Passkey[] }>(`${kAuth}/passkeys`)).passkeys;
  }

  async newPasskeyOptions(): Promise<CreationOptionsJson> {
    return (await this.transport_.sendJson<{ public_key: CreationOptionsJson }>('POST', `${kAuth}/passkeys/options`)).public_key;
  }

  addPasskey(name: string, made: NewPasskey): Promise<FactorAdded> {
    return this.transport_.sendJson('POST', `${kAuth}/passkeys`, { name, ...made });
  }

  renamePasskey(id: string, name: string): Promise<void> {
    return this.transport_.sendJson('PATCH', `${kAuth}/passkeys/${id}`, { name });
  }

  removePasskey(id: string): Promise<void> {
    return this.transport_.sendJson('DELETE', `${kAuth}/passkeys/${id}`);
  }

  async makeRecoveryCodes(): Promise<string[]> {
    return (await this.transport_.sendJson<{ recovery_codes: string[] }>('POST', `${kAuth}/recovery-codes`)).recovery_codes;
  }
}

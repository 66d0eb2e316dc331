// What the form of an API key means. Pure; the server judges again.

const kDayMs = 86_400_000;
const kMailScopes = ['mail:read', 'mail:write', 'mail:send', 'accounts:manage'];

/** Scopes that a role can hand on: nobody gives more than they have. */
export function scopes_of(role: string): string[] {
  if (role === 'administrator') return [...kMailScopes, 'security:read', 'admin'];
  return role === 'auditor' ? [...kMailScopes, 'security:read'] : kMailScopes;
}

/** "never", or days from now. */
export function expiry_date(choice: string, now: number): string | null {
  const days = Number(choice);
  return Number.isFinite(days) && days > 0 ? new Date(now + days * kDayMs).toISOString().replace(/\.\d+Z$/, 'Z') : null;
}

export function parse_networks(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter((part) => part !== ''))];
}

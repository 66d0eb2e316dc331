// Which events an alert is made of. Pure.

import type { Alert } from '../api/security_api';
import { print_filter } from './filter';

const kAroundMs = 3_600_000; // events from an hour before the alert on belong to its story

/** Rules that count events (src/security/detect/count_rules.cpp), and what they count. */
const kinds: Record<string, string> = {
  failed_logins_per_address: 'auth.sign_in_failed,auth.sign_in_throttled,auth.second_factor_failed,auth.setup_refused,user.invitation_refused',
  failed_logins_per_account: 'auth.sign_in_failed,auth.second_factor_failed',
  failed_logins_overall: 'auth.sign_in_failed,auth.second_factor_failed',
  rate_limit_violations: 'api.rate_limited',
  database_failures: 'database',
  internal_errors: 'api.internal_error',
  refresh_token_reuse: 'auth.refresh_token_reused',
  new_network: 'auth.new_network',
  bad_tokens: 'auth.token_refused,key.api_key_refused',
  step_up_failures: 'auth.step_up_failed,auth.password_change_refused',
  second_factor_removed: 'auth.second_factor_removed',
  role_changed: 'user.role_changed',
  foreign_objects: 'api.foreign_object',
  not_permitted: 'api.not_permitted',
  mass_export: 'api.data_exported',
  mass_deletion: 'api.mass_deletion',
  outgoing_burst: 'api.outgoing_burst',
  cross_site: 'api.cross_site_refused',
  path_traversal: 'file.path_traversal',
  malformed_http: 'network.malformed_http',
  sandbox_denied: 'file.sandbox_denied',
  certificate_changed: 'network.certificate_changed',
  certificate_expiring: 'network.certificate_expiring',
  tls_failures: 'network.tls_failed',
  egress_blocked: 'network.egress_blocked',
  sync_failing: 'network.sync_failing',
  backup_failed: 'database.backup_failed',
  events_dropped: 'security.events_dropped',
  chain_broken: 'security.chain_broken',
};

/** The kinds of event that a rule counts. */
export const counted_kinds = (rule: string): string[] => (kinds[rule] ?? '').split(',').filter((kind) => kind.includes('.'));

export function alert_filter(alert: Alert): Record<string, string> {
  const since = new Date(Date.parse(alert.first_at) - kAroundMs).toISOString();
  const until = new Date(Date.parse(alert.resolved_at ?? alert.last_at) + kAroundMs).toISOString();
  const user = /^user (u\d+)$/.exec(alert.key)?.[1] ?? '';
  const about_address = alert.address !== undefined && alert.key === alert.address;
  return print_filter({ period: 'between', since, until, kind: kinds[alert.rule] ?? '', user, address: about_address ? alert.address : '' });
}

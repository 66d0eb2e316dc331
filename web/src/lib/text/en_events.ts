// What a security event means for somebody who is not an expert, and what to do about it. Kinds as in src/event/catalogue.inc;
// a kind without a row needs no advice. A test compares the names with the catalogue.

import { counted_kinds } from '../security/alert_words';

const watch = 'One of these is ordinary. Follow the address: many in a row are an attack, and a block stops it.';

const advice: Record<string, string> = {
  'auth.setup_refused': 'Somebody tried to become administrator. Harmless as long as the set-up link stays with you; if you have not set up this server yet, do it now.',
  'auth.sign_in_failed': 'A mistyped password looks like this. Follow the address: many logins tried from one place are an attack.',
  'auth.sign_in_throttled': 'The server answers more slowly and finally not at all. Nothing to do, unless the person can’t get in: then make a password link for them.',
  'auth.new_device': 'Ask the person when it looks strange. If it wasn’t them: sign them out everywhere and make a password link.',
  'auth.new_network': 'People travel. Ask the person when the place makes no sense; if it wasn’t them, sign them out everywhere and make a password link.',
  'auth.token_refused': watch,
  'auth.refresh_token_reused': 'A stolen browser profile looks like this. The session was ended; ask the person to sign in again, to change the password and to check their device.',
  'auth.passkey_counter_went_back': 'The passkey may have been copied. Ask the person to remove it and add a new one, and sign them out everywhere.',
  'auth.second_factor_failed': 'The password was right already. If it wasn’t the person themself, the password is known to somebody: make a password link for them.',
  'auth.second_factor_removed': 'The account is easier to break into now. Ask the person whether they did it.',
  'auth.recovery_code_used': 'Right after a lost phone this is expected. Otherwise ask the person.',
  'auth.step_up_failed': 'Somebody has an open session and not the password. If it wasn’t the person, sign them out everywhere.',
  'auth.password_change_refused': 'Somebody has an open session and not the password. If it wasn’t the person, sign them out everywhere.',
  'auth.password_reset_asked': 'Nothing happens until the link in the mail is used. Many of them are somebody trying out logins.',
  'auth.password_reset_done': 'Ask the person whether it was them.',
  'user.invitation_refused': watch,
  'user.role_changed': 'Check that this was wanted: administrators can do everything here.',
  'user.deletion_planned': 'Until the given time an administrator can restore the account under Settings, People.',
  'user.erased': 'This is final. A backup from before still needs the old key and does not bring the mail back.',
  'key.api_key_refused': 'A program with an old key looks like this. If nobody knows the program, block the address.',
  'config.forwarding_changed': 'Attackers forward mail to themselves. Ask the person whether they did it.',
  'api.rate_limited': 'A program in a hurry, or an attack. Follow the address.',
  'api.not_permitted': 'A curious person or a stolen session. Follow the person.',
  'api.foreign_object': 'Nobody gets there by clicking. Follow the person: somebody may be trying out numbers.',
  'api.cross_site_refused': 'Another website tried to use an open session. It was stopped; ask the person which page they had open.',
  'api.mass_deletion': 'Ask the person. The mail may still be in the Trash or at the provider.',
  'api.data_exported': 'Everything a person has leaves the server this way. Ask whether they wanted it.',
  'api.unusual_usage': 'Compare with what the person usually does. If they can’t explain it, sign them out everywhere.',
  'api.outgoing_burst': 'A stolen account sends spam like this. Ask the person; disable the account if they don’t know about it.',
  'api.internal_error': 'A fault in dhii-mail. The request number finds the lines in the log; please report it.',
  'database.error': 'Look at the disk and at the log. If it stays, restore the last backup to another place and compare.',
  'database.unavailable': 'Mail can’t be read now. Look at the disk, its free room and the rights of the data folder.',
  'database.wrong_key': 'ENCRYPTION_KEY is another one than before. Put the old one back; without it the data can’t be read.',
  'database.corrupt': 'Stop the server, keep a copy of the data folder, and restore the last backup.',
  'database.disk_full': 'Make room. Nothing was lost: changes were refused, not half done.',
  'database.backup_failed': 'Look at the place where backups go: room, rights, mount. Then make one by hand.',
  'file.path_traversal': 'A scanner looks like this. It got nothing; block the address if it goes on.',
  'file.outside_data': 'It was refused. If it repeats without a reason that you know, keep the log and ask for help.',
  'file.sandbox_denied': 'Something inside the program tried what it never does. Treat it as a break-in: keep the logs, and see the incident guide.',
  'file.sandbox_weak': 'A newer kernel or fewer privileges make it stronger; see the checklist.',
  'network.tls_failed': 'A network fault, or somebody in between. If it stays, compare the certificate with the one the provider publishes.',
  'network.certificate_changed': 'Providers renew certificates. Check the issuer; a private or unknown one is a warning sign.',
  'network.certificate_expiring': 'Renew it now: after that day nobody can connect without a warning.',
  'network.egress_blocked': 'Somebody tried to make this server connect to a place that it must not. Follow the person.',
  'network.mail_sign_in_failed': 'The mailbox password was changed at the provider. The person enters the new one under Settings.',
  'network.sync_failing': 'Ask the provider, or look at the account under Settings.',
  'network.connections_full': watch,
  'network.malformed_http': watch,
  'security.alert_firing': 'Open the alert: it says what is expected and what was seen.',
  'security.address_blocked': 'It lifts by itself. Lift it under Blocks if it hits the wrong one.',
  'security.contained': 'Somebody stopped part of the server because of an incident. `dhii-mail incident list` says what is in force, `incident release` undoes it.',
  'security.events_dropped': 'There were more events than the journal takes. What matters was kept; look at what made the flood.',
  'security.chain_broken': 'Somebody changed the journal, or the disk lies. Compare with the exported heads, and treat it as a break-in.',
  'security.clock_jumped': 'Check the time service of the machine: tokens, codes and certificates depend on the clock.',
};

/** For errors that are newer than this table. */
const grave = 'Read the details, and follow the address and the person: what came before and after usually explains it.';

export function advice_of(kind: string, severity: string): string | undefined {
  return advice[kind] ?? (severity === 'error' || severity === 'critical' ? grave : undefined);
}

/** Of a rule whose events in number mean something else than one of them. */
const of_many: Record<string, string> = {
  failed_logins_per_address: 'Somebody is guessing passwords from this address. It is shut out for a while by itself; block it for longer under Blocks. If it is your own network, help the person to sign in.',
  failed_logins_per_account: 'Somebody is guessing the password of this account. Ask the person; a second factor makes guessing useless.',
  failed_logins_overall: 'Passwords are being guessed from many places. Block what repeats, and ask everybody to set up a second factor.',
  rate_limit_violations: 'A program asks far too often. Follow the address: if nobody knows it, block it.',
  bad_tokens: 'Somebody is trying forged or old keys. Follow the address: if nobody knows it, block it.',
  not_permitted: 'Somebody tries again and again what they may not do. Follow the person.',
  foreign_objects: 'Somebody is trying out what belongs to others. Nothing was shown. Follow the person, and disable the account if they can’t explain it.',
  tls_failures: 'Many connections failed before they were safe: an old program, a scanner, or somebody in between. Follow the address.',
  sync_failing: 'A mail server has not answered for long. Ask the provider, or look at the account under Settings.',
};

/** What to do about an alert: what its rule says, else what one of its events says. */
export function alert_advice(rule: string): string | undefined {
  return of_many[rule] ?? counted_kinds(rule).map((kind) => advice[kind]).find((words) => words !== undefined);
}

export const kAdvisedRules: readonly string[] = Object.keys(of_many);
export const kAdvisedKinds: readonly string[] = Object.keys(advice);

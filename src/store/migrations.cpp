#include "store/migrations.hpp"

#include <sqlite3.h>

#include <string>

namespace dhii::store {
namespace {

Result<void> execute(Database& db, const char* sql) {
  const int code = sqlite3_exec(db.handle(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return std::unexpected(db.error(code));
  return {};
}

Result<void> apply(Database& db, const Migration& step, std::int64_t number) {
  DHII_TRY(execute(db, "BEGIN IMMEDIATE"));
  // Another process may have done it while we waited for the lock.
  auto done = [&]() -> Result<void> {
    DHII_TRY_ASSIGN(const auto version, db.find<std::int64_t>("PRAGMA user_version"));
    if (version.value_or(0) >= number) return {};
    DHII_TRY(execute(db, step.sql));
    return execute(db, ("PRAGMA user_version=" + std::to_string(number)).c_str());
  }();
  if (done) done = execute(db, "COMMIT");
  if (!done && db.in_transaction()) std::ignore = execute(db, "ROLLBACK");
  return done;
}

// A blob has a row for each email that it is the content of (owner 0: an upload), so that one tree of random keys
// serves places and owners. A "view" is a mailbox (its id) or a whole account (minus its id): every list, count and
// stream works on either alike.
constexpr Migration kMail[] = {{R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE state(account INTEGER NOT NULL, type INTEGER NOT NULL, changed INTEGER NOT NULL, floor INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY(account, type)) WITHOUT ROWID;
CREATE TABLE tombstone(type INTEGER NOT NULL, id INTEGER NOT NULL, account INTEGER NOT NULL, created INTEGER NOT NULL,
  destroyed INTEGER NOT NULL, PRIMARY KEY(type, id)) WITHOUT ROWID;
CREATE INDEX tombstone_changes ON tombstone(account, type, destroyed);

CREATE TABLE mailbox(id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, parent INTEGER NOT NULL, name TEXT NOT NULL,
  role INTEGER NOT NULL, sort_order INTEGER NOT NULL, subscribed INTEGER NOT NULL, selectable INTEGER NOT NULL,
  imap_name TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL, updated_properties INTEGER NOT NULL);
CREATE INDEX mailbox_account ON mailbox(account);
CREATE TABLE view_count(view INTEGER PRIMARY KEY, total INTEGER NOT NULL DEFAULT 0, unread INTEGER NOT NULL DEFAULT 0,
  threads INTEGER NOT NULL DEFAULT 0, unread_threads INTEGER NOT NULL DEFAULT 0);

CREATE TABLE email(id INTEGER PRIMARY KEY, account INTEGER NOT NULL, thread INTEGER NOT NULL, blob BLOB NOT NULL, size INTEGER NOT NULL,
  received_at INTEGER NOT NULL, bits INTEGER NOT NULL, custom TEXT NOT NULL, mailboxes BLOB NOT NULL, created INTEGER NOT NULL,
  updated INTEGER NOT NULL, data BLOB NOT NULL);
CREATE INDEX email_thread ON email(thread);
CREATE INDEX email_updated ON email(account, updated);
CREATE INDEX email_large ON email(account, size) WHERE size >= 262144;

CREATE TABLE placement(view INTEGER NOT NULL, email INTEGER NOT NULL, thread INTEGER NOT NULL, bits INTEGER NOT NULL,
  PRIMARY KEY(view, email)) WITHOUT ROWID;
CREATE INDEX placement_unread ON placement(view, email, bits) WHERE (bits & 1) = 0;
CREATE INDEX placement_flagged ON placement(view, email, bits) WHERE (bits & 2) <> 0;
CREATE INDEX placement_answered ON placement(view, email, bits) WHERE (bits & 4) <> 0;
CREATE INDEX placement_draft ON placement(view, email, bits) WHERE (bits & 8) <> 0;
CREATE INDEX placement_attachment ON placement(view, email, bits) WHERE (bits & 65536) <> 0;
CREATE TABLE keyword(account INTEGER NOT NULL, keyword TEXT NOT NULL, email INTEGER NOT NULL,
  PRIMARY KEY(account, keyword, email)) WITHOUT ROWID;

CREATE TABLE thread_view(thread INTEGER NOT NULL, view INTEGER NOT NULL, newest INTEGER NOT NULL, total INTEGER NOT NULL,
  unread INTEGER NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL, PRIMARY KEY(thread, view)) WITHOUT ROWID;
CREATE INDEX thread_view_newest ON thread_view(view, newest);
CREATE INDEX thread_view_updated ON thread_view(view, updated) WHERE view < 0;
CREATE TABLE thread_key(hash INTEGER NOT NULL, account INTEGER NOT NULL, thread INTEGER NOT NULL, at INTEGER NOT NULL,
  open INTEGER NOT NULL, PRIMARY KEY(hash, account)) WITHOUT ROWID;

CREATE TABLE remote_state(mailbox INTEGER PRIMARY KEY, uid_validity INTEGER NOT NULL, uid_next INTEGER NOT NULL,
  highest_modseq INTEGER NOT NULL, complete INTEGER NOT NULL);
CREATE TABLE remote(mailbox INTEGER NOT NULL, uid INTEGER NOT NULL, email INTEGER NOT NULL, bits INTEGER NOT NULL,
  custom TEXT NOT NULL, PRIMARY KEY(mailbox, uid)) WITHOUT ROWID;
CREATE INDEX remote_email ON remote(email, mailbox);

CREATE TABLE pending_op(id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, kind INTEGER NOT NULL, email INTEGER NOT NULL,
  from_mailbox INTEGER NOT NULL, to_mailbox INTEGER NOT NULL, uid INTEGER NOT NULL, add_flags TEXT NOT NULL, remove_flags TEXT NOT NULL,
  imap_name TEXT NOT NULL, new_imap_name TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, not_before INTEGER NOT NULL DEFAULT 0,
  last_error TEXT NOT NULL DEFAULT '', blob BLOB, old_name TEXT NOT NULL DEFAULT '', old_parent INTEGER NOT NULL DEFAULT 0);
CREATE INDEX pending_op_account ON pending_op(account, id);
CREATE INDEX pending_op_email ON pending_op(email, id);

CREATE TABLE identity(id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, name TEXT NOT NULL, email TEXT NOT NULL,
  reply_to TEXT NOT NULL, bcc TEXT NOT NULL, text_signature TEXT NOT NULL, html_signature TEXT NOT NULL, created INTEGER NOT NULL,
  updated INTEGER NOT NULL);
CREATE TABLE submission(id INTEGER PRIMARY KEY AUTOINCREMENT, account INTEGER NOT NULL, identity INTEGER NOT NULL, email INTEGER NOT NULL,
  thread INTEGER NOT NULL, mail_from TEXT NOT NULL, recipients BLOB NOT NULL, state INTEGER NOT NULL, send_at INTEGER NOT NULL,
  next_attempt_at INTEGER NOT NULL, attempts INTEGER NOT NULL, detail TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL);
CREATE INDEX identity_account ON identity(account, updated);
CREATE INDEX submission_account ON submission(account, id);
CREATE INDEX submission_due ON submission(account, state, next_attempt_at);

CREATE TABLE blob(hash BLOB NOT NULL, owner INTEGER NOT NULL, pack INTEGER NOT NULL, offset INTEGER NOT NULL, length INTEGER NOT NULL,
  size INTEGER NOT NULL, PRIMARY KEY(hash, owner)) WITHOUT ROWID;
CREATE TABLE pack(id INTEGER PRIMARY KEY, end INTEGER NOT NULL, dead INTEGER NOT NULL, sealed_at INTEGER NOT NULL DEFAULT 0);
CREATE TABLE upload(account INTEGER NOT NULL, blob BLOB NOT NULL, type TEXT NOT NULL, expires_at INTEGER NOT NULL,
  PRIMARY KEY(account, blob)) WITHOUT ROWID;
CREATE INDEX upload_expiry ON upload(expires_at);
CREATE INDEX upload_blob ON upload(blob);

CREATE VIRTUAL TABLE fts USING fts5(subject, sender, recipient, cc, bcc, body, filename, content='', contentless_delete=1, tokenize='dhii');
)sql"},
                               {R"sql(
CREATE TABLE template(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL, html TEXT NOT NULL,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL);
CREATE TABLE idempotency(key TEXT PRIMARY KEY, request BLOB NOT NULL, message_id TEXT NOT NULL, status INTEGER NOT NULL, answer TEXT NOT NULL,
  created_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX idempotency_age ON idempotency(created_at);
)sql"}};

constexpr Migration kControl[] = {{R"sql(
CREATE TABLE user(id INTEGER PRIMARY KEY AUTOINCREMENT, login TEXT NOT NULL, login_folded TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL, role INTEGER NOT NULL, password_hash TEXT NOT NULL, sealed_mail_key BLOB NOT NULL,
  disabled INTEGER NOT NULL, created_at INTEGER NOT NULL);
CREATE TABLE session(id INTEGER PRIMARY KEY AUTOINCREMENT, user INTEGER NOT NULL, refresh_hash BLOB NOT NULL,
  previous_refresh_hash BLOB NOT NULL, rotated_at INTEGER NOT NULL, created_at INTEGER NOT NULL, last_used_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL, device TEXT NOT NULL, address TEXT NOT NULL, revoked INTEGER NOT NULL, web INTEGER NOT NULL);
CREATE INDEX session_user ON session(user);
CREATE TABLE invitation(token_hash BLOB PRIMARY KEY, role INTEGER NOT NULL, created_by INTEGER NOT NULL, expires_at INTEGER NOT NULL)
  WITHOUT ROWID;
CREATE TABLE account(id INTEGER PRIMARY KEY AUTOINCREMENT, user INTEGER NOT NULL, kind INTEGER NOT NULL, name TEXT NOT NULL,
  email TEXT NOT NULL, settings TEXT NOT NULL, sealed_password BLOB NOT NULL, created_at INTEGER NOT NULL);
CREATE INDEX account_user ON account(user);
CREATE TABLE setting(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE login_attempt(login TEXT NOT NULL, address TEXT NOT NULL, success INTEGER NOT NULL, count INTEGER NOT NULL,
  first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, PRIMARY KEY(login, address, success)) WITHOUT ROWID;
CREATE INDEX login_attempt_age ON login_attempt(last_at);
)sql"},
                                  {R"sql(
CREATE TABLE security_report(id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, at INTEGER NOT NULL, score INTEGER NOT NULL,
  summary TEXT NOT NULL);
CREATE INDEX security_report_kind ON security_report(kind, at);
)sql"},
                                  {R"sql(
CREATE TABLE webhook(id INTEGER PRIMARY KEY AUTOINCREMENT, user INTEGER NOT NULL, url TEXT NOT NULL, events TEXT NOT NULL,
  sealed_secret BLOB NOT NULL, active INTEGER NOT NULL, failures INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL);
CREATE INDEX webhook_user ON webhook(user);
CREATE TABLE webhook_delivery(id INTEGER PRIMARY KEY AUTOINCREMENT, webhook INTEGER NOT NULL, event TEXT NOT NULL, body TEXT NOT NULL,
  state INTEGER NOT NULL, attempts INTEGER NOT NULL, next_attempt_at INTEGER NOT NULL, last_status INTEGER NOT NULL, last_error TEXT NOT NULL,
  created_at INTEGER NOT NULL);
CREATE INDEX webhook_delivery_due ON webhook_delivery(state, next_attempt_at);
CREATE INDEX webhook_delivery_of ON webhook_delivery(webhook, id);
CREATE TABLE webhook_cursor(user INTEGER NOT NULL, account INTEGER NOT NULL, type INTEGER NOT NULL, state INTEGER NOT NULL,
  PRIMARY KEY(user, account, type)) WITHOUT ROWID;
CREATE TRIGGER webhook_user_gone AFTER DELETE ON user BEGIN
  DELETE FROM webhook_delivery WHERE webhook IN (SELECT id FROM webhook WHERE user=old.id);
  DELETE FROM webhook WHERE user=old.id;
  DELETE FROM webhook_cursor WHERE user=old.id;
END;
)sql"},
                                  // Second factors (control_factors.cpp).
                                  {R"sql(
CREATE TABLE totp(user INTEGER PRIMARY KEY, sealed_secret BLOB NOT NULL, sealed_pending BLOB NOT NULL, confirmed_at INTEGER NOT NULL,
  pending_at INTEGER NOT NULL, last_step INTEGER NOT NULL);
CREATE TABLE recovery_code(user INTEGER NOT NULL, hash BLOB NOT NULL, made_at INTEGER NOT NULL, PRIMARY KEY(user, hash)) WITHOUT ROWID;
CREATE TABLE webauthn_user(user INTEGER PRIMARY KEY, handle BLOB NOT NULL UNIQUE);
CREATE TABLE passkey(id INTEGER PRIMARY KEY AUTOINCREMENT, user INTEGER NOT NULL, credential_id BLOB NOT NULL UNIQUE,
  public_key BLOB NOT NULL, sign_count INTEGER NOT NULL, name TEXT NOT NULL, transports TEXT NOT NULL, backed_up INTEGER NOT NULL,
  verifies_user INTEGER NOT NULL, created_at INTEGER NOT NULL, last_used_at INTEGER NOT NULL);
CREATE INDEX passkey_user ON passkey(user);
CREATE TRIGGER user_factors_go AFTER DELETE ON user BEGIN
  DELETE FROM totp WHERE user=old.id;
  DELETE FROM recovery_code WHERE user=old.id;
  DELETE FROM webauthn_user WHERE user=old.id;
  DELETE FROM passkey WHERE user=old.id;
END;
)sql"},
                                  {R"sql(
CREATE TABLE access_key(id INTEGER PRIMARY KEY AUTOINCREMENT, user INTEGER NOT NULL, kind INTEGER NOT NULL, name TEXT NOT NULL,
  hash BLOB NOT NULL UNIQUE, hint TEXT NOT NULL, scopes INTEGER NOT NULL, networks TEXT NOT NULL, created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL, revoked_at INTEGER NOT NULL, last_used_at INTEGER NOT NULL, last_address TEXT NOT NULL);
CREATE INDEX access_key_user ON access_key(user, kind);
CREATE TABLE key_use(key INTEGER NOT NULL, address TEXT NOT NULL, route TEXT NOT NULL, status INTEGER NOT NULL, count INTEGER NOT NULL,
  first_at INTEGER NOT NULL, last_at INTEGER NOT NULL, PRIMARY KEY(key, address, route, status)) WITHOUT ROWID;
CREATE TABLE password_reset(token_hash BLOB PRIMARY KEY, user INTEGER NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL)
  WITHOUT ROWID;
CREATE TABLE user_deletion(user INTEGER PRIMARY KEY, asked_by INTEGER NOT NULL, asked_at INTEGER NOT NULL, due_at INTEGER NOT NULL,
  was_disabled INTEGER NOT NULL);
CREATE TABLE data_export(id INTEGER PRIMARY KEY AUTOINCREMENT, user INTEGER NOT NULL, state INTEGER NOT NULL, asked_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL, parts INTEGER NOT NULL, bytes INTEGER NOT NULL, messages INTEGER NOT NULL, sealed_key BLOB NOT NULL);
CREATE INDEX data_export_user ON data_export(user);
)sql"},
                                  {R"sql(
CREATE TABLE task_done(id INTEGER PRIMARY KEY AUTOINCREMENT, task TEXT NOT NULL, at INTEGER NOT NULL, by TEXT NOT NULL, note TEXT NOT NULL);
CREATE INDEX task_done_task ON task_done(task, at);
CREATE TABLE incident(id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, phase TEXT NOT NULL, opened_at INTEGER NOT NULL,
  closed_at INTEGER NOT NULL, opened_by TEXT NOT NULL, lessons TEXT NOT NULL);
CREATE TABLE incident_note(id INTEGER PRIMARY KEY AUTOINCREMENT, incident INTEGER NOT NULL, at INTEGER NOT NULL, by TEXT NOT NULL,
  phase TEXT NOT NULL, text TEXT NOT NULL);
CREATE INDEX incident_note_incident ON incident_note(incident, id);
)sql"},
                                  // What is closed because of an incident (control_containment.cpp).
                                  {R"sql(
CREATE TABLE containment(measure INTEGER PRIMARY KEY, incident INTEGER NOT NULL, by TEXT NOT NULL, at INTEGER NOT NULL);
)sql"}};

}  // namespace

std::span<const Migration> mail_migrations() { return kMail; }
std::span<const Migration> control_migrations() { return kControl; }

Result<void> migrate(Database& db, std::span<const Migration> steps) {
  DHII_TRY_ASSIGN(const auto found, db.find<std::int64_t>("PRAGMA user_version"));
  const std::int64_t version = found.value_or(0);
  if (version > static_cast<std::int64_t>(steps.size()))
    return fail(StoreError::kTooNew,
                "schema " + std::to_string(version) + ", this release knows " + std::to_string(steps.size()));
  for (auto number = version + 1; number <= static_cast<std::int64_t>(steps.size()); ++number)
    DHII_TRY(apply(db, steps[static_cast<std::size_t>(number - 1)], number));
  return {};
}

}  // namespace dhii::store

#include "store/codec.hpp"
#include "store/database.hpp"
#include "store/email_rows.hpp"

namespace dhii::store {
namespace {

Result<Submission> submission_of(Row row) {
  DHII_TRY_ASSIGN(auto recipients, decode_recipients(row.text(6)));
  return Submission{.id = row.get<SubmissionId>(0),
                    .account = row.get<AccountId>(1),
                    .identity = row.get<IdentityId>(2),
                    .email = row.get<EmailId>(3),
                    .thread = row.get<ThreadId>(4),
                    .mail_from = row.get<std::string>(5),
                    .recipients = std::move(recipients),
                    .state = row.get<SubmissionState>(7),
                    .send_at = row.get<Timestamp>(8),
                    .next_attempt_at = row.get<Timestamp>(9),
                    .attempts = row.get<std::int32_t>(10),
                    .detail = row.get<std::string>(11)};
}

template <class... A>
Result<std::vector<Submission>> select(ReadTx& tx, Sql sql, const A&... args) {
  std::vector<Submission> out;
  DHII_TRY(tx.db().each(
      sql,
      [&](Row row) -> Result<void> {
        DHII_TRY_ASSIGN(auto submission, submission_of(row));
        out.push_back(std::move(submission));
        return {};
      },
      args...));
  return out;
}

}  // namespace

Result<SubmissionId> create_submission(WriteTx& tx, const Submission& s) {
  const ChangeNumber change = tx.next_change(s.account, DataType::kEmailSubmission);
  const Timestamp first_attempt = std::max(s.send_at, s.next_attempt_at);
  DHII_TRY(
      tx.db().run("INSERT INTO submission(account, identity, email, thread, mail_from, recipients, state, send_at, "
                  "next_attempt_at, attempts, "
                  "detail, created, updated) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)",
                  s.account, s.identity, s.email, s.thread, s.mail_from, Blob{encode_recipients(s.recipients)}, s.state,
                  s.send_at, first_attempt, s.attempts, s.detail, change, change));
  const SubmissionId id(tx.db().last_insert_id());
  tx.note_submission(s.account);
  tx.note_recipients(s.account, s.recipients.size());
  return id;
}

Result<std::vector<Submission>> get_submissions(ReadTx& tx, AccountId account,
                                                std::optional<std::span<const SubmissionId>> ids) {
  if (!ids)
    return select(tx,
                  "SELECT id, account, identity, email, thread, mail_from, recipients, state, send_at, "
                  "next_attempt_at, attempts, detail FROM "
                  "submission WHERE account=? ORDER BY id",
                  account);
  std::vector<Submission> out;
  for (const SubmissionId id : *ids) {
    DHII_TRY_ASSIGN(
        auto found,
        select(tx,
               "SELECT id, account, identity, email, thread, mail_from, recipients, state, send_at, next_attempt_at, "
               "attempts, detail FROM submission WHERE id=? AND account=?",
               id, account));
    for (auto& s : found) out.push_back(std::move(s));
  }
  return out;
}

Result<std::vector<Submission>> list_submissions(ReadTx& tx, AccountId account, SubmissionId below, std::size_t limit) {
  return select(tx,
                "SELECT id, account, identity, email, thread, mail_from, recipients, state, send_at, next_attempt_at, "
                "attempts, detail FROM submission WHERE account=? AND id<? ORDER BY id DESC LIMIT ?",
                account, below ? below : SubmissionId(INT64_MAX), limit);
}

Result<std::vector<Submission>> due_submissions(ReadTx& tx, AccountId account, Timestamp now, std::size_t limit) {
  return select(tx,
                "SELECT id, account, identity, email, thread, mail_from, recipients, state, send_at, next_attempt_at, "
                "attempts, detail FROM "
                "submission WHERE account=? AND state=? AND next_attempt_at<=? ORDER BY next_attempt_at, id LIMIT ?",
                account, SubmissionState::kQueued, now, limit);
}

Result<std::optional<Timestamp>> next_submission_at(ReadTx& tx, AccountId account) {
  return tx.db().find<Timestamp>(
      "SELECT next_attempt_at FROM submission WHERE account=? AND state=? ORDER BY next_attempt_at LIMIT 1", account,
      SubmissionState::kQueued);
}

Result<void> move_submission(WriteTx& tx, SubmissionId id, SubmissionState expected, const Submission& next) {
  DHII_TRY(
      tx.db().run("UPDATE submission SET recipients=?, state=?, send_at=?, next_attempt_at=max(?,?), attempts=?, "
                  "detail=?, updated=? WHERE "
                  "id=? AND account=? AND state=?",
                  Blob{encode_recipients(next.recipients)}, next.state, next.send_at, next.send_at,
                  next.next_attempt_at, next.attempts, next.detail,
                  tx.next_change(next.account, DataType::kEmailSubmission), id, next.account, expected));
  if (tx.db().changed_rows() == 0) {
    DHII_TRY_ASSIGN(const auto state, tx.db().find<std::int64_t>(
                                          "SELECT state FROM submission WHERE id=? AND account=?", id, next.account));
    if (!state) return fail(StoreError::kNotFound, "submission");
    return fail(
        StoreError::kConflict,
        "the message is " + std::string(submission_state_name(static_cast<SubmissionState>(*state))) + " by now");
  }
  tx.note_submission(next.account);
  return {};
}

Result<std::vector<Submission>> unknown_submissions(ReadTx& tx, AccountId account, Timestamp since) {
  return select(tx,
                "SELECT id, account, identity, email, thread, mail_from, recipients, state, send_at, next_attempt_at, "
                "attempts, detail FROM submission WHERE account=? AND state=? AND next_attempt_at>=? ORDER BY id",
                account, SubmissionState::kUnknown, since);
}

Result<std::vector<Submission>> recover_submissions(WriteTx& tx, AccountId account) {
  DHII_TRY_ASSIGN(auto interrupted, select(tx,
                                           "SELECT id, account, identity, email, thread, mail_from, recipients, state, "
                                           "send_at, next_attempt_at, attempts, detail "
                                           "FROM submission WHERE account=? AND state=? ORDER BY id",
                                           account, SubmissionState::kSending));
  for (auto& s : interrupted) {
    s.state = SubmissionState::kUnknown;
    s.detail =
        "The program stopped while the message was being sent. It may have been sent; it is not sent again by itself.";
    DHII_TRY(move_submission(tx, s.id, SubmissionState::kSending, s));
  }
  return interrupted;
}

}  // namespace dhii::store

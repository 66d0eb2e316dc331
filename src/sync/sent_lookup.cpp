#include "sync/sent_lookup.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "base/bytes.hpp"

namespace dhii::sync {

namespace {

using store::ReadTx;
using store::Submission;
using store::SubmissionState;
using store::WriteTx;

constexpr std::uint8_t kDeliveredYes = 1, kDeliveredUnknown = 3;  // store::Recipient::delivered

struct Candidate {
  Submission submission;
  std::string message_id;
  std::size_t ours = 0;  // places of it in Sent that we know of
};

struct Search {
  store::Mailbox sent;
  std::vector<Candidate> candidates;
};

// A message with an operation still to be carried out may be about to come to Sent by our own hand: later then.
Result<Search> candidates(ReadTx& tx, AccountId account, Timestamp since) {
  Search out;
  DHII_TRY_ASSIGN(const auto unknown, store::unknown_submissions(tx, account, since));
  if (unknown.empty()) return out;
  DHII_TRY_ASSIGN(const auto sent, store::find_role(tx, account, store::Role::kSent));
  if (!sent || sent->imap_name.empty() || !sent->selectable) return out;
  out.sent = *sent;
  for (const auto& submission : unknown) {
    DHII_TRY_ASSIGN(const auto rows, store::get_emails(tx, account, std::array{submission.email}));
    if (rows.empty() || rows.front().envelope.message_ids.empty()) continue;
    DHII_TRY_ASSIGN(const bool busy, store::has_ops(tx, submission.email));
    if (busy) continue;
    DHII_TRY_ASSIGN(const auto places, store::remote_places(tx, submission.email));
    const auto ours = std::ranges::count(places, sent->id, &store::RemotePlace::mailbox);
    out.candidates.push_back({submission, rows.front().envelope.message_ids.front(), static_cast<std::size_t>(ours)});
  }
  return out;
}

}  // namespace

bool proves_acceptance(std::size_t found, std::size_t ours) { return found > ours; }

Submission after_proof(Submission submission) {
  submission.state = SubmissionState::kSent;
  submission.detail = "The server keeps a copy of its own in Sent: it had accepted the message.";
  for (auto& recipient : submission.recipients) {
    if (recipient.delivered != kDeliveredUnknown) continue;
    recipient.delivered = kDeliveredYes;
    recipient.reply = submission.detail;
  }
  return submission;
}

net::Task<> look_in_sent(AccountContext& context, imap::Client& client) {
  const AccountId account = context.id;
  const Timestamp since = context.services.clock.now() - kLookForSent;
  DHII_CO_TRY_ASSIGN(const auto search,
                     co_await context.read([=](ReadTx& tx) { return candidates(tx, account, since); }));
  if (search.candidates.empty()) co_return Result<void>{};
  const auto name = imap::MailboxName::from_wire(search.sent.imap_name);
  if (!client.selected() || *client.selected() != name) DHII_CO_TRY(co_await client.select(name));
  for (const auto& candidate : search.candidates) {
    DHII_CO_TRY_ASSIGN(const auto found, co_await client.search_message_id(candidate.message_id));
    if (!proves_acceptance(found.size(), candidate.ours)) continue;
    auto next = after_proof(candidate.submission);
    spdlog::info("account {}: submission {} was accepted after all: it stands in Sent", account.value, next.id.value);
    auto moved = co_await context.write(
        [&](WriteTx& tx) { return store::move_submission(tx, next.id, SubmissionState::kUnknown, next); });
    if (!moved && !moved.error().is(store::StoreError::kConflict)) co_return moved;  // a person was quicker
  }
  co_return Result<void>{};
}

}  // namespace dhii::sync

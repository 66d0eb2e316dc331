#include "sync/outbox.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/this_coro.hpp>

#include "base/bytes.hpp"
#include "mime/build.hpp"
#include "sync/convert.hpp"

namespace dhii::sync {

namespace {

using store::ReadTx;
using store::Submission;
using store::SubmissionState;
using store::WriteTx;

constexpr std::size_t kSendAtOnce = 20;            // read from the database in one go
constexpr std::chrono::seconds kHeldLookAgain{5};  // while nothing may be sent
constexpr std::chrono::minutes kLookAgain{10};     // even without a wake-up

constexpr std::uint8_t kDeliveredYes = 1, kDeliveredNo = 2, kDeliveredUnknown = 3;

smtp::Envelope envelope_of(const Submission& submission) {
  smtp::Envelope out;
  out.mail_from = submission.mail_from;
  for (const auto& recipient : submission.recipients) {
    if (recipient.delivered == 0) out.rcpt_to.push_back(recipient.email);
  }
  return out;
}

net::Task<std::string> load_message(AccountContext& context, const Submission& submission) {
  const AccountId account = context.id;
  const EmailId email = submission.email;
  co_return co_await context.read([=](ReadTx& tx) -> Result<std::string> {
    DHII_TRY_ASSIGN(const auto rows, store::get_emails(tx, account, std::array{email}));
    if (rows.empty()) return fail(store::StoreError::kNotFound, "the message to send was deleted");
    DHII_TRY_ASSIGN(const auto raw, tx.blobs().get(tx, rows.front().blob));
    return mime::strip_bcc(raw);
  });
}

net::Task<> move_to(AccountContext& context, SubmissionState expected, Submission next) {
  co_return co_await context.write([&](WriteTx& tx) { return store::move_submission(tx, next.id, expected, next); });
}

net::Task<> send_one(AccountContext& context, Submission submission) {
  auto sending = submission;
  sending.state = SubmissionState::kSending;
  ++sending.attempts;
  auto taken = co_await move_to(context, SubmissionState::kQueued, sending);
  if (!taken && taken.error().is(store::StoreError::kConflict))
    co_return Result<void>{};  // canceled in the undo window
  DHII_CO_TRY(std::move(taken));
  const auto now = context.services.clock.now();
  auto message = co_await load_message(context, submission);
  if (!message) {
    auto failed = sending;
    failed.state = SubmissionState::kFailed;
    failed.detail = message.error().message();
    co_return co_await move_to(context, SubmissionState::kSending, std::move(failed));
  }
  const auto settings = smtp_settings(context.settings.smtp, context.password, context.services.extra_ca_file,
                                      context.services.ehlo_name);
  auto outcome = co_await smtp::send(context.services.dialer, settings, envelope_of(sending), *message);
  // However it went, and even if we are stopping: what is known of the message is written down.
  co_await net::asio::this_coro::throw_if_cancelled(false);
  auto next = outcome ? after_success(sending, *outcome, now) : after_failure(sending, outcome.error(), now);
  spdlog::info("account {}: submission {} is {} {}", context.id.value, next.id.value, submission_state_name(next.state),
               log_escape(next.detail));
  auto written = co_await move_to(context, SubmissionState::kSending, std::move(next));
  co_await net::asio::this_coro::throw_if_cancelled(true);
  co_return written;
}

}  // namespace

namespace {

bool is_open(const store::Recipient& recipient) { return recipient.delivered == 0; }

// Takes the words of a refusal; true when the recipient is to be tried again.
bool refuse(store::Recipient& recipient, const smtp::Reply& reply, bool too_late) {
  recipient.reply = reply.describe();
  if (reply.transient() && !too_late) return true;
  recipient.delivered = kDeliveredNo;
  return false;
}

}  // namespace

store::Submission after_success(store::Submission submission, const smtp::Delivered& delivered, Timestamp now) {
  const bool too_late = now - submission.send_at > kGiveUpAfter;
  submission.state = SubmissionState::kSent;
  submission.detail = delivered.server_reply;
  for (auto& recipient : submission.recipients) {
    if (!is_open(recipient)) continue;
    const auto refused = std::ranges::find(delivered.refused, recipient.email, &smtp::RefusedRecipient::recipient);
    if (refused == delivered.refused.end()) {
      recipient.delivered = kDeliveredYes;
      recipient.reply = delivered.server_reply;
      continue;
    }
    if (refuse(recipient, refused->reply, too_late)) submission.state = SubmissionState::kQueued;
    submission.detail = recipient.email + ": " + recipient.reply;
  }
  if (submission.state == SubmissionState::kQueued)
    submission.next_attempt_at = now + send_retry_delay(submission.attempts - 1);
  return submission;
}

store::Submission after_failure(store::Submission submission, const smtp::SendFailure& failure, Timestamp now) {
  submission.detail = failure.reply ? failure.reply->describe() : failure.error.message();
  if (failure.stage == smtp::Stage::kAfterFinalDot && !failure.reply) {
    submission.state = SubmissionState::kUnknown;
    for (auto& recipient : submission.recipients) {
      if (is_open(recipient)) recipient.delivered = kDeliveredUnknown;
    }
    return submission;
  }
  submission.state = SubmissionState::kQueued;
  if (failure.error.is(net::NetError::kCancelled)) {  // we are shutting down: nobody's fault, and no attempt
    --submission.attempts;
    submission.next_attempt_at = now;
    return submission;
  }
  if (failure.permanent || now - submission.send_at > kGiveUpAfter) {
    submission.state = SubmissionState::kFailed;
    for (auto& recipient : submission.recipients) {
      if (!is_open(recipient)) continue;
      recipient.delivered = kDeliveredNo;
      recipient.reply = submission.detail;
    }
    return submission;
  }
  submission.next_attempt_at = now + send_retry_delay(submission.attempts - 1);
  return submission;
}

std::chrono::milliseconds send_retry_delay(std::int32_t attempts) {
  using std::chrono::minutes;
  constexpr std::array kDelays{minutes(1), minutes(5), minutes(15), minutes(60), minutes(240)};
  return kDelays[static_cast<std::size_t>(
      std::clamp<std::int32_t>(attempts, 0, static_cast<std::int32_t>(kDelays.size()) - 1))];
}

net::Task<> run_outbox(AccountContext& context, net::Event& wake) {
  const AccountId account = context.id;
  DHII_CO_TRY_ASSIGN(const auto lost,
                     co_await context.write([=](WriteTx& tx) { return store::recover_submissions(tx, account); }));
  for (const auto& submission : lost) {
    spdlog::warn("account {}: submission {} was being sent when the program stopped; whether it arrived is unknown",
                 account.value, submission.id.value);
  }
  for (;;) {
    if (context.stopping) co_return fail(net::NetError::kCancelled);
    if (context.services.may_send && !context.services.may_send()) {
      DHII_CO_TRY(co_await wake.wait_for(kHeldLookAgain));
      continue;
    }
    const auto now = context.services.clock.now();
    DHII_CO_TRY_ASSIGN(const auto due, co_await context.read([=](ReadTx& tx) {
      return store::due_submissions(tx, account, now, kSendAtOnce);
    }));
    for (const auto& submission : due) DHII_CO_TRY(co_await send_one(context, submission));
    if (!due.empty()) continue;
    DHII_CO_TRY_ASSIGN(const auto next,
                       co_await context.read([=](ReadTx& tx) { return store::next_submission_at(tx, account); }));
    std::chrono::milliseconds wait = kLookAgain;
    if (next)
      wait = std::clamp<std::chrono::milliseconds>(*next - context.services.clock.now(), std::chrono::milliseconds(1),
                                                   kLookAgain);
    DHII_CO_TRY(co_await wake.wait_for(wait));
  }
}

}  // namespace dhii::sync

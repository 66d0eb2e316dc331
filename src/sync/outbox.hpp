// The outbox of one account: sends what is due, once. States: queued -> sending -> sent | failed | unknown (DESIGN §4).
// The state moves to `sending` in the database before the first byte leaves; a connection lost after the final dot
// makes it `unknown`, and nothing but a person sends it again.
#pragma once
#include "smtp/client.hpp"
#include "sync/context.hpp"

namespace dhii::sync {

// What becomes of a submission after one attempt. Pure.
// A recipient refused for now (4xx) is queued again alone: whoever has the message never gets it twice.
store::Submission after_success(store::Submission submission, const smtp::Delivered& delivered, Timestamp now);
store::Submission after_failure(store::Submission submission, const smtp::SendFailure& failure, Timestamp now);
// 1, 5, 15, 60 minutes, then every 4 hours; given up after kGiveUpAfter (RFC 5321 §4.5.4.1: at least 4-5 days).
std::chrono::milliseconds send_retry_delay(std::int32_t attempts);
inline constexpr std::chrono::hours kGiveUpAfter{24 * 5};

// Runs until cancelled; `wake` is notified when the outbox changed.
net::Task<> run_outbox(AccountContext& context, net::Event& wake);

}  // namespace dhii::sync

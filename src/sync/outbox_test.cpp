#include "sync/outbox.hpp"
#include "sync/sent_lookup.hpp"

#include <gtest/gtest.h>

namespace dhii::sync {
namespace {

using std::chrono::minutes;
using store::Submission;
using store::SubmissionState;

Submission sending() {
  Submission s;
  s.id = SubmissionId(1);
  s.state = SubmissionState::kSending;
  s.attempts = 1;
  s.recipients = {{"a@example.org", "", 0}, {"b@example.org", "", 0}};
  s.send_at = ManualClock().now();
  return s;
}

smtp::SendFailure failure(smtp::Stage stage, bool permanent) {
  return smtp::SendFailure{Error(net::NetError::kClosed), stage, std::nullopt, permanent};
}

TEST(Outbox, AConnectionLostAfterTheFinalDotIsUnknownAndNeverQueuedAgain) {
  const auto next = after_failure(sending(), failure(smtp::Stage::kAfterFinalDot, false), ManualClock().now());
  EXPECT_EQ(next.state, SubmissionState::kUnknown);
  EXPECT_EQ(next.recipients[0].delivered, 3);
}

TEST(Outbox, AConnectionLostBeforeTheFinalDotIsTriedAgainLater) {
  const auto now = ManualClock().now();
  for (const auto stage : {smtp::Stage::kBeforeData, smtp::Stage::kDuringData}) {
    const auto next = after_failure(sending(), failure(stage, false), now);
    EXPECT_EQ(next.state, SubmissionState::kQueued);
    EXPECT_EQ(next.next_attempt_at, now + minutes(1));
    EXPECT_EQ(next.recipients[0].delivered, 0);
  }
}

TEST(Outbox, APermanentRefusalFailsAndKeepsTheReason) {
  const auto next = after_failure(sending(), failure(smtp::Stage::kBeforeData, true), ManualClock().now());
  EXPECT_EQ(next.state, SubmissionState::kFailed);
  EXPECT_EQ(next.recipients[1].delivered, 2);
  EXPECT_FALSE(next.detail.empty());
}

TEST(Outbox, RetriesSlowDownAndEndAfterFiveDays) {
  const auto now = ManualClock().now();
  EXPECT_EQ(send_retry_delay(0), minutes(1));
  EXPECT_EQ(send_retry_delay(99), minutes(240));
  const auto next = after_failure(sending(), failure(smtp::Stage::kBeforeData, false), now + kGiveUpAfter + minutes(1));
  EXPECT_EQ(next.state, SubmissionState::kFailed);
}

TEST(Outbox, OneRefusedRecipientIsToldBesideTheAcceptedOne) {
  smtp::Delivered delivered;
  delivered.server_reply = "250 2.0.0 queued";
  delivered.refused.push_back({"b@example.org", smtp::Reply{550, "5.1.1", "no such user"}});
  const auto next = after_success(sending(), delivered, ManualClock().now());
  EXPECT_EQ(next.state, SubmissionState::kSent);
  EXPECT_EQ(next.recipients[0].delivered, 1);
  EXPECT_EQ(next.recipients[1].delivered, 2);
}

TEST(Outbox, ARecipientRefusedForNowIsTriedAgainAloneAndTheOtherNeverHasItTwice) {
  const auto now = ManualClock().now();
  smtp::Delivered first;
  first.server_reply = "250 2.0.0 queued";
  first.refused.push_back({"b@example.org", smtp::Reply{450, "4.2.0", "mailbox busy"}});
  auto next = after_success(sending(), first, now);
  EXPECT_EQ(next.state, SubmissionState::kQueued);
  EXPECT_EQ(next.next_attempt_at, now + minutes(1));
  EXPECT_EQ(next.recipients[0].delivered, 1);
  EXPECT_EQ(next.recipients[1].delivered, 0);
  EXPECT_TRUE(next.detail.contains("mailbox busy")) << "shown while it waits";

  // The second attempt is refused as a whole: the first recipient keeps what he has.
  next.attempts = 2;
  const auto failed = after_failure(next, failure(smtp::Stage::kBeforeData, true), now);
  EXPECT_EQ(failed.recipients[0].delivered, 1);
  EXPECT_EQ(failed.recipients[1].delivered, 2);
  const auto unknown = after_failure(next, failure(smtp::Stage::kAfterFinalDot, false), now);
  EXPECT_EQ(unknown.recipients[0].delivered, 1);
  EXPECT_EQ(unknown.recipients[1].delivered, 3);
}

TEST(Outbox, ARecipientRefusedForNowForFiveDaysHasFailed) {
  smtp::Delivered delivered;
  delivered.refused.push_back({"b@example.org", smtp::Reply{450, "4.2.0", "mailbox busy"}});
  const auto next = after_success(sending(), delivered, ManualClock().now() + kGiveUpAfter + minutes(1));
  EXPECT_EQ(next.state, SubmissionState::kSent);
  EXPECT_EQ(next.recipients[1].delivered, 2);
}

TEST(Outbox, StoppingBeforeTheMessageLeftIsNoAttempt) {
  const auto now = ManualClock().now();
  const smtp::SendFailure cancelled{Error(net::NetError::kCancelled), smtp::Stage::kBeforeData, std::nullopt, false};
  const auto next = after_failure(sending(), cancelled, now);
  EXPECT_EQ(next.state, SubmissionState::kQueued);
  EXPECT_EQ(next.attempts, 0);
  EXPECT_EQ(next.next_attempt_at, now);
}

TEST(SentLookup, OnlyACopyThatIsNotOursProvesAcceptance) {
  EXPECT_FALSE(proves_acceptance(0, 0));
  EXPECT_FALSE(proves_acceptance(1, 1)) << "the copy that we placed there ourselves";
  EXPECT_FALSE(proves_acceptance(0, 1)) << "ours was deleted there";
  EXPECT_TRUE(proves_acceptance(1, 0));
  EXPECT_TRUE(proves_acceptance(2, 1));
}

TEST(SentLookup, AProofSettlesTheUnknownRecipientsAndNoOther) {
  Submission submission;
  submission.state = SubmissionState::kUnknown;
  submission.recipients = {{"a@x", "", 3}, {"b@x", "550 no", 2}};
  const auto next = after_proof(submission);
  EXPECT_EQ(next.state, SubmissionState::kSent);
  EXPECT_EQ(next.recipients[0].delivered, 1);
  EXPECT_EQ(next.recipients[1].delivered, 2);
  EXPECT_EQ(next.recipients[1].reply, "550 no");
}

}  // namespace
}  // namespace dhii::sync

// From committed changes to deliveries: what is new since the cursor of an account. On a database-pool thread.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/json.hpp>

#include "base/bytes.hpp"
#include "store/repositories.hpp"
#include "webhook/service.hpp"

namespace dhii::webhook {
namespace {

namespace json = boost::json;
using store::DataType;
using store::Delivery;
using store::Webhook;

constexpr std::size_t kChangesAtOnce = 500;
constexpr int kMaxRounds = 40;  // 20,000 changes: then the rest is picked up at the next change

struct News {
  std::string event;
  json::object data;
};

std::string id_text(char prefix, std::int64_t id) { return prefix + std::to_string(id); }

// "message.sent" among "message.received message.sent".
bool wants(const Webhook& hook, std::string_view event) {
  const std::string padded = " " + hook.events + " ";
  return hook.active && padded.contains(" " + std::string(event) + " ");
}

// Mail that came in: not what the user wrote, not what went to the junk or the trash, nor old mail of a first sync.
bool is_news(const store::Email& email, const std::vector<MailboxId>& quiet, Timestamp now) {
  const bool loud =
      std::ranges::any_of(email.mailboxes, [&](MailboxId m) { return std::ranges::find(quiet, m) == quiet.end(); });
  return loud && !email.keywords.has(store::Flag::kDraft) && email.received_at + kNewsAge > now;
}

Result<std::vector<News>> mail_news(store::ReadTx& tx, AccountId account, const store::Changes& changes,
                                    Timestamp now) {
  std::vector<News> out;
  std::vector<MailboxId> quiet;
  DHII_TRY_ASSIGN(const auto mailboxes, store::list_mailboxes(tx, account));
  for (const auto& m : mailboxes) {
    if (m.role == store::Role::kSent || m.role == store::Role::kDrafts || m.role == store::Role::kJunk ||
        m.role == store::Role::kTrash)
      quiet.push_back(m.id);
  }
  std::vector<EmailId> ids;
  for (const auto id : changes.created) ids.emplace_back(id);
  DHII_TRY_ASSIGN(const auto emails, store::get_emails(tx, account, ids));
  for (const auto& email : emails) {
    if (!is_news(email, quiet, now)) continue;
    out.push_back({"message.received", json::object{{"account", id_text('a', account.value)},
                                                    {"message", id_text('e', email.id.value)},
                                                    {"thread", id_text('t', email.thread.value)}}});
  }
  return out;
}

Result<std::vector<News>> outbox_news(store::ReadTx& tx, AccountId account, const store::Changes& changes) {
  std::vector<News> out;
  std::vector<SubmissionId> ids;
  for (const auto& list : {changes.created, changes.updated})
    for (const auto id : list) ids.emplace_back(id);
  DHII_TRY_ASSIGN(const auto found, store::get_submissions(tx, account, ids));
  for (const auto& s : found) {
    const bool sent = s.state == store::SubmissionState::kSent;
    if (!sent && s.state != store::SubmissionState::kFailed && s.state != store::SubmissionState::kUnknown) continue;
    out.push_back(
        {sent ? "message.sent" : "message.failed", json::object{{"account", id_text('a', account.value)},
                                                                {"message", id_text('e', s.email.value)},
                                                                {"outbox", id_text('s', s.id.value)},
                                                                {"state", store::submission_state_name(s.state)}}});
  }
  return out;
}

std::vector<Delivery> deliveries_of(const std::vector<News>& news, const std::vector<Webhook>& hooks, Timestamp now) {
  std::vector<Delivery> out;
  for (const auto& each : news) {
    const std::string body =
        json::serialize(json::object{{"type", each.event}, {"created_at", to_unix_seconds(now)}, {"data", each.data}});
    for (const auto& hook : hooks) {
      if (wants(hook, each.event)) out.push_back({.webhook = hook.id, .event = each.event, .body = body});
    }
  }
  return out;
}

}  // namespace

WebhookService::Changed WebhookService::collect(const Changed& changed) {
  Changed failed;
  for (const auto& each : changed) {
    const auto done = collect_from(each.first, each.second);
    if (done) continue;
    spdlog::warn("webhooks: the news of account {} wait: {}", each.second.value, log_escape(done.error().message()));
    failed.insert(each);
  }
  return failed;
}

Result<void> WebhookService::collect_from(UserId user, AccountId account) {
  DHII_TRY_ASSIGN(const auto hooks, hooks_.list(user));
  if (std::ranges::none_of(hooks, &Webhook::active)) return {};
  DHII_TRY_ASSIGN(const auto mail, p_.open_store(user));
  DHII_TRY(collect_type(*mail, user, account, DataType::kEmail, hooks));
  return collect_type(*mail, user, account, DataType::kEmailSubmission, hooks);
}

Result<void> WebhookService::collect_type(store::MailStore& mail, UserId user, AccountId account, DataType type,
                                          const std::vector<Webhook>& hooks) {
  DHII_TRY_ASSIGN(auto cursor, hooks_.cursor(user, account, type));
  for (int round = 0; round < kMaxRounds; ++round) {
    ChangeNumber reached;
    bool more = false;
    DHII_TRY_ASSIGN(const auto news, mail.read([&](store::ReadTx& tx) -> Result<std::vector<News>> {
      DHII_TRY_ASSIGN(reached, store::state_of(tx, account, type));
      if (!cursor) cursor = ChangeNumber();  // an account that was connected after the webhook was made
      auto changes = store::changes_since(tx, account, type, *cursor, kChangesAtOnce);
      if (!changes && changes.error().is(store::StoreError::kInvalid)) return std::vector<News>();  // too long ago
      if (!changes) return std::unexpected(changes.error());
      more = changes->has_more;
      reached = changes->new_state;
      return type == DataType::kEmail ? mail_news(tx, account, *changes, p_.clock.now())
                                      : outbox_news(tx, account, *changes);
    }));
    DHII_TRY(
        hooks_.enqueue(user, deliveries_of(news, hooks, p_.clock.now()), store::WebhookCursor{account, type, reached}));
    cursor = reached;
    if (!more) return {};
  }
  return {};
}

}  // namespace dhii::webhook

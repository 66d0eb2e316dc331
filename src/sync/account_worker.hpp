// AccountWorker: keeps one IMAP account in step, for as long as it lives. Io thread only.
// Main connection: mailbox list, local operations, news (IDLE on the inbox, a look at the others every kPollOthers).
// Bulk connection: what a first sync has still to fetch; it comes and goes, and never delays the main one. Outbox:
// beside both.
#pragma once
#include <memory>
#include <optional>

#include "imap/client.hpp"
#include "net/task_group.hpp"
#include "sync/context.hpp"

namespace dhii::sync {

inline constexpr std::chrono::minutes kPollOthers{3};  // mailboxes that IDLE doesn't watch
inline constexpr std::chrono::seconds kFirstRetry{1};  // after a lost connection; doubles up to kLastRetry, with jitter
inline constexpr std::chrono::minutes kLastRetry{1};   // a network that is back is noticed within this
inline constexpr std::chrono::minutes kFirstLoginRetry{
    5};  // a refused password: tried again seldom, accounts get locked
inline constexpr std::chrono::hours kLastLoginRetry{1};

class AccountWorker {
 public:
  AccountWorker(SyncServices& services, AccountId id, UserId user, std::string email, AccountSettings settings,
                Secret password, std::shared_ptr<store::MailStore> store);
  ~AccountWorker();

  void start();
  net::asio::awaitable<void> stop();
  // Local operations were queued, or the user asked for a look now.
  void wake_operations();
  void wake_outbox();
  void sync_now();
  const AccountStatus& status() const { return context_.status; }

 private:
  net::Task<> run_main();
  net::Task<> run_session(imap::Client& client);
  net::Task<> look_at(imap::Client& client, const store::Mailbox& mailbox, bool first_time);
  net::Task<> look_at_dirty(imap::Client& client);
  net::Task<> poll(imap::Client& client);
  net::Task<> wait_for_news(imap::Client& client);
  net::Task<> run_bulk();
  net::Task<> run_bulk_session(imap::Client& client);
  net::Task<> run_outbox_forever();
  net::Task<> retry_pause(std::chrono::milliseconds delay);
  net::Task<> login_pause(std::chrono::milliseconds delay);
  net::Task<> run_bulk_mailbox(imap::Client& client, MailboxId id);
  net::Task<> end_bulk();
  void report_failure(const Error& error);
  void need_rest(MailboxId mailbox);
  void settle();

  AccountContext context_;
  std::vector<store::Mailbox> mailboxes_;  // of the last listing, by priority
  std::vector<MailboxId> rest_;            // first sync unfinished, by priority
  std::optional<MailboxId> fetching_;      // taken from rest_ by the bulk connection
  bool connected_ = false;                 // the main connection stands: what the bulk one does is shown only then
  bool was_settled_ = false;               // the last session came as far as waiting for news
  net::Event wake_;
  net::Event wake_outbox_;
  net::Event wake_bulk_;
  bool poll_all_ = false;
  bool bulk_mode_ = false;
  std::chrono::steady_clock::time_point next_poll_;
  net::TaskGroup tasks_;  // last: its tasks use all of the above
};

}  // namespace dhii::sync

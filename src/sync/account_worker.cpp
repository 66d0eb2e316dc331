#include "sync/account_worker.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "imap/errors.hpp"
#include "net/deadline.hpp"
#include "sync/convert.hpp"
#include "sync/mailbox_sync.hpp"
#include "sync/operations.hpp"
#include "sync/outbox.hpp"
#include "sync/sent_lookup.hpp"

namespace dhii::sync {

namespace {

bool is_auth_failure(const Error& error) {
  using imap::ImapError;
  return error.is(ImapError::kWrongPassword) || error.is(ImapError::kAppPasswordNeeded) ||
         error.is(ImapError::kLoginDisabled);
}

}  // namespace

AccountWorker::AccountWorker(SyncServices& services, AccountId id, UserId user, std::string email,
                             AccountSettings settings, Secret password, std::shared_ptr<store::MailStore> store)
    : context_{services,
               id,
               user,
               std::move(email),
               std::move(settings),
               std::move(password),
               std::move(store),
               {.user = user, .account = id, .in_step_at = services.clock.now()},
               {},
               {},
               {}},
      wake_(services.executor),
      wake_outbox_(services.executor),
      wake_bulk_(services.executor),
      tasks_(services.executor) {}

AccountWorker::~AccountWorker() = default;

void AccountWorker::start() {
  tasks_.spawn("account", run_main());
  tasks_.spawn("first sync", run_bulk());
  tasks_.spawn("outbox", run_outbox_forever());
}

net::asio::awaitable<void> AccountWorker::stop() {
  context_.stopping = true;
  wake_.notify();
  wake_outbox_.notify();
  wake_bulk_.notify();
  co_await tasks_.close();
  if (bulk_mode_) (void)co_await end_bulk();  // cancelled in the middle; the store is used on by others
}

net::Task<> AccountWorker::end_bulk() {
  bulk_mode_ = false;
  co_return co_await context_.services.db_pool.run([store = context_.store]() -> Result<void> {
    store->end_bulk();
    return {};
  });
}

void AccountWorker::wake_operations() { wake_.notify(); }
void AccountWorker::wake_outbox() { wake_outbox_.notify(); }
void AccountWorker::sync_now() {
  poll_all_ = true;
  wake_.notify();
}

net::Task<> AccountWorker::run_main() {
  std::chrono::milliseconds delay = kFirstRetry;
  std::chrono::milliseconds login_delay = kFirstLoginRetry;
  for (;;) {
    if (context_.stopping) co_return fail(net::NetError::kCancelled);
    if (context_.status.state == AccountState::kIdle || context_.status.state == AccountState::kSyncing)
      context_.report(AccountState::kConnecting);
    const auto settings = imap_settings(context_.settings.imap, context_.password, context_.services.extra_ca_file);
    auto client = co_await imap::Client::connect(context_.services.dialer, settings);
    if (client) {
      connected_ = true;
      was_settled_ = false;
      auto ended = co_await run_session(**client);
      connected_ = false;
      if (!ended) report_failure(ended.error());
      // A server that lets us in and throws us out at once must not be asked every second.
      if (was_settled_) delay = kFirstRetry;
      login_delay = kFirstLoginRetry;
    } else {
      report_failure(client.error());
      // The same wrong password again and again gets accounts locked; a new one comes with a new worker.
      if (is_auth_failure(client.error())) {
        DHII_CO_TRY(co_await login_pause(login_delay));
        login_delay = std::min<std::chrono::milliseconds>(login_delay * 2, kLastLoginRetry);
        continue;
      }
    }
    DHII_CO_TRY(co_await retry_pause(delay));
    delay = std::min<std::chrono::milliseconds>(delay * 2, kLastRetry);
  }
}

// Only "sync now" cuts this short: what a user does to mail meanwhile must not send the refused password again.
net::Task<> AccountWorker::login_pause(std::chrono::milliseconds delay) {
  const auto& clock = context_.services.clock;
  const auto end = clock.steady_now() + delay;
  poll_all_ = false;
  while (!poll_all_ && clock.steady_now() < end) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - clock.steady_now());
    DHII_CO_TRY(co_await wake_.wait_for(std::max(left, std::chrono::milliseconds(1))));
  }
  co_return Result<void>{};
}

// Waits with jitter, so that a thousand accounts don't all come back at once; a user's "sync now" cuts it short.
net::Task<> AccountWorker::retry_pause(std::chrono::milliseconds delay) {
  const auto jitter =
      std::chrono::milliseconds(context_.services.random.below(static_cast<std::uint64_t>(delay.count()) / 4 + 1));
  DHII_CO_TRY(co_await wake_.wait_for(delay + jitter));
  co_return Result<void>{};
}

void AccountWorker::report_failure(const Error& error) {
  if (error.is(net::NetError::kCancelled)) return;  // shutting down
  spdlog::info("account {}: {}", context_.id.value, log_escape(error.message()));
  if (is_auth_failure(error)) return context_.report(AccountState::kAuthFailed, error.message());
  const bool ours = error.id().starts_with("store.");
  context_.report(ours ? AccountState::kError : AccountState::kOffline, error.message());
}

void AccountWorker::settle() {
  if (!connected_) return;  // offline stays offline, whatever the bulk connection has finished
  if (rest_.empty() && !fetching_)
    context_.report(AccountState::kIdle);
  else
    context_.report(AccountState::kSyncing);
}

net::Task<> AccountWorker::run_session(imap::Client& client) {
  DHII_CO_TRY_ASSIGN(mailboxes_, co_await sync_mailbox_list(context_, client));
  context_.report(AccountState::kSyncing);
  wake_bulk_.notify();
  // The inbox first, so that something can be read at once; then what was done here meanwhile; then the others.
  const auto mailboxes = mailboxes_;
  bool first = true;
  for (const auto& mailbox : mailboxes) {
    DHII_CO_TRY(co_await look_at(client, mailbox, true));
    if (std::exchange(first, false)) DHII_CO_TRY(co_await run_operations(context_, client));
  }
  DHII_CO_TRY(co_await look_in_sent(context_, client));
  next_poll_ = context_.services.clock.steady_now() + kPollOthers;
  was_settled_ = true;
  for (;;) {
    if (context_.stopping) co_return fail(net::NetError::kCancelled);
    settle();
    DHII_CO_TRY(co_await run_operations(context_, client));
    DHII_CO_TRY(co_await look_at_dirty(client));
    if (poll_all_ || context_.services.clock.steady_now() >= next_poll_) DHII_CO_TRY(co_await poll(client));
    DHII_CO_TRY(co_await wait_for_news(client));
  }
}

net::Task<> AccountWorker::look_at(imap::Client& client, const store::Mailbox& mailbox, bool first_time) {
  const bool inbox = mailbox.role == store::Role::kInbox;
  auto more = co_await sync_mailbox(context_, client, tasks_, mailbox,
                                    inbox || !first_time ? FirstLook::kNewestNow : FirstLook::kRegister);
  if (more) {
    if (*more) need_rest(mailbox.id);
    co_return Result<void>{};
  }
  // One mailbox that the server won't open (no permission, damaged) must not stop the others.
  if (client.broken() || more.error().id().starts_with("store.") || more.error().id().starts_with("net."))
    co_return std::unexpected(more.error());
  spdlog::warn("account {}: mailbox {} skipped: {}", context_.id.value, mailbox.id.value,
               log_escape(more.error().message()));
  co_return Result<void>{};
}

net::Task<> AccountWorker::look_at_dirty(imap::Client& client) {
  const auto dirty = std::exchange(context_.dirty, {});
  for (const MailboxId id : dirty) {
    auto mailbox = co_await context_.read([id](store::ReadTx& tx) { return store::get_mailbox(tx, id); });
    if (!mailbox || mailbox->imap_name.empty() || !mailbox->selectable) continue;
    DHII_CO_TRY(co_await look_at(client, *mailbox, false));
  }
  co_return Result<void>{};
}

net::Task<> AccountWorker::poll(imap::Client& client) {
  poll_all_ = false;
  DHII_CO_TRY_ASSIGN(mailboxes_, co_await sync_mailbox_list(context_, client));
  const auto mailboxes = mailboxes_;
  for (const auto& mailbox : mailboxes) DHII_CO_TRY(co_await look_at(client, mailbox, false));
  DHII_CO_TRY(co_await look_in_sent(context_, client));
  next_poll_ = context_.services.clock.steady_now() + kPollOthers;
  co_return Result<void>{};
}

net::Task<> AccountWorker::wait_for_news(imap::Client& client) {
  const auto inbox = std::ranges::find(mailboxes_, store::Role::kInbox, &store::Mailbox::role);
  if (inbox == mailboxes_.end()) {
    DHII_CO_TRY(co_await wake_.wait_for(kPollOthers));
    co_return co_await client.noop();
  }
  const auto name = imap::MailboxName::from_wire(inbox->imap_name);
  // Another mailbox is selected after operations or polling; looking at the inbox selects it and takes what came
  // meanwhile.
  if (!client.selected() || *client.selected() != name) DHII_CO_TRY(co_await look_at(client, *inbox, false));
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(next_poll_ - context_.services.clock.steady_now());
  const auto limit = std::clamp<std::chrono::milliseconds>(left, std::chrono::milliseconds(1), imap::kMaxIdle);
  DHII_CO_TRY_ASSIGN(const auto end, co_await client.idle(limit, wake_));
  if (end == imap::IdleEnd::kChanges) DHII_CO_TRY(co_await look_at(client, *inbox, false));
  co_return Result<void>{};
}

// ---- first sync
// -------------------------------------------------------------------------------------------------------------------

void AccountWorker::need_rest(MailboxId mailbox) {
  if (std::ranges::find(rest_, mailbox) == rest_.end()) rest_.push_back(mailbox);
  wake_bulk_.notify();
}

net::Task<> AccountWorker::run_bulk() {
  std::chrono::milliseconds delay = kFirstRetry;
  for (;;) {
    if (context_.stopping) co_return fail(net::NetError::kCancelled);
    if (rest_.empty() || !connected_) {  // without the main connection this one would only fail as well
      DHII_CO_TRY(co_await wake_bulk_.wait_for(std::chrono::hours(1)));
      continue;
    }
    const auto settings = imap_settings(context_.settings.imap, context_.password, context_.services.extra_ca_file);
    auto client = co_await imap::Client::connect(context_.services.dialer, settings);
    auto done = client ? co_await run_bulk_session(**client) : Result<void>(std::unexpected(client.error()));
    if (fetching_) rest_.insert(rest_.begin(), *std::exchange(fetching_, std::nullopt));
    if (bulk_mode_) (void)co_await end_bulk();
    if (done) {
      delay = kFirstRetry;
      settle();
      continue;
    }
    // The main connection reports what is wrong with the server; only our own troubles are news.
    spdlog::info("account {}: first sync interrupted: {}", context_.id.value, log_escape(done.error().message()));
    if (done.error().id().starts_with("store.")) report_failure(done.error());
    DHII_CO_TRY(co_await wake_bulk_.wait_for(delay));  // the main connection is back: go on at once
    delay = std::min<std::chrono::milliseconds>(delay * 2, kLastRetry);
  }
}

net::Task<> AccountWorker::run_bulk_session(imap::Client& client) {
  context_.start_progress();
  while (!rest_.empty()) {
    const MailboxId id = rest_.front();
    rest_.erase(rest_.begin());
    fetching_ = id;
    auto done = co_await run_bulk_mailbox(client, id);
    if (!done && (client.broken() || done.error().id().starts_with("store.") || done.error().id().starts_with("net.")))
      co_return done;
    if (!done)
      spdlog::warn("account {}: mailbox {} skipped: {}", context_.id.value, id.value,
                   log_escape(done.error().message()));
    fetching_.reset();
  }
  (void)co_await client.logout();
  co_return Result<void>{};
}

net::Task<> AccountWorker::run_bulk_mailbox(imap::Client& client, MailboxId id) {
  struct Found {
    store::Mailbox mailbox;
    bool complete = false;
  };
  auto found = co_await context_.read([id](store::ReadTx& tx) -> Result<Found> {
    Found out;
    DHII_TRY_ASSIGN(out.mailbox, store::get_mailbox(tx, id));
    DHII_TRY_ASSIGN(const auto state, store::get_remote_state(tx, id));
    out.complete = state && state->complete;
    return out;
  });
  if (!found && found.error().is(store::StoreError::kNotFound)) {  // deleted meanwhile
    context_.expected.erase(id);
    co_return Result<void>{};
  }
  if (!found) co_return std::unexpected(found.error());
  // Asked for once more by the main connection while we were at it.
  if (found->complete || found->mailbox.imap_name.empty()) co_return Result<void>{};
  if (!std::exchange(bulk_mode_, true)) {
    (void)co_await context_.services.db_pool.run([store = context_.store]() -> Result<void> {
      store->begin_bulk();
      return {};
    });
  }
  co_return co_await sync_rest(context_, client, tasks_, found->mailbox);
}

// ---- outbox
// -----------------------------------------------------------------------------------------------------------------------

net::Task<> AccountWorker::run_outbox_forever() {
  for (;;) {
    if (context_.stopping) co_return fail(net::NetError::kCancelled);
    auto ended = co_await run_outbox(context_, wake_outbox_);
    if (!ended && ended.error().is(net::NetError::kCancelled)) co_return ended;
    if (!ended) spdlog::warn("account {}: outbox: {}", context_.id.value, log_escape(ended.error().message()));
    DHII_CO_TRY(co_await net::sleep_for(kFirstRetry));
  }
}

}  // namespace dhii::sync

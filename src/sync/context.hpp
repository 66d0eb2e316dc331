// AccountContext: what all coroutines of one account share. Owned by its AccountWorker; io thread only, but for the
// members that say otherwise.
#pragma once
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/secret.hpp"
#include "metrics/registry.hpp"
#include "net/blocking_pool.hpp"
#include "net/dialer.hpp"
#include "net/event.hpp"
#include "store/mail_store.hpp"
#include "store/repositories.hpp"
#include "sync/settings.hpp"
#include "sync/status.hpp"

namespace dhii::sync {

// What comes in from mail servers, over all accounts.
struct SyncCounters {
  metrics::Counter messages, bytes;
};

// The parts of the program that every account uses; outlives all workers.
struct SyncServices {
  net::asio::any_io_executor executor;  // the io thread
  net::Dialer& dialer;
  net::BlockingPool& db_pool;   // transactions
  net::BlockingPool& cpu_pool;  // parsing, compressing, sealing of incoming mail
  const Clock& clock;
  Random& random;
  std::string extra_ca_file;                            // trusted besides the system's store
  std::string ehlo_name;                                // RFC 5321 §4.1.1.1
  std::function<void(const AccountStatus&)> on_status;  // called on the io thread
  SyncCounters counters{};
  std::function<bool()> may_send{};  // false: queued mail stays queued (an incident); empty: always
};

struct AccountContext {
  SyncServices& services;
  AccountId id;
  UserId user;
  std::string email;
  AccountSettings settings;
  Secret password;
  std::shared_ptr<store::MailStore> store;  // thread-safe
  AccountStatus status;
  // Set once, when the worker is to end. Cancellation alone does not do: a wait that follows a TLS conversation was
  // seen not to hear of it.
  bool stopping = false;

  // Mailboxes that must be looked at on the next round (new UIDs of our own MOVE or APPEND, a vanished base, a user's
  // request).
  std::set<MailboxId> dirty;
  // Messages that stand upstream but aren't shown: \Deleted ones (RFC 8621 §4.1.1) and those that the server can't
  // give. Known after a full comparison; needed to tell "something vanished" from "something is hidden" when counts
  // differ.
  std::unordered_map<MailboxId, std::int64_t> hidden;
  // Messages that the bulk connection has still to fetch, as far as known.
  std::unordered_map<MailboxId, std::int64_t> expected;

  // Runs a read or write of this account's store on the database pool.
  template <class F>
  auto read(F function) {
    return services.db_pool.run(
        [store = store.get(), function = std::move(function)]() mutable { return store->read(function); });
  }
  template <class F>
  auto write(F function) {
    return services.db_pool.run(
        [store = store.get(), function = std::move(function)]() mutable { return store->write(function); });
  }
  void report(AccountState state, std::string error = {});
  // Progress of a first sync. A mailbox that waits for the bulk connection is counted by what SELECT told of it, later
  // by what there really is to fetch.
  void expect(MailboxId mailbox, std::int64_t messages);
  void start_progress();  // nothing fetched yet; the total is what is expected
  void progress(std::int64_t done_delta, std::int64_t total_delta);
};

}  // namespace dhii::sync

// Journal: the event sink of the running product. record() puts the event into a bounded queue and returns; a thread of
// its own shows each event to the followers, collapses repeats, appends to the encrypted database in one transaction
// for many, then hands the stored records to the followers. Nothing is lost at stop(). When the database can't be
// written, what is queued waits and is tried again each second; the log says so once.
#pragma once
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>
#include <vector>

#include "base/random.hpp"
#include "security/journal/chain.hpp"
#include "security/journal/collapse.hpp"
#include "security/journal/event_queue.hpp"
#include "store/event_journal.hpp"

namespace dhii::security {

using event::Follower;

struct JournalOptions {
  std::chrono::milliseconds gather{50};  // events of this long go into one transaction: fsync is what costs
  std::chrono::hours keep_for{24 * 365};
  std::int64_t keep_bytes = 1LL << 30;
  std::filesystem::path heads_file;  // empty: heads are not signed
  CollapseLimits collapse;
};

class Journal final : public event::Sink {
 public:
  struct Keys {
    Secret chain;      // 32 bytes, HMAC
    Secret signature;  // 32 bytes, Ed25519 seed
  };
  Journal(store::EventJournal& store, Keys keys, const Clock& clock, Random& random, JournalOptions options);
  ~Journal() override;  // stop()

  // Before start(). Followers outlive the journal or its stop().
  void follow(Follower& follower) { followers_.push_back(&follower); }
  void start();
  // Writes what was recorded, signs the head, ends the thread.
  void stop();

  void record(event::Event event) noexcept override;
  // Returns when everything recorded before is stored (but repeats, whose window may still be open), or the database
  // failed. For the command line and tests.
  void flush();

  struct Figures {
    std::uint64_t recorded = 0, stored = 0;
    EventQueue::Dropped dropped;
    bool failing = false;  // the database can't be written at present
  };
  Figures figures() const;
  const Chain& chain() const { return chain_; }

 private:
  void run();
  void work(Timestamp now);
  void show(std::vector<event::Event>&& events, Timestamp now);
  void store_pending();
  void report_dropped(Timestamp now);
  void tick(Timestamp now);
  void prune(Timestamp now);
  void sign_head(Timestamp now);

  store::EventJournal& store_;
  const Clock& clock_;
  Keys keys_;
  Chain chain_;
  JournalOptions options_;
  std::vector<Follower*> followers_;
  EventQueue queue_;
  std::atomic<std::uint64_t> recorded_{0}, stored_{0};
  std::atomic<bool> failing_{false};

  // Writer thread only.
  Collapse collapse_;
  std::vector<event::Entry> pending_;
  Timestamp last_tick_{}, last_try_{}, last_prune_{}, last_head_{}, last_drop_report_{};
  EventQueue::Dropped reported_;

  mutable std::mutex mutex_;
  std::condition_variable wake_, flushed_;
  std::uint64_t rounds_ = 0, wanted_rounds_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace dhii::security

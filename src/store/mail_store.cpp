#include "store/mail_store.hpp"

#include <condition_variable>
#include <mutex>
#include <vector>

#include "store/database.hpp"
#include "store/index.hpp"
#include "store/migrations.hpp"
#include "store/pack_store.hpp"
#include "store/tokenizer.hpp"
#include "store/tx_state.hpp"
#include "store/upkeep.hpp"

namespace dhii::store {
namespace {

constexpr std::size_t kMaxReaders = 4;  // two cores: more would only wait for each other
constexpr int kReaderCacheKib = 4096;
constexpr int kWriterCacheKib = 8192;
constexpr int kBulkCacheKib = 32768;                     // a first sync touches indexes all over
constexpr auto kUpkeepInterval = std::chrono::hours(1);  // uploads expire even where nobody writes
constexpr auto kIdleBeforeClosing =
    std::chrono::seconds(30);  // reopening costs about a millisecond, a cache up to 8 MB

}  // namespace

ChangeNumber WriteTx::next_change(AccountId account, DataType type) {
  const std::int64_t change = state_->next();
  state_->accounts[account].changed[static_cast<std::size_t>(type)] = change;
  return ChangeNumber(change);
}
ChangeNumber WriteTx::change_number() {
  return ChangeNumber(state_->took_change ? state_->last_change : state_->next());
}
void WriteTx::touch(AccountId account, DataType type) {
  state_->accounts[account].changed[static_cast<std::size_t>(type)] = change_number().value;
}
void WriteTx::note_pending_op(AccountId account) { state_->accounts[account].pending_ops = true; }
void WriteTx::note_submission(AccountId account) { state_->accounts[account].submissions = true; }
void WriteTx::note_destroyed(AccountId account) { ++state_->accounts[account].destroyed; }
void WriteTx::note_recipients(AccountId account, std::size_t count) {
  state_->accounts[account].recipients += static_cast<std::uint32_t>(count);
}
Timestamp WriteTx::now() const { return state_->clock->now(); }
Random& WriteTx::random() { return *state_->random; }

struct MailStore::Impl {
  struct Reader {
    std::unique_ptr<Database> db;
    std::chrono::steady_clock::time_point used_at;
  };

  Options options;
  Secret key;
  std::unique_ptr<PackStore> packs;

  std::mutex writer_mutex;
  std::unique_ptr<Database> writer;  // null while idle
  std::chrono::steady_clock::time_point writer_used_at;
  bool bulk = false;
  int bulk_commits = 0;  // since begin_bulk()
  bool upkeep_due = true;
  std::chrono::steady_clock::time_point upkeep_at;

  std::mutex readers_mutex;
  std::condition_variable reader_returned;
  std::vector<Reader> readers;  // not lent
  std::size_t lent = 0;

  std::filesystem::path file() const { return options.directory / "mail.db"; }

  Result<std::unique_ptr<Database>> open_database(const Database::Options& how) {
    DHII_TRY_ASSIGN(auto db, Database::open(file(), key, how));
    DHII_TRY(register_tokenizer(*db));
    return db;
  }

  // Under writer_mutex.
  Result<Database*> open_writer() {
    if (!writer) {
      DHII_TRY_ASSIGN(writer, open_database({.access = Access::kReadWrite, .cache_kib = kWriterCacheKib}));
      DHII_TRY(migrate(*writer, mail_migrations()));
      // A program that died while bulk loading left its settings behind.
      DHII_TRY_ASSIGN(const auto was_bulk, writer->find<bool>("SELECT value FROM meta WHERE name='bulk'"));
      if (was_bulk.value_or(false)) DHII_TRY(set_index_bulk(*writer, false));
    }
    return writer.get();
  }

  Result<std::unique_ptr<Database>> take_reader() {
    {
      std::unique_lock lock(readers_mutex);
      reader_returned.wait(lock, [&] { return !readers.empty() || lent < kMaxReaders; });
      ++lent;
      if (!readers.empty()) {
        auto db = std::move(readers.back().db);
        readers.pop_back();
        return db;
      }
    }
    auto opened = open_database({.access = Access::kReadOnly, .cache_kib = kReaderCacheKib});
    if (!opened) give_back(nullptr);
    return opened;
  }
  void give_back(std::unique_ptr<Database> db) {
    const std::scoped_lock lock(readers_mutex);
    --lent;
    if (db) readers.push_back({std::move(db), options.clock->steady_now()});
    reader_returned.notify_one();
  }

  Result<void> commit(Database& db, TxState& state, std::vector<ChangeEvent>& events) {
    if (state.took_change)
      DHII_TRY(db.run(
          "INSERT INTO meta(name, value) VALUES('change', ?) ON CONFLICT(name) DO UPDATE SET value=excluded.value",
          state.last_change));
    for (const auto& [account, touched] : state.accounts) {
      ChangeEvent event{.user = options.user,
                        .account = account,
                        .pending_ops = touched.pending_ops,
                        .submissions = touched.submissions,
                        .destroyed = touched.destroyed,
                        .recipients = touched.recipients};
      // One state for all types that changed: it is what push announces for each of them (RFC 8620 §7.1).
      event.state = ChangeNumber(std::ranges::max(touched.changed));
      for (std::size_t type = 0; type < kDataTypes; ++type) {
        if (touched.changed[type] == 0) continue;
        DHII_TRY(
            db.run("INSERT INTO state(account, type, changed) VALUES(?,?,?) ON CONFLICT(account, type) DO UPDATE SET "
                   "changed=excluded.changed",
                   account, type, event.state));
        event.types = static_cast<std::uint8_t>(event.types | 1U << type);
      }
      events.push_back(event);
    }
    if (bulk && ++bulk_commits > kBulkFreeCommits && bulk_commits % kBulkMergeEvery == 0)
      DHII_TRY(merge_index(db, MergeBeside::kBulkLoad));
    DHII_TRY(packs->flush());
    DHII_TRY(db.run("COMMIT"));
    if (bulk && state.has_user_action()) DHII_TRY(db.sync_wal());
    return {};
  }

  // Under writer_mutex. The error of the transaction itself; what `function` refused is in its own result.
  Result<void> transact(const std::function<bool(WriteTx&)>& function, std::vector<ChangeEvent>& events) {
    DHII_TRY_ASSIGN(Database * db, open_writer());
    DHII_TRY(db->run("BEGIN IMMEDIATE"));
    struct Rollback {
      Impl& self;
      Database& db;
      ~Rollback() {
        if (!db.in_transaction()) return;
        std::ignore = db.run("ROLLBACK");
        self.packs->rolled_back();
      }
    } rollback{*this, *db};
    DHII_TRY_ASSIGN(const auto change, db->find<std::int64_t>("SELECT value FROM meta WHERE name='change'"));
    TxState state{.clock = options.clock, .random = options.random, .last_change = change.value_or(0)};
    WriteTx tx(*db, *packs, state);
    if (!function(tx)) return {};
    return commit(*db, state, events);
  }

  Result<void> write(const std::function<bool(WriteTx&)>& function) {
    std::vector<ChangeEvent> events;
    Result<void> done;
    {
      const std::scoped_lock lock(writer_mutex);
      writer_used_at = options.clock->steady_now();
      upkeep_due = true;
      done = transact(function, events);
    }
    if (done && options.on_change)
      for (const auto& event : events) options.on_change(event);
    return done;
  }

  void close_idle() {
    const auto now = options.clock->steady_now();
    {
      const std::scoped_lock lock(readers_mutex);
      std::erase_if(readers, [&](const Reader& r) { return now - r.used_at > kIdleBeforeClosing; });
    }
    const std::scoped_lock lock(writer_mutex);
    if (!writer || bulk || now - writer_used_at <= kIdleBeforeClosing) return;
    writer.reset();
    packs->close_files();
  }
};

MailStore::MailStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
MailStore::~MailStore() {
  // The last connection out checkpoints the WAL; readers first, so that it is the writer.
  impl_->readers.clear();
}

Result<std::unique_ptr<MailStore>> MailStore::open(Options options, const Secret& key) {
  if (options.clock == nullptr || options.random == nullptr)
    return fail(StoreError::kInvalid, "a clock and a random source are needed");
  std::error_code failed;
  std::filesystem::create_directories(options.directory, failed);
  if (failed) return fail(StoreError::kIo, options.directory.string() + ": " + failed.message());
  std::filesystem::permissions(options.directory, std::filesystem::perms::owner_all, failed);
  auto impl = std::make_unique<Impl>();
  impl->options = std::move(options);
  impl->key = key.clone();
  impl->packs = std::make_unique<PackStore>(impl->options.directory / "blobs", key);
  {
    const std::scoped_lock lock(impl->writer_mutex);
    DHII_TRY(impl->open_writer());
  }
  return std::unique_ptr<MailStore>(new MailStore(std::move(impl)));
}

BlobStore& MailStore::blobs() { return *impl_->packs; }
UserId MailStore::user() const { return impl_->options.user; }

Result<void> MailStore::with_reader(const std::function<void(ReadTx&)>& function) {
  const metrics::Timer timer(impl_->options.times.read);
  DHII_TRY_ASSIGN(auto db, impl_->take_reader());
  struct Return {
    Impl& impl;
    std::unique_ptr<Database>& db;
    ~Return() {
      if (db->in_transaction()) std::ignore = db->run("ROLLBACK");
      impl.give_back(std::move(db));
    }
  } giver{*impl_, db};
  DHII_TRY(db->run("BEGIN"));
  ReadTx tx(*db, *impl_->packs);
  function(tx);
  return {};
}

Result<void> MailStore::with_writer(const std::function<bool(WriteTx&)>& function) {
  const metrics::Timer timer(impl_->options.times.write);
  return impl_->write(function);
}

void MailStore::begin_bulk() {
  const std::scoped_lock lock(impl_->writer_mutex);
  auto db = impl_->open_writer();
  if (!db || impl_->bulk) return;
  impl_->bulk_commits = 0;
  impl_->bulk = set_index_bulk(**db, true).has_value();  // if not, loading is only slower
  if (impl_->bulk) set_bulk_pragmas(**db, kBulkCacheKib);
}

void MailStore::end_bulk() {
  const std::scoped_lock lock(impl_->writer_mutex);
  auto db = impl_->open_writer();
  if (!db || !impl_->bulk) return;
  impl_->bulk = false;
  std::ignore = set_index_bulk(**db, false);  // open_writer() does it again if this failed
  set_normal_pragmas(**db, kWriterCacheKib);
}

Result<bool> MailStore::maintain() {
  bool more = false;
  {
    const std::scoped_lock lock(impl_->writer_mutex);
    const auto now = impl_->options.clock->steady_now();
    if (impl_->upkeep_due || now - impl_->upkeep_at > kUpkeepInterval) {
      Result<void> slice;
      std::vector<ChangeEvent> events;  // upkeep changes nothing that anyone sees
      DHII_TRY(impl_->transact(
          [&](WriteTx& tx) {
            auto done = upkeep(tx, *impl_->packs);
            more = done.value_or(false);
            if (!done) slice = std::unexpected(done.error());
            return done.has_value();
          },
          events));
      DHII_TRY(slice);
      impl_->upkeep_due = more;
      impl_->upkeep_at = now;
    }
  }
  if (!more) impl_->close_idle();
  return more;
}

}  // namespace dhii::store

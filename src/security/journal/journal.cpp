#include "security/journal/journal.hpp"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "base/bytes.hpp"

namespace dhii::security {
namespace {

constexpr std::chrono::seconds kTick{1};
constexpr std::size_t kRowsPerTransaction = 20'000;  // some 10 MB: what a retry would write again
constexpr std::size_t kMaxPending = 200'000;         // records kept while the database fails; then the queue fills
constexpr std::size_t kPruneSlice = 2'000;
constexpr std::chrono::minutes kPrunePause{10};
constexpr std::chrono::hours kHeadPause{24};
constexpr std::size_t kMaxTextBytes = 500;  // of each text of an event: names that strangers send are long

void cut(std::string& text) {
  if (text.size() > kMaxTextBytes) text.resize(truncate_utf8(text, kMaxTextBytes).size());
}

std::size_t seed_of(Random& random) {
  std::size_t seed = 0;
  random.fill({reinterpret_cast<std::uint8_t*>(&seed), sizeof seed});
  return seed;
}

// Appended and made durable; a head that is lost in a power cut would be no harm, a torn line would.
bool append_line(const std::filesystem::path& file, std::string line) {
  line += '\n';
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  const bool written = ::write(fd, line.data(), line.size()) == static_cast<ssize_t>(line.size()) && ::fsync(fd) == 0;
  return ::close(fd) == 0 && written;
}

}  // namespace

Journal::Journal(store::EventJournal& store, Keys keys, const Clock& clock, Random& random, JournalOptions options)
    : store_(store),
      clock_(clock),
      keys_(std::move(keys)),
      chain_(keys_.chain),
      options_(std::move(options)),
      collapse_(options_.collapse, seed_of(random)) {}

Journal::~Journal() { stop(); }

void Journal::start() {
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

void Journal::stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Journal::record(event::Event event) noexcept {
  try {
    if (event.at == Timestamp{}) event.at = clock_.now();
    for (auto* text : {&event.actor, &event.address, &event.object, &event.detail, &event.request_id}) cut(*text);
    recorded_.fetch_add(1, std::memory_order_relaxed);
    // Only the first into an empty queue wakes the writer: a wake-up is a system call.
    if (queue_.push(std::move(event)) == EventQueue::Pushed::kFirst) wake_.notify_one();
  } catch (...) {  // out of memory: an event must never stop what it reports
  }
}

void Journal::flush() {
  std::unique_lock lock(mutex_);
  if (!thread_.joinable()) return;
  // The round under way may have taken the queue before our events came; the next one has them.
  wanted_rounds_ = rounds_ + 2;
  const std::uint64_t until = wanted_rounds_;
  wake_.notify_all();
  flushed_.wait(lock, [&] { return rounds_ >= until; });
}

Journal::Figures Journal::figures() const {
  return {recorded_.load(), stored_.load(), queue_.dropped(), failing_.load()};
}

void Journal::run() {
  pthread_setname_np(pthread_self(), "journal");
  std::unique_lock lock(mutex_);
  for (;;) {
    const auto hurry = [&] { return stopping_ || wanted_rounds_ > rounds_; };
    if (!hurry() && queue_.empty()) wake_.wait_for(lock, kTick);
    if (!hurry() && !queue_.empty()) wake_.wait_for(lock, options_.gather, hurry);
    const bool last = stopping_;
    lock.unlock();
    work(clock_.now());
    if (last) {
      collapse_.flush(pending_);
      store_pending();
      sign_head(clock_.now());
    }
    lock.lock();
    ++rounds_;
    flushed_.notify_all();
    if (last) break;
  }
  rounds_ = std::numeric_limits<std::uint64_t>::max();
  flushed_.notify_all();
}

void Journal::work(Timestamp now) {
  try {
    const bool retry_later = failing_ && now >= last_try_ && now - last_try_ < kTick;
    if (pending_.size() < kMaxPending) show(queue_.take(), now);
    report_dropped(now);
    collapse_.expire(now, pending_);
    if (!retry_later) store_pending();
    if (now - last_tick_ >= kTick || now < last_tick_) tick(now);
  } catch (const std::exception& error) {  // out of memory: what is pending is tried again in the next round
    spdlog::error("journal: {}", log_escape(error.what()));
  }
}

void Journal::show(std::vector<event::Event>&& events, Timestamp now) {
  for (auto& event : events) {
    for (Follower* follower : followers_) follower->seen(event);
    collapse_.add(std::move(event), now, pending_);
  }
}

void Journal::store_pending() {
  std::size_t done = 0;
  while (done < pending_.size()) {
    const std::span slice = std::span(pending_).subspan(done, std::min(kRowsPerTransaction, pending_.size() - done));
    const auto appended =
        store_.append(slice, [this](std::string_view previous, const event::Entry& entry, std::string_view name) {
          return chain_.link(previous, entry, name, event::describe(entry.event.kind).severity);
        });
    last_try_ = clock_.now();
    if (!appended) {
      if (!failing_.exchange(true))
        spdlog::error("the journal of security events can't be written, trying again each second: {}",
                      log_escape(appended.error().message()));
      break;
    }
    if (failing_.exchange(false)) spdlog::warn("the journal of security events is written again");
    stored_ += slice.size();
    for (Follower* follower : followers_) follower->stored(slice);
    done += slice.size();
  }
  pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(done));
  if (pending_.empty() && pending_.capacity() > kRowsPerTransaction) pending_.shrink_to_fit();
}

void Journal::report_dropped(Timestamp now) {
  const auto dropped = queue_.dropped();
  const std::uint64_t fresh = dropped.minor + dropped.major - reported_.minor - reported_.major;
  if (fresh == 0 || (now >= last_drop_report_ && now - last_drop_report_ < std::chrono::minutes(1))) return;
  std::string detail = std::to_string(fresh);
  if (dropped.major != reported_.major)
    detail += " (" + std::to_string(dropped.major - reported_.major) + " of them warnings or worse)";
  last_drop_report_ = now;
  reported_ = dropped;
  record({.kind = event::Kind::kEventsDropped, .actor = "system", .detail = std::move(detail)});
}

void Journal::tick(Timestamp now) {
  last_tick_ = now;
  for (Follower* follower : followers_) follower->tick(now);
  if (now - last_prune_ >= kPrunePause || now < last_prune_) prune(now);
  if (last_head_ == Timestamp{}) last_head_ = now;
  if (now - last_head_ >= kHeadPause || now < last_head_) sign_head(now);
}

void Journal::prune(Timestamp now) {
  last_prune_ = now;
  const auto mark = [this](std::int64_t id, std::string_view hash) { return chain_.mark(id, hash); };
  // A few slices a round: the writer has events waiting. What is left goes in the next.
  for (int slice = 0; slice < 50; ++slice) {
    const auto bytes = store_.bytes();
    if (!bytes) return;
    const bool too_large = *bytes > options_.keep_bytes;
    const auto removed =
        store_.prune(too_large ? now + std::chrono::hours(24) : now - options_.keep_for, kPruneSlice, mark);
    if (!removed) {
      spdlog::warn("old security events can't be removed: {}", log_escape(removed.error().message()));
      return;
    }
    if (*removed == 0) return;
  }
  last_prune_ = now - kPrunePause + kTick;
}

void Journal::sign_head(Timestamp now) {
  if (options_.heads_file.empty()) return;
  last_head_ = now;
  const auto head = store_.head();
  if (!head || head->id == 0) return;
  if (!append_line(options_.heads_file, signed_line({head->id, now, head->hash}, keys_.signature)))
    spdlog::error("the signed head of the journal can't be written to {}", log_escape(options_.heads_file.string()));
}

}  // namespace dhii::security

#include "sync/ingest.hpp"

#include <boost/asio/this_coro.hpp>

#include "mime/message.hpp"
#include "sync/convert.hpp"

namespace dhii::sync {

namespace {

struct Chunk {
  std::vector<imap::FetchedMessage> messages;
  std::size_t bytes = 0;
};

struct Ready {
  store::NewEmail email;
  std::size_t bytes = 0;
};

Timestamp received_at(const imap::FetchedMessage& message, const mime::Digest& digest) {
  if (message.internal_date) return *message.internal_date;
  if (digest.envelope.sent_at) return digest.envelope.sent_at->at;
  return from_unix_seconds(0);
}

// Mail is never dropped for being odd: if even the digest fails, the bytes are kept with what little is known.
store::NewEmail prepare(const store::BlobStore& blobs, AccountId account, MailboxId mailbox,
                        imap::FetchedMessage& message) {
  store::NewEmail out;
  out.account = account;
  auto digest = mime::digest(message.body);
  if (digest) out.digest = std::move(*digest);
  out.digest.size = message.size;
  out.blob = blobs.prepare(message.body);
  out.received_at = received_at(message, out.digest);
  out.keywords = to_keywords(message.flags);
  out.mailboxes = {mailbox};
  out.truncated = message.state == imap::BodyState::kTruncated;
  out.uid = message.uid;
  if (message.modseq) out.modseq = *message.modseq;
  std::string().swap(message.body);
  return out;
}

}  // namespace

struct Ingest::State : std::enable_shared_from_this<State> {
  State(AccountContext& c, MailboxId m, net::TaskGroup& g, Counted n, net::asio::any_io_executor executor)
      : context(c), mailbox(m), group(g), counted(n), moved(std::move(executor)) {}

  AccountContext& context;
  MailboxId mailbox;
  net::TaskGroup& group;
  Counted counted;
  net::Event moved;  // something left the line, or failed
  Chunk gathering;
  std::vector<Ready> ready;
  std::size_t in_flight_bytes = 0;
  std::size_t digesting = 0;  // chunks
  bool writing = false;
  bool flushing = false;
  std::int64_t committed = 0;
  std::int64_t missing = 0;
  Uid highest_uid;
  std::optional<Error> error;

  bool drained() const { return digesting == 0 && !writing && ready.empty() && gathering.messages.empty(); }
  void send_chunk();
  void write_when_enough();
  static net::Task<> digest_chunk(std::shared_ptr<State> self, Chunk chunk);
  static net::Task<> write_batches(std::shared_ptr<State> self);
};

// Whatever ends a stage, a thrown exception too, the line moves on and the waiting fetch hears of it.
struct Ingest::StageEnd {
  Ingest::State& state;
  bool succeeded = false;
  ~StageEnd() {
    if (!succeeded && !state.error) state.error = Error(net::NetError::kCancelled);
    state.moved.notify();
  }
};

void Ingest::State::send_chunk() {
  if (gathering.messages.empty()) return;
  ++digesting;
  group.spawn("digest", digest_chunk(shared_from_this(), std::exchange(gathering, {})));
}

net::Task<> Ingest::State::digest_chunk(std::shared_ptr<State> self, Chunk chunk) {
  StageEnd end{*self};
  const store::BlobStore& blobs = self->context.store->blobs();
  auto prepared = co_await self->context.services.cpu_pool.run([&]() -> Result<std::vector<Ready>> {
    std::vector<Ready> out;
    out.reserve(chunk.messages.size());
    for (auto& message : chunk.messages) {
      const std::size_t bytes = message.body.size();
      out.push_back({prepare(blobs, self->context.id, self->mailbox, message), bytes});
    }
    return out;
  });
  --self->digesting;
  if (prepared) {
    std::ranges::move(*prepared, std::back_inserter(self->ready));
    self->write_when_enough();
  } else if (!self->error) {
    self->error = prepared.error();
  }
  end.succeeded = true;
  co_return Result<void>{};
}

void Ingest::State::write_when_enough() {
  if (writing || ready.empty()) return;
  if (ready.size() < kCommitMessages && !(flushing && digesting == 0) && in_flight_bytes < kInFlightBytes / 2) return;
  writing = true;
  group.spawn("commit", write_batches(shared_from_this()));
}

net::Task<> Ingest::State::write_batches(std::shared_ptr<State> self) {
  StageEnd end{*self};
  auto batch = std::exchange(self->ready, {});
  std::size_t bytes = 0;
  std::vector<store::NewEmail> emails;
  emails.reserve(batch.size());
  for (auto& item : batch) {
    bytes += item.bytes;
    emails.push_back(std::move(item.email));
  }
  auto done = co_await self->context.write(
      [&](store::WriteTx& tx) { return store::add_emails(tx, emails, store::Origin::kUpstream); });
  self->writing = false;
  self->in_flight_bytes -= bytes;
  if (done) {
    self->committed += static_cast<std::int64_t>(emails.size());
    self->context.services.counters.messages.add(static_cast<double>(emails.size()));
    self->context.services.counters.bytes.add(static_cast<double>(bytes));
    if (self->counted == Counted::kYes) self->context.progress(static_cast<std::int64_t>(emails.size()), 0);
    self->write_when_enough();
  } else if (!self->error) {
    self->error = done.error();
  }
  end.succeeded = true;
  co_return Result<void>{};
}

Ingest::Ingest(AccountContext& context, MailboxId mailbox, net::TaskGroup& group, Counted counted)
    : state_(std::make_shared<State>(context, mailbox, group, counted, context.services.executor)) {}
Ingest::~Ingest() = default;

net::Task<> Ingest::accept(imap::FetchedMessage message) {
  auto& s = *state_;
  s.highest_uid = std::max(s.highest_uid, message.uid);
  if (message.state == imap::BodyState::kMissing) {
    ++s.missing;
    co_return Result<void>{};
  }
  if (is_deleted(message.flags)) {
    ++s.context.hidden[s.mailbox];
    co_return Result<void>{};
  }
  s.in_flight_bytes += message.body.size();
  s.gathering.bytes += message.body.size();
  s.gathering.messages.push_back(std::move(message));
  if (s.gathering.bytes >= kChunkBytes || s.gathering.messages.size() >= kChunkMessages) s.send_chunk();
  while (s.in_flight_bytes > kInFlightBytes && !s.error) {
    s.send_chunk();
    s.write_when_enough();
    DHII_CO_TRY(co_await s.moved.wait_for(std::chrono::minutes(1)));
  }
  if (s.error) co_return std::unexpected(*s.error);
  co_return Result<void>{};
}

net::Task<> Ingest::flush() {
  auto& s = *state_;
  s.flushing = true;
  s.send_chunk();
  while (!s.error) {
    s.write_when_enough();
    if (s.drained()) break;
    DHII_CO_TRY(co_await s.moved.wait_for(std::chrono::minutes(1)));
  }
  s.flushing = false;
  if (s.error) co_return std::unexpected(*s.error);
  co_return Result<void>{};
}

std::int64_t Ingest::committed() const { return state_->committed; }
Uid Ingest::highest_uid() const { return state_->highest_uid; }
std::int64_t Ingest::missing() const { return state_->missing; }

}  // namespace dhii::sync

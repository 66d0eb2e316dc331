#include "imap/client.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "imap/client_impl.hpp"
#include "imap/session/replies.hpp"
#include "net/deadline.hpp"

namespace dhii::imap {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t kMaxAlerts = 20;             // more is a server gone mad
constexpr std::size_t kBytesPerSecond = 16 << 10;  // the slowest upload that isn't given up

std::chrono::milliseconds write_limit(std::size_t bytes) {
  return kReplyLimit + std::chrono::seconds(bytes / kBytesPerSecond);
}

}  // namespace

// ---- The conversation

LiteralMode Client::Impl::literal_mode() const {
  if (capabilities_.literal_plus()) return LiteralMode::kPlus;
  return capabilities_.literal_minus() ? LiteralMode::kMinus : LiteralMode::kSynchronizing;
}

Error Client::Impl::broke(Error error) {
  broken_ = true;
  stream_.close();
  // A BYE says why the connection ended; "closed" doesn't.
  if (!bye_.empty() && error.is(net::NetError::kClosed)) return Error(ImapError::kBye, bye_);
  return error;
}

Result<void> Client::Impl::usable() const {
  if (broken()) return fail(ImapError::kConnectionLost, host_);
  return {};
}

Result<void> Client::Impl::ready() const {
  DHII_TRY(usable());
  if (!selected_) return fail(ImapError::kNotSelected);
  return {};
}

net::Task<Response> Client::Impl::read_response(std::chrono::milliseconds limit) {
  while (true) {
    auto response = reader_.next();
    if (!response) co_return std::unexpected(broke(std::move(response.error())));
    if (*response) co_return std::move(**response);
    if (!streaming_ && reader_.framer().total_bytes() - reply_from_ > kMaxReplyBytes) {
      co_return std::unexpected(
          broke(Error(ImapError::kTooLong, "an answer over " + std::to_string(kMaxReplyBytes >> 20) + " MB")));
    }
    const auto n = co_await stream_.read_some(reader_.framer().prepare(), limit);
    if (!n) co_return std::unexpected(broke(n.error()));
    reader_.framer().commit(*n);
  }
}

void Client::Impl::absorb(Response& response, const Handler& handler) {
  if (const auto* other = std::get_if<OtherData>(&response); other != nullptr && other->malformed) ++malformed_;
  if (auto* status = std::get_if<UntaggedStatus>(&response)) {
    if (status->code.kind == CodeKind::kAlert && alerts_.size() < kMaxAlerts)
      alerts_.push_back(log_escape(status->text, 1000));
    if (status->code.kind == CodeKind::kCapability) capabilities_ = Capabilities(status->code.capabilities);
    if (status->condition == Condition::kBye) bye_ = server_words(*status);
  } else if (auto* capability = std::get_if<CapabilityData>(&response)) {
    capabilities_ = Capabilities(capability->names);
  }
  if (handler && handler(response)) return;
  if (selected_) changes_.absorb(response);
}

net::Task<std::string> Client::Impl::send(Command command, const Handler& handler) {
  DHII_CO_TRY_ASSIGN(const EncodedCommand encoded, std::move(command).encode(next_tag(), literal_mode()));
  busy_ = true;
  outstanding_.push_back(encoded.tag);
  for (const EncodedCommand::Chunk& chunk : encoded.chunks) {
    while (chunk.wait_first) {
      DHII_CO_TRY_ASSIGN(Response response, co_await read_response());
      if (std::holds_alternative<Continuation>(response)) break;
      if (auto* tagged = std::get_if<TaggedStatus>(&response)) {
        // Answered instead of "+": the rest of the command must not be sent (RFC 9051 §4.3).
        std::erase(outstanding_, tagged->tag);
        const bool ours = tagged->tag == encoded.tag;
        answered_.insert_or_assign(tagged->tag, std::move(*tagged));
        if (ours) co_return encoded.tag;
        continue;
      }
      absorb(response, handler);
    }
    auto written = co_await stream_.write_all(chunk.bytes, write_limit(chunk.bytes.size()));
    if (written && !chunk.borrowed.empty())
      written = co_await stream_.write_all(chunk.borrowed, write_limit(chunk.borrowed.size()));
    if (!written) co_return std::unexpected(broke(written.error()));
  }
  co_return encoded.tag;
}

net::Task<TaggedStatus> Client::Impl::wait_for(std::string tag, const Handler& handler,
                                               std::chrono::milliseconds limit) {
  while (true) {
    if (const auto early = answered_.find(tag); early != answered_.end()) {
      TaggedStatus status = std::move(early->second);
      answered_.erase(early);
      busy_ = !outstanding_.empty();
      if (status.code.kind == CodeKind::kCapability) capabilities_ = Capabilities(status.code.capabilities);
      if (status.code.kind == CodeKind::kAlert && alerts_.size() < kMaxAlerts)
        alerts_.push_back(log_escape(status.text, 1000));
      co_return status;
    }
    DHII_CO_TRY_ASSIGN(Response response, co_await read_response(limit));
    if (auto* tagged = std::get_if<TaggedStatus>(&response)) {
      if (std::erase(outstanding_, tagged->tag) == 0) {
        co_return std::unexpected(
            broke(Error(ImapError::kNonsense, "an answer to a command never sent: " + log_escape(tagged->tag, 40))));
      }
      answered_.insert_or_assign(tagged->tag, std::move(*tagged));
      continue;
    }
    absorb(response, handler);
  }
}

net::Task<TaggedStatus> Client::Impl::run(Command command, const Handler& handler) {
  DHII_CO_TRY(usable());
  reply_from_ = reader_.framer().total_bytes();
  malformed_ = 0;
  DHII_CO_TRY_ASSIGN(auto tag, co_await send(std::move(command), handler));
  co_return co_await wait_for(std::move(tag), handler);
}

Result<void> Client::Impl::complete() const {
  if (malformed_ != 0) return fail(ImapError::kNonsense, std::to_string(malformed_) + " malformed replies");
  return {};
}

net::Task<TaggedStatus> Client::Impl::run_ok(Command command, const Handler& handler) {
  DHII_CO_TRY_ASSIGN(auto status, co_await run(std::move(command), handler));
  if (status.condition != Condition::kOk) co_return std::unexpected(refusal(status));
  co_return status;
}

net::Task<> Client::Impl::simple(Command command) {
  DHII_CO_TRY(co_await run_ok(std::move(command)));
  co_return Result<void>{};
}

// ---- Client

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;

net::Task<std::unique_ptr<Client>> Client::connect(net::Dialer& dialer, const Settings& settings) {
  DHII_CO_TRY_ASSIGN(net::Stream stream, co_await dialer.connect(settings.host, settings.port, kConnectLimit));
  co_return co_await start(std::move(stream), settings);
}

net::Task<std::unique_ptr<Client>> Client::start(net::Stream stream, const Settings& settings) {
  auto impl = std::make_unique<Impl>(std::move(stream), settings.host, settings.patience);
  DHII_CO_TRY(co_await net::with_deadline(kLoginLimit, impl->log_in(settings)));
  co_return std::unique_ptr<Client>(new Client(std::move(impl)));
}

const Capabilities& Client::capabilities() const { return impl_->capabilities_; }
bool Client::qresync_enabled() const { return impl_->qresync_; }
bool Client::broken() const { return impl_->broken(); }
Changes Client::take_changes() { return impl_->changes_.take(); }
std::vector<std::string> Client::take_alerts() { return std::exchange(impl_->alerts_, {}); }
const std::string& Client::server_name() const { return impl_->server_name_; }
std::string Client::tls_description() const { return impl_->stream_.tls_description(); }
const std::optional<MailboxName>& Client::selected() const { return impl_->selected_; }

net::Task<std::vector<ListedMailbox>> Client::list() { return impl_->list(); }
net::Task<NamespaceInfo> Client::personal_namespace() { return impl_->personal_namespace(); }
net::Task<MailboxStatus> Client::status(MailboxName mailbox) { co_return co_await impl_->status(mailbox); }
net::Task<Selected> Client::select(MailboxName mailbox, std::optional<QresyncParam> known, Access access) {
  co_return co_await impl_->select(mailbox, known, access);
}
net::Task<std::vector<FlagsOf>> Client::fetch_flags(UidSet uids, std::optional<ModSeq> changed_since) {
  co_return co_await impl_->fetch_flags(uids, changed_since);
}
net::Task<UidSet> Client::all_uids() { return impl_->all_uids(); }
net::Task<FetchOutcome> Client::fetch_messages(std::vector<UidSet> batches, FetchSink& sink, FetchParts parts) {
  co_return co_await impl_->fetch_messages(batches, sink, parts);
}
net::Task<FetchOutcome> Client::fetch_newest(std::uint32_t count, FetchSink& sink, FetchParts parts) {
  return impl_->fetch_newest(count, sink, parts);
}
net::Task<StoreResult> Client::store_flags(UidSet uids, Flags add, Flags remove,
                                           std::optional<ModSeq> unchanged_since) {
  co_return co_await impl_->store_flags(uids, add, remove, unchanged_since);
}
net::Task<UidMapping> Client::copy(UidSet uids, MailboxName destination) {
  co_return co_await impl_->copy_or_move("UID COPY", uids, destination);
}
net::Task<MoveResult> Client::move(UidSet uids, MailboxName destination) {
  co_return co_await impl_->move(uids, destination);
}
net::Task<SourceState> Client::expunge(UidSet uids) { co_return co_await impl_->expunge(uids); }
net::Task<AppendResult> Client::append(MailboxName mailbox, Flags flags, std::optional<Timestamp> internal_date,
                                       std::string_view message) {
  co_return co_await impl_->append(mailbox, flags, internal_date, message);
}
net::Task<std::vector<Uid>> Client::search_message_id(std::string message_id) {
  co_return co_await impl_->search_message_id(message_id);
}
net::Task<IdleEnd> Client::idle(std::chrono::milliseconds limit, net::Event& interrupt) {
  return impl_->idle(limit, interrupt);
}
net::Task<> Client::noop() { return impl_->noop(); }
net::Task<> Client::logout() { return impl_->logout(); }

net::Task<> Client::create_mailbox(MailboxName name) {
  co_return co_await impl_->simple(std::move(Command("CREATE").mailbox(name)));
}
net::Task<> Client::rename_mailbox(MailboxName from, MailboxName to) {
  co_return co_await impl_->simple(std::move(Command("RENAME").mailbox(from).mailbox(to)));
}
net::Task<> Client::delete_mailbox(MailboxName name) {
  co_return co_await impl_->simple(std::move(Command("DELETE").mailbox(name)));
}
net::Task<> Client::subscribe(MailboxName name) {
  co_return co_await impl_->simple(std::move(Command("SUBSCRIBE").mailbox(name)));
}
net::Task<> Client::unsubscribe(MailboxName name) {
  co_return co_await impl_->simple(std::move(Command("UNSUBSCRIBE").mailbox(name)));
}

}  // namespace dhii::imap

// Reading messages: flags, UIDs, bodies in pipelined batches, the few searches that sync needs.
#include <algorithm>

#include "base/bytes.hpp"
#include "imap/client_impl.hpp"
#include "imap/session/replies.hpp"

namespace dhii::imap {
namespace {

// RFC 9738 §3.1: a server with MESSAGELIMIT does the highest UIDs and tells the lowest it did; the rest has to be asked
// for again. Taking such an answer for the whole would look like thousands of deleted messages.
std::optional<Uid> stopped_at(const StatusText& status) {
  if (status.code.kind != CodeKind::kMessageLimit || status.code.source.size() != 1) return std::nullopt;
  return status.code.source[0].first;
}

constexpr std::size_t kMaxRounds =
    5000;  // of asking for the rest: five million messages at the smallest limit seen, 1000

Result<UidSet> rest_of(const UidSet& asked, Uid stopped, std::size_t round) {
  UidSet rest = asked;
  rest.remove(UidSet::of_ranges({{stopped, kMaxUid}}));
  if (rest == asked || round > kMaxRounds) return fail(ImapError::kNonsense, "MESSAGELIMIT without an end");
  return rest;
}

}  // namespace

std::vector<UidSet> Client::Impl::lines_of(const UidSet& uids) const {
  constexpr std::size_t kMaxSetText = 7000;      // servers take lines of at least 8000 bytes (RFC 9051 §4)
  constexpr std::uint64_t kCountable = 500'000;  // an open set ("1:*") names billions: the server says where it stopped
  const auto limit = capabilities_.message_limit();
  return uids.split(limit && uids.size() <= kCountable ? std::max<std::uint64_t>(*limit, 100) : SIZE_MAX, kMaxSetText);
}

net::Task<std::vector<FlagsOf>> Client::Impl::fetch_flags(const UidSet& uids, std::optional<ModSeq> changed_since) {
  DHII_CO_TRY(ready());
  std::vector<FlagsOf> result;
  std::optional<Uid> stopped;
  const Handler handler = [&](Response& response) {
    if (auto* status = std::get_if<UntaggedStatus>(&response)) {
      if (const auto at = stopped_at(*status)) stopped = at;
      return false;
    }
    auto* fetch = std::get_if<FetchData>(&response);
    // "9:*" also names the last message below 9 (RFC 9051 §9 seq-range): not asked for.
    if (fetch == nullptr || !fetch->uid || !fetch->flags || !uids.contains(*fetch->uid)) return false;
    result.push_back({*fetch->uid, std::move(fetch->flags), fetch->modseq});
    return true;
  };
  std::vector<UidSet> lines = lines_of(uids);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    Command command("UID FETCH");
    command.uids(lines[i]).word(condstore_ ? Word("(UID FLAGS MODSEQ)") : Word("(UID FLAGS)"));
    if (changed_since && condstore_) command.word("(CHANGEDSINCE").number(changed_since->value).glue(")");
    stopped.reset();
    DHII_CO_TRY_ASSIGN(const auto status, co_await run_ok(std::move(command), handler));
    DHII_CO_TRY(complete());
    if (const auto at = stopped_at(status)) stopped = at;
    if (!stopped) continue;
    DHII_CO_TRY_ASSIGN(auto rest, rest_of(lines[i], *stopped, lines.size()));
    if (!rest.empty()) lines.push_back(std::move(rest));
  }
  co_return result;
}

// `stopped`: where a server with MESSAGELIMIT stopped. Without it such an answer is an error.
net::Task<UidSet> Client::Impl::search_uids(Command command, std::optional<Uid>* stopped) {
  std::vector<UidRange> found;
  bool told = false;
  const Handler handler = [&](Response& response) {
    if (auto* search = std::get_if<SearchData>(&response)) {
      for (const std::uint32_t id : search->ids) {
        if (id != 0) found.push_back({Uid(id), Uid(id)});
      }
    } else if (auto* esearch = std::get_if<EsearchData>(&response)) {
      if (esearch->all) found.insert(found.end(), esearch->all->ranges().begin(), esearch->all->ranges().end());
    } else {
      return false;
    }
    return told = true;
  };
  DHII_CO_TRY_ASSIGN(const auto status, co_await run_ok(std::move(command), handler));
  DHII_CO_TRY(complete());
  // An OK without an answer isn't "nothing": believing it would delete everything here.
  if (!told) co_return fail(ImapError::kNonsense, "SEARCH was answered without a result");
  const auto at = stopped_at(status);
  if (at && stopped == nullptr) co_return fail(ImapError::kTryLater, server_words(status));
  if (stopped != nullptr) *stopped = at;
  co_return UidSet::of_ranges(std::move(found));
}

net::Task<UidSet> Client::Impl::all_uids() {
  DHII_CO_TRY(ready());
  UidSet rest = UidSet::all();
  std::vector<UidRange> found;
  for (std::size_t round = 0; !rest.empty(); ++round) {
    Command command(capabilities_.esearch() ? Command("UID SEARCH RETURN (ALL)") : Command("UID SEARCH"));
    if (round == 0)
      command.word("ALL");
    else
      command.word("UID").uids(rest);
    std::optional<Uid> stopped;
    DHII_CO_TRY_ASSIGN(const auto uids, co_await search_uids(std::move(command), &stopped));
    found.insert(found.end(), uids.ranges().begin(), uids.ranges().end());
    if (!stopped) break;
    DHII_CO_TRY_ASSIGN(rest, rest_of(rest, *stopped, round));
  }
  if (found.empty() && changes_.exists() > 0) {
    co_return fail(ImapError::kNonsense, "SEARCH found none of " + std::to_string(changes_.exists()) + " messages");
  }
  co_return UidSet::of_ranges(std::move(found));
}

net::Task<UidSet> Client::Impl::search_deleted() { return search_uids(Command("UID SEARCH DELETED")); }

net::Task<std::vector<Uid>> Client::Impl::search_message_id(const std::string& message_id) {
  DHII_CO_TRY(ready());
  // A message id with control characters is no message id; as a literal it would be safe, but match nothing.
  if (message_id.empty() ||
      std::ranges::any_of(message_id, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; })) {
    co_return fail(ImapError::kInvalidArgument, "message id " + log_escape(message_id, 80));
  }
  const bool ascii = std::ranges::all_of(message_id, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  Command command(ascii ? Command("UID SEARCH HEADER Message-ID")
                        : Command("UID SEARCH CHARSET UTF-8 HEADER Message-ID"));
  command.string(message_id);
  DHII_CO_TRY_ASSIGN(const auto uids, co_await search_uids(std::move(command)));
  constexpr std::size_t kMaxHits = 1000;  // copies of one message in one mailbox
  co_return uids.to_vector(kMaxHits);
}

// ---- Bodies

struct Client::Impl::FetchJob {
  FetchSink& sink;
  FetchParts parts;
  std::deque<std::pair<std::size_t, Command>> commands;  // batch index beside
  UidSet wanted;                                         // empty: by sequence number, everything is wanted
  FetchOutcome outcome;
  std::deque<std::pair<std::string, std::size_t>> running;  // tags in order, batch index beside
};

Command& Client::Impl::fetch_items(Command& command, FetchParts parts) const {
  command.word("(UID FLAGS INTERNALDATE");
  if (condstore_) command.word("MODSEQ");
  if (capabilities_.gmail()) command.word("X-GM-MSGID X-GM-THRID X-GM-LABELS");
  // The size of a whole body is its literal's; asking for RFC822.SIZE too costs some servers a second look at the
  // message.
  return command.word(parts == FetchParts::kFull ? Word("BODY.PEEK[])") : Word("RFC822.SIZE BODY.PEEK[HEADER])"));
}

Command Client::Impl::fetch_command(const UidSet& uids, FetchParts parts) const {
  Command command("UID FETCH");
  command.uids(uids);
  fetch_items(command, parts);
  return command;
}

net::Task<FetchOutcome> Client::Impl::fetch_messages(const std::vector<UidSet>& batches, FetchSink& sink,
                                                     FetchParts parts) {
  DHII_CO_TRY(ready());
  FetchJob job{.sink = sink, .parts = parts, .commands = {}, .wanted = {}, .outcome = {}, .running = {}};
  std::vector<UidRange> wanted;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    wanted.insert(wanted.end(), batches[i].ranges().begin(), batches[i].ranges().end());
    for (const UidSet& line : lines_of(batches[i])) job.commands.emplace_back(i, fetch_command(line, parts));
  }
  if (job.commands.empty()) co_return FetchOutcome{};
  job.wanted = UidSet::of_ranges(std::move(wanted));
  DHII_CO_TRY(co_await run_fetches(job));
  co_return std::move(job.outcome);
}

net::Task<FetchOutcome> Client::Impl::fetch_newest(std::uint32_t count, FetchSink& sink, FetchParts parts) {
  DHII_CO_TRY(ready());
  const std::uint32_t exists = changes_.exists();
  FetchJob job{.sink = sink, .parts = parts, .commands = {}, .wanted = {}, .outcome = {}, .running = {}};
  if (exists == 0 || count == 0) co_return FetchOutcome{};
  Command command("FETCH");
  command.sequence(exists - std::min(count, exists) + 1, exists);
  fetch_items(command, parts);
  job.commands.emplace_back(0, std::move(command));
  DHII_CO_TRY(co_await run_fetches(job));
  co_return std::move(job.outcome);
}

// Keeps kFetchPipeline commands under way: the server starts the next batch while we still work on this one.
net::Task<> Client::Impl::run_fetches(FetchJob& job) {
  streaming_ = true;
  while (!job.commands.empty() || !job.running.empty()) {
    while (!job.commands.empty() && job.running.size() < kFetchPipeline) {
      auto [batch, command] = std::move(job.commands.front());
      job.commands.pop_front();
      DHII_CO_TRY_ASSIGN(auto tag, co_await send(std::move(command), {}));
      job.running.emplace_back(std::move(tag), batch);
    }
    const auto tag = job.running.front().first;
    while (!answered_.contains(tag)) {
      DHII_CO_TRY_ASSIGN(Response response, co_await read_response());
      if (auto* fetch = std::get_if<FetchData>(&response); fetch != nullptr && !fetch->sections.empty()) {
        DHII_CO_TRY(co_await deliver(job, std::move(*fetch)));
      } else if (auto* tagged = std::get_if<TaggedStatus>(&response)) {
        if (std::erase(outstanding_, tagged->tag) == 0)
          co_return std::unexpected(broke(Error(ImapError::kNonsense, "an answer to a command never sent")));
        answered_.insert_or_assign(tagged->tag, std::move(*tagged));
      } else {
        absorb(response, {});
      }
    }
    DHII_CO_TRY_ASSIGN(const auto status, co_await wait_for(tag, {}));
    if (status.condition != Condition::kOk)
      job.outcome.refused.emplace_back(job.running.front().second, server_words(status));
    job.running.pop_front();
  }
  streaming_ = false;
  co_return Result<void>{};
}

net::Task<> Client::Impl::deliver(FetchJob& job, FetchData fetch) {
  const std::string_view wanted = job.parts == FetchParts::kFull ? "" : "HEADER";
  const auto section = std::ranges::find(fetch.sections, wanted, &SectionData::section);
  // Without UID, or of a message that nobody asked for: a server's mistake that must not become somebody's mail.
  const bool ours =
      section != fetch.sections.end() && fetch.uid && (job.wanted.empty() || job.wanted.contains(*fetch.uid));
  if (!ours) co_return Result<void>{};
  FetchedMessage message;
  message.uid = *fetch.uid;
  message.flags = std::move(fetch.flags).value_or(Flags{});
  message.internal_date = fetch.internal_date;
  message.modseq = fetch.modseq;
  message.size = fetch.size.value_or(section->announced);
  message.state = !section->data ? BodyState::kMissing : section->truncated ? BodyState::kTruncated : BodyState::kWhole;
  if (section->data) message.body = std::move(*section->data);
  message.gm_message_id = fetch.gm_message_id;
  message.gm_thread_id = fetch.gm_thread_id;
  message.gm_labels = std::move(fetch.gm_labels);
  ++job.outcome.messages;
  job.outcome.bytes += message.body.size();
  auto accepted = co_await job.sink.accept(std::move(message));
  if (!accepted) co_return std::unexpected(broke(std::move(accepted.error())));
  co_return Result<void>{};
}

}  // namespace dhii::imap

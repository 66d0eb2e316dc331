// Changing messages: STORE, COPY, MOVE, EXPUNGE of ours only, APPEND.
#include <algorithm>

#include "imap/client_impl.hpp"
#include "imap/session/replies.hpp"

namespace dhii::imap {
net::Task<StoreResult> Client::Impl::store_flags(const UidSet& uids, const Flags& add, const Flags& remove,
                                                 std::optional<ModSeq> unchanged_since) {
  DHII_CO_TRY(ready());
  StoreResult result;
  if (!condstore_) unchanged_since.reset();
  for (UidSet& line : lines_of(uids)) {
    if (!add.empty()) DHII_CO_TRY(co_await store_one(line, "+FLAGS.SILENT", add, unchanged_since, result));
    // Our own first STORE raised the MODSEQ: the second must not be conditional, and leaves out what the first refused.
    line.remove(result.modified);
    if (remove.empty() || line.empty()) continue;
    DHII_CO_TRY(
        co_await store_one(line, "-FLAGS.SILENT", remove, add.empty() ? unchanged_since : std::nullopt, result));
  }
  co_return result;
}

net::Task<> Client::Impl::store_one(const UidSet& uids, Word operation, const Flags& flags,
                                    std::optional<ModSeq> unchanged_since, StoreResult& result) {
  const Handler handler = [&](Response& response) {
    auto* fetch = std::get_if<FetchData>(&response);
    if (fetch == nullptr || !fetch->uid || !uids.contains(*fetch->uid)) return false;
    result.updated.push_back({*fetch->uid, std::move(fetch->flags), fetch->modseq});
    return true;
  };
  Command command("UID STORE");
  command.uids(uids);
  if (unchanged_since) command.word("(UNCHANGEDSINCE").number(unchanged_since->value).glue(")");
  command.word(operation).flags(flags);
  DHII_CO_TRY_ASSIGN(auto status, co_await run(std::move(command), handler));
  if (status.code.kind == CodeKind::kModified) {  // with OK and with NO (RFC 7162 §3.1.3)
    for (const UidRange r : status.code.source) result.modified.add(r);
    co_return Result<void>{};
  }
  if (status.condition != Condition::kOk) co_return std::unexpected(refusal(status));
  co_return Result<void>{};
}

// COPY and MOVE answer alike: COPYUID in the tagged or, for MOVE, in an untagged OK (RFC 6851 §4.3).
net::Task<UidMapping> Client::Impl::copy_or_move(Word verb, const UidSet& uids, const MailboxName& destination) {
  DHII_CO_TRY(ready());
  UidMapping mapping;
  const auto take = [&](const ResponseCode& code) {
    if (code.kind != CodeKind::kCopyUid) return false;
    UidMapping part = uid_mapping(code, uids.size());
    mapping.uid_validity = part.uid_validity;
    mapping.uids.insert(mapping.uids.end(), part.uids.begin(), part.uids.end());
    return true;
  };
  for (const UidSet& line : lines_of(uids)) {
    Command command(verb);
    command.uids(line).mailbox(destination);
    DHII_CO_TRY_ASSIGN(const auto status, co_await run_ok(std::move(command), [&](Response& response) {
                         auto* untagged = std::get_if<UntaggedStatus>(&response);
                         return untagged != nullptr && take(untagged->code);
                       }));
    take(status.code);
  }
  co_return mapping;
}

net::Task<MoveResult> Client::Impl::move(const UidSet& uids, const MailboxName& destination) {
  DHII_CO_TRY(ready());
  MoveResult result;
  if (capabilities_.move()) {
    DHII_CO_TRY_ASSIGN(result.mapping, co_await copy_or_move("UID MOVE", uids, destination));
    co_return result;
  }
  DHII_CO_TRY_ASSIGN(result.mapping, co_await copy_or_move("UID COPY", uids, destination));
  DHII_CO_TRY_ASSIGN(result.source, co_await expunge(uids));
  co_return result;
}

// EXPUNGE removes everybody's \Deleted messages. Without UIDPLUS it is used only when there are none but ours; another
// client's flag set between the question and the EXPUNGE would still be lost, which the protocol gives no means
// against.
net::Task<SourceState> Client::Impl::expunge(const UidSet& uids) {
  DHII_CO_TRY(ready());
  DHII_CO_TRY(co_await store_flags(uids, Flags{SystemFlag::kDeleted}, {}, std::nullopt));
  if (capabilities_.uidplus()) {
    for (const UidSet& line : lines_of(uids))
      DHII_CO_TRY(co_await run_ok(std::move(Command("UID EXPUNGE").uids(line))));
    co_return SourceState::kRemoved;
  }
  DHII_CO_TRY_ASSIGN(UidSet others, co_await search_deleted());
  others.remove(uids);
  if (!others.empty()) co_return SourceState::kMarkedDeleted;
  DHII_CO_TRY(co_await run_ok(Command("EXPUNGE")));
  co_return SourceState::kRemoved;
}

net::Task<AppendResult> Client::Impl::append(const MailboxName& mailbox, const Flags& flags,
                                             std::optional<Timestamp> date, std::string_view message) {
  DHII_CO_TRY(usable());
  if (const auto limit = capabilities_.append_limit(); limit && message.size() > *limit) {
    co_return fail(ImapError::kMessageTooBig,
                   std::to_string(message.size()) + " bytes, the limit is " + std::to_string(*limit));
  }
  if (message.empty()) co_return fail(ImapError::kInvalidArgument, "an empty message");
  Command command("APPEND");
  command.mailbox(mailbox);
  if (!flags.empty()) command.flags(flags);
  if (date) command.date_time(*date);
  command.message(message, capabilities_.binary());
  DHII_CO_TRY_ASSIGN(const auto status, co_await run_ok(std::move(command)));
  AppendResult result;
  const ResponseCode& code = status.code;
  const bool one = code.kind == CodeKind::kAppendUid && code.destination.size() == 1 && code.destination[0].size() == 1;
  if (one && code.number != 0 && code.number <= 0xFFFF'FFFF) {
    result.uid_validity = UidValidity(static_cast<std::uint32_t>(code.number));
    result.uid = code.destination[0].first;
  }
  co_return result;
}

}  // namespace dhii::imap

// Mailboxes: LIST with roles, NAMESPACE, STATUS, SELECT with QRESYNC.
#include <algorithm>

#include "imap/client_impl.hpp"
#include "imap/session/replies.hpp"

namespace dhii::imap {
namespace {

constexpr std::size_t kMaxKnownUidsText = 4000;  // longer sets go as their hull: servers limit the command line

// Collects LIST and the STATUS that comes with it.
class ListCollector {
 public:
  bool take(Response& response) {
    if (auto* list = std::get_if<ListData>(&response)) {
      if (list->kind == ListData::Kind::kList && mailboxes_.size() < kMaxMailboxes &&
          index_.try_emplace(list->name, mailboxes_.size()).second) {
        mailboxes_.push_back(to_listed(std::move(*list)));
      }
      return true;
    }
    auto* status = std::get_if<StatusData>(&response);
    if (status == nullptr) return false;
    if (const auto at = index_.find(status->name); at != index_.end())
      mailboxes_[at->second].status = to_status(*status);
    return true;
  }
  std::vector<ListedMailbox> finish() { return std::move(mailboxes_); }

 private:
  std::vector<ListedMailbox> mailboxes_;
  std::map<MailboxName, std::size_t> index_;
};

Command extended_list(const Capabilities& has) {
  Command command("LIST \"\" \"*\" RETURN (SUBSCRIBED CHILDREN");
  if (has.special_use()) command.word("SPECIAL-USE");
  if (has.list_status())
    command.word(has.condstore() ? Word("STATUS (MESSAGES UNSEEN UIDNEXT UIDVALIDITY HIGHESTMODSEQ)")
                                 : Word("STATUS (MESSAGES UNSEEN UIDNEXT UIDVALIDITY)"));
  command.glue(")");
  return command;
}

// What SELECT and EXAMINE answer with.
class SelectCollector {
 public:
  bool take(Response& response) {
    if (auto* status = std::get_if<UntaggedStatus>(&response)) {
      take_code(status->code);
    } else if (auto* exists = std::get_if<ExistsData>(&response)) {
      result_.exists = exists->count;
    } else if (auto* vanished = std::get_if<VanishedData>(&response)) {
      vanished_.insert(vanished_.end(), vanished->uids.ranges().begin(), vanished->uids.ranges().end());
    } else if (auto* fetch = std::get_if<FetchData>(&response)) {
      if (fetch->uid && (fetch->flags || fetch->modseq))
        result_.changed.push_back({*fetch->uid, std::move(fetch->flags), fetch->modseq});
    } else if (!std::holds_alternative<ExpungeData>(response)) {
      return false;
    }
    return true;
  }
  void take_code(ResponseCode& code) {
    const auto number = static_cast<std::uint32_t>(code.number > 0xFFFF'FFFF ? 0 : code.number);
    switch (code.kind) {
      case CodeKind::kClosed:  // what came so far belongs to the mailbox before (RFC 7162 §3.2.11)
        result_ = {};
        vanished_.clear();
        break;
      case CodeKind::kUidValidity:
        result_.uid_validity = UidValidity(number);
        break;
      case CodeKind::kUidNext:
        if (number != 0) result_.uid_next = Uid(number);
        break;
      case CodeKind::kHighestModSeq:
        if (code.number != 0) result_.highest_modseq = ModSeq(code.number);
        break;
      case CodeKind::kNoModSeq:
        result_.highest_modseq = std::nullopt;
        break;
      case CodeKind::kUidNotSticky:
        sticky_ = false;
        break;
      case CodeKind::kReadOnly:
        result_.access = Access::kReadOnly;
        break;
      case CodeKind::kReadWrite:
        result_.access = Access::kReadWrite;
        break;
      case CodeKind::kPermanentFlags:
        result_.permanent_flags = code.flags.value_or(Flags{});
        result_.permanent_flags_told = code.flags.has_value();
        break;
      default:
        break;
    }
  }
  Selected finish() {
    if (!sticky_) result_.uid_validity = UidValidity(0);
    result_.vanished = UidSet::of_ranges(std::move(vanished_));
    return std::move(result_);
  }

 private:
  Selected result_;
  std::vector<UidRange> vanished_;
  bool sticky_ = true;
};

// RFC 7162 §3.2.5. The hull of the known UIDs says the same with more VANISHED in the answer.
void add_qresync(Command& command, const QresyncParam& known) {
  command.word("(QRESYNC (").number(known.uid_validity.value).number(known.modseq.value);
  if (known.known_uids && !known.known_uids->empty()) {
    const auto ranges = known.known_uids->ranges();
    const bool fits = known.known_uids->to_text().size() <= kMaxKnownUidsText;
    command.uids(fits ? *known.known_uids : UidSet::of_ranges({{ranges.front().first, ranges.back().last}}));
  }
  command.glue("))");
}

}  // namespace

net::Task<std::vector<ListedMailbox>> Client::Impl::list() {
  DHII_CO_TRY(usable());
  Result<std::vector<ListedMailbox>> mailboxes = fail(ImapError::kBadCommand);
  if (capabilities_.list_extended()) mailboxes = co_await list_with(extended_list(capabilities_));
  // Some offer LIST-EXTENDED and refuse one of the options: the plain command always works.
  const bool plain =
      !mailboxes && (mailboxes.error().is(ImapError::kBadCommand) || mailboxes.error().is(ImapError::kRefused));
  if (plain) {
    mailboxes = co_await list_with(Command("LIST \"\" \"*\""));
    if (mailboxes) DHII_CO_TRY(co_await mark_subscribed(*mailboxes));
  }
  if (!mailboxes) co_return std::unexpected(mailboxes.error());
  if (std::ranges::none_of(*mailboxes, &MailboxName::is_inbox, &ListedMailbox::name)) {
    ListedMailbox inbox;  // always there, whether listed or not (RFC 9051 §5.1)
    inbox.name = MailboxName::inbox();
    mailboxes->push_back(std::move(inbox));
  }
  assign_roles(*mailboxes);
  co_return std::move(*mailboxes);
}

net::Task<std::vector<ListedMailbox>> Client::Impl::list_with(Command command) {
  ListCollector collector;
  DHII_CO_TRY(co_await run_ok(std::move(command), [&](Response& r) { return collector.take(r); }));
  co_return collector.finish();
}

net::Task<> Client::Impl::mark_subscribed(std::vector<ListedMailbox>& mailboxes) {
  std::vector<MailboxName> names;
  const auto status = co_await run(Command("LSUB \"\" \"*\""), [&](Response& response) {
    auto* list = std::get_if<ListData>(&response);
    if (list != nullptr && names.size() < kMaxMailboxes) names.push_back(std::move(list->name));
    return list != nullptr;
  });
  if (!status) co_return std::unexpected(status.error());
  std::ranges::sort(names);
  for (ListedMailbox& m : mailboxes) m.subscribed = std::ranges::binary_search(names, m.name);
  co_return Result<void>{};
}

net::Task<NamespaceInfo> Client::Impl::personal_namespace() {
  NamespaceInfo info;
  const Handler handler = [&](Response& response) {
    if (auto* data = std::get_if<NamespaceData>(&response)) {
      if (data->personal) info = {.personal_prefix = data->personal->first, .delimiter = data->personal->second};
      return true;
    }
    auto* list = std::get_if<ListData>(&response);
    if (list != nullptr) info.delimiter = list->delimiter;
    return list != nullptr;
  };
  // LIST "" "" tells the delimiter where there is no NAMESPACE (RFC 9051 §6.3.9).
  if (capabilities_.namespaces())
    DHII_CO_TRY(co_await run_ok(Command("NAMESPACE"), handler));
  else
    DHII_CO_TRY(co_await run_ok(Command("LIST \"\" \"\""), handler));
  co_return info;
}

net::Task<MailboxStatus> Client::Impl::status(const MailboxName& mailbox) {
  MailboxStatus result;
  Command command("STATUS");
  command.mailbox(mailbox).word(capabilities_.condstore() ? Word("(MESSAGES UNSEEN UIDNEXT UIDVALIDITY HIGHESTMODSEQ)")
                                                          : Word("(MESSAGES UNSEEN UIDNEXT UIDVALIDITY)"));
  DHII_CO_TRY(co_await run_ok(std::move(command), [&](Response& response) {
    auto* status = std::get_if<StatusData>(&response);
    if (status != nullptr) result = to_status(*status);
    return status != nullptr;
  }));
  co_return result;
}

net::Task<Selected> Client::Impl::select(const MailboxName& mailbox, const std::optional<QresyncParam>& known,
                                         Access access) {
  DHII_CO_TRY(usable());
  const bool resync = known && qresync_ && known->uid_validity.value != 0 && known->modseq.value != 0;
  const auto command = [&](bool parameters) {
    Command c(access == Access::kReadWrite ? Command("SELECT") : Command("EXAMINE"));
    c.mailbox(mailbox);
    if (parameters && resync)
      add_qresync(c, *known);
    else if (parameters && condstore_)
      c.word("(CONDSTORE)");
    return c;
  };
  selected_.reset();  // a failed SELECT leaves none selected (RFC 9051 §6.3.2)
  SelectCollector collector;
  const Handler handler = [&](Response& r) { return collector.take(r); };
  auto status = co_await run_ok(command(true), handler);
  if (!status && status.error().is(ImapError::kBadCommand) && (condstore_ || resync)) {
    condstore_ = false;  // offers CONDSTORE and doesn't know the parameter
    collector = {};
    status = co_await run_ok(command(false), handler);
  }
  if (!status) co_return std::unexpected(status.error());
  collector.take_code(status->code);
  Selected result = collector.finish();
  result.resynchronized = resync && complete() && result.highest_modseq && result.uid_validity == known->uid_validity;
  selected_ = mailbox;
  changes_.reset(result.uid_validity, result.exists);
  co_return result;
}

}  // namespace dhii::imap

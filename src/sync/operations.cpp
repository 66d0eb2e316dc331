#include "sync/operations.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>

#include "base/bytes.hpp"
#include "imap/errors.hpp"
#include "sync/convert.hpp"

namespace dhii::sync {

namespace {

using store::OpKind;
using store::PendingOp;
using store::ReadTx;
using store::WriteTx;

constexpr std::size_t kOpsAtOnce = 500;            // read from the database in one go
constexpr std::size_t kOpsLookedThrough = 10'000;  // for the creation that others wait for: it stands before them
constexpr std::size_t kOpsPerCommand = 500;  // UIDs of one command: its line stays under the 8 KB that servers take

bool carried_together(const PendingOp& a, const PendingOp& b) {
  if (a.kind != b.kind || a.from != b.from || a.to != b.to || a.attempts != b.attempts) return false;
  if (a.kind == OpKind::kStoreFlags) return a.add_flags == b.add_flags && a.remove_flags == b.remove_flags;
  return a.kind == OpKind::kMove || a.kind == OpKind::kCopy || a.kind == OpKind::kExpunge;
}

// What the server answered to the operation itself, as opposed to a connection that died.
bool is_answer(const Error& error) {
  using imap::ImapError;
  for (const auto code : {ImapError::kRefused, ImapError::kBadCommand, ImapError::kNoSuchMailbox,
                          ImapError::kMailboxExists, ImapError::kNoPermission, ImapError::kOverQuota,
                          ImapError::kMessageTooBig, ImapError::kTryLater, ImapError::kInvalidArgument}) {
    if (error.is(code)) return true;
  }
  return false;
}
bool is_temporary(const Error& error) {
  return error.is(imap::ImapError::kTryLater) || error.is(imap::ImapError::kOverQuota);
}

// Upstream places of the messages of a group, by mailbox.
using Places = std::map<MailboxId, std::vector<std::pair<Uid, EmailId>>>;

class Runner {
 public:
  Runner(AccountContext& context, imap::Client& client) : context_(context), client_(client) {}
  net::Task<> run(std::span<const PendingOp> group);

 private:
  net::Task<> perform(std::span<const PendingOp> group);
  net::Task<> store_flags(std::span<const PendingOp> group);
  net::Task<> move_or_copy(std::span<const PendingOp> group);
  net::Task<> expunge(std::span<const PendingOp> group);
  net::Task<> append(const PendingOp& op);
  net::Task<> create(const PendingOp& op);
  net::Task<> rename(const PendingOp& op);
  net::Task<> remove(const PendingOp& op);
  net::Task<> finish(std::span<const PendingOp> group);
  net::Task<> give_up(std::span<const PendingOp> group, const Error& error);
  net::Task<> postpone(std::span<const PendingOp> group, const Error& error);
  net::Task<store::Mailbox> mailbox(MailboxId id);
  net::Task<> select(MailboxId id);
  net::Task<store::Mailbox> target(MailboxId id);
  net::Task<imap::MailboxName> wire_name(const store::Mailbox& mailbox, const imap::NamespaceInfo& space);
  net::Task<Places> places(std::span<const PendingOp> group, std::optional<MailboxId> only);
  net::Task<> wait_for_place(const PendingOp& op);

  AccountContext& context_;
  imap::Client& client_;
};

net::Task<> Runner::run(std::span<const PendingOp> group) {
  auto done = co_await perform(group);
  if (done) co_return co_await finish(group);
  if (!is_answer(done.error()) && !done.error().is(store::StoreError::kNotFound)) co_return done;
  if (is_temporary(done.error())) co_return co_await postpone(group, done.error());
  // One refused member must not take its neighbours along.
  if (group.size() > 1) {
    for (std::size_t i = 0; i < group.size(); ++i) DHII_CO_TRY(co_await run(group.subspan(i, 1)));
    co_return Result<void>{};
  }
  co_return co_await give_up(group, done.error());
}

net::Task<> Runner::perform(std::span<const PendingOp> group) {
  const PendingOp& first = group.front();
  switch (first.kind) {
    case OpKind::kStoreFlags:
      co_return co_await store_flags(group);
    case OpKind::kMove:
    case OpKind::kCopy:
      co_return co_await move_or_copy(group);
    case OpKind::kExpunge:
      co_return co_await expunge(group);
    case OpKind::kAppend:
      co_return co_await append(first);
    case OpKind::kCreateMailbox:
      co_return co_await create(first);
    case OpKind::kRenameMailbox:
      co_return co_await rename(first);
    case OpKind::kDeleteMailbox:
      co_return co_await remove(first);
  }
  co_return Result<void>{};
}

net::Task<store::Mailbox> Runner::mailbox(MailboxId id) {
  co_return co_await context_.read([id](ReadTx& tx) { return store::get_mailbox(tx, id); });
}

// A mailbox that something goes into. One made here and not yet upstream has no name there: while its creation is
// still to be carried out, the operation waits; if it was refused, so is the operation.
net::Task<store::Mailbox> Runner::target(MailboxId id) {
  DHII_CO_TRY_ASSIGN(auto found, co_await mailbox(id));
  if (!found.imap_name.empty()) co_return found;
  const AccountId account = context_.id;
  DHII_CO_TRY_ASSIGN(const bool coming, co_await context_.read([=](ReadTx& tx) -> Result<bool> {
    DHII_TRY_ASSIGN(const auto ops, store::due_ops(tx, account, Timestamp::max(), kOpsLookedThrough));
    return std::ranges::any_of(ops, [id](const auto& op) { return op.kind == OpKind::kCreateMailbox && op.to == id; });
  }));
  co_return fail(coming ? imap::ImapError::kTryLater : imap::ImapError::kNoSuchMailbox, found.name);
}

net::Task<> Runner::select(MailboxId id) {
  DHII_CO_TRY_ASSIGN(const auto found, co_await target(id));
  const auto name = imap::MailboxName::from_wire(found.imap_name);
  if (client_.selected() && *client_.selected() == name) co_return Result<void>{};
  DHII_CO_TRY(co_await client_.select(name));
  co_return Result<void>{};
}

// Where the messages stand now: an earlier operation of the queue may have moved them since this one was queued.
net::Task<Places> Runner::places(std::span<const PendingOp> group, std::optional<MailboxId> only) {
  co_return co_await context_.read([=](ReadTx& tx) -> Result<Places> {
    Places out;
    for (const auto& op : group) {
      DHII_TRY_ASSIGN(const auto found, store::remote_places(tx, op.email));
      bool placed = false;
      for (const auto& place : found) {
        if (only && place.mailbox != *only) continue;
        out[place.mailbox].emplace_back(place.uid, op.email);
        placed = true;
      }
      if (!placed && op.uid && op.from && (!only || op.from == *only)) out[op.from].emplace_back(op.uid, op.email);
    }
    return out;
  });
}

// A message that is here but whose place upstream isn't known yet (our APPEND or MOVE on a server without UIDPLUS): a
// look at the mailbox finds it, and then the operation can be carried out. Tried so often, then there is nothing to do.
net::Task<> Runner::wait_for_place(const PendingOp& op) {
  constexpr std::int32_t kTries = 2;
  const AccountId account = context_.id;
  const EmailId email = op.email;
  DHII_CO_TRY_ASSIGN(const auto rows, co_await context_.read([=](ReadTx& tx) {
    return store::get_emails(tx, account, std::array{email});
  }));
  if (rows.empty() || !op.from || op.attempts >= kTries) co_return Result<void>{};
  context_.dirty.insert(op.from);
  co_return fail(imap::ImapError::kTryLater, "the message's place on the server is not known yet");
}

imap::UidSet uid_set(const std::vector<std::pair<Uid, EmailId>>& messages) {
  imap::UidSet out;
  for (const auto& [uid, email] : messages) out.add(uid);
  return out;
}

net::Task<> Runner::store_flags(std::span<const PendingOp> group) {
  DHII_CO_TRY_ASSIGN(const auto where, co_await places(group, std::nullopt));
  if (where.empty()) co_return co_await wait_for_place(group.front());
  const auto add = to_flags(group.front().add_flags);
  const auto remove = to_flags(group.front().remove_flags);
  for (const auto& [id, messages] : where) {
    DHII_CO_TRY(co_await select(id));
    DHII_CO_TRY(co_await client_.store_flags(uid_set(messages), add, remove));
  }
  co_return Result<void>{};
}

net::Task<> Runner::move_or_copy(std::span<const PendingOp> group) {
  const PendingOp& first = group.front();
  const bool moving = first.kind == OpKind::kMove;
  DHII_CO_TRY_ASSIGN(const auto where, co_await places(group, first.from));
  if (where.empty()) co_return co_await wait_for_place(first);
  DHII_CO_TRY_ASSIGN(const auto to, co_await target(first.to));
  for (const auto& [from, messages] : where) {
    DHII_CO_TRY(co_await select(from));
    const auto target = imap::MailboxName::from_wire(to.imap_name);
    imap::UidMapping mapping;
    if (moving) {
      DHII_CO_TRY_ASSIGN(auto moved, co_await client_.move(uid_set(messages), target));
      mapping = std::move(moved.mapping);
    } else {
      DHII_CO_TRY_ASSIGN(mapping, co_await client_.copy(uid_set(messages), target));
    }
    const std::map<Uid, Uid> new_uids(mapping.uids.begin(), mapping.uids.end());
    // Messages without a mapping (no UIDPLUS) are joined by content when `to` is next looked at.
    if (new_uids.size() < messages.size()) context_.dirty.insert(to.id);
    const MailboxId source = from;
    DHII_CO_TRY(co_await context_.write([&](WriteTx& tx) -> Result<void> {
      for (const auto& [uid, email] : messages) {
        if (moving) DHII_TRY(store::unplace_remote(tx, source, email));
        const auto found = new_uids.find(uid);
        if (found == new_uids.end()) continue;
        DHII_TRY_ASSIGN(const auto rows, store::get_emails(tx, context_.id, std::array{email}));
        if (!rows.empty()) DHII_TRY(store::place_remote(tx, to.id, email, found->second, rows.front().keywords));
      }
      return {};
    }));
  }
  co_return Result<void>{};
}

net::Task<> Runner::expunge(std::span<const PendingOp> group) {
  DHII_CO_TRY_ASSIGN(const auto where, co_await places(group, group.front().from));
  for (const auto& [id, messages] : where) {
    DHII_CO_TRY(co_await select(id));
    DHII_CO_TRY(co_await client_.expunge(uid_set(messages)));
    const MailboxId source = id;
    DHII_CO_TRY(co_await context_.write([&](WriteTx& tx) -> Result<void> {
      for (const auto& [uid, email] : messages) DHII_TRY(store::unplace_remote(tx, source, email));
      return {};
    }));
  }
  co_return Result<void>{};
}

struct ToAppend {
  store::Email email;
  std::string raw;
};

// An APPEND whose answer was lost may have happened: from the second try on, look before appending again.
net::Task<> Runner::append(const PendingOp& op) {
  const AccountId account = context_.id;
  const EmailId id = op.email;
  auto loaded = co_await context_.read([=](ReadTx& tx) -> Result<ToAppend> {
    DHII_TRY_ASSIGN(auto rows, store::get_emails(tx, account, std::array{id}));
    if (rows.empty()) return fail(store::StoreError::kNotFound, "the message is gone");
    DHII_TRY_ASSIGN(auto raw, tx.blobs().get(tx, rows.front().blob));
    return ToAppend{std::move(rows.front()), std::move(raw)};
  });
  if (!loaded && loaded.error().is(store::StoreError::kNotFound))
    co_return Result<void>{};  // deleted here meanwhile: nothing to place
  if (!loaded) co_return std::unexpected(loaded.error());
  // Moved here before it ever came to be there: it goes straight to where it is now (a draft sent at once goes to
  // Sent).
  const auto& wanted = loaded->email.mailboxes;
  const bool still_wanted = wanted.empty() || std::ranges::find(wanted, op.to) != wanted.end();
  DHII_CO_TRY_ASSIGN(const auto to, co_await target(still_wanted ? op.to : wanted.front()));
  const auto name = imap::MailboxName::from_wire(to.imap_name);
  std::optional<Uid> uid;
  if (op.attempts > 0 && !loaded->email.envelope.message_ids.empty()) {
    DHII_CO_TRY(co_await select(to.id));
    DHII_CO_TRY_ASSIGN(const auto found,
                       co_await client_.search_message_id(loaded->email.envelope.message_ids.front()));
    if (!found.empty()) uid = found.back();
  }
  if (!uid) {
    const auto now = context_.services.clock.now();
    const PendingOpId op_id = op.id;
    DHII_CO_TRY(co_await context_.write(
        [=](WriteTx& tx) { return store::postpone_op(tx, op_id, now, "being placed upstream"); }));
    DHII_CO_TRY_ASSIGN(const auto appended, co_await client_.append(name, to_flags(loaded->email.keywords),
                                                                    loaded->email.received_at, loaded->raw));
    uid = appended.uid;
  }
  if (!uid) {
    context_.dirty.insert(to.id);
    co_return Result<void>{};
  }
  co_return co_await context_.write(
      [&](WriteTx& tx) { return store::place_remote(tx, to.id, id, *uid, loaded->email.keywords); });
}

// The wire name that a mailbox is to have: below its parent's, with the server's delimiter; at the top, below the
// personal namespace.
net::Task<imap::MailboxName> Runner::wire_name(const store::Mailbox& mailbox, const imap::NamespaceInfo& space) {
  std::string path = space.personal_prefix;
  if (mailbox.parent) {
    DHII_CO_TRY_ASSIGN(const auto parent, co_await target(mailbox.parent));
    path = parent.imap_name + std::string(1, space.delimiter.value_or('/'));
  }
  co_return imap::MailboxName::from_wire(path + imap::encode_modified_utf7(mailbox.name));
}

net::Task<> Runner::create(const PendingOp& op) {
  auto target = co_await mailbox(op.to);
  if (!target) co_return Result<void>{};  // destroyed here meanwhile
  DHII_CO_TRY_ASSIGN(const auto space, co_await client_.personal_namespace());
  DHII_CO_TRY_ASSIGN(const auto name, co_await wire_name(*target, space));
  auto made = co_await client_.create_mailbox(name);
  if (!made && !made.error().is(imap::ImapError::kMailboxExists)) co_return made;
  (void)co_await client_.subscribe(name);  // a nicety for other clients; its failure changes nothing here
  context_.dirty.insert(target->id);
  co_return co_await context_.write(
      [&](WriteTx& tx) { return store::set_upstream_name(tx, op, "", name.wire(), space.delimiter); });
}

// A program that stopped between the server's OK and our note of it asks again: then the old name is gone and the new
// one is there.
net::Task<> Runner::rename(const PendingOp& op) {
  auto target = co_await mailbox(op.to);
  if (!target) co_return Result<void>{};  // destroyed here meanwhile
  const auto old_name = imap::MailboxName::from_wire(target->imap_name);
  DHII_CO_TRY_ASSIGN(const auto space, co_await client_.personal_namespace());
  DHII_CO_TRY_ASSIGN(const auto name, co_await wire_name(*target, space));
  if (name == old_name) co_return Result<void>{};
  auto renamed = co_await client_.rename_mailbox(old_name, name);
  if (!renamed && is_answer(renamed.error()) && co_await client_.status(name) && !co_await client_.status(old_name))
    renamed = Result<void>{};
  DHII_CO_TRY(std::move(renamed));
  (void)co_await client_.subscribe(name);
  co_return co_await context_.write(
      [&](WriteTx& tx) { return store::set_upstream_name(tx, op, old_name.wire(), name.wire(), space.delimiter); });
}

net::Task<> Runner::remove(const PendingOp& op) {
  if (op.imap_name.empty()) co_return Result<void>{};  // it never came to be upstream
  const auto name = imap::MailboxName::from_wire(op.imap_name);
  // Servers refuse to delete, or hang up on, the selected mailbox (RFC 9051 §6.3.5).
  if (client_.selected() && *client_.selected() == name)
    DHII_CO_TRY(co_await client_.select(imap::MailboxName::inbox()));
  (void)co_await client_.unsubscribe(name);
  auto done = co_await client_.delete_mailbox(name);
  if (!done && done.error().is(imap::ImapError::kNoSuchMailbox)) co_return Result<void>{};
  co_return done;
}

net::Task<> Runner::finish(std::span<const PendingOp> group) {
  co_return co_await context_.write([=](WriteTx& tx) -> Result<void> {
    for (const auto& op : group) DHII_TRY(store::finish_op(tx, op.id));
    return {};
  });
}

net::Task<> Runner::give_up(std::span<const PendingOp> group, const Error& error) {
  spdlog::warn("account {}: the server refused an operation, undone here: {}", context_.id.value,
               log_escape(error.message()));
  for (const auto& op : group) {
    if (op.from) context_.dirty.insert(op.from);
    if (op.to) context_.dirty.insert(op.to);
  }
  co_return co_await context_.write([=](WriteTx& tx) -> Result<void> {
    for (const auto& op : group) DHII_TRY(store::revert_op(tx, op));
    return {};
  });
}

net::Task<> Runner::postpone(std::span<const PendingOp> group, const Error& error) {
  const auto now = context_.services.clock.now();
  const std::string why = error.message();
  co_return co_await context_.write([=](WriteTx& tx) -> Result<void> {
    for (const auto& op : group) DHII_TRY(store::postpone_op(tx, op.id, now + op_retry_delay(op.attempts), why));
    return {};
  });
}

}  // namespace

std::vector<std::span<const PendingOp>> group_ops(std::span<const PendingOp> ops) {
  std::vector<std::span<const PendingOp>> groups;
  std::size_t start = 0;
  for (std::size_t i = 1; i <= ops.size(); ++i) {
    if (i < ops.size() && carried_together(ops[start], ops[i]) && i - start < kOpsPerCommand) continue;
    groups.push_back(ops.subspan(start, i - start));
    start = i;
  }
  return groups;
}

std::chrono::milliseconds op_retry_delay(std::int32_t attempts) {
  using std::chrono::minutes;
  constexpr std::array kDelays{minutes(1), minutes(5), minutes(15), minutes(60), minutes(240)};
  return kDelays[static_cast<std::size_t>(
      std::clamp<std::int32_t>(attempts, 0, static_cast<std::int32_t>(kDelays.size()) - 1))];
}

net::Task<> run_operations(AccountContext& context, imap::Client& client) {
  const AccountId account = context.id;
  for (;;) {
    const auto now = context.services.clock.now();
    DHII_CO_TRY_ASSIGN(const auto ops,
                       co_await context.read([=](ReadTx& tx) { return store::due_ops(tx, account, now, kOpsAtOnce); }));
    if (ops.empty()) co_return Result<void>{};
    Runner runner(context, client);
    for (const auto& group : group_ops(ops)) DHII_CO_TRY(co_await runner.run(group));
  }
}

}  // namespace dhii::sync

#include "sync/mailbox_sync.hpp"

#include <algorithm>
#include <map>

#include "sync/convert.hpp"
#include "sync/ingest.hpp"

namespace dhii::sync {

namespace {

using store::ReadTx;
using store::WriteTx;

struct Known {
  std::optional<store::RemoteState> state;
  std::int64_t base_count = 0;
};

net::Task<Known> load_known(AccountContext& context, MailboxId mailbox) {
  co_return co_await context.read([mailbox](ReadTx& tx) -> Result<Known> {
    Known known;
    DHII_TRY_ASSIGN(known.state, store::get_remote_state(tx, mailbox));
    DHII_TRY_ASSIGN(known.base_count, store::count_remote(tx, mailbox));
    return known;
  });
}

// Complete stays complete: the other connection may have finished the first sync since this one looked.
net::Task<> save_state(AccountContext& context, MailboxId mailbox, store::RemoteState state) {
  co_return co_await context.write([=](WriteTx& tx) -> Result<void> {
    DHII_TRY_ASSIGN(const auto latest, store::get_remote_state(tx, mailbox));
    auto next = state;
    next.complete |= latest && latest->complete && latest->uid_validity == state.uid_validity;
    return store::set_remote_state(tx, mailbox, next);
  });
}

// One round of the walk over a mailbox: the pieces that every step shares.
class MailboxRound {
 public:
  MailboxRound(AccountContext& context, imap::Client& client, net::TaskGroup& group, const store::Mailbox& mailbox)
      : context_(context),
        client_(client),
        group_(group),
        mailbox_(mailbox),
        name_(imap::MailboxName::from_wire(mailbox.imap_name)) {}

  net::Task<bool> run(FirstLook first_look);
  net::Task<> run_rest();

 private:
  net::Task<> select(const std::optional<store::RemoteState>& known, imap::Access access);
  net::Task<bool> start(FirstLook first_look);
  net::Task<bool> reset();
  net::Task<bool> delta(store::RemoteState known);
  net::Task<bool> compare_all(store::RemoteState known);
  net::Task<> fetch_new(Uid from);
  net::Task<> fetch(std::span<const Uid> newest_first);
  net::Task<> fetch_one_by_one(std::vector<Uid> uids);
  net::Task<> apply_changed(std::vector<imap::FlagsOf> changed, Uid known_next);
  net::Task<> apply_vanished(std::vector<Uid> uids);
  net::Task<> apply_flags(std::vector<store::FlagUpdate> updates);
  net::Task<ComparePlan> compare_now();
  store::RemoteState state_now(bool complete) const;
  std::int64_t hidden() const {
    const auto it = context_.hidden.find(mailbox_.id);
    return it == context_.hidden.end() ? 0 : it->second;
  }

  AccountContext& context_;
  imap::Client& client_;
  net::TaskGroup& group_;
  const store::Mailbox& mailbox_;
  imap::MailboxName name_;
  imap::Selected selected_;
  Uid highest_seen_;
  Counted counted_ = Counted::kNo;
};

constexpr std::size_t kApplyBatch =
    5000;  // flag changes and removals in one transaction: keeps the writer free for the user
constexpr std::uint64_t kDirectFetch = 200;  // up to so many new UIDs are fetched by range without listing them first
constexpr std::size_t kMaxListedUids =
    10'000'000;  // no mailbox is bigger; a lying VANISHED range must not become a list

store::RemoteState MailboxRound::state_now(bool complete) const {
  store::RemoteState state;
  state.uid_validity = selected_.uid_validity;
  // Servers that don't tell UIDNEXT: one above the highest UID that we met.
  state.uid_next = selected_.uid_next.value_or(Uid(highest_seen_.value + 1));
  state.highest_modseq = selected_.highest_modseq.value_or(ModSeq(0));
  state.complete = complete;
  return state;
}

net::Task<> MailboxRound::select(const std::optional<store::RemoteState>& known, imap::Access access) {
  std::optional<imap::QresyncParam> param;
  if (known && client_.qresync_enabled() && known->highest_modseq && known->uid_validity) {
    param = imap::QresyncParam{known->uid_validity, known->highest_modseq, std::nullopt};
  }
  (void)client_.take_changes();  // SELECT tells all of it anew
  DHII_CO_TRY_ASSIGN(selected_, co_await client_.select(name_, std::move(param), access));
  co_return Result<void>{};
}

net::Task<bool> MailboxRound::run(FirstLook first_look) {
  DHII_CO_TRY_ASSIGN(const auto known, co_await load_known(context_, mailbox_.id));
  DHII_CO_TRY(co_await select(known.state, imap::Access::kReadWrite));
  const bool whole = known.state && known.state->complete && known.state->uid_validity == selected_.uid_validity;
  if (!whole && !context_.expected.contains(mailbox_.id))
    context_.expect(mailbox_.id, std::max<std::int64_t>(0, selected_.exists - known.base_count - hidden()));
  switch (plan_select(known.state, to_view(selected_), known.base_count + hidden())) {
    case Step::kStart:
      co_return co_await start(first_look);
    case Step::kReset:
      co_return co_await reset();
    case Step::kNothing:
      co_return !known.state->complete;
    case Step::kDelta:
      co_return co_await delta(*known.state);
    case Step::kCompareAll:
      co_return co_await compare_all(*known.state);
  }
  co_return false;
}

net::Task<bool> MailboxRound::start(FirstLook first_look) {
  if (first_look == FirstLook::kRegister && selected_.exists > 0)
    co_return true;  // sync_rest begins from nothing as well
  // A server without UIDNEXT: the place to go on from is known only after the newest have been seen.
  if (selected_.uid_next) DHII_CO_TRY(co_await save_state(context_, mailbox_.id, state_now(false)));
  Ingest ingest(context_, mailbox_.id, group_, counted_);
  if (selected_.exists > 0) {
    DHII_CO_TRY(co_await client_.fetch_newest(kFirstBatch, ingest));
    DHII_CO_TRY(co_await ingest.flush());
  }
  highest_seen_ = ingest.highest_uid();
  const bool complete = selected_.exists <= static_cast<std::uint32_t>(ingest.committed());
  context_.expect(mailbox_.id, static_cast<std::int64_t>(selected_.exists) - ingest.committed());
  DHII_CO_TRY(co_await save_state(context_, mailbox_.id, state_now(complete)));
  co_return !complete;
}

// UIDVALIDITY changed: the emails stay (ids and all) and find their new UIDs by content as they come in again;
// sync_rest drops the others.
net::Task<bool> MailboxRound::reset() {
  context_.hidden.erase(mailbox_.id);
  context_.expect(mailbox_.id, selected_.exists);
  const auto state = state_now(false);
  const MailboxId mailbox = mailbox_.id;
  DHII_CO_TRY(co_await context_.write([=](WriteTx& tx) -> Result<void> {
    DHII_TRY(store::forget_remote(tx, mailbox));
    return store::set_remote_state(tx, mailbox, state);
  }));
  co_return true;
}

net::Task<bool> MailboxRound::delta(store::RemoteState known) {
  if (selected_.resynchronized) {
    DHII_CO_TRY(co_await apply_vanished(selected_.vanished.to_vector(kMaxListedUids)));
    DHII_CO_TRY(co_await apply_changed(std::move(selected_.changed), known.uid_next));
  } else if (selected_.highest_modseq && known.highest_modseq && *selected_.highest_modseq != known.highest_modseq) {
    DHII_CO_TRY_ASSIGN(auto changed, co_await client_.fetch_flags(imap::UidSet::all(), known.highest_modseq));
    DHII_CO_TRY(co_await apply_changed(std::move(changed), known.uid_next));
  }
  const bool may_have_new = !selected_.uid_next || *selected_.uid_next > known.uid_next;
  if (may_have_new && selected_.exists > 0) DHII_CO_TRY(co_await fetch_new(known.uid_next));
  highest_seen_ = std::max(highest_seen_, Uid(known.uid_next.value - 1));
  DHII_CO_TRY_ASSIGN(const auto now, co_await load_known(context_, mailbox_.id));
  if (needs_compare(known, now.base_count + hidden(), selected_.exists)) co_return co_await compare_all(known);
  DHII_CO_TRY(co_await save_state(context_, mailbox_.id, state_now(known.complete)));
  co_return !known.complete;
}

net::Task<ComparePlan> MailboxRound::compare_now() {
  DHII_CO_TRY_ASSIGN(auto listing, co_await client_.fetch_flags(imap::UidSet::all()));
  std::vector<ServerMessage> visible;
  visible.reserve(listing.size());
  for (const auto& entry : listing) {
    highest_seen_ = std::max(highest_seen_, entry.uid);
    const auto flags = entry.flags.value_or(imap::Flags{});
    if (!is_deleted(flags)) visible.push_back({entry.uid, to_keywords(flags)});
  }
  context_.hidden[mailbox_.id] = static_cast<std::int64_t>(listing.size() - visible.size());
  std::ranges::sort(visible, {}, &ServerMessage::uid);
  const MailboxId mailbox = mailbox_.id;
  DHII_CO_TRY_ASSIGN(const auto base,
                     co_await context_.read([mailbox](ReadTx& tx) { return store::list_remote(tx, mailbox); }));
  co_return compare(base, visible);
}

net::Task<bool> MailboxRound::compare_all(store::RemoteState known) {
  DHII_CO_TRY_ASSIGN(auto plan, co_await compare_now());
  DHII_CO_TRY(co_await apply_vanished(std::move(plan.vanished)));
  DHII_CO_TRY(co_await apply_flags(std::move(plan.flags)));
  if (!known.complete) {
    DHII_CO_TRY(co_await save_state(context_, mailbox_.id, state_now(false)));
    co_return true;
  }
  DHII_CO_TRY(co_await fetch(plan.fetch));
  DHII_CO_TRY(co_await save_state(context_, mailbox_.id, state_now(true)));
  co_return false;
}

// "N:*" always names the last message, even when its UID is below N (RFC 9051 §9 seq-range); the store knows it already
// then.
net::Task<> MailboxRound::fetch_new(Uid from) {
  const Uid next = selected_.uid_next.value_or(imap::kMaxUid);
  if (next.value - from.value <= kDirectFetch) {
    std::vector<Uid> uids;
    for (std::uint32_t uid = next.value; uid-- > from.value;) uids.push_back(Uid(uid));
    co_return co_await fetch(uids);
  }
  DHII_CO_TRY_ASSIGN(const auto listing,
                     co_await client_.fetch_flags(imap::UidSet::of_ranges({{from, imap::kMaxUid}})));
  std::vector<Uid> uids;
  for (const auto& entry : listing) {
    if (entry.uid >= from) uids.push_back(entry.uid);
  }
  std::ranges::sort(uids, std::greater{});
  co_return co_await fetch(uids);
}

net::Task<> MailboxRound::fetch(std::span<const Uid> newest_first) {
  if (newest_first.empty()) co_return Result<void>{};
  const auto batches = make_batches(newest_first);
  std::vector<imap::UidSet> sets;
  sets.reserve(batches.size());
  for (const auto& batch : batches) sets.push_back(imap::UidSet::of(batch));
  Ingest ingest(context_, mailbox_.id, group_, counted_);
  DHII_CO_TRY_ASSIGN(const auto outcome, co_await client_.fetch_messages(std::move(sets), ingest));
  DHII_CO_TRY(co_await ingest.flush());
  highest_seen_ = std::max(highest_seen_, ingest.highest_uid());
  context_.hidden[mailbox_.id] += ingest.missing();
  std::vector<Uid> again;
  for (const auto& [index, words] : outcome.refused)
    again.insert(again.end(), batches[index].begin(), batches[index].end());
  co_return co_await fetch_one_by_one(std::move(again));
}

// A server that can't give one message answers NO for the whole batch; the others in it must not suffer.
net::Task<> MailboxRound::fetch_one_by_one(std::vector<Uid> uids) {
  if (uids.empty()) co_return Result<void>{};
  std::vector<imap::UidSet> sets;
  for (const Uid uid : uids) sets.push_back(imap::UidSet{uid});
  Ingest ingest(context_, mailbox_.id, group_, counted_);
  DHII_CO_TRY_ASSIGN(const auto outcome, co_await client_.fetch_messages(std::move(sets), ingest));
  context_.hidden[mailbox_.id] += static_cast<std::int64_t>(outcome.refused.size()) + ingest.missing();
  co_return co_await ingest.flush();
}

// A change to a message that we don't show yet (its \Deleted was taken back) means: fetch it. UIDs from `known_next` on
// come as new mail anyway.
net::Task<> MailboxRound::apply_changed(std::vector<imap::FlagsOf> changed, Uid known_next) {
  if (changed.empty()) co_return Result<void>{};
  std::vector<Uid> deleted;
  std::map<Uid, store::Keywords> flags;
  for (const auto& change : changed) {
    if (!change.flags || change.uid >= known_next) continue;
    if (is_deleted(*change.flags))
      deleted.push_back(change.uid);
    else
      flags[change.uid] = to_keywords(*change.flags);
  }
  const MailboxId mailbox = mailbox_.id;
  DHII_CO_TRY_ASSIGN(const auto base,
                     co_await context_.read([mailbox](ReadTx& tx) { return store::list_remote(tx, mailbox); }));
  std::vector<store::FlagUpdate> updates;
  std::vector<Uid> reappeared;
  for (const auto& [uid, keywords] : flags) {
    const auto at = std::ranges::lower_bound(base, uid, {}, &store::RemoteMessage::uid);
    if (at == base.end() || at->uid != uid)
      reappeared.push_back(uid);
    else if (at->flags != keywords)
      updates.push_back({uid, keywords});
  }
  DHII_CO_TRY(co_await apply_flags(std::move(updates)));
  if (!deleted.empty()) {
    context_.hidden[mailbox_.id] += static_cast<std::int64_t>(deleted.size());
    DHII_CO_TRY(co_await apply_vanished(std::move(deleted)));
  }
  std::ranges::reverse(reappeared);
  co_return co_await fetch(reappeared);
}

net::Task<> MailboxRound::apply_vanished(std::vector<Uid> uids) {
  const MailboxId mailbox = mailbox_.id;
  for (std::size_t at = 0; at < uids.size(); at += kApplyBatch) {
    const auto part = std::span(uids).subspan(at, std::min(kApplyBatch, uids.size() - at));
    DHII_CO_TRY(co_await context_.write([=](WriteTx& tx) { return store::apply_remote_vanished(tx, mailbox, part); }));
  }
  co_return Result<void>{};
}

net::Task<> MailboxRound::apply_flags(std::vector<store::FlagUpdate> updates) {
  const MailboxId mailbox = mailbox_.id;
  for (std::size_t at = 0; at < updates.size(); at += kApplyBatch) {
    const auto part = std::span(updates).subspan(at, std::min(kApplyBatch, updates.size() - at));
    DHII_CO_TRY(co_await context_.write([=](WriteTx& tx) { return store::apply_remote_flags(tx, mailbox, part); }));
  }
  co_return Result<void>{};
}

net::Task<> MailboxRound::run_rest() {
  DHII_CO_TRY_ASSIGN(const auto known, co_await load_known(context_, mailbox_.id));
  DHII_CO_TRY(co_await select(std::nullopt, imap::Access::kReadOnly));
  const bool reset = known.state && known.state->uid_validity != selected_.uid_validity;
  if (reset) co_return Result<void>{};  // the main connection deals with it and asks again
  auto state = known.state.value_or(state_now(false));
  if (!known.state) DHII_CO_TRY(co_await save_state(context_, mailbox_.id, state));
  DHII_CO_TRY_ASSIGN(auto plan, co_await compare_now());
  context_.expect(mailbox_.id, static_cast<std::int64_t>(plan.fetch.size()));
  counted_ = Counted::kYes;
  DHII_CO_TRY(co_await apply_vanished(std::move(plan.vanished)));
  DHII_CO_TRY(co_await apply_flags(std::move(plan.flags)));
  DHII_CO_TRY(co_await fetch(plan.fetch));
  // Flags that changed while we fetched: the main connection couldn't place them yet.
  if (selected_.highest_modseq) {
    DHII_CO_TRY_ASSIGN(auto changed, co_await client_.fetch_flags(imap::UidSet::all(), *selected_.highest_modseq));
    DHII_CO_TRY(co_await apply_changed(std::move(changed), imap::kMaxUid));
  }
  const MailboxId mailbox = mailbox_.id;
  const Uid fallback_next(highest_seen_.value + 1);
  context_.expected.erase(mailbox_.id);
  co_return co_await context_.write([=](WriteTx& tx) -> Result<void> {
    DHII_TRY_ASSIGN(auto latest, store::get_remote_state(tx, mailbox));   // the main connection may have moved it on
    if (latest && latest->uid_validity != state.uid_validity) return {};  // ... or begun anew: its round follows
    auto done = latest.value_or(state);
    done.complete = true;
    // Servers that don't tell UIDNEXT: only now is known how far the mailbox goes.
    done.uid_next = std::max(done.uid_next, fallback_next);
    DHII_TRY(store::set_remote_state(tx, mailbox, done));
    return store::drop_unplaced(tx, mailbox);
  });
}

}  // namespace

net::Task<bool> sync_mailbox(AccountContext& context, imap::Client& client, net::TaskGroup& group,
                             const store::Mailbox& mailbox, FirstLook first_look) {
  MailboxRound round(context, client, group, mailbox);
  co_return co_await round.run(first_look);
}

net::Task<> sync_rest(AccountContext& context, imap::Client& client, net::TaskGroup& group,
                      const store::Mailbox& mailbox) {
  MailboxRound round(context, client, group, mailbox);
  co_return co_await round.run_rest();
}

namespace {

Result<MailboxListPlan> plan_now(ReadTx& tx, AccountId account, std::span<const ServerMailbox> there) {
  DHII_TRY_ASSIGN(const auto local, store::list_mailboxes(tx, account));
  DHII_TRY_ASSIGN(const auto leaving, store::names_to_delete(tx, account));
  return plan_mailboxes(local, there, leaving);
}

// Plans anew: since the list was asked for, a mailbox may have been renamed or destroyed here.
Result<void> apply_mailbox_list(WriteTx& tx, AccountId account, std::span<const ServerMailbox> there) {
  DHII_TRY_ASSIGN(const auto plan, plan_now(tx, account, there));
  DHII_TRY_ASSIGN(const auto local, store::list_mailboxes(tx, account));
  std::map<std::string, MailboxId> by_name;
  for (const auto& mailbox : local) by_name[mailbox.imap_name] = mailbox.id;
  for (const MailboxId gone : plan.gone) DHII_TRY(store::destroy_mailbox(tx, gone, true, store::Origin::kUpstream));
  for (const auto& create : plan.create) {
    store::NewMailbox mailbox;
    mailbox.account = account;
    mailbox.name = create.name;
    if (const auto parent = by_name.find(create.parent_imap_name);
        !create.parent_imap_name.empty() && parent != by_name.end()) {
      mailbox.parent = parent->second;
    }
    mailbox.role = create.mailbox.role;
    mailbox.selectable = create.mailbox.selectable;
    mailbox.subscribed = create.mailbox.subscribed;
    mailbox.imap_name = create.mailbox.imap_name;
    DHII_TRY_ASSIGN(by_name[mailbox.imap_name], store::create_mailbox(tx, mailbox, store::Origin::kUpstream));
  }
  for (const auto& changed : plan.update) DHII_TRY(store::update_mailbox(tx, changed, store::Origin::kUpstream));
  return {};
}

}  // namespace

net::Task<std::vector<store::Mailbox>> sync_mailbox_list(AccountContext& context, imap::Client& client) {
  DHII_CO_TRY_ASSIGN(const auto listed, co_await client.list());
  std::vector<ServerMailbox> there;
  for (const auto& entry : listed) there.push_back(to_server_mailbox(entry));
  const AccountId account = context.id;
  DHII_CO_TRY_ASSIGN(const auto plan, co_await context.read([&](ReadTx& tx) { return plan_now(tx, account, there); }));
  if (!plan.create.empty() || !plan.update.empty() || !plan.gone.empty())
    DHII_CO_TRY(co_await context.write([&](WriteTx& tx) { return apply_mailbox_list(tx, account, there); }));
  DHII_CO_TRY_ASSIGN(auto local,
                     co_await context.read([account](ReadTx& tx) { return store::list_mailboxes(tx, account); }));
  std::erase_if(local, [](const store::Mailbox& m) { return !m.selectable || m.imap_name.empty(); });
  std::ranges::stable_sort(local, {}, sync_priority);
  co_return local;
}

}  // namespace dhii::sync

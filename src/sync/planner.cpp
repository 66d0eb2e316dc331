#include "sync/planner.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "imap/mailbox_name.hpp"

namespace dhii::sync {

Step plan_select(const std::optional<store::RemoteState>& known, const ServerView& server, std::int64_t base_count) {
  if (!known) return Step::kStart;
  if (known->uid_validity != server.uid_validity) return Step::kReset;
  // UIDNEXT never goes down (RFC 9051 §2.3.1.1); a server restored from a backup breaks that, and then nothing we
  // assume holds.
  if (server.uid_next && server.uid_next < known->uid_next) return Step::kCompareAll;
  if (!server.highest_modseq || !known->highest_modseq) return known->complete ? Step::kCompareAll : Step::kDelta;
  if (*server.highest_modseq < known->highest_modseq) return Step::kCompareAll;
  const bool same_modseq = *server.highest_modseq == known->highest_modseq;
  const bool same_uids = server.uid_next && server.uid_next == known->uid_next;
  if (same_modseq && same_uids && (!known->complete || base_count == server.exists)) return Step::kNothing;
  return Step::kDelta;
}

bool needs_compare(const store::RemoteState& known, std::int64_t base_count_now, std::int64_t server_exists) {
  return known.complete && base_count_now != server_exists;
}

ComparePlan compare(std::span<const store::RemoteMessage> base, std::span<const ServerMessage> server) {
  ComparePlan plan;
  std::size_t b = 0;
  for (std::size_t s = 0; s < server.size(); ++s) {
    if (s + 1 < server.size() && server[s + 1].uid == server[s].uid) continue;
    for (; b < base.size() && base[b].uid < server[s].uid; ++b) plan.vanished.push_back(base[b].uid);
    if (b < base.size() && base[b].uid == server[s].uid) {
      if (base[b].flags != server[s].flags) plan.flags.push_back({server[s].uid, server[s].flags});
      ++b;
    } else {
      plan.fetch.push_back(server[s].uid);
    }
  }
  for (; b < base.size(); ++b) plan.vanished.push_back(base[b].uid);
  std::ranges::reverse(plan.fetch);
  return plan;
}

std::vector<std::vector<Uid>> make_batches(std::span<const Uid> newest_first) {
  std::vector<std::vector<Uid>> batches;
  std::size_t at = 0;
  while (at < newest_first.size()) {
    const std::size_t n = std::min(at == 0 ? kFirstBatch : kBulkBatch, newest_first.size() - at);
    batches.emplace_back(newest_first.begin() + static_cast<std::ptrdiff_t>(at),
                         newest_first.begin() + static_cast<std::ptrdiff_t>(at + n));
    at += n;
  }
  return batches;
}

namespace {

struct Split {
  std::string parent;
  std::string name;
};

// "a/b/c" -> "a/b", "c". A name that begins or ends with the delimiter is kept whole rather than given an empty level.
Split split_name(const std::string& imap_name, const std::string& delimiter) {
  if (delimiter.empty()) return {"", imap_name};
  const auto at = imap_name.rfind(delimiter);
  if (at == std::string::npos || at == 0 || at + delimiter.size() == imap_name.size()) return {"", imap_name};
  return {imap_name.substr(0, at), imap_name.substr(at + delimiter.size())};
}

// At most one mailbox has each role (RFC 8621 §2: "an account MUST NOT have two mailboxes with the same role"); the
// first listed wins.
std::vector<ServerMailbox> with_unique_roles(std::span<const ServerMailbox> server) {
  std::vector<ServerMailbox> out(server.begin(), server.end());
  std::ranges::stable_sort(out, {}, &ServerMailbox::imap_name);
  std::set<store::Role> taken;
  for (auto& mailbox : out) {
    if (mailbox.role != store::Role::kNone && !taken.insert(mailbox.role).second) mailbox.role = store::Role::kNone;
  }
  return out;
}

}  // namespace

MailboxListPlan plan_mailboxes(std::span<const store::Mailbox> local, std::span<const ServerMailbox> server,
                               std::span<const std::string> leaving) {
  MailboxListPlan plan;
  std::map<std::string, const store::Mailbox*> here;
  for (const auto& mailbox : local) {
    if (!mailbox.imap_name.empty()) here[mailbox.imap_name] = &mailbox;
  }
  const auto there = with_unique_roles(server);
  std::set<std::string> listed;
  for (const auto& mailbox : there) listed.insert(mailbox.imap_name);
  std::set<std::string> known_or_created;
  for (const auto& mailbox : there) {
    if (!known_or_created.insert(mailbox.imap_name).second) continue;
    const auto found = here.find(mailbox.imap_name);
    if (found == here.end()) {
      if (std::ranges::find(leaving, mailbox.imap_name) != leaving.end()) continue;
      auto [parent, name] = split_name(mailbox.imap_name, mailbox.delimiter);
      // A server may list a child without its parent (RFC 9051 §6.3.9); then the child stands at the top under its full
      // name.
      if (!parent.empty() && !listed.contains(parent)) {
        parent.clear();
        name = mailbox.imap_name;
      }
      plan.create.push_back({mailbox, imap::MailboxName::from_wire(name).utf8(), parent});
    } else if (found->second->role != mailbox.role || found->second->selectable != mailbox.selectable) {
      store::Mailbox changed = *found->second;
      changed.role = mailbox.role;
      changed.selectable = mailbox.selectable;
      plan.update.push_back(changed);
    }
  }
  // Reverse order of names: "a/b" goes before "a".
  for (auto it = here.rbegin(); it != here.rend(); ++it) {
    if (!listed.contains(it->first)) plan.gone.push_back(it->second->id);
  }
  return plan;
}

int sync_priority(const store::Mailbox& mailbox) {
  switch (mailbox.role) {
    case store::Role::kInbox:
      return 0;
    case store::Role::kDrafts:
      return 1;
    case store::Role::kSent:
      return 2;
    case store::Role::kImportant:
    case store::Role::kFlagged:
      return 3;
    case store::Role::kNone:
      return 4;
    case store::Role::kArchive:
      return 5;
    case store::Role::kAll:
      return 6;
    case store::Role::kJunk:
      return 7;
    case store::Role::kTrash:
      return 8;
  }
  return 9;
}

}  // namespace dhii::sync

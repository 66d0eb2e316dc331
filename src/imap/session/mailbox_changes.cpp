#include "imap/session/mailbox_changes.hpp"

#include <algorithm>
#include <utility>

namespace dhii::imap {

void MailboxChanges::reset(UidValidity uid_validity, std::uint32_t exists) {
  changes_ = {};
  exists_ = exists;
  uid_validity_ = uid_validity;
}

Changes MailboxChanges::take() { return std::exchange(changes_, {}); }

bool MailboxChanges::absorb(Response& response) {
  if (auto* e = std::get_if<ExistsData>(&response)) {
    absorb_exists(e->count);
  } else if (std::get_if<ExpungeData>(&response) != nullptr) {
    if (exists_ > 0) --exists_;
    if (changes_.expunged < ~0U) ++changes_.expunged;
  } else if (auto* v = std::get_if<VanishedData>(&response)) {
    absorb_vanished(*v);
  } else if (auto* f = std::get_if<FetchData>(&response)) {
    absorb_fetch(*f);
  } else if (auto* s = std::get_if<UntaggedStatus>(&response); s != nullptr && s->code.kind == CodeKind::kUidValidity) {
    if (s->code.number != uid_validity_.value) changes_.uid_validity_changed = true;
  } else if (auto* o = std::get_if<OtherData>(&response); o != nullptr && o->malformed) {
    absorb_malformed(o->name);
  } else {
    return false;
  }
  return true;
}

void MailboxChanges::absorb_exists(std::uint32_t count) {
  // Fewer without EXPUNGE is against RFC 9051 §7.4.1, but some servers do it: which ones went is unknown then.
  if (count > exists_)
    changes_.new_messages = true;
  else if (count < exists_)
    changes_.expunged =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(std::uint64_t{changes_.expunged} + (exists_ - count), ~0U));
  exists_ = count;
}

void MailboxChanges::absorb_vanished(VanishedData& vanished) {
  if (!vanished.earlier) exists_ -= static_cast<std::uint32_t>(std::min<std::uint64_t>(exists_, vanished.uids.size()));
  if (changes_.vanished.ranges().size() + vanished.uids.ranges().size() > kMaxCollectedChanges) {
    changes_.incomplete = true;
    changes_.expunged = std::max(changes_.expunged, 1U);
    return;
  }
  std::vector<UidRange> all(changes_.vanished.ranges().begin(), changes_.vanished.ranges().end());
  all.insert(all.end(), vanished.uids.ranges().begin(), vanished.uids.ranges().end());
  changes_.vanished = UidSet::of_ranges(std::move(all));
}

// Something changed, and what can't be read: have everything compared.
void MailboxChanges::absorb_malformed(std::string_view name) {
  if (name == "FETCH") changes_.incomplete = true;
  if (name == "VANISHED" || name == "EXPUNGE") changes_.expunged = std::max(changes_.expunged, 1U);
}

void MailboxChanges::absorb_fetch(FetchData& fetch) {
  if (!fetch.flags && !fetch.modseq) return;
  if (!fetch.uid || changes_.flags.size() >= kMaxCollectedChanges) {
    changes_.incomplete = true;
    return;
  }
  changes_.flags.push_back({*fetch.uid, std::move(fetch.flags), fetch.modseq});
}

}  // namespace dhii::imap

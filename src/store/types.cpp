#include "store/types.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace dhii::store {
namespace {

struct RoleName {
  Role role;
  std::string_view name;
};
constexpr RoleName kRoles[] = {{Role::kInbox, "inbox"}, {Role::kArchive, "archive"}, {Role::kDrafts, "drafts"},
                               {Role::kSent, "sent"},   {Role::kJunk, "junk"},       {Role::kTrash, "trash"},
                               {Role::kAll, "all"},     {Role::kFlagged, "flagged"}, {Role::kImportant, "important"}};

// JMAP names (RFC 8621 §4.1.1) and the IMAP flags they stand for; "$forwarded" and its kin are keywords in both.
struct FlagName {
  Flag flag;
  std::string_view jmap, imap;
};
constexpr FlagName kFlags[] = {{Flag::kSeen, "$seen", "\\Seen"},
                               {Flag::kFlagged, "$flagged", "\\Flagged"},
                               {Flag::kAnswered, "$answered", "\\Answered"},
                               {Flag::kDraft, "$draft", "\\Draft"},
                               {Flag::kForwarded, "$forwarded", "$Forwarded"},
                               {Flag::kJunk, "$junk", "$Junk"},
                               {Flag::kNotJunk, "$notjunk", "$NotJunk"},
                               {Flag::kPhishing, "$phishing", "$Phishing"},
                               {Flag::kMdnSent, "$mdnsent", "$MDNSent"}};

const FlagName* find_flag(std::string_view keyword) {
  for (const auto& f : kFlags)
    if (ascii_iequals(keyword, f.jmap) || ascii_iequals(keyword, f.imap)) return &f;
  return nullptr;
}

// RFC 8621 §4.1.1: 1-255 characters of 0x21-0x7e without these.
bool is_keyword(std::string_view keyword) {
  return !keyword.empty() && keyword.size() <= 255 && std::ranges::all_of(keyword, [](char c) {
    return c >= 0x21 && c <= 0x7e && std::string_view("(){]%*\"\\").find(c) == std::string_view::npos;
  });
}

}  // namespace

std::string_view role_name(Role role) {
  for (const auto& r : kRoles)
    if (r.role == role) return r.name;
  return "";
}
Role parse_role(std::string_view name) {
  for (const auto& r : kRoles)
    if (ascii_iequals(r.name, name)) return r.role;
  return Role::kNone;
}

bool Keywords::has(std::string_view keyword) const {
  if (const auto* f = find_flag(keyword)) return has(f->flag);
  return std::ranges::binary_search(custom, ascii_lower(keyword));
}

bool Keywords::add(std::string_view keyword) {
  if (const auto* f = find_flag(keyword)) {
    set(f->flag, true);
    return true;
  }
  if (!is_keyword(keyword)) return false;
  std::string lower = ascii_lower(keyword);
  const auto at = std::ranges::lower_bound(custom, lower);
  if (at == custom.end() || *at != lower) custom.insert(at, std::move(lower));
  return true;
}

void Keywords::remove(std::string_view keyword) {
  if (const auto* f = find_flag(keyword)) return set(f->flag, false);
  const std::string lower = ascii_lower(keyword);
  std::erase(custom, lower);
}

std::vector<std::string> Keywords::jmap_names() const {
  std::vector<std::string> names;
  for (const auto& f : kFlags)
    if (has(f.flag)) names.emplace_back(f.jmap);
  names.insert(names.end(), custom.begin(), custom.end());
  return names;
}

std::vector<std::string> Keywords::imap_flags() const {
  std::vector<std::string> names;
  for (const auto& f : kFlags)
    if (has(f.flag)) names.emplace_back(f.imap);
  names.insert(names.end(), custom.begin(), custom.end());
  return names;
}

std::string_view submission_state_name(SubmissionState s) {
  switch (s) {
    case SubmissionState::kQueued:
      return "queued";
    case SubmissionState::kSending:
      return "sending";
    case SubmissionState::kSent:
      return "sent";
    case SubmissionState::kFailed:
      return "failed";
    case SubmissionState::kUnknown:
      return "unknown";
    case SubmissionState::kCanceled:
      return "canceled";
  }
  return "unknown";
}

}  // namespace dhii::store

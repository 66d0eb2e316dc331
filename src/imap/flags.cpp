#include "imap/flags.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "base/bytes.hpp"

namespace dhii::imap {
namespace {

constexpr std::array<std::pair<SystemFlag, std::string_view>, 7> kNames{{
    {SystemFlag::kSeen, "\\Seen"},
    {SystemFlag::kAnswered, "\\Answered"},
    {SystemFlag::kFlagged, "\\Flagged"},
    {SystemFlag::kDeleted, "\\Deleted"},
    {SystemFlag::kDraft, "\\Draft"},
    {SystemFlag::kRecent, "\\Recent"},
    {SystemFlag::kWildcard, "\\*"},
}};

bool settable(SystemFlag f) { return f != SystemFlag::kRecent && f != SystemFlag::kWildcard; }

}  // namespace

void Flags::add(std::string_view name) {
  if (name.empty() || name.size() > kMaxKeywordBytes) return;
  if (name[0] == '\\') {
    for (const auto& [flag, text] : kNames) {
      if (ascii_iequals(name, text)) return set(flag);
    }
  }
  if (keywords_.size() >= kMaxKeywords || has_keyword(name)) return;
  keywords_.emplace_back(name);
}

bool Flags::has_keyword(std::string_view keyword) const {
  return std::ranges::any_of(keywords_, [&](const std::string& k) { return ascii_iequals(k, keyword); });
}

std::string Flags::to_text() const {
  std::string out;
  const auto append = [&](std::string_view name) {
    if (!out.empty()) out += ' ';
    out += name;
  };
  for (const auto& [flag, text] : kNames) {
    if (has(flag) && settable(flag)) append(text);
  }
  for (const std::string& keyword : keywords_) {
    if (is_valid_keyword(keyword)) append(keyword);
  }
  return out;
}

bool Flags::operator==(const Flags& other) const {
  return system_ == other.system_ && keywords_.size() == other.keywords_.size() &&
         std::ranges::all_of(keywords_, [&](const std::string& k) { return other.has_keyword(k); });
}

bool is_valid_keyword(std::string_view keyword) {
  if (keyword.empty() || keyword.size() > kMaxKeywordBytes) return false;
  return std::ranges::all_of(keyword, [](char c) {
    return c > 0x20 && c < 0x7F && std::string_view("(){%*\"\\]").find(c) == std::string_view::npos;
  });
}

}  // namespace dhii::imap

// Id texts (RFC 8620 §1.2): a letter for the type, then the number. A text has one form only ("e01" is no id), so equal
// ids compare equal.
#pragma once
#include <charconv>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "jmap/core/json.hpp"

namespace dhii::jmap {

template <class Id>
inline constexpr char kIdPrefix = '\0';
template <>
inline constexpr char kIdPrefix<AccountId> = 'a';
template <>
inline constexpr char kIdPrefix<MailboxId> = 'm';
template <>
inline constexpr char kIdPrefix<EmailId> = 'e';
template <>
inline constexpr char kIdPrefix<ThreadId> = 't';
template <>
inline constexpr char kIdPrefix<IdentityId> = 'i';
template <>
inline constexpr char kIdPrefix<SubmissionId> = 's';

// "e17" written into a small buffer: listing makes thousands of these.
struct IdText {
  char data[24];
  std::size_t size;
  operator std::string_view() const { return {data, size}; }  // NOLINT(google-explicit-constructor)
};

template <class Id>
IdText id_chars(Id id) {
  static_assert(kIdPrefix<Id> != '\0');
  IdText out;
  out.data[0] = kIdPrefix<Id>;
  out.size = static_cast<std::size_t>(std::to_chars(out.data + 1, out.data + sizeof out.data, id.value).ptr - out.data);
  return out;
}

template <class Id>
std::string id_text(Id id) {
  return std::string(std::string_view(id_chars(id)));
}

template <class Id>
json::value id_value(Id id, const json::storage_ptr& storage) {
  return text_value(id_chars(id), storage);
}

template <class Id>
std::optional<Id> parse_id(std::string_view text) {
  if (text.size() < 2 || text.size() > 20 || text[0] != kIdPrefix<Id> || text[1] < '1' || text[1] > '9')
    return std::nullopt;
  std::int64_t number = 0;
  const auto [end, ec] = std::from_chars(text.data() + 1, text.data() + text.size(), number);
  if (ec != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return Id(number);
}

// RFC 8620 §1.2: 1 to 255 of A-Z a-z 0-9 - _
bool is_id_text(std::string_view text);

std::string state_text(ChangeNumber state);
std::optional<ChangeNumber> parse_state(std::string_view text);

}  // namespace dhii::jmap

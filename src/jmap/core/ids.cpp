#include "jmap/core/ids.hpp"

#include <algorithm>

namespace dhii::jmap {

bool is_id_text(std::string_view text) {
  const auto safe = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !text.empty() && text.size() <= 255 && std::ranges::all_of(text, safe);
}

std::string state_text(ChangeNumber state) { return std::to_string(state.value); }

std::optional<ChangeNumber> parse_state(std::string_view text) {
  if (text.empty() || text.size() > 19 || (text[0] == '0' && text.size() > 1)) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (ec != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return ChangeNumber(number);
}

}  // namespace dhii::jmap

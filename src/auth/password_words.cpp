#include "auth/password_words.hpp"

#include <unordered_map>

extern "C" const char dhii_common_words[];
extern "C" const char dhii_common_words_end[];

namespace dhii::auth {
namespace {

using Words = std::unordered_map<std::string_view, CommonWord>;

std::string_view next_token(std::string_view& rest, std::string_view separators) {
  const auto start = std::min(rest.find_first_not_of(separators), rest.size());
  rest.remove_prefix(start);
  const auto end = std::min(rest.find_first_of(separators), rest.size());
  const std::string_view token = rest.substr(0, end);
  rest.remove_prefix(end);
  return token;
}

WordKind kind_of_section(std::string_view name) {
  if (name == "passwords") return WordKind::kPassword;
  return name == "english_wikipedia" ? WordKind::kWord : WordKind::kName;
}

Words read_words() {
  std::string_view rest(dhii_common_words, static_cast<std::size_t>(dhii_common_words_end - dhii_common_words));
  Words out;
  out.reserve(20'000);
  WordKind kind = WordKind::kPassword;
  std::uint32_t rank = 0;
  while (!rest.empty()) {
    std::string_view line = next_token(rest, "\n");
    if (line.starts_with("# ")) {
      kind = kind_of_section(line.substr(2));
      rank = 0;
      continue;
    }
    while (!line.empty()) {
      const std::string_view word = next_token(line, " ");
      if (word.empty()) break;
      ++rank;
      if (word != "-") out.emplace(word, CommonWord{rank, kind});
    }
  }
  return out;
}

const Words& words() {
  static const Words all = read_words();  // 19,000 words, about 1.5 MB, once
  return all;
}

}  // namespace

std::optional<CommonWord> find_common_word(std::string_view lower) {
  const auto found = words().find(lower);
  return found == words().end() ? std::nullopt : std::optional(found->second);
}

std::size_t common_word_count() { return words().size(); }

}  // namespace dhii::auth

// The shipped list of common passwords, words and names with their ranks (data/common_words.txt), read once at first
// use.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace dhii::auth {

enum class WordKind : std::uint8_t { kPassword, kWord, kName, kUser };
struct CommonWord {
  std::uint32_t rank = 0;  // 1: the most frequent of its list
  WordKind kind = WordKind::kPassword;
};
inline constexpr std::size_t kMaxCommonWordBytes = 30;

// `lower`: lower case.
std::optional<CommonWord> find_common_word(std::string_view lower);
std::size_t common_word_count();

}  // namespace dhii::auth

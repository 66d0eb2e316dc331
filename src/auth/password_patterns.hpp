// Pure: the patterns that password_strength.cpp looks for, each with the number of guesses that it withstands by
// itself.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dhii::auth {

enum class PatternKind : std::uint8_t {
  kBruteForce,
  kCommonPassword,
  kWord,
  kName,
  kUserInput,
  kKeyboard,
  kSequence,
  kRepeat,
  kDate,
  kYear
};
struct Pattern {
  std::size_t begin = 0, end = 0;  // bytes [begin, end)
  double guesses = 1;
  PatternKind kind = PatternKind::kBruteForce;
};

// `user_words`: lower case. Repeats are found by the caller, which knows what their base is worth.
std::vector<Pattern> find_patterns(std::string_view password, std::span<const std::string> user_words);

struct Repeat {
  std::size_t begin = 0, period = 0, count = 0;
};
std::vector<Repeat> find_repeats(std::string_view password);

}  // namespace dhii::auth

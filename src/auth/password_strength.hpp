// Pure: how many guesses a password withstands, in the manner of zxcvbn (Wheeler, USENIX Security 2016): common
// passwords, words and names with their ranks, l33t and capitals, keyboard walks, sequences, repeats, dates and years,
// and what is known of the user; then the cheapest way to put the whole together. Takes under a millisecond;
// thread-safe.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace dhii::auth {

// What is judged; the rest of a longer password is worth nothing more, and costs nothing.
inline constexpr std::size_t kMaxJudgedBytes = 100;
inline constexpr int kMinScore = 3;  // 10^8 guesses: beyond reach through the sign-in, and dear through bcrypt

struct Strength {
  double log10_guesses = 0;
  int score = 0;             // 0: under 10^3, 1: 10^6, 2: 10^8, 3: 10^10, 4: over
  std::string_view warning;  // what makes it weak, as a clause: "it is a common password"; empty from score 3
  std::vector<std::string_view> advice;
};
// `about_user`: login, name and the like: the first that somebody would try.
Strength estimate_strength(std::string_view password, std::span<const std::string> about_user = {});

}  // namespace dhii::auth

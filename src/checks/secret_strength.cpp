#include "checks/secret_strength.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <map>
#include <string>

#include "base/bytes.hpp"

namespace dhii::checks {
namespace {

double alphabet_bits(std::string_view text) {
  int size = 0;
  const auto any = [&](auto test) { return std::ranges::any_of(text, test); };
  if (any([](char c) { return c >= 'a' && c <= 'z'; })) size += 26;
  if (any([](char c) { return c >= 'A' && c <= 'Z'; })) size += 26;
  if (any([](char c) { return c >= '0' && c <= '9'; })) size += 10;
  if (any([](char c) {
        return std::string_view("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789").find(c) ==
               std::string_view::npos;
      }))
    size += 20;
  const bool hex = std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (hex) size = 16;
  return size < 2 ? 0 : std::log2(size);
}

double shannon_bits(std::string_view text) {
  std::map<char, int> counts;
  for (const char c : text) ++counts[c];
  double bits = 0;
  for (const auto& [c, n] : counts) {
    const double share = static_cast<double>(n) / static_cast<double>(text.size());
    bits -= share * std::log2(share);
  }
  return bits;
}

// Without what follows from what stands before: "aaaa", "abcd", "4321".
std::string without_runs(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i >= 2) {
      const int before = text[i - 1] - text[i - 2], now = text[i] - text[i - 1];
      if (before == now && std::abs(now) <= 1) continue;
    }
    out += text[i];
  }
  return out;
}

// The smallest block that the text is a repetition of.
std::string_view without_repetition(std::string_view text) {
  for (std::size_t size = 1; size <= text.size() / 2; ++size) {
    bool same = true;
    for (std::size_t i = size; i < text.size() && same; ++i) same = text[i] == text[i - size];
    if (same) return text.substr(0, size);
  }
  return text;
}

}  // namespace

double estimate_bits(std::string_view secret) {
  const std::string text = without_runs(without_repetition(secret));
  if (text.empty()) return 0;
  const double each = std::min(alphabet_bits(text), shannon_bits(text) + 1);  // few letters can't show their frequency
  return each * static_cast<double>(text.size());
}

bool looks_like_placeholder(std::string_view secret) {
  const std::string lower = ascii_lower(secret);
  constexpr std::array<std::string_view, 12> kMarks{"your_",     "your-",       "changeme", "change_me",
                                                    "change-me", "placeholder", "example",  "xxxx",
                                                    "todo",      "insert",      "_here",    "character_"};
  return lower.starts_with('<') ||
         std::ranges::any_of(kMarks, [&](std::string_view mark) { return lower.find(mark) != std::string::npos; });
}

}  // namespace dhii::checks

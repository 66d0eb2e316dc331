#include "auth/password_strength.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "auth/password_patterns.hpp"
#include "base/bytes.hpp"
#include "base/secret.hpp"

namespace dhii::auth {
namespace {

constexpr double kGuessesPerByte = 10;  // of what fits no pattern: an attacker tries likely characters first
constexpr double kMinGuessesOfOne = 10, kMinGuessesOfMore = 50;  // of a pattern that isn't the whole password
constexpr double kShorterSequencesFirst = 10'000;
constexpr std::size_t kMaxParts = 24;  // a password of more patterns is beyond every score
constexpr int kMaxRepeatDepth = 2;     // "abcabcabcabc" in a repeat of a repeat
constexpr double kNever = std::numeric_limits<double>::infinity();

// The cheapest way to make the first k bytes out of `parts` patterns (Wheeler §4.4: g = l! * product + D^(l-1)).
struct Way {
  double product = kNever, total = kNever;
  std::size_t begin = 0;  // of the last part
  PatternKind kind = PatternKind::kBruteForce;
};

// 10^n, n! and D^n, made once: the search asks for them a hundred thousand times.
struct Tables {
  std::array<double, kMaxJudgedBytes + 1> brute_force{};
  std::array<double, kMaxParts + 2> orders{}, penalty{};
  Tables() {
    for (std::size_t n = 0; n < brute_force.size(); ++n)
      brute_force[n] = std::pow(kGuessesPerByte, static_cast<double>(n));
    for (std::size_t n = 0; n < orders.size(); ++n) {
      orders[n] = std::tgamma(static_cast<double>(n) + 1);
      penalty[n] = std::pow(kShorterSequencesFirst, static_cast<double>(n));
    }
  }
};
const Tables& tables() {
  static const Tables all;
  return all;
}

class Search {
 public:
  explicit Search(std::size_t size) : size_(size), ways_(size + 1, std::vector<Way>(kMaxParts + 1)) {
    ways_[0][0] = {1, 0, 0, PatternKind::kKeyboard};
  }
  void run(std::vector<Pattern> patterns) {
    std::ranges::sort(patterns, {}, &Pattern::end);
    auto next = patterns.begin();
    for (std::size_t end = 1; end <= size_; ++end) {
      for (; next != patterns.end() && next->end == end; ++next) extend(*next);
      for (std::size_t begin = 0; begin < end; ++begin)
        extend({begin, end, tables().brute_force[end - begin], PatternKind::kBruteForce});
    }
  }
  double guesses() const { return best().total; }
  // From front to back.
  std::vector<Pattern> parts() const {
    std::vector<Pattern> out;
    std::size_t end = size_;
    for (std::size_t count = best_count(); count > 0; --count) {
      const Way& way = ways_[end][count];
      out.push_back({way.begin, end, way.product, way.kind});
      end = way.begin;
    }
    std::ranges::reverse(out);
    return out;
  }

 private:
  void extend(const Pattern& p) {
    double guesses = std::max(1.0, p.guesses);
    const std::size_t length = p.end - p.begin;
    if (length < size_) guesses = std::max(guesses, length == 1 ? kMinGuessesOfOne : kMinGuessesOfMore);
    if (p.kind == PatternKind::kBruteForce) guesses += 1;  // a pattern of the same worth comes first
    for (std::size_t parts = 0; parts < kMaxParts; ++parts) {
      const Way& before = ways_[p.begin][parts];
      if (before.product == kNever) continue;
      // Two runs of nothing in particular are one.
      if (p.kind == PatternKind::kBruteForce && before.kind == PatternKind::kBruteForce && parts > 0) continue;
      const double product = before.product * guesses;
      const double total = tables().orders[parts + 1] * product + tables().penalty[parts];
      Way& way = ways_[p.end][parts + 1];
      if (total < way.total) way = {product, total, p.begin, p.kind};
    }
  }
  std::size_t best_count() const {
    std::size_t out = 0;
    for (std::size_t parts = 0; parts <= kMaxParts; ++parts) {
      if (ways_[size_][parts].total < ways_[size_][out].total) out = parts;
    }
    return out;
  }
  const Way& best() const { return ways_[size_][best_count()]; }

  std::size_t size_;
  std::vector<std::vector<Way>> ways_;
};

Search searched(std::string_view password, std::span<const std::string> user_words, int depth) {
  auto patterns = find_patterns(password, user_words);
  if (depth < kMaxRepeatDepth) {
    for (const Repeat& repeat : find_repeats(password)) {
      const double base = searched(password.substr(repeat.begin, repeat.period), user_words, depth + 1).guesses();
      patterns.push_back({repeat.begin, repeat.begin + repeat.period * repeat.count,
                          std::max(1.0, base) * static_cast<double>(repeat.count), PatternKind::kRepeat});
    }
  }
  Search search(password.size());
  search.run(std::move(patterns));
  return search;
}

// Login and name, whole and in pieces.
std::vector<std::string> words_of(std::span<const std::string> about_user) {
  std::vector<std::string> out;
  for (const std::string& text : about_user) {
    const std::string lower = ascii_lower(truncate_utf8(text, kMaxJudgedBytes));
    out.push_back(lower);
    std::string piece;
    for (const char c : lower + " ") {
      const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
      if (letter) {
        piece += c;
      } else {
        if (piece.size() >= 3) out.push_back(piece);
        piece.clear();
      }
    }
  }
  return out;
}

int score_of(double log10_guesses) {
  int score = 0;
  for (const double limit : {3.0, 6.0, 8.0, 10.0}) score += log10_guesses >= limit ? 1 : 0;
  return score;
}

void explain(Strength& out, const std::vector<Pattern>& parts) {
  if (out.score >= kMinScore) return;
  const auto weakest = std::ranges::max_element(
      parts, {}, [](const Pattern& p) { return p.kind == PatternKind::kBruteForce ? 0 : p.end - p.begin; });
  out.advice.emplace_back("Add another word or two; unrelated words are best.");
  if (weakest == parts.end()) return;
  switch (weakest->kind) {
    case PatternKind::kCommonPassword:
      out.warning = "it is close to a common password";
      out.advice.emplace_back("Capitals, digits and signs in the usual places don't help much.");
      break;
    case PatternKind::kWord:
      out.warning = "it is made of few common words";
      break;
    case PatternKind::kName:
      out.warning = "names are easy to guess";
      break;
    case PatternKind::kUserInput:
      out.warning = "it is close to the login or the name";
      break;
    case PatternKind::kKeyboard:
      out.warning = "it is a row or a short walk on the keyboard";
      out.advice.emplace_back("Avoid runs of neighbouring keys.");
      break;
    case PatternKind::kSequence:
      out.warning = "it is a run of neighbouring characters";
      out.advice.emplace_back("Avoid runs such as abc or 6543.");
      break;
    case PatternKind::kRepeat:
      out.warning = "it repeats itself";
      out.advice.emplace_back("Avoid repeated words and characters.");
      break;
    case PatternKind::kDate:
    case PatternKind::kYear:
      out.warning = "dates and years are easy to guess";
      out.advice.emplace_back("Avoid dates and years, yours above all.");
      break;
    case PatternKind::kBruteForce:
      out.warning = "it is too short";
      break;
  }
}

}  // namespace

Strength estimate_strength(std::string_view password, std::span<const std::string> about_user) {
  Strength out;
  const std::string_view judged = truncate_utf8(password, kMaxJudgedBytes);
  if (judged.empty()) {
    out.warning = "it is empty";
    return out;
  }
  const Search search = searched(judged, words_of(about_user), 0);
  out.log10_guesses = std::log10(std::max(1.0, search.guesses()));
  out.score = score_of(out.log10_guesses);
  explain(out, search.parts());
  return out;
}

}  // namespace dhii::auth

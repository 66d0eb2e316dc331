#include "auth/password_patterns.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <set>

#include "auth/password_words.hpp"
#include "base/bytes.hpp"

namespace dhii::auth {
namespace {

constexpr int kThisYear = 2026;  // years near it are tried first; a few years of drift change nothing
constexpr double kMinYearSpace = 20;
constexpr double kDaysOfYear = 365;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

double binomial(unsigned n, unsigned k) {
  double out = 1;
  for (unsigned i = 1; i <= k; ++i) out = out * (n - k + i) / i;
  return out;
}

// ---- words

// Capitals at the front, at the end or everywhere double the guesses; anything else is counted.
double capital_variations(std::string_view word) {
  const auto upper = static_cast<unsigned>(std::ranges::count_if(word, is_upper));
  const auto lower = static_cast<unsigned>(std::ranges::count_if(word, is_lower));
  if (upper == 0) return 1;
  const bool usual = lower == 0 || (upper == 1 && (is_upper(word.front()) || is_upper(word.back())));
  if (usual) return 2;
  double out = 0;
  for (unsigned i = 1; i <= std::min(upper, lower); ++i) out += binomial(upper + lower, i);
  return out;
}

// What a sign stands for in l33t; `second`: the other reading where there are two.
char unleet(char c, bool second) {
  switch (c) {
    case '@':
    case '4':
      return 'a';
    case '8':
      return 'b';
    case '(':
      return 'c';
    case '3':
      return 'e';
    case '6':
    case '9':
      return 'g';
    case '1':
    case '|':
      return second ? 'l' : 'i';
    case '!':
      return 'i';
    case '0':
      return 'o';
    case '$':
    case '5':
      return 's';
    case '+':
      return 't';
    case '7':
      return second ? 'l' : 't';
    case '%':
      return 'x';
    case '2':
      return 'z';
    default:
      return c;
  }
}

struct Spelling {
  std::string text;
  double factor = 1;
  bool leet = false, reversed = false;
};

class WordFinder {
 public:
  WordFinder(std::string_view password, std::span<const std::string> user_words, std::vector<Pattern>& out)
      : password_(password), user_words_(user_words), out_(out) {}

  void run() {
    const std::string lower = ascii_lower(password_);
    std::string first = lower;
    std::string second = lower;
    std::ranges::transform(first, first.begin(), [](char c) { return unleet(c, false); });
    std::ranges::transform(second, second.begin(), [](char c) { return unleet(c, true); });
    for (std::size_t begin = 0; begin < lower.size(); ++begin) {
      const std::size_t most = std::min(lower.size() - begin, kMaxCommonWordBytes);
      for (std::size_t size = 3; size <= most; ++size) {
        look(begin, size, lower.substr(begin, size), 1);
        std::string backwards(lower.substr(begin, size));
        std::ranges::reverse(backwards);
        look(begin, size, backwards, 2);
        const double signs = leet_factor(lower, first, begin, size);
        if (signs > 1) look(begin, size, first.substr(begin, size), signs);
        if (signs > 1 && first != second) look(begin, size, second.substr(begin, size), signs);
      }
    }
  }

 private:
  // Two for each kind of sign that stands for a letter: it may or may not be replaced.
  static double leet_factor(const std::string& lower, const std::string& read, std::size_t begin, std::size_t size) {
    std::set<char> signs;
    for (std::size_t i = begin; i < begin + size; ++i) {
      if (lower[i] != read[i]) signs.insert(lower[i]);
    }
    return std::pow(2.0, static_cast<double>(signs.size()));
  }

  void look(std::size_t begin, std::size_t size, const std::string& word, double factor) {
    const double capitals = capital_variations(password_.substr(begin, size));
    if (std::ranges::find(user_words_, word) != user_words_.end())
      out_.push_back({begin, begin + size, factor * capitals, PatternKind::kUserInput});
    const auto found = find_common_word(word);
    if (!found) return;
    const PatternKind kind = found->kind == WordKind::kPassword ? PatternKind::kCommonPassword
                             : found->kind == WordKind::kWord   ? PatternKind::kWord
                                                                : PatternKind::kName;
    out_.push_back({begin, begin + size, found->rank * factor * capitals, kind});
  }

  std::string_view password_;
  std::span<const std::string> user_words_;
  std::vector<Pattern>& out_;
};

// ---- keyboard walks

struct Key {
  int row = -1, column = 0;
};
struct Keyboard {
  std::array<std::string_view, 4> rows, shifted;
  int slant = 1;  // each row lies half a key to the right
  double keys = 47, neighbours = 4.6;
};
constexpr std::array<Keyboard, 4> kKeyboards{{
    {{"`1234567890-=", " qwertyuiop[]\\", " asdfghjkl;'", " zxcvbnm,./"},
     {"~!@#$%^&*()_+", " QWERTYUIOP{}|", " ASDFGHJKL:\"", " ZXCVBNM<>?"}},
    {{" 1234567890", " qwertzuiop", " asdfghjkl", " yxcvbnm,.-"},
     {" !\"#$%&/()=", " QWERTZUIOP", " ASDFGHJKL", " YXCVBNM;:_"}},
    {{" 1234567890", " azertyuiop", " qsdfghjklm", " wxcvbn,;:!"}, {"", " AZERTYUIOP", " QSDFGHJKLM", " WXCVBN?./"}},
    {{" /*-", "789+", "456", "123"}, {"", "", "", ""}, 0, 15, 5.1},
}};

Key key_of(const Keyboard& board, char c) {
  for (std::size_t row = 0; row < board.rows.size(); ++row) {
    for (const std::string_view keys : {board.rows[row], board.shifted[row]}) {
      const auto at = keys.find(c);
      if (at != std::string_view::npos && c != ' ') return {static_cast<int>(row), static_cast<int>(at)};
    }
  }
  return {};
}

// The direction from one key to its neighbour, 1 to 9; 0: no neighbours. 5: the same key.
int step_between(const Keyboard& board, Key a, Key b) {
  if (a.row < 0 || b.row < 0 || std::abs(a.row - b.row) > 1) return 0;
  const int down = b.row - a.row;
  const int right = b.column - a.column;
  // On a slanted board the key below lies at the same index and one to the left, the key above at the same and one to
  // the right.
  const int least = board.slant == 0 ? -1 : down == 1 ? -1 : down == -1 ? 0 : -1;
  const int most = board.slant == 0 ? 1 : down == 1 ? 0 : down == -1 ? 1 : 1;
  if (right < least || right > most) return 0;
  return (down + 1) * 3 + right + 2;
}

double keyboard_guesses(const Keyboard& board, std::size_t size, unsigned turns, unsigned shifted) {
  double out = 0;
  for (unsigned length = 2; length <= size; ++length) {
    for (unsigned turn = 1; turn <= std::min(turns, length - 1); ++turn)
      out += binomial(length - 1, turn - 1) * board.keys * std::pow(board.neighbours, turn);
  }
  const auto plain = static_cast<unsigned>(size) - shifted;
  if (shifted == 0) return out;
  if (plain == 0) return out * 2;
  double variations = 0;
  for (unsigned i = 1; i <= std::min(shifted, plain); ++i) variations += binomial(shifted + plain, i);
  return out * variations;
}

void find_walks(const Keyboard& board, std::string_view password, std::vector<Pattern>& out) {
  std::size_t begin = 0;
  unsigned turns = 0;
  int direction = 0;
  const auto end_walk = [&](std::size_t end) {
    if (end - begin >= 3) {
      const auto shifted =
          static_cast<unsigned>(std::ranges::count_if(password.substr(begin, end - begin), [&](char c) {
            return std::ranges::any_of(board.shifted,
                                       [&](std::string_view keys) { return c != ' ' && keys.contains(c); });
          }));
      out.push_back({begin, end, keyboard_guesses(board, end - begin, turns, shifted), PatternKind::kKeyboard});
    }
    begin = end;
    turns = 0;
    direction = 0;
  };
  for (std::size_t i = 1; i < password.size(); ++i) {
    const int step = step_between(board, key_of(board, password[i - 1]), key_of(board, password[i]));
    if (step == 0) {
      end_walk(i);
      continue;
    }
    if (step != direction) ++turns;
    direction = step;
  }
  end_walk(password.size());
}

// ---- sequences, dates

void find_sequences(std::string_view password, std::vector<Pattern>& out) {
  const auto emit = [&](std::size_t begin, std::size_t end, int delta) {
    if (delta == 0 || std::abs(delta) > 5 || end - begin < (std::abs(delta) == 1 ? 2U : 3U)) return;
    const char first = password[begin];
    const double base = std::string_view("aAzZ019").contains(first) ? 4 : is_digit(first) ? 10 : 26;
    out.push_back(
        {begin, end, base * (delta < 0 ? 2.0 : 1.0) * static_cast<double>(end - begin), PatternKind::kSequence});
  };
  std::size_t begin = 0;
  int delta = 0;
  for (std::size_t i = 1; i < password.size(); ++i) {
    const int step = static_cast<unsigned char>(password[i]) - static_cast<unsigned char>(password[i - 1]);
    if (i > begin + 1 && step != delta) {
      emit(begin, i, delta);
      begin = i - 1;
    }
    delta = step;
  }
  if (password.size() > begin + 1) emit(begin, password.size(), delta);
}

int number(std::string_view digits) {
  int out = 0;
  for (const char c : digits) out = out * 10 + (c - '0');
  return out;
}

double year_space(int year) { return std::max(kMinYearSpace, std::abs(static_cast<double>(year - kThisYear))); }

// Day, month and year in the orders in which people write them.
bool is_date(int year, int a, int b) {
  return year >= 1900 && year <= 2050 && a >= 1 && b >= 1 && ((a <= 31 && b <= 12) || (a <= 12 && b <= 31));
}

void find_plain_dates(std::string_view password, std::vector<Pattern>& out) {
  const auto digits_at = [&](std::size_t at, std::size_t count) {
    return at + count <= password.size() && std::ranges::all_of(password.substr(at, count), is_digit);
  };
  for (std::size_t i = 0; i < password.size(); ++i) {
    if (digits_at(i, 4)) {
      const int year = number(password.substr(i, 4));
      if (year >= 1900 && year <= 2050) out.push_back({i, i + 4, year_space(year), PatternKind::kYear});
    }
    if (digits_at(i, 6)) {
      const int a = number(password.substr(i, 2));
      const int b = number(password.substr(i + 2, 2));
      const int c = number(password.substr(i + 4, 2));
      const auto full = [](int two) { return two > 50 ? 1900 + two : 2000 + two; };
      if (is_date(full(c), a, b)) out.push_back({i, i + 6, year_space(full(c)) * kDaysOfYear, PatternKind::kDate});
      if (is_date(full(a), c, b)) out.push_back({i, i + 6, year_space(full(a)) * kDaysOfYear, PatternKind::kDate});
    }
    if (digits_at(i, 8)) {
      const int last = number(password.substr(i + 4, 4));
      const int first = number(password.substr(i, 4));
      if (is_date(last, number(password.substr(i, 2)), number(password.substr(i + 2, 2))))
        out.push_back({i, i + 8, year_space(last) * kDaysOfYear, PatternKind::kDate});
      if (is_date(first, number(password.substr(i + 4, 2)), number(password.substr(i + 6, 2))))
        out.push_back({i, i + 8, year_space(first) * kDaysOfYear, PatternKind::kDate});
    }
  }
}

// "24.12.1990", "1990-12-24", "4/7/76".
void find_separated_dates(std::string_view password, std::vector<Pattern>& out) {
  for (std::size_t i = 0; i < password.size(); ++i) {
    std::array<int, 3> parts{};
    std::array<std::size_t, 3> sizes{};
    std::size_t at = i;
    char separator = 0;
    std::size_t found = 0;
    while (found < 3) {
      const std::size_t begin = at;
      while (at < password.size() && is_digit(password[at]) && at - begin < 4) ++at;
      if (at == begin) break;
      parts[found] = number(password.substr(begin, at - begin));
      sizes[found] = at - begin;
      if (++found == 3) break;
      if (at >= password.size() || !std::string_view("./- _\\").contains(password[at])) break;
      if (separator != 0 && password[at] != separator) break;
      separator = password[at++];
    }
    if (found < 3) continue;
    const auto full = [&](std::size_t p) {
      return sizes[p] == 2 ? (parts[p] > 50 ? 1900 : 2000) + parts[p] : parts[p];
    };
    for (const std::size_t year : {std::size_t{2}, std::size_t{0}}) {
      if (is_date(full(year), parts[year == 0 ? 2 : 0], parts[1]))
        out.push_back({i, at, year_space(full(year)) * kDaysOfYear * 4, PatternKind::kDate});
    }
  }
}

}  // namespace

std::vector<Pattern> find_patterns(std::string_view password, std::span<const std::string> user_words) {
  std::vector<Pattern> out;
  WordFinder(password, user_words, out).run();
  for (const Keyboard& board : kKeyboards) find_walks(board, password, out);
  find_sequences(password, out);
  find_plain_dates(password, out);
  find_separated_dates(password, out);
  return out;
}

std::vector<Repeat> find_repeats(std::string_view password) {
  std::vector<Repeat> out;
  for (std::size_t begin = 0; begin < password.size();) {
    Repeat best;
    for (std::size_t period = 1; begin + 2 * period <= password.size(); ++period) {
      const std::string_view base = password.substr(begin, period);
      std::size_t count = 1;
      while (password.substr(begin + count * period).starts_with(base)) ++count;
      if (count >= 2 && count * period > best.count * best.period) best = {begin, period, count};
    }
    if (best.count * best.period >= 3) {
      out.push_back(best);
      begin += best.count * best.period;
    } else {
      ++begin;
    }
  }
  return out;
}

}  // namespace dhii::auth

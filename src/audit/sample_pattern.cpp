// A small reading of regular expressions, backwards: text that matches. Enough for the patterns of a contract.
#include "audit/sample.hpp"

namespace dhii::audit {
namespace {

constexpr int kMaxGroups = 8;  // nested

class Generator {
 public:
  explicit Generator(std::string_view pattern) : rest_(pattern) {}
  std::string all() {
    std::string out = alternatives(0);
    return ok_ && rest_.empty() ? out : std::string();
  }

 private:
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  // The first alternative counts; the others are read and dropped.
  std::string alternatives(int depth) {
    std::string first = sequence(depth);
    while (ok_ && !rest_.empty() && rest_.front() == '|') {
      take();
      sequence(depth);
    }
    return first;
  }

  std::string sequence(int depth) {
    std::string out;
    while (ok_ && !rest_.empty() && rest_.front() != '|' && rest_.front() != ')') {
      if (rest_.front() == '^' || rest_.front() == '$') {
        take();
        continue;
      }
      const std::string one = atom(depth);
      for (std::size_t i = 0, n = repetitions(); i < n; ++i) out += one;
    }
    return out;
  }

  std::string atom(int depth) {
    const char c = take();
    if (c == '[') return {character_class()};
    if (c == '.') return "a";
    if (c == '\\') return escape();
    if (c != '(') return {c};
    if (depth >= kMaxGroups) return give_up();
    if (rest_.starts_with("?:")) rest_.remove_prefix(2);
    if (rest_.starts_with("?")) return give_up();  // look-around
    std::string out = alternatives(depth + 1);
    if (rest_.empty()) return give_up();
    take();
    return out;
  }

  std::string escape() {
    if (rest_.empty()) return give_up();
    const char c = take();
    if (c == 'd') return "1";
    if (c == 'w') return "a";
    if (c == 's') return " ";
    if (c == 'S' || c == 'D' || c == 'W') return give_up();
    return {c};
  }

  // The first character of the class: ranges begin with one that belongs to it.
  char character_class() {
    if (rest_.starts_with('^')) {
      give_up();
      return 'a';
    }
    char first = '\0';
    while (!rest_.empty() && rest_.front() != ']') {
      char c = take();
      if (c == '\\' && !rest_.empty()) {
        c = take();
        c = c == 'd' ? '1' : c == 'w' ? 'a' : c;
      }
      if (first == '\0') first = c;
    }
    if (rest_.empty())
      give_up();
    else
      take();
    return first;
  }

  std::size_t repetitions() {
    if (rest_.empty()) return 1;
    if (rest_.front() == '?' || rest_.front() == '*') {
      take();
      return 0;
    }
    if (rest_.front() == '+') {
      take();
      return 1;
    }
    if (rest_.front() != '{') return 1;
    std::size_t least = 0;
    take();
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9')
      least = std::min<std::size_t>(least * 10 + static_cast<std::size_t>(take() - '0'), 10'000);
    while (!rest_.empty() && take() != '}') {
    }
    return least;
  }

  std::string give_up() {
    ok_ = false;
    return {};
  }

  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace

std::string text_matching(std::string_view pattern) { return Generator(pattern).all(); }

}  // namespace dhii::audit

// Reader: takes settings one by one from the sources into types, and remembers problems and what to show. Internal to
// config/.
#pragma once
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/secret.hpp"
#include "config/settings.hpp"
#include "config/sources.hpp"

namespace dhii::config {

class Reader {
 public:
  Reader(const Sources& sources, Settings& settings, std::vector<Problem>& problems)
      : sources_(sources), settings_(settings), problems_(problems) {}

  std::string text(std::string_view name, std::string_view fallback);
  std::vector<std::string> list(std::string_view name, std::string_view fallback);  // comma-separated
  std::size_t number(std::string_view name, std::size_t fallback, std::size_t least, std::size_t most);
  Rate rate(std::string_view name, Rate fallback);
  std::string existing_file(std::string_view name);  // empty when not set
  Secret secret(std::string_view name);

  template <class E>
  E choice(std::string_view name, E fallback, std::initializer_list<std::pair<std::string_view, E>> choices) {
    std::string fallback_name;
    std::string expected;
    for (const auto& [word, value] : choices) {
      if (value == fallback) fallback_name = word;
      expected += (expected.empty() ? "" : ", ") + std::string(word);
    }
    const std::string given = text(name, fallback_name);
    for (const auto& [word, value] : choices) {
      if (word == given) return value;
    }
    problem(name, quoted(given) + " is not known", "one of " + expected);
    return fallback;
  }

  void problem(std::string_view name, std::string what, std::string expected) {
    problems_.push_back({std::string(name), std::move(what), std::move(expected)});
  }
  static std::string quoted(std::string_view value);

 private:
  const Sources& sources_;
  Settings& settings_;
  std::vector<Problem>& problems_;
};

}  // namespace dhii::config

#include "config/reader.hpp"

#include <charconv>
#include <filesystem>

#include "base/bytes.hpp"

namespace dhii::config {
namespace {

template <class T>
std::optional<T> parse_number(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

std::string Reader::quoted(std::string_view value) { return "'" + log_escape(value, 80) + "'"; }

std::string Reader::text(std::string_view name, std::string_view fallback) {
  const auto found = sources_.find(name, problems_);
  std::string value = found ? found->text : std::string(fallback);
  settings_.shown.push_back({std::string(name), value, found ? found->source : Source::kDefault});
  return value;
}

std::vector<std::string> Reader::list(std::string_view name, std::string_view fallback) {
  const std::string all = text(name, fallback);
  std::vector<std::string> out;
  std::string_view rest = all;
  while (!rest.empty()) {
    const auto comma = std::min(rest.find(','), rest.size());
    const std::string_view item = trim(rest.substr(0, comma));
    if (!item.empty()) out.emplace_back(item);
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return out;
}

std::size_t Reader::number(std::string_view name, std::size_t fallback, std::size_t least, std::size_t most) {
  const std::string given = text(name, std::to_string(fallback));
  const auto value = parse_number<std::size_t>(given);
  if (value && *value >= least && *value <= most) return *value;
  problem(name, quoted(given) + " is not such a number",
          "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return fallback;
}

Rate Reader::rate(std::string_view name, Rate fallback) {
  const std::string given = text(name, std::to_string(fallback.per_second) + "/" + std::to_string(fallback.burst));
  const auto slash = given.find('/');
  const auto per_second = parse_number<std::uint32_t>(std::string_view(given).substr(0, slash));
  const auto burst = slash == std::string::npos
                         ? std::nullopt
                         : parse_number<std::uint32_t>(std::string_view(given).substr(slash + 1));
  if (per_second && burst && *per_second >= 1 && *per_second <= 1'000'000 && *burst <= 1'000'000)
    return {*per_second, *burst};
  problem(name, quoted(given) + " is not a rate", "requests a second and burst, such as 10/20");
  return fallback;
}

std::string Reader::existing_file(std::string_view name) {
  const std::string path = text(name, "");
  std::error_code error;
  if (!path.empty() && !std::filesystem::is_regular_file(path, error))
    problem(name, quoted(path) + " is not a file", "the path of a readable file");
  return path;
}

Secret Reader::secret(std::string_view name) {
  auto found = sources_.find(name, problems_);
  settings_.shown.push_back({std::string(name),
                             found ? "(set, " + std::to_string(found->text.size()) + " characters)" : "(not set)",
                             found ? found->source : Source::kDefault});
  return found ? Secret::take(std::move(found->text)) : Secret();
}

}  // namespace dhii::config

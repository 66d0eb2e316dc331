#include "app/output.hpp"

#include <unistd.h>

#include <cstdio>

#include "base/bytes.hpp"

namespace dhii::app {

namespace json = boost::json;

void Output::result(const json::object& object, std::string_view text) const {
  const std::string line = json() ? json::serialize(object) : std::string(text);
  std::fwrite(line.data(), 1, line.size(), stdout);
  if (!line.ends_with('\n')) std::fputc('\n', stdout);
  std::fflush(stdout);
}

void Output::progress(std::string_view text) const {
  if (json() || isatty(STDERR_FILENO) == 0) return;
  std::fprintf(stderr, "\r\033[K%.*s", static_cast<int>(text.size()), text.data());
  std::fflush(stderr);
}

int Output::failure(const Error& error) const { return failure(error.id(), error.message()); }

int Output::failure(std::string_view id, std::string_view sentence) const {
  if (isatty(STDERR_FILENO) != 0 && !json()) std::fputs("\r\033[K", stderr);
  if (json()) {
    std::fprintf(stderr, "%s\n", json::serialize(json::object{{"error", id}, {"detail", sentence}}).c_str());
  } else {
    std::fprintf(stderr, "dhii-mail: %s\n", log_escape(sentence, 2000).c_str());
  }
  return 1;
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      out += row[i];
      if (i + 1 < row.size()) out.append(widths[i] - row[i].size() + 2, ' ');
    }
    out += '\n';
  }
  return out;
}

}  // namespace dhii::app

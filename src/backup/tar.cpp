#include "backup/tar.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace dhii::backup {
namespace {
constexpr std::size_t kBlock = 512;
}

void Tar::add(std::string_view name, std::string_view content) {
  if (name.empty() || name.size() > 100) throw std::invalid_argument("a name in a tar has 1 to 100 bytes");
  std::string head(kBlock, '\0');
  const auto put = [&](std::size_t at, std::string_view text) { head.replace(at, text.size(), text); };
  put(0, name);
  put(100, "0000600");
  put(108, "0000000");
  put(116, "0000000");
  put(124, fmt::format("{:011o}", content.size()));
  put(136, fmt::format("{:011o}", to_unix_seconds(at_)));
  put(148, "        ");
  put(156, "0");
  put(257, std::string_view("ustar\00000", 8));
  unsigned sum = 0;
  for (const char c : head) sum += static_cast<unsigned char>(c);
  put(148, fmt::format("{:06o}", sum) + std::string("\0 ", 2));
  out_ += head;
  out_ += content;
  out_.append((kBlock - content.size() % kBlock) % kBlock, '\0');
}

std::string Tar::finish() && {
  out_.append(2 * kBlock, '\0');
  return std::move(out_);
}

}  // namespace dhii::backup

#include "config/operations.hpp"

#include "base/bytes.hpp"
#include "config/reader.hpp"

namespace dhii::config {
namespace {

constexpr std::size_t kMaxContactBytes = 300;

// An address or number alone gets its scheme: RFC 9116 §2.5.3 wants URIs.
std::string contact(Reader& read, std::string_view name) {
  std::string text = read.text(name, "");
  if (text.empty()) return text;
  const bool uri = text.starts_with("mailto:") || text.starts_with("tel:") || text.starts_with("https://");
  if (!uri && text.find('@') != std::string::npos) text = "mailto:" + text;
  if (!uri && text.starts_with('+')) text = "tel:" + text;
  const bool known = text.starts_with("mailto:") || text.starts_with("tel:") || text.starts_with("https://");
  const bool clean =
      text.size() <= kMaxContactBytes && std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
  if (!known || !clean)
    read.problem(name, Reader::quoted(text) + " is no contact",
                 "an e-mail address, a number such as +49-30-123456, or an https:// page");
  return text;
}

bool lies_in(const std::filesystem::path& inner, const std::filesystem::path& outer) {
  std::error_code error;
  const auto path = std::filesystem::weakly_canonical(std::filesystem::absolute(inner, error), error);
  const auto base = std::filesystem::weakly_canonical(std::filesystem::absolute(outer, error), error);
  const auto [end, rest] = std::ranges::mismatch(base, path);
  return end == base.end();
}

}  // namespace

void read_operations(Reader& read, Operations& out, const std::filesystem::path& data_directory) {
  out.backup_directory = read.text("DHII_BACKUP_DIR", "");
  if (!out.backup_directory.empty() && lies_in(out.backup_directory, data_directory))
    read.problem("DHII_BACKUP_DIR", Reader::quoted(out.backup_directory.string()) + " lies in the data folder",
                 "a folder outside of it, best on another disk: what destroys the data must not reach the backups");
  out.backup_interval_hours = read.number("DHII_BACKUP_INTERVAL", 24, 1, 24 * 31);
  out.backup_keep = read.number("DHII_BACKUP_KEEP", 14, 1, 1000);
  out.security_contact = contact(read, "DHII_SECURITY_CONTACT");
  out.operations_contact = contact(read, "DHII_OPERATIONS_CONTACT");
  out.management_contact = contact(read, "DHII_MANAGEMENT_CONTACT");
}

}  // namespace dhii::config

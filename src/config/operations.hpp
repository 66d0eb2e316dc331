// What an administrator declares about running the installation: where backups go, and who is called when something
// happens. A part of Settings, read with it.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>

namespace dhii::config {

class Reader;

struct Operations {
  std::filesystem::path backup_directory;  // DHII_BACKUP_DIR; empty: no automatic backups
  std::size_t backup_interval_hours = 24;  // DHII_BACKUP_INTERVAL
  std::size_t backup_keep = 14;            // DHII_BACKUP_KEEP
  // The guide's emergency contacts: "mailto:security@example.org", "tel:+49-30-123456", "https://example.org/report".
  std::string security_contact;    // DHII_SECURITY_CONTACT, also in /.well-known/security.txt
  std::string operations_contact;  // DHII_OPERATIONS_CONTACT
  std::string management_contact;  // DHII_MANAGEMENT_CONTACT
};

void read_operations(Reader& read, Operations& out, const std::filesystem::path& data_directory);

}  // namespace dhii::config

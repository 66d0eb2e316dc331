#include "backup/errors.hpp"

namespace dhii::backup {

ErrorText describe(BackupError e) {
  switch (e) {
    case BackupError::kNotConfigured:
      return {"backup.not_configured",
              "There is no place for backups. Set DHII_BACKUP_DIR to a folder on another disk."};
    case BackupError::kBusy:
      return {"backup.busy", "Another process is writing a backup there. Wait until it is done, and try again."};
    case BackupError::kStopped:
      return {"backup.stopped", "The backup was broken off because the program ends; the next one starts afresh."};
    case BackupError::kNotFound:
      return {"backup.not_found", "There is no such backup; `dhii-mail backup list` shows those that there are."};
    case BackupError::kForeign:
      return {
          "backup.foreign",
          "The backup was not made under this ENCRYPTION_KEY, or its list of contents was changed. Give the key that "
          "it was made with, or take another backup."};
    case BackupError::kDamaged:
      return {"backup.damaged",
              "The backup is damaged and can't be relied on. Take another one, and make a new backup."};
    case BackupError::kIncomplete:
      return {"backup.incomplete", "The backup was never finished and holds nothing to rely on. Take another one."};
    case BackupError::kNotEmpty:
      return {
          "backup.not_empty",
          "The data folder is not empty, and a restore never overwrites anything. Move it away, or name another one "
          "with --data-dir."};
    case BackupError::kIo:
      return {"backup.io",
              "A file of the backup could not be read or written. Check the disk, the free space and the rights."};
  }
  return {"backup.unknown", "The backup failed for an unknown reason."};
}

}  // namespace dhii::backup

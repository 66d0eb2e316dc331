// What can go wrong with a backup, each with its sentence.
#pragma once
#include "base/result.hpp"

namespace dhii::backup {

enum class BackupError {
  kNotConfigured,  // DHII_BACKUP_DIR is empty
  kBusy,           // another process writes a backup there
  kStopped,        // the program ends
  kNotFound,
  kForeign,     // another ENCRYPTION_KEY
  kDamaged,     // a file is missing, changed, or does not open
  kIncomplete,  // never finished: does not count
  kNotEmpty,    // the folder to restore into
  kIo,
};
ErrorText describe(BackupError e);

}  // namespace dhii::backup

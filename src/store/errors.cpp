#include "store/errors.hpp"

namespace dhii::store {

ErrorText describe(StoreError e) {
  switch (e) {
    case StoreError::kWrongKey:
      return {"store.wrong_key",
              "The database does not open under this key. Either ENCRYPTION_KEY is not the one it was created with, or "
              "the file is "
              "damaged; start with the old key, or restore a backup."};
    case StoreError::kCorrupt:
      return {"store.corrupt",
              "Stored data is damaged. Restore the data folder from a backup, or run `dhii-mail repair`."};
    case StoreError::kDiskFull:
      return {"store.disk_full", "The disk is full, so nothing was changed. Free some space and try again."};
    case StoreError::kBusy:
      return {"store.busy", "Another process is using the database. Stop it, or try again in a moment."};
    case StoreError::kIo:
      return {"store.io",
              "The database could not be read or written. Check the disk and the permissions of the data folder."};
    case StoreError::kNotFound:
      return {"store.not_found", "There is no such object."};
    case StoreError::kConflict:
      return {"store.conflict", "That is taken already, or was changed meanwhile. Reload and try again."};
    case StoreError::kInvalid:
      return {"store.invalid", "The store can't accept this value."};
    case StoreError::kTooNew:
      return {"store.too_new",
              "The database was written by a newer release of dhii-mail. Install that release or a later one."};
  }
  return {"store.unknown", "The store failed for an unknown reason."};
}

}  // namespace dhii::store

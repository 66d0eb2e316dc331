// CONTRACT. What the store can answer instead of a value.
#pragma once
#include "base/result.hpp"

namespace dhii::store {

enum class StoreError {
  kWrongKey,  // the file is not a database under this key
  kCorrupt,   // SQLite or a blob's MAC says so
  kDiskFull,
  kBusy,  // another process holds the database
  kIo,
  kNotFound,  // no such row
  kConflict,  // e.g. mailbox name taken
  kInvalid,   // an argument that breaks a rule of the store
  kTooNew,    // schema of a newer release
};
ErrorText describe(StoreError e);

}  // namespace dhii::store

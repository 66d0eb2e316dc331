// Numbered, forward-only schema changes, each in a transaction; the number reached stands in PRAGMA user_version. A
// released step is never edited: a later one mends it.
#pragma once
#include <cstdint>
#include <span>

#include "store/database.hpp"

namespace dhii::store {

struct Migration {
  const char* sql;  // several statements
};
std::span<const Migration> mail_migrations();
std::span<const Migration> control_migrations();

// kTooNew when the file has been through more steps than we know.
Result<void> migrate(Database& db, std::span<const Migration> steps);

}  // namespace dhii::store

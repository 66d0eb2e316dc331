#include "store/version.hpp"

#include <sqlite3.h>

namespace dhii::store {

std::string sqlite_version_built() { return SQLITE_VERSION; }
std::string sqlite_version_running() { return sqlite3_libversion(); }

}  // namespace dhii::store

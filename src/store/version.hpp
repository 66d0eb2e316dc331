// Which SQLite this program was built with, and which one it runs: they differ when a library took the place of ours.
#pragma once
#include <string>

namespace dhii::store {

std::string sqlite_version_built();
std::string sqlite_version_running();

}  // namespace dhii::store

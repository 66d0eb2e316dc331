// Background work on a mail database in small slices, and the settings of bulk loading. Internal to src/store.
#pragma once
#include "store/pack_store.hpp"

namespace dhii::store {

// One slice inside a write transaction. True when more is left.
Result<bool> upkeep(WriteTx& tx, PackStore& packs);
void set_bulk_pragmas(Database& db, int cache_kib);
void set_normal_pragmas(Database& db, int cache_kib);

}  // namespace dhii::store

// Pure: a security event in IBM's Log Event Extended Format 2.0 (QRadar LEEF guide), attributes separated by tabs.
// deploy/qradar maps the names.
#pragma once
#include <string>

#include "logs/record.hpp"

namespace dhii::logs {

// `record.event` must be set.
std::string leef(const Record& record, const Origin& origin);
// LEEF knows no escape: what would end a value becomes a space.
std::string leef_value(std::string_view text);

}  // namespace dhii::logs

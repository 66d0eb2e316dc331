// Pure: a security event in ArcSight's Common Event Format, version 0 ("Implementing ArcSight CEF", revision 25).
#pragma once
#include <string>

#include "logs/record.hpp"

namespace dhii::logs {

// `record.event` must be set.
std::string cef(const Record& record, const Origin& origin);
// A header's field: '\' and '|' escaped, no line breaks.
std::string cef_header(std::string_view text);
// An extension's value: '\' and '=' escaped, line breaks as \n and \r.
std::string cef_value(std::string_view text);

}  // namespace dhii::logs

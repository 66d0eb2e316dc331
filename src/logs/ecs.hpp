// Pure: a record as one JSON object with the names of the Elastic Common Schema 8, dots in the keys as ECS logging
// libraries write them. The same names stand in deploy/elk and deploy/splunk (tests/scripts/siem_test.py compares).
#pragma once
#include <string>

#include "logs/record.hpp"

namespace dhii::logs {

inline constexpr std::string_view kEcsVersion = "8.11.0";

// Without a newline.
std::string ecs_json(const Record& record, const Origin& origin);
// What the HTTP Event Collector of Splunk takes: an envelope around the same object. Many are simply written one after
// the other.
std::string hec_json(const Record& record, const Origin& origin);

}  // namespace dhii::logs

// Pure: alerts, blocks and the summary as the JSON of the contract. Events render themselves (security/journal/render).
#pragma once
#include <boost/json.hpp>

#include "security/journal/journal.hpp"
#include "store/event_alerts.hpp"

namespace dhii::api {

boost::json::object to_json(const store::Alert& alert);
boost::json::object to_json(const store::Block& block);
// Families of the catalogue, in its order: "auth", "user", ...
boost::json::array event_families();
// By day and family.
boost::json::array to_json(const std::vector<store::EventDay>& days);
boost::json::object to_json(const std::vector<store::Alert>& open);
boost::json::array event_kinds();

}  // namespace dhii::api

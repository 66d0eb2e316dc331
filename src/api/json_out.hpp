// Pure: values as the JSON of the REST contract (api/openapi.yaml).
#pragma once
#include <boost/json.hpp>
#include <string>

#include "api/account_service.hpp"
#include "auth/api_keys.hpp"
#include "auth/auth_service.hpp"
#include "base/clock.hpp"

namespace dhii::api {

std::string iso_time(Timestamp when);  // RFC 3339: "2026-01-01T00:00:00Z"
boost::json::object to_json(const AccountView& account);
boost::json::object to_json(const Candidate& candidate);
boost::json::object to_json(const AccountTest& test);
boost::json::object to_json(const store::User& user);
boost::json::object to_json(const auth::EndedKeys& ended);
boost::json::object to_json(const store::Session& session, SessionId current);
std::string user_id_text(UserId id);        // "u7"
std::string session_id_text(SessionId id);  // "s7"
std::optional<SessionId> parse_session_id(std::string_view text);

}  // namespace dhii::api

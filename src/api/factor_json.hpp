// Pure: second factors as the JSON of the REST contract: passkey questions in the form that
// PublicKeyCredential.parseCreationOptionsFromJSON and parseRequestOptionsFromJSON take (WebAuthn Level 3 §5.1.8),
// answers as base64url texts.
#pragma once
#include <boost/json.hpp>
#include <optional>
#include <string_view>

#include "api/json_in.hpp"
#include "auth/factors.hpp"

namespace dhii::api {

boost::json::object creation_options(const auth::PasskeyQuestion& question, std::string_view login);
boost::json::object request_options(const auth::PasskeyQuestion& question,
                                    auth::webauthn::UserVerification verification);
boost::json::object to_json(const store::Passkey& passkey);
boost::json::array methods_json(const std::vector<auth::FactorMethod>& methods);
boost::json::array texts_json(const std::vector<Secret>& texts);

// Fields of a body; what is wrong with them is told by `in`.
std::optional<auth::webauthn::Assertion> take_assertion(JsonInput& in, std::string_view name);
std::optional<auth::webauthn::Registration> take_registration(JsonInput& in, std::string_view name);
std::vector<std::string> take_transports(JsonInput& in, std::string_view name);

std::optional<store::PasskeyId> parse_passkey_id(std::string_view text);  // "p7"
std::optional<UserId> parse_user_id(std::string_view text);               // "u7"

}  // namespace dhii::api

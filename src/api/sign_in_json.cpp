#include "api/sign_in_json.hpp"

#include "api/cookies.hpp"
#include "api/errors.hpp"
#include "api/json_out.hpp"

namespace dhii::api {

namespace json = boost::json;
using http::Request;
using http::Response;

auth::Client client_of(const Request& request, bool web) {
  return {request.client_address, std::string(request.headers.value("User-Agent")), web};
}

bool takes_cookie(JsonInput& in) {
  const auto client = in.optional_text("client");
  if (client && *client != "web") in.reject("client", "must be \"web\" or left out");
  return client.has_value();
}

Response signed_in(const Request& request, const auth::SignIn& s) {
  json::object out{{"access_token", s.access_token},
                   {"token_type", "Bearer"},
                   {"expires_in", s.expires_in.count()},
                   {"user", json::object{{"id", user_id_text(s.user)},
                                         {"login", s.login},
                                         {"display_name", s.display_name},
                                         {"role", store::user_role_name(s.role)},
                                         {"second_factor_missing", s.lacks_factor}}}};
  if (!s.web) out["refresh_token"] = s.refresh_token.reveal();
  Response response = http::json_response(200, json::serialize(out));
  if (s.web) set_refresh_cookie(request, response, s.refresh_token.reveal(), s.refresh_expires_in);
  return response;
}

Response sign_in_answer(const Request& request, const Result<auth::SignIn>& result) {
  return result ? signed_in(request, *result) : error_response(request, result.error());
}

Response renewed_answer(const Request& request, const auth::Renewed& renewed, int status, json::object body) {
  if (!renewed.web) body["refresh_token"] = renewed.refresh_token.reveal();
  Response response = body.empty() ? http::no_content() : http::json_response(status, json::serialize(body));
  if (renewed.web) set_refresh_cookie(request, response, renewed.refresh_token.reveal(), renewed.lifetime);
  return response;
}

Response challenge_answer(const auth::SecondFactorChallenge& challenge) {
  json::array methods;
  for (const auto method : challenge.methods) methods.emplace_back(auth::factor_method_name(method));
  const json::object wanted{{"challenge", challenge.challenge},
                            {"expires_in", std::chrono::seconds(auth::kChallengeLifetime).count()},
                            {"methods", std::move(methods)}};
  return http::json_response(200, json::serialize(json::object{{"second_factor", wanted}}));
}

}  // namespace dhii::api

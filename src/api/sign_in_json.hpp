// What all ways of signing in have in common: who asks, and the answer with its tokens or with the second factor that
// is wanted.
#pragma once
#include "api/json_in.hpp"
#include "auth/auth_service.hpp"
#include "http/message.hpp"

namespace dhii::api {

// "client": "web" or nothing.
bool takes_cookie(JsonInput& in);
auth::Client client_of(const http::Request& request, bool web);

http::Response signed_in(const http::Request& request, const auth::SignIn& sign_in);
http::Response sign_in_answer(const http::Request& request, const Result<auth::SignIn>& result);
// After a password or a factor has changed: the new refresh token in the cookie, or for programs in the body. An empty
// body of a web session is 204.
http::Response renewed_answer(const http::Request& request, const auth::Renewed& renewed, int status,
                              boost::json::object body);
http::Response challenge_answer(const auth::SecondFactorChallenge& challenge);

}  // namespace dhii::api

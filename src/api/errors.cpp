#include "api/errors.hpp"

#include <spdlog/spdlog.h>

#include <charconv>

#include "api/account_service.hpp"
#include "api/export_service.hpp"
#include "auth/api_keys.hpp"
#include "auth/errors.hpp"
#include "auth/user_admin.hpp"
#include "auth/webauthn.hpp"
#include "base/bytes.hpp"
#include "http/problem.hpp"
#include "net/errors.hpp"
#include "store/mail_store.hpp"

namespace dhii::api {
namespace {

using auth::AuthError;
using http::Problem;
using store::StoreError;

Problem plain(int status, const Error& error) { return {status, error.id(), error.message(), {}, {}}; }

// The detail of some errors is for the log (file names, SQL): the sentence alone goes out.
Problem quiet(int status, const Error& error, std::optional<std::chrono::seconds> retry = {}) {
  return {status, error.id(), std::string(error.sentence()), {}, retry};
}

std::optional<Problem> of_auth(const Error& e) {
  if (e.is(AuthError::kInvalidCredentials) || e.is(AuthError::kRefreshInvalid) || e.is(AuthError::kSessionEnded) ||
      e.is(AuthError::kNoToken))
    return quiet(401, e);
  if (e.id().starts_with("jwt.")) return quiet(401, e);
  if (e.is(AuthError::kBadSetupToken) || e.is(AuthError::kRegistrationClosed) || e.is(AuthError::kBadInvitation))
    return quiet(403, e);
  if (e.is(AuthError::kSetupDone) || e.is(AuthError::kLoginTaken)) return quiet(409, e);
  if (e.is(AuthError::kSessionNotFound)) return quiet(404, e);
  if (e.is(AuthError::kNoMailKey)) return quiet(410, e);
  if (e.is(AuthError::kChallengeGone)) return quiet(401, e);
  if (e.is(AuthError::kFactorNotFound)) return quiet(404, e);
  if (e.is(AuthError::kNothingToConfirm) || e.is(auth::webauthn::WebAuthnError::kNoDomain)) return quiet(409, e);
  if (e.is(AuthError::kBadFactor))
    return Problem{422, e.id(), std::string(e.sentence()), {{"/code", std::string(e.sentence())}}, {}};
  if (e.id().starts_with("webauthn.")) return quiet(422, e);
  if (e.is(AuthError::kBadLogin))
    return Problem{422, e.id(), std::string(e.sentence()), {{"/login", std::string(e.sentence())}}, {}};
  if (e.is(AuthError::kWeakPassword)) return Problem{422, e.id(), e.message(), {{"/password", e.message()}}, {}};
  if (e.is(AuthError::kTooManyAttempts)) {
    int seconds = 1;
    std::from_chars(e.detail().data(), e.detail().data() + e.detail().size(), seconds);
    return quiet(429, e, std::chrono::seconds(seconds));
  }
  return std::nullopt;
}

std::optional<Problem> of_keys(const Error& e) {
  using auth::KeyError;
  if (e.is(KeyError::kRefused)) return quiet(401, e);
  if (e.is(KeyError::kNotFound)) return quiet(404, e);
  if (e.is(KeyError::kTooMany)) return quiet(409, e);
  if (e.is(KeyError::kBadScopes))
    return Problem{422, e.id(), std::string(e.sentence()), {{"/scopes", std::string(e.sentence())}}, {}};
  if (e.is(KeyError::kBadNetwork))
    return Problem{422, e.id(), std::string(e.sentence()), {{"/allowed_networks", std::string(e.sentence())}}, {}};
  if (e.is(KeyError::kBadExpiry))
    return Problem{422, e.id(), std::string(e.sentence()), {{"/expires_at", std::string(e.sentence())}}, {}};
  return std::nullopt;
}

std::optional<Problem> of_users(const Error& e) {
  using auth::UserError;
  if (e.is(UserError::kNotFound) || e.is(UserError::kNoSuchInvitation)) return quiet(404, e);
  if (e.is(UserError::kLastAdministrator) || e.is(UserError::kAlreadyPlanned) || e.is(UserError::kNotPlanned) ||
      e.is(UserError::kNoResetLink))
    return quiet(409, e);
  if (e.is(UserError::kBadResetLink)) return quiet(403, e);
  if (e.is(ExportError::kNotFound)) return quiet(404, e);
  if (e.is(ExportError::kRunning) || e.is(ExportError::kTooMany) || e.is(ExportError::kNotReady)) return quiet(409, e);
  if (e.is(ExportError::kNoRoom)) return quiet(503, e, std::chrono::minutes(10));
  return std::nullopt;
}

std::optional<Problem> of_account(const Error& e) {
  if (e.is(AccountError::kNotFound)) return quiet(404, e);
  if (e.is(AccountError::kImapFailed)) return Problem{422, e.id(), e.message(), {{"/imap", e.message()}}, {}};
  if (e.is(AccountError::kSmtpFailed)) return Problem{422, e.id(), e.message(), {{"/smtp", e.message()}}, {}};
  if (e.is(AccountError::kAddressTaken) || e.is(AccountError::kTooManyAccounts) || e.is(AccountError::kNotImap) ||
      e.is(AccountError::kPaused))
    return quiet(409, e);
  if (e.is(AccountError::kUnavailable)) return quiet(503, e, std::chrono::seconds(10));
  return std::nullopt;
}

std::optional<Problem> of_lower_layers(const Error& e) {
  if (e.is(net::NetError::kBusy))
    return Problem{503,
                   "http.busy",
                   "The server has too much to do at the moment; try again in a second.",
                   {},
                   std::chrono::seconds(1)};
  if (e.is(StoreError::kBusy)) return quiet(503, e, std::chrono::seconds(1));
  if (e.is(StoreError::kDiskFull)) return quiet(503, e, std::chrono::seconds(60));
  if (e.is(StoreError::kNotFound)) return quiet(404, e);
  if (e.is(StoreError::kConflict)) return quiet(409, e);
  if (e.is(StoreError::kInvalid)) return quiet(422, e);
  if (e.id().starts_with("net.") || e.id().starts_with("imap.") || e.id().starts_with("smtp.") ||
      e.id().starts_with("discovery."))
    return plain(422, e);
  return std::nullopt;
}

}  // namespace

http::Response error_response(const http::Request& request, const Error& error) {
  for (const auto translate : {of_auth, of_keys, of_users, of_account, of_lower_layers}) {
    if (const auto problem = translate(error)) {
      http::Response response = http::to_response(*problem, request.request_id);
      if (problem->status == 401) response.headers.add("WWW-Authenticate", "Bearer realm=\"dhii-mail\"");
      return response;
    }
  }
  spdlog::error("request {} {} failed: {} {}", request.request_id, log_escape(request.path), error.id(),
                log_escape(error.message()));
  return http::problem(request, 500, "http.internal",
                       "Something went wrong in dhii-mail; the log knows more under this request id.");
}

}  // namespace dhii::api

// Errors as answers: RFC 9457 problem details with a stable `code`, a sentence and, for bodies, every wrong field by
// JSON pointer. Internals never go in here; the request id (added by the dispatcher) finds the log line.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/message.hpp"

namespace dhii::http {

struct FieldProblem {
  std::string pointer;  // RFC 6901: "/imap/port"
  std::string detail;
};

struct Problem {
  int status = 400;
  std::string_view code;  // stable: "auth.invalid_credentials"
  std::string detail;     // what happened and what to do next
  std::vector<FieldProblem> errors;
  std::optional<std::chrono::seconds> retry_after;
};

Response to_response(const Problem& problem, std::string_view request_id);
inline Response problem(const Request& request, int status, std::string_view code, std::string detail) {
  return to_response({status, code, std::move(detail), {}, {}}, request.request_id);
}
// An Error of any module under a status that the handler chose.
// To a session that has to set up a second factor before anything else (DHII_REQUIRE_SECOND_FACTOR).
inline Response factor_required(const Request& request) {
  return problem(request, 403, "auth.factor_required",
                 "Set up a second factor first (POST /api/v1/auth/passkeys/options or /api/v1/auth/totp).");
}
Response problem(const Request& request, int status, const Error& error);

}  // namespace dhii::http

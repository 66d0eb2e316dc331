#include "http/problem.hpp"

#include <boost/json.hpp>

#include "base/bytes.hpp"

namespace dhii::http {

Response to_response(const Problem& problem, std::string_view request_id) {
  namespace json = boost::json;
  // Servers' words may be in there, in any charset.
  json::object o{{"type", "about:blank"},    {"title", status_text(problem.status)},
                 {"status", problem.status}, {"detail", to_valid_utf8(problem.detail)},
                 {"code", problem.code},     {"request_id", request_id}};
  if (!problem.errors.empty()) {
    json::array errors;
    for (const FieldProblem& e : problem.errors) {
      errors.push_back(json::object{{"pointer", to_valid_utf8(e.pointer)}, {"detail", to_valid_utf8(e.detail)}});
    }
    o["errors"] = std::move(errors);
  }
  Response response;
  response.status = problem.status;
  response.problem_code = problem.code;
  response.headers.add("Content-Type", "application/problem+json");
  if (problem.retry_after) response.headers.add("Retry-After", std::to_string(problem.retry_after->count()));
  response.body = json::serialize(o);
  return response;
}

Response problem(const Request& request, int status, const Error& error) {
  return to_response({status, error.id(), error.message(), {}, {}}, request.request_id);
}

}  // namespace dhii::http

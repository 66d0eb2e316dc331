// Requests, and in tests answers, held against the contract.
#include <charconv>

#include "api/contract.hpp"
#include "api/errors.hpp"
#include "api/json_in.hpp"
#include "base/bytes.hpp"
#include "base/fault.hpp"
#include "jmap/core/json.hpp"

namespace dhii::api {
namespace {

namespace json = boost::json;
using http::FieldProblem;
using http::Request;
using http::Response;

// A parameter is text; its schema says what the text stands for.
json::value typed(const Schema& schema, std::string_view text) {
  const Schema& real = schema.reference != nullptr ? *schema.reference : schema;
  if ((real.types & Schema::kInteger) != 0) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size() && !text.empty()) return number;
  }
  if ((real.types & Schema::kBoolean) != 0) {
    if (text == "true") return true;
    if (text == "false") return false;
  }
  return json::value(json::string_view(text.data(), text.size()));
}

bool takes_many(const Contract::Parameter& parameter) { return (parameter.schema.types & Schema::kArray) != 0; }

void check_parameter(const Contract::Parameter& parameter, std::string_view text, std::vector<FieldProblem>& problems) {
  const Schema& schema = takes_many(parameter) && parameter.schema.items ? *parameter.schema.items : parameter.schema;
  check_value(schema, typed(schema, text), pointer_to(parameter.name), problems);
}

void check_query(const Contract::Operation& operation, const Request& request, std::vector<FieldProblem>& problems) {
  for (std::size_t i = 0; i < request.query.size(); ++i) {
    const auto& [name, value] = request.query[i];
    const auto known = std::ranges::find_if(operation.parameters, [&, &wanted = name](const auto& p) {
      return p.place == Contract::Place::kQuery && p.name == wanted;
    });
    if (problems.size() >= kMaxProblems) return;
    if (known == operation.parameters.end()) {
      problems.push_back({pointer_to(name), "is not a known parameter"});
      continue;
    }
    const auto same = [&, &wanted = name](const auto& pair) { return pair.first == wanted; };
    const auto before = request.query.begin() + static_cast<std::ptrdiff_t>(i);
    if (!takes_many(*known) && std::find_if(request.query.begin(), before, same) != before)
      problems.push_back({pointer_to(name), "is given twice"});
    check_parameter(*known, value, problems);
  }
}

void check_others(const Contract::Operation& operation, const Request& request, std::vector<FieldProblem>& problems) {
  for (const auto& parameter : operation.parameters) {
    if (parameter.place == Contract::Place::kHeader) {
      const auto value = request.headers.find(parameter.name);
      if (value)
        check_parameter(parameter, *value, problems);
      else if (parameter.required)
        problems.push_back({pointer_to(parameter.name), "is missing"});
    }
    if (parameter.place == Contract::Place::kQuery && parameter.required && !request.query_value(parameter.name))
      problems.push_back({pointer_to(parameter.name), "is missing"});
  }
}

bool path_fits(const Contract::Operation& operation, const Request& request) {
  std::vector<FieldProblem> problems;
  for (const auto& parameter : operation.parameters) {
    if (parameter.place == Contract::Place::kPath)
      check_parameter(parameter, request.parameter(parameter.name), problems);
  }
  return problems.empty();
}

std::string media_of(const Response& answer) {
  const auto value = answer.headers.value("Content-Type");
  return std::string(trim(value.substr(0, std::min(value.find(';'), value.size()))));
}

}  // namespace

std::optional<Response> Contract::refuse_parameters(const Operation& operation, const Request& request) {
  // An id that can't be one names nothing: 404, as for one that isn't there.
  if (!path_fits(operation, request)) return http::problem(request, 404, "http.not_found", "There is no such thing.");
  std::vector<FieldProblem> problems;
  check_query(operation, request, problems);
  check_others(operation, request, problems);
  if (problems.empty()) return std::nullopt;
  return http::to_response({400,
                            "http.bad_parameters",
                            "Some parameters of the request are not right; see 'errors'.",
                            std::move(problems),
                            {}},
                           request.request_id);
}

std::optional<Response> Contract::refuse_body(const Operation& operation, const Request& request) {
  if (operation.body == nullptr || planted(Fault::kTypesIgnored)) return std::nullopt;
  json::monotonic_resource memory;
  // No body is an empty object: what it lacks is then named.
  const auto value = jmap::parse_ijson(request.body.empty() ? std::string_view("{}") : std::string_view(request.body),
                                       kMaxBodyDepth, json::storage_ptr(&memory));
  if (!value || !value->is_object()) {
    return http::problem(
        request, 400, "http.bad_json",
        value ? "The body is not a JSON object." : std::string(jmap::json_problem_text(value.error())));
  }
  std::vector<FieldProblem> problems;
  check_value(*operation.body, *value, "", problems);
  if (problems.empty()) return std::nullopt;
  return http::to_response(
      {422, "http.bad_fields", "Some fields of the request are not right; see 'errors'.", std::move(problems), {}},
      request.request_id);
}

namespace {

boost::asio::awaitable<Response> answer_checked(const Contract::Operation& operation, net::BlockingPool& pool,
                                                const http::Handler& handler, Request& request) {
  if (auto refusal = Contract::refuse_parameters(operation, request)) co_return std::move(*refusal);
  if (request.body.size() <= kMaxInlineCheck) {
    if (auto refusal = Contract::refuse_body(operation, request)) co_return std::move(*refusal);
  } else if (operation.body != nullptr) {
    auto checked = co_await pool.run(
        [&]() -> Result<std::optional<Response>> { return Contract::refuse_body(operation, request); });
    if (!checked) co_return error_response(request, checked.error());
    if (*checked) co_return std::move(**checked);
  }
  co_return co_await handler(request);
}

}  // namespace

void Contract::guard(http::Router& router, net::BlockingPool& pool) const {
  router.each([this, &pool](http::Route& route) {
    const Operation* operation = find(http::method_name(route.method), route.pattern);
    if (operation == nullptr) return;  // a test fails for it; the web app's files have no contract
    route.handler = [operation, &pool, handler = std::move(route.handler)](Request& request) {
      return answer_checked(*operation, pool, handler, request);
    };
  });
}

std::vector<std::string> Contract::broken_promises(const Operation& operation, const Response& answer) {
  const std::string status = std::to_string(answer.status);
  const Answer* promised = nullptr;
  for (const Answer& each : operation.answers) {
    if (each.status == status || (each.status == "default" && promised == nullptr && answer.status >= 400))
      promised = &each;
  }
  const std::string what = operation.method + " " + operation.path + " -> " + status;
  if (promised == nullptr) return {what + " is not in the contract"};
  if (promised->by_type.empty() && answer.payload().empty()) return {};
  if (answer.stream) return {};
  const std::string media = media_of(answer);
  for (const auto& [type, schema] : promised->by_type) {
    if (type != media && type != "*/*") continue;
    if (schema == nullptr) return {};
    json::error_code error;
    const auto value = json::parse(json::string_view(answer.payload().data(), answer.payload().size()), error);
    if (error) return {what + ": the body is not JSON"};
    std::vector<FieldProblem> problems;
    check_value(*schema, value, "", problems);
    std::vector<std::string> out;
    for (const auto& problem : problems) out.push_back(what + ": " + problem.pointer + " " + problem.detail);
    return out;
  }
  return {what + " has the media type '" + media + "', which the contract does not promise"};
}

}  // namespace dhii::api

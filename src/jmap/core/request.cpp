#include "jmap/core/request.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace dhii::jmap {
namespace {

std::unexpected<Problem> not_request(std::string detail) {
  return std::unexpected(Problem{400, "notRequest", std::move(detail)});
}

std::expected<std::vector<std::string_view>, Problem> read_using(const json::object& body) {
  const auto* list = find(body, "using");
  if (!list || !list->is_array()) return not_request("\"using\" must be an array of capability names.");
  std::vector<std::string_view> out;
  for (const auto& item : list->get_array()) {
    const auto name = as_string(item);
    if (!name) return not_request("\"using\" must be an array of capability names.");
    if (std::ranges::find(kCapabilities, *name) == std::end(kCapabilities)) {
      return std::unexpected(Problem{400, "unknownCapability",
                                     "This server does not offer \"" + std::string(truncate_utf8(*name, 100)) + "\"."});
    }
    out.push_back(*name);
  }
  return out;
}

std::optional<Invocation> read_call(const json::value& value) {
  const auto* triple = value.if_array();
  if (!triple || triple->size() != 3) return std::nullopt;
  const auto name = as_string((*triple)[0]);
  const auto id = as_string((*triple)[2]);
  if (!name || !id || !(*triple)[1].is_object()) return std::nullopt;
  return Invocation{*name, (*triple)[1].if_object(), *id};
}

std::expected<std::vector<Invocation>, Problem> read_calls(const json::object& body, const Limits& limits) {
  const auto* list = find(body, "methodCalls");
  if (!list || !list->is_array()) return not_request("\"methodCalls\" must be an array.");
  if (list->get_array().size() > limits.calls_in_request) {
    return std::unexpected(Problem{400, "limit",
                                   "At most " + std::to_string(limits.calls_in_request) + " calls in one request.",
                                   "maxCallsInRequest"});
  }
  std::vector<Invocation> out;
  for (const auto& item : list->get_array()) {
    auto call = read_call(item);
    if (!call) return not_request("Each method call must be [name, arguments, call id].");
    out.push_back(*call);
  }
  return out;
}

std::expected<CreatedIds, Problem> read_created_ids(const json::value& value) {
  CreatedIds out;
  if (!value.is_object()) return not_request("\"createdIds\" must be an object of ids.");
  for (const auto& item : value.get_object()) {
    const auto id = as_string(item.value());
    if (!id || !is_id_text(*id)) return not_request("\"createdIds\" must be an object of ids.");
    out.emplace(view(item.key()), *id);
  }
  return out;
}

}  // namespace

HandleResult render(const Problem& problem) {
  json::object out;
  out.emplace("type", "urn:ietf:params:jmap:error:" + std::string(problem.type));
  out.emplace("status", problem.status);
  out.emplace("detail", problem.detail);
  if (!problem.limit.empty()) out.emplace("limit", key(problem.limit));
  return {problem.status, "application/problem+json", to_text(out)};
}

bool Request::uses(std::string_view capability) const {
  return std::ranges::find(capabilities, capability) != capabilities.end();
}

std::expected<Request, Problem> read_request(const json::value& body, const Limits& limits) {
  const auto* object = body.if_object();
  if (!object) return not_request("The request must be a JSON object.");
  Request out;
  auto capabilities = read_using(*object);
  if (!capabilities) return std::unexpected(capabilities.error());
  auto calls = read_calls(*object, limits);
  if (!calls) return std::unexpected(calls.error());
  if (const auto* given = find(*object, "createdIds"); given && !given->is_null()) {
    auto ids = read_created_ids(*given);
    if (!ids) return std::unexpected(ids.error());
    out.created_ids = std::move(*ids);
    out.wants_created_ids = true;
  }
  out.capabilities = std::move(*capabilities);
  out.calls = std::move(*calls);
  return out;
}

}  // namespace dhii::jmap

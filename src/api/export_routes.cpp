#include "api/export_routes.hpp"

#include <charconv>

#include "api/download.hpp"
#include "api/errors.hpp"
#include "api/json_in.hpp"
#include "api/json_out.hpp"

namespace dhii::api {
namespace {

namespace json = boost::json;
using http::Access;
using http::Method;
using http::Permission;
using http::RateClass;
using http::Request;
using http::Response;

std::string_view state_name(store::ExportState state) {
  switch (state) {
    case store::ExportState::kRunning:
      return "running";
    case store::ExportState::kReady:
      return "ready";
    case store::ExportState::kFailed:
      return "failed";
  }
  return "failed";
}

json::object to_json(const store::DataExport& e) {
  return {{"id", "x" + std::to_string(e.id)},
          {"state", state_name(e.state)},
          {"asked_at", iso_time(e.asked_at)},
          {"expires_at", iso_time(e.expires_at)},
          {"parts", e.parts},
          {"bytes", e.bytes},
          {"messages", e.messages}};
}

std::optional<std::int64_t> positive(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value <= 0) return std::nullopt;
  return value;
}

std::optional<std::int64_t> id_of(const Request& request) {
  const std::string_view text = request.parameter("id");
  return text.starts_with('x') ? positive(text.substr(1)) : std::nullopt;
}

Response not_found(const Request& request) { return error_response(request, Error(ExportError::kNotFound)); }

}  // namespace

ErrorText describe(ExportError e) {
  switch (e) {
    case ExportError::kNotFound:
      return {"export.not_found", "There is no such export, or no such part of it; exports are kept for a day."};
    case ExportError::kRunning:
      return {"export.running", "An export is being made already; wait until it is ready."};
    case ExportError::kTooMany:
      return {"export.too_many", "There are three exports already; delete one, or wait a day."};
    case ExportError::kNotReady:
      return {"export.not_ready", "This export is not ready yet, or failed; its state says which."};
    case ExportError::kNoRoom:
      return {"export.no_room", "There is not enough room on the server's disk for an export; tell the administrator."};
  }
  return {"export.unknown", "The export did not work."};
}

void ExportRoutes::add_to(http::Router& router) {
  const auto small = http::BodyRule::json(http::kMaxSmallBodyBytes);
  const auto none = http::BodyRule::none();
  const Access session(Permission::kUser);
  const Access confirmed = session.needs_step_up();  // THREATS.md: export
  const auto add = [&](Method method, const char* path, Access access, RateClass rate, http::BodyRule body,
                       http::Handler handler) { router.add({method, path, access, rate, body, std::move(handler)}); };
  add(Method::kGet, "/api/v1/me/export", session, RateClass::kApi, none, [this](Request& r) { return list(r); });
  add(Method::kPost, "/api/v1/me/export", confirmed, RateClass::kAuth, small, [this](Request& r) { return start(r); });
  add(Method::kGet, "/api/v1/me/export/{id}", session, RateClass::kApi, none, [this](Request& r) { return get(r); });
  add(Method::kDelete, "/api/v1/me/export/{id}", session, RateClass::kApi, none,
      [this](Request& r) { return remove(r); });
  add(Method::kGet, "/api/v1/me/export/{id}/file", confirmed, RateClass::kDownload, none,
      [this](Request& r) { return file(r); });
}

ExportRoutes::Answer ExportRoutes::start(Request& request) {
  JsonInput in(request.body);
  if (auto refusal = in.refusal(request)) co_return std::move(*refusal);
  const auto begun = co_await exports_.start(*request.principal, request.client_address);
  if (!begun) co_return error_response(request, begun.error());
  Response response = http::json_response(202, json::serialize(to_json(*begun)));
  response.headers.add("Location", "/api/v1/me/export/x" + std::to_string(begun->id));
  co_return response;
}

ExportRoutes::Answer ExportRoutes::list(Request& request) {
  const auto all = co_await exports_.list(request.user());
  if (!all) co_return error_response(request, all.error());
  json::array list;
  for (const auto& e : *all) list.push_back(to_json(e));
  co_return http::json_response(200, json::serialize(json::object{{"exports", std::move(list)}}));
}

ExportRoutes::Answer ExportRoutes::get(Request& request) {
  const auto id = id_of(request);
  if (!id) co_return not_found(request);
  const auto found = co_await exports_.get(*request.principal, *id, request.client_address);
  if (!found) co_return error_response(request, found.error());
  co_return http::json_response(200, json::serialize(to_json(*found)));
}

ExportRoutes::Answer ExportRoutes::file(Request& request) {
  const auto id = id_of(request);
  const auto part = positive(request.query_value("part").value_or("1"));
  if (!id || !part) co_return not_found(request);
  auto bytes = co_await exports_.part(*request.principal, *id, *part, request.client_address);
  if (!bytes) co_return error_response(request, bytes.error());
  Response response;
  response.body = std::move(*bytes);
  add_download_headers(response, "application/x-tar", "application/x-tar",
                       "dhii-mail-export-" + std::to_string(*part) + ".tar");
  co_return response;
}

ExportRoutes::Answer ExportRoutes::remove(Request& request) {
  const auto id = id_of(request);
  if (!id) co_return not_found(request);
  const auto done = co_await exports_.remove(*request.principal, *id, request.client_address);
  co_return done ? http::no_content() : error_response(request, done.error());
}

}  // namespace dhii::api

// World: well-formed calls with ids of real objects. Ids are found as a client would find them: from the list that the
// contract has for the collection, else by creating one.
#include <fmt/chrono.h>

#include "audit/sample.hpp"
#include "audit/world.hpp"
#include "base/bytes.hpp"

namespace dhii::audit {
namespace {

namespace json = boost::json;

std::optional<std::string> id_in(const json::value& value) {
  const auto* object = value.if_object();
  if (object == nullptr) return std::nullopt;
  for (const char* key : {"id", "blobId", "name"}) {
    const auto* id = object->if_contains(key);
    if (id != nullptr && id->is_string()) return std::string(id->as_string());
    if (id != nullptr && id->is_int64()) return std::to_string(id->as_int64());
  }
  return std::nullopt;
}

void set_body(Call& call, const Endpoint& e) {
  if (e.media_type.empty()) return;
  call.content_type = e.media_type == "*/*" ? "text/plain" : e.media_type;
  if (e.takes_json())
    call.body = json::serialize(sample_of(e.body_schema));
  else if (e.media_type == "application/x-www-form-urlencoded")
    call.body = form_of(sample_of(e.body_schema));
  else
    call.body = "audit";
}

std::string text_of(const json::value& value) {
  return value.is_string() ? std::string(value.as_string()) : json::serialize(value);
}

std::string required_query(const Endpoint& e, const std::string& but) {
  std::string out;
  for (const Parameter& p : e.parameters) {
    if (p.in != Parameter::In::kQuery || !p.required || p.name == but) continue;
    out += (out.empty() ? "?" : "&") + p.name + "=" + percent_encode(text_of(sample_of(p.schema)));
  }
  return out;
}

}  // namespace

std::optional<std::string> World::first_id(const std::string& collection, Actor as, std::string_view key) {
  const Endpoint* list = parts_.contract.find("GET", collection);
  if (list == nullptr || list->streams) return std::nullopt;
  Call call;
  call.target = collection + required_query(*list, "");
  const Exchange x = send(call, as);
  boost::system::error_code error;
  const json::value body = json::parse(x.body, error);
  if (error || x.status != 200) return std::nullopt;
  const auto in_array = [&](const json::value& value) -> std::optional<std::string> {
    const auto* array = value.if_array();
    if (array == nullptr || array->empty()) return std::nullopt;
    if (key == "id") return id_in(array->front());
    const auto* other = array->front().is_object() ? array->front().as_object().if_contains(key) : nullptr;
    return other != nullptr && other->is_string() ? std::optional(std::string(other->as_string())) : std::nullopt;
  };
  if (auto id = in_array(body)) return id;
  if (!body.is_object()) return std::nullopt;
  for (const auto& [key, value] : body.as_object())
    if (auto id = in_array(value)) return id;
  return std::nullopt;
}

std::optional<std::string> World::made_id(const std::string& collection, Actor as) {
  const Endpoint* create = parts_.contract.find("POST", collection);
  if (create == nullptr) return std::nullopt;
  Call call;
  call.method = "POST";
  call.target = collection;
  set_body(call, *create);
  const Exchange x = send(call, as);
  if (x.status < 200 || x.status > 299) return std::nullopt;
  boost::system::error_code error;
  const json::value body = json::parse(x.body, error);
  if (error) return std::nullopt;
  if (auto id = id_in(body)) return id;
  if (!body.is_object()) return std::nullopt;
  for (const auto& [key, value] : body.as_object())
    if (auto id = id_in(value)) return id;
  return std::nullopt;
}

// A message that waits in the outbox for some weeks.
bool World::send_later(Actor as) {
  const Endpoint* endpoint = parts_.contract.find("POST", "/api/v1/messages/send");
  if (endpoint == nullptr) return false;
  json::value body = sample_of(endpoint->body_schema);
  const auto when = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + std::chrono::days(20);
  body.as_object()["send_at"] =
      fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(when)));
  Call call;
  call.method = "POST";
  call.target = endpoint->path;
  call.body = json::serialize(body);
  const int status = send(call, as).status;
  return status >= 200 && status < 300;
}

std::optional<std::string> World::uploaded_blob(Actor as) {
  const auto account = first_id("/api/v1/accounts", as);
  if (!account) return std::nullopt;
  return made_id("/jmap/upload/" + *account + "/", as);
}

std::string World::id_for(const Endpoint& endpoint, const Parameter& parameter, const std::string& prefix) {
  const Actor as = rightful(endpoint) == Actor::kNobody ? Actor::kOwner : rightful(endpoint);
  std::optional<std::string> id;
  if (parameter.name == "accountId")
    id = first_id("/api/v1/accounts", as);
  else if (parameter.name == "blobId")
    id = uploaded_blob(as);
  else if (prefix == "/api/v1/users" && !spare_id_.empty())
    id = spare_id_;
  else if (prefix == "/api/v1/threads")
    id = first_id("/api/v1/messages", as, "thread");
  else if (parameter.name != "name")
    id = first_id(prefix, as);
  if (!id && prefix == "/api/v1/outbox" && send_later(as)) id = first_id(prefix, as);
  if (!id && parameter.name != "name" && parameter.name != "accountId" && parameter.name != "blobId")
    id = made_id(prefix, as);
  real_[parameter.name] = id.has_value() || parameter.name == "name";
  if (id) return *id;
  return text_of(sample_of(parameter.schema));
}

std::string World::path_of(const Endpoint& endpoint, const std::string& changed, std::string_view value) {
  std::string out;
  std::string_view rest = endpoint.path;
  while (!rest.empty()) {
    const auto open = std::min(rest.find('{'), rest.size());
    out += rest.substr(0, open);
    rest.remove_prefix(open);
    if (rest.empty()) break;
    const auto close = std::min(rest.find('}'), rest.size() - 1);
    const std::string name(rest.substr(1, close - 1));
    rest.remove_prefix(close + 1);
    if (name == changed) {
      out += value;
      continue;
    }
    if (!paths_.contains(name)) {
      const auto found = std::ranges::find_if(endpoint.parameters, [&](const Parameter& p) { return p.name == name; });
      std::string prefix = out;
      while (prefix.size() > 1 && prefix.ends_with('/')) prefix.pop_back();
      const bool was_quiet = std::exchange(quiet_, true);
      paths_[name] = found == endpoint.parameters.end() ? "1" : id_for(endpoint, *found, prefix);
      quiet_ = was_quiet;
    }
    out += percent_encode(paths_[name]);
  }
  return out;
}

Call World::well_formed(const Endpoint& endpoint) {
  Call call;
  call.method = endpoint.method;
  call.target = path_of(endpoint, "", "") + required_query(endpoint, "");
  for (const Parameter& p : endpoint.parameters)
    if (p.in == Parameter::In::kHeader && p.required) call.headers.emplace_back(p.name, text_of(sample_of(p.schema)));
  set_body(call, endpoint);
  return call;
}

Call World::with_parameter(const Endpoint& endpoint, const Parameter& parameter, std::string_view value) {
  Call call = well_formed(endpoint);
  if (parameter.in == Parameter::In::kPath) {
    call.target = path_of(endpoint, parameter.name, value) + required_query(endpoint, "");
  } else if (parameter.in == Parameter::In::kQuery) {
    const std::string rest = required_query(endpoint, parameter.name);
    call.target =
        path_of(endpoint, "", "") + rest + (rest.empty() ? "?" : "&") + parameter.name + "=" + std::string(value);
  } else {
    std::erase_if(call.headers, [&](const auto& field) { return ascii_iequals(field.first, parameter.name); });
    call.headers.emplace_back(parameter.name, std::string(value));
  }
  return call;
}

bool World::has_real_ids(const Endpoint& endpoint) {
  if (!endpoint.path.contains('{')) return false;
  path_of(endpoint, "", "");
  return std::ranges::all_of(real_, [](const auto& entry) { return entry.second; });
}

}  // namespace dhii::audit

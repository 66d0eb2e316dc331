#include "api/contract.hpp"

#include <stdexcept>

#include "jmap/core/json.hpp"

extern "C" {
extern const char dhii_openapi_json[], dhii_openapi_json_end[];
extern const char dhii_openapi_yaml[], dhii_openapi_yaml_end[];
}

namespace dhii::api {
namespace {

namespace json = boost::json;

std::string text(json::string_view s) { return {s.data(), s.size()}; }

std::string upper(std::string_view s) {
  std::string out(s);
  for (char& c : out) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return out;
}

Contract::Place place_named(const std::string& name, const std::string& where) {
  if (name == "path") return Contract::Place::kPath;
  if (name == "query") return Contract::Place::kQuery;
  if (name == "header") return Contract::Place::kHeader;
  throw std::invalid_argument(where + ": parameters stand in path, query or header");
}

bool is_json(std::string_view media) { return media == "application/json" || media.ends_with("+json"); }

}  // namespace

std::string_view Contract::json_text() {
  return {dhii_openapi_json, static_cast<std::size_t>(dhii_openapi_json_end - dhii_openapi_json)};
}
std::string_view Contract::yaml_text() {
  return {dhii_openapi_yaml, static_cast<std::size_t>(dhii_openapi_yaml_end - dhii_openapi_yaml)};
}

const Contract& Contract::built_in() {
  static const Contract contract(json_text());
  return contract;
}

Contract::Contract(std::string_view openapi_json) : document_(json::parse(openapi_json)) {
  const auto& components = document_.at("components").as_object();
  schemas_ = std::make_unique<SchemaSet>(components.at("schemas").as_object());
  for (const auto& [path, item] : document_.at("paths").as_object()) {
    static const json::array none;
    const auto* shared = item.as_object().if_contains("parameters");
    for (const auto& [method, described] : item.as_object()) {
      if (method == "parameters" || method == "summary" || method == "description") continue;
      operations_.push_back(operation_of(upper(text(method)), text(path), described.as_object(),
                                         shared == nullptr ? none : shared->as_array()));
    }
  }
}

const json::value& Contract::resolved(const json::value& value) const {
  const auto* reference = value.is_object() ? value.get_object().if_contains("$ref") : nullptr;
  if (reference == nullptr) return value;
  const std::string pointer = text(reference->as_string());
  if (!pointer.starts_with("#/")) throw std::invalid_argument("api/openapi.yaml: not a local reference: " + pointer);
  json::error_code error;
  const auto* found = document_.find_pointer(std::string_view(pointer).substr(1), error);
  if (found == nullptr) throw std::invalid_argument("api/openapi.yaml: nothing at " + pointer);
  return *found;
}

const Schema* Contract::keep(const json::value& schema, const std::string& where) {
  kept_.push_back(std::make_unique<Schema>(schemas_->compile(schema, where)));
  return kept_.back().get();
}

Contract::Parameter Contract::parameter_of(const json::value& described, const std::string& where) {
  const auto& object = resolved(described).as_object();
  Parameter out;
  out.name = text(object.at("name").as_string());
  out.place = place_named(text(object.at("in").as_string()), where);
  if (const auto* required = object.if_contains("required")) out.required = required->as_bool();
  out.schema = schemas_->compile(object.at("schema"), where + "/" + out.name);
  return out;
}

Contract::Answer Contract::answer_of(std::string status, const json::value& described, const std::string& where) {
  Answer out;
  out.status = std::move(status);
  const auto* content = resolved(described).as_object().if_contains("content");
  if (content == nullptr) return out;
  for (const auto& [media, form] : content->as_object()) {
    const bool checked = is_json(text(media)) && form.as_object().contains("schema");
    out.by_type.emplace_back(text(media), checked ? keep(form.at("schema"), where) : nullptr);
  }
  return out;
}

Contract::Operation Contract::operation_of(std::string method, std::string path, const json::object& described,
                                           const json::array& shared) {
  Operation out;
  const std::string where = method + " " + path;
  out.method = std::move(method);
  out.path = std::move(path);
  out.id = text(described.at("operationId").as_string());
  const auto* security = described.if_contains("security");
  out.is_public = security != nullptr && security->as_array().empty();
  for (const json::value& each : shared) out.parameters.push_back(parameter_of(each, where));
  if (const auto* own = described.if_contains("parameters"))
    for (const json::value& each : own->as_array()) out.parameters.push_back(parameter_of(each, where));
  const bool by_handler = described.contains("x-checked-by-handler");
  if (const auto* body = described.if_contains("requestBody"); body != nullptr && !by_handler) {
    const auto& content = resolved(*body).at("content").as_object();
    if (const auto* form = content.if_contains("application/json")) out.body = keep(form->at("schema"), where);
  }
  for (const auto& [status, answer] : described.at("responses").as_object())
    out.answers.push_back(answer_of(text(status), answer, where + " " + text(status)));
  return out;
}

const Contract::Operation* Contract::find(std::string_view method, std::string_view path) const {
  for (const Operation& operation : operations_) {
    if (operation.method == method && operation.path == path) return &operation;
  }
  return nullptr;
}

}  // namespace dhii::api

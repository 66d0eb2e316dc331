#include "jmap/core/error.hpp"

#include "store/mail_store.hpp"

namespace dhii::jmap {
namespace {

bool is_objects_fault(const Error& e) {
  return e.is(store::StoreError::kNotFound) || e.is(store::StoreError::kConflict) || e.is(store::StoreError::kInvalid);
}

}  // namespace

MethodError::MethodError(const Error& error)
    : type(error.is(store::StoreError::kBusy) || error.is(store::StoreError::kDiskFull) ? "serverUnavailable"
                                                                                        : "serverFail"),
      description(error.sentence()) {}

json::object MethodError::render(const json::storage_ptr& storage) const {
  json::object out(storage);
  out.emplace("type", text_value(type, storage));
  if (!description.empty()) out.emplace("description", text_value(description, storage));
  return out;
}

MethodError invalid_arguments(std::string description) { return {"invalidArguments", std::move(description)}; }

SetError::SetError(const Error& error) : description(error.sentence()) {
  if (error.is(store::StoreError::kNotFound)) type = "notFound";
  if (error.is(store::StoreError::kConflict) || error.is(store::StoreError::kInvalid)) type = "invalidProperties";
  if (!is_objects_fault(error)) severity = Severity::kFatal;
}

json::object SetError::render(const json::storage_ptr& storage) const {
  json::object out(storage);
  out.emplace("type", text_value(type, storage));
  if (!description.empty()) out.emplace("description", text_value(description, storage));
  if (type == "invalidProperties") out.emplace("properties", text_array(properties, storage));
  for (const auto& [name, value] : extra) out.emplace(key(name), json::value(value, storage));
  return out;
}

SetError invalid_properties(std::vector<std::string> properties, std::string description) {
  SetError out("invalidProperties", std::move(description));
  out.properties = std::move(properties);
  return out;
}

SetError not_found() { return {"notFound", ""}; }

}  // namespace dhii::jmap

// What goes back to a JMAP client when something does not work: method-level errors (RFC 8620 §3.6.2) and the SetErrors
// of single objects (§5.3). Both can be made from a store Error, so that DHII_TRY works in methods.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "jmap/core/json.hpp"

namespace dhii::jmap {

struct MethodError {
  std::string_view type = "serverFail";
  std::string description;
  MethodError() = default;
  MethodError(std::string_view type_, std::string description_) : type(type_), description(std::move(description_)) {}
  // A store error inside a method: the person can't mend it by asking differently. The details stay inside.
  MethodError(const Error& error);  // NOLINT(google-explicit-constructor)
  json::object render(const json::storage_ptr& storage) const;
};
MethodError invalid_arguments(std::string description);

struct SetError {
  // kRetry: the object refers to another of the same call that is not done yet. kFatal: the store broke; the call is
  // rolled back.
  enum class Severity { kObject, kRetry, kFatal };
  std::string_view type = "serverFail";
  std::string description;
  std::vector<std::string> properties;
  std::vector<std::pair<std::string_view, json::value>> extra;
  Severity severity = Severity::kObject;
  SetError() = default;
  SetError(std::string_view type_, std::string description_) : type(type_), description(std::move(description_)) {}
  SetError(const Error& error);  // NOLINT(google-explicit-constructor): not found, conflict and invalid are the
                                 // object's; the rest is fatal
  json::object render(const json::storage_ptr& storage) const;
};
SetError invalid_properties(std::vector<std::string> properties, std::string description);
inline SetError invalid_property(std::string_view property, std::string description) {
  return invalid_properties({std::string(property)}, std::move(description));
}
SetError not_found();

using Answer = std::expected<json::object, MethodError>;
template <class T>
using Outcome = std::expected<T, MethodError>;
template <class T>
using SetOutcome = std::expected<T, SetError>;

}  // namespace dhii::jmap

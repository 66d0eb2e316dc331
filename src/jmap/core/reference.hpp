// Result references (RFC 8620 §3.7): "#name" arguments filled from the answers of earlier calls. Pure.
#pragma once
#include "jmap/core/error.hpp"

namespace dhii::jmap {

bool has_references(const json::object& arguments);
// A copy of `arguments` with every reference replaced. `responses`: [[name, arguments, call id], ...] so far.
Outcome<json::object> resolve_references(const json::object& arguments, const json::array& responses,
                                         const json::storage_ptr& storage);

// JSON pointer (RFC 6901) with "*" over arrays; results of "*" are flattened one level. nullopt: leads nowhere.
std::optional<json::value> evaluate_path(const json::value& from, std::string_view path,
                                         const json::storage_ptr& storage);

}  // namespace dhii::jmap

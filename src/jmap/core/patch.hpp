// PatchObject of RFC 8620 §5.3. Pure.
#pragma once
#include "jmap/core/error.hpp"

namespace dhii::jmap {

// `current` after the patch. A whole property set to null stays as null (the type decides what its default is); null
// below removes. invalidPatch: a pointer into an array or past what exists, one pointer a prefix of another, a bad ~
// escape.
SetOutcome<json::object> apply_patch(const json::object& current, const json::object& patch,
                                     const json::storage_ptr& storage);

// The top-level property that a pointer begins with, unescaped; nullopt for a bad escape.
std::optional<std::vector<std::string>> split_pointer(std::string_view pointer);

}  // namespace dhii::jmap

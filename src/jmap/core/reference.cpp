#include "jmap/core/reference.hpp"

#include <charconv>
#include <span>

#include "base/bytes.hpp"
#include "jmap/core/arguments.hpp"
#include "jmap/core/patch.hpp"
#include "jmap/limits.hpp"

namespace dhii::jmap {
namespace {

using Path = std::span<const std::string>;

std::optional<std::size_t> array_index(std::string_view token) {
  if (token.empty() || (token[0] == '0' && token.size() > 1)) return std::nullopt;  // RFC 6901 §4
  std::size_t index = 0;
  const auto [end, ec] = std::from_chars(token.data(), token.data() + token.size(), index);
  if (ec != std::errc() || end != token.data() + token.size()) return std::nullopt;
  return index;
}

// Counts what "*" collects, over all levels: nested stars could multiply.
class Evaluator {
 public:
  explicit Evaluator(const json::storage_ptr& storage) : storage_(storage) {}

  std::optional<json::value> at(const json::value& from, Path path) {
    if (path.empty()) return copy(from);
    if (const auto* object = from.if_object()) {
      const auto* next = find(*object, path.front());
      return next ? at(*next, path.subspan(1)) : std::nullopt;
    }
    const auto* array = from.if_array();
    if (!array) return std::nullopt;
    if (path.front() == "*") return each(*array, path.subspan(1));
    const auto index = array_index(path.front());
    return index && *index < array->size() ? at((*array)[*index], path.subspan(1)) : std::nullopt;
  }

 private:
  std::optional<json::value> copy(const json::value& from) {
    if (++count_ > kMaxReferenceValues) return std::nullopt;
    return json::value(from, storage_);
  }

  std::optional<json::value> each(const json::array& array, Path rest) {
    json::array out(storage_);
    for (const auto& item : array) {
      auto value = at(item, rest);
      if (!value) return std::nullopt;
      if (auto* inner = value->if_array()) {
        for (auto& element : *inner) out.push_back(std::move(element));
      } else {
        out.push_back(std::move(*value));
      }
    }
    return json::value(std::move(out), storage_);
  }

  const json::storage_ptr& storage_;
  std::size_t count_ = 0;
};

MethodError invalid_reference(std::string_view name, std::string_view why) {
  return {"invalidResultReference", "\"" + std::string(truncate_utf8(name, 64)) + "\": " + std::string(why)};
}

const json::array* find_response(const json::array& responses, std::string_view call_id) {
  for (const auto& response : responses) {
    const auto* triple = response.if_array();
    if (triple && as_string((*triple)[2]) == call_id) return triple;
  }
  return nullptr;
}

Outcome<json::value> resolve(std::string_view name, const json::value& reference, const json::array& responses,
                             const json::storage_ptr& storage) {
  const auto* object = reference.if_object();
  if (!object) return std::unexpected(invalid_reference(name, "not a ResultReference object."));
  Arguments fields(*object);
  const auto result_of = fields.required_string("resultOf");
  const auto method = fields.required_string("name");
  const auto path = fields.required_string("path");
  if (auto error = fields.finish()) return std::unexpected(invalid_reference(name, error->description));
  const auto* response = find_response(responses, result_of);
  if (!response) return std::unexpected(invalid_reference(name, "no earlier call has this id."));
  if (as_string((*response)[0]) != method)
    return std::unexpected(invalid_reference(name, "that call's response has another name."));
  auto value = evaluate_path((*response)[1], path, storage);
  if (!value) return std::unexpected(invalid_reference(name, "the path leads nowhere."));
  return std::move(*value);
}

}  // namespace

bool has_references(const json::object& arguments) {
  for (const auto& item : arguments) {
    if (view(item.key()).starts_with('#')) return true;
  }
  return false;
}

std::optional<json::value> evaluate_path(const json::value& from, std::string_view path,
                                         const json::storage_ptr& storage) {
  if (path.empty()) return json::value(from, storage);
  if (path.front() != '/') return std::nullopt;
  const auto tokens = split_pointer(path.substr(1));
  if (!tokens) return std::nullopt;
  return Evaluator(storage).at(from, *tokens);
}

Outcome<json::object> resolve_references(const json::object& arguments, const json::array& responses,
                                         const json::storage_ptr& storage) {
  json::object out(storage);
  out.reserve(arguments.size());
  for (const auto& item : arguments) {
    const auto name = view(item.key());
    if (!name.starts_with('#')) {
      out.emplace(item.key(), json::value(item.value(), storage));
      continue;
    }
    if (find(arguments, name.substr(1))) {
      return std::unexpected(invalid_arguments("\"" + std::string(truncate_utf8(name.substr(1), 64)) +
                                               "\" is given both plain and as a reference."));
    }
    auto value = resolve(name, item.value(), responses, storage);
    if (!value) return std::unexpected(value.error());
    out.emplace(key(name.substr(1)), std::move(*value));
  }
  return out;
}

}  // namespace dhii::jmap

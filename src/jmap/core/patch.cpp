#include "jmap/core/patch.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace dhii::jmap {
namespace {

struct Step {
  std::vector<std::string> path;
  const json::value* value;
};

SetError invalid_patch(std::string_view pointer, std::string_view why) {
  return {"invalidPatch", "\"" + std::string(truncate_utf8(pointer, 100)) + "\": " + std::string(why)};
}

bool is_prefix(const Step& a, const Step& b) {
  return a.path.size() <= b.path.size() && std::equal(a.path.begin(), a.path.end(), b.path.begin());
}

SetOutcome<std::vector<Step>> read_steps(const json::object& patch) {
  std::vector<Step> steps;
  steps.reserve(patch.size());
  for (const auto& item : patch) {
    auto path = split_pointer(view(item.key()));
    if (!path) return std::unexpected(invalid_patch(view(item.key()), "not a JSON pointer."));
    steps.push_back({std::move(*path), &item.value()});
  }
  std::ranges::sort(steps, {}, &Step::path);
  const auto clash = std::ranges::adjacent_find(steps, is_prefix);
  if (clash != steps.end())
    return std::unexpected(invalid_patch(clash->path.front(), "one path is a prefix of another."));
  return steps;
}

// The object that holds the last name of the path.
json::object* walk(json::object& root, const std::vector<std::string>& path) {
  json::object* at = &root;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    auto* next = at->if_contains(key(path[i]));
    at = next ? next->if_object() : nullptr;
    if (!at) return nullptr;
  }
  return at;
}

}  // namespace

std::optional<std::vector<std::string>> split_pointer(std::string_view pointer) {
  std::vector<std::string> out(1);
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] == '/') {
      out.emplace_back();
    } else if (pointer[i] != '~') {
      out.back() += pointer[i];
    } else {
      if (++i == pointer.size() || (pointer[i] != '0' && pointer[i] != '1')) return std::nullopt;
      out.back() += pointer[i] == '0' ? '~' : '/';
    }
  }
  return out;
}

SetOutcome<json::object> apply_patch(const json::object& current, const json::object& patch,
                                     const json::storage_ptr& storage) {
  auto steps = read_steps(patch);
  if (!steps) return std::unexpected(steps.error());
  json::object out(current, storage);
  for (const auto& step : *steps) {
    json::object* holder = walk(out, step.path);
    if (!holder) return std::unexpected(invalid_patch(step.path.front(), "the path does not exist in the object."));
    const auto name = key(step.path.back());
    if (step.path.size() > 1 && step.value->is_null()) {
      holder->erase(name);
    } else {
      holder->insert_or_assign(name, json::value(*step.value, storage));
    }
  }
  return out;
}

}  // namespace dhii::jmap

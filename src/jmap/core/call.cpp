#include "jmap/core/call.hpp"

#include <algorithm>

namespace dhii::jmap {

Outcome<const AccountInfo*> find_account(const Call& call, std::string_view id_text, Access access) {
  const auto id = parse_id<AccountId>(id_text);
  const auto& all = call.user.accounts;
  const auto found = std::ranges::find_if(all, [&](const AccountInfo& a) { return id && a.id == *id; });
  if (found == all.end()) {
    if (id && call.user.on_unknown_account) call.user.on_unknown_account(*id);
    return std::unexpected(MethodError("accountNotFound", ""));
  }
  if (access == Access::kWrite && found->read_only) return std::unexpected(MethodError("accountReadOnly", ""));
  return &*found;
}

Outcome<const AccountInfo*> account_argument(const Call& call, Arguments& arguments, Access access,
                                             std::string_view name) {
  const auto text = arguments.string(name);
  if (!text) return std::unexpected(invalid_arguments("\"" + std::string(name) + "\" must be given."));
  return find_account(call, *text, access);
}

std::optional<std::string> resolve_id(const Call& call, std::string_view id) {
  if (!id.starts_with('#')) return std::string(id);
  const auto found = call.created_ids.find(id.substr(1));
  return found == call.created_ids.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace dhii::jmap

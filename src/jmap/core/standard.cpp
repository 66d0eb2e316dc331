#include "jmap/core/standard.hpp"

#include <algorithm>
#include <unordered_set>

#include "base/bytes.hpp"
#include "store/repositories.hpp"

namespace dhii::jmap {

MethodError too_many_objects(const Limits& limits) {
  return {"requestTooLarge", "At most " + std::to_string(limits.objects_in_get) + " objects in one call."};
}

MethodError unknown_property(std::string_view name) {
  return invalid_arguments("\"properties\": there is no property \"" + std::string(truncate_utf8(name, 100)) + "\".");
}

Outcome<GetArguments> read_get(const Call& call, Arguments& arguments) {
  GetArguments out;
  auto account = account_argument(call, arguments, Access::kRead);
  if (!account) return std::unexpected(account.error());
  out.account = *account;
  out.ids = arguments.strings("ids");
  out.properties = arguments.strings("properties");
  if (!out.ids) return out;
  if (out.ids->size() > call.limits.objects_in_get) return std::unexpected(too_many_objects(call.limits));
  std::unordered_set<std::string_view> seen;
  std::vector<std::string> once;
  once.reserve(out.ids->size());
  for (auto& id : *out.ids) {
    auto resolved = resolve_id(call, id);
    once.push_back(resolved ? std::move(*resolved) : std::move(id));
    if (!seen.insert(once.back()).second) once.pop_back();
  }
  out.ids = std::move(once);
  return out;
}

json::object get_answer(const Call& call, const AccountInfo& account, ChangeNumber state, json::array list,
                        json::array not_found) {
  for (std::size_t i = 0; i < std::min(not_found.size(), kMaxReportedIds) && call.user.on_not_found; ++i) {
    if (not_found[i].is_string()) call.user.on_not_found(not_found[i].get_string());
  }
  auto out = call.object(4);
  out.emplace("accountId", id_value(account.id, call.storage));
  out.emplace("state", call.text(state_text(state)));
  out.emplace("list", std::move(list));
  out.emplace("notFound", std::move(not_found));
  return out;
}

namespace {

MethodError cannot_calculate() {
  return {"cannotCalculateChanges", "The state is too old or unknown: load everything again."};
}

json::array id_array(const std::vector<std::int64_t>& ids, IdWriter write, const json::storage_ptr& storage) {
  json::array out(storage);
  out.reserve(ids.size());
  for (const auto id : ids) out.push_back(write(id, storage));
  return out;
}

}  // namespace

Answer standard_changes(Call& call, store::DataType type, IdWriter id,
                        void (*decorate)(json::object&, const store::Changes&)) {
  Arguments arguments(call.arguments);
  auto account = account_argument(call, arguments, Access::kRead);
  if (!account) return std::unexpected(account.error());
  const auto since_text = arguments.required_string("sinceState");
  const auto max = arguments.integer("maxChanges");
  if (max && *max <= 0) arguments.refuse("maxChanges", "greater than 0");
  if (auto error = arguments.finish()) return std::unexpected(*error);
  const auto since = parse_state(since_text);
  if (!since) return std::unexpected(cannot_calculate());
  const auto limit = std::min<std::size_t>(max ? static_cast<std::size_t>(*max) : kMaxChangesLimit, kMaxChangesLimit);
  return in_read(call, [&](store::ReadTx& tx) -> Answer {
    auto changes = store::changes_since(tx, (*account)->id, type, *since, limit);
    if (!changes && changes.error().is(store::StoreError::kInvalid)) return std::unexpected(cannot_calculate());
    if (!changes) return std::unexpected(changes.error());
    auto out = call.object(8);
    out.emplace("accountId", id_value((*account)->id, call.storage));
    out.emplace("oldState", call.text(since_text));
    out.emplace("newState", call.text(state_text(changes->new_state)));
    out.emplace("hasMoreChanges", changes->has_more);
    out.emplace("created", id_array(changes->created, id, call.storage));
    out.emplace("updated", id_array(changes->updated, id, call.storage));
    out.emplace("destroyed", id_array(changes->destroyed, id, call.storage));
    if (decorate) decorate(out, *changes);
    return out;
  });
}

Outcome<QueryChangesArguments> read_query_changes(const Call& call, Arguments& arguments) {
  QueryChangesArguments out;
  auto account = account_argument(call, arguments, Access::kRead);
  if (!account) return std::unexpected(account.error());
  out.account = *account;
  out.filter = arguments.object("filter");
  out.sort = arguments.array("sort");
  out.since = arguments.required_string("sinceQueryState");
  out.max_changes = arguments.integer("maxChanges");
  if (out.max_changes && *out.max_changes <= 0) arguments.refuse("maxChanges", "greater than 0");
  arguments.string("upToId");  // an optimisation that a server may ignore (RFC 8620 §5.6)
  out.calculate_total = arguments.boolean("calculateTotal", false);
  return out;
}

json::object query_changes_answer(const Call& call, const QueryChangesArguments& asked, std::string new_state,
                                  json::array removed, json::array added, std::optional<std::int64_t> total) {
  auto out = call.object(6);
  out.emplace("accountId", id_value(asked.account->id, call.storage));
  out.emplace("oldQueryState", call.text(asked.since));
  out.emplace("newQueryState", call.text(new_state));
  if (total) out.emplace("total", *total);
  out.emplace("removed", std::move(removed));
  out.emplace("added", std::move(added));
  return out;
}

Window read_window(Arguments& arguments) {
  Window out;
  out.position = arguments.integer("position").value_or(0);
  if (const auto anchor = arguments.string("anchor")) out.anchor = *anchor;
  out.anchor_offset = arguments.integer("anchorOffset").value_or(0);
  if (const auto limit = arguments.unsigned_integer("limit")) out.limit = static_cast<std::size_t>(*limit);
  out.calculate_total = arguments.boolean("calculateTotal", false);
  return out;
}

Outcome<std::vector<SortKey>> read_sort(const json::array* sort) {
  constexpr std::size_t kMaxSortKeys = 10;  // there are fewer properties than that
  std::vector<SortKey> out;
  if (!sort) return out;
  if (sort->size() > kMaxSortKeys) return std::unexpected(MethodError("unsupportedSort", "Too many comparators."));
  for (const auto& item : *sort) {
    if (!item.is_object()) return std::unexpected(invalid_arguments("\"sort\" must be an array of comparators."));
    Arguments fields(item.get_object());
    SortKey sort_key{std::string(fields.required_string("property")), fields.boolean("isAscending", true), {}};
    sort_key.keyword = fields.string("keyword").value_or("");
    const auto collation = fields.string("collation");
    if (auto error = fields.finish()) return std::unexpected(invalid_arguments("\"sort\": " + error->description));
    if (collation && *collation != "i;unicode-casemap" && *collation != "i;ascii-casemap") {
      return std::unexpected(MethodError("unsupportedSort", "This collation is not offered."));
    }
    out.push_back(std::move(sort_key));
  }
  return out;
}

Outcome<Slice> cut(const Window& window, const std::vector<std::string>& ids) {
  const auto size = static_cast<std::int64_t>(ids.size());
  std::int64_t begin = window.position < 0 ? std::max<std::int64_t>(0, size + window.position) : window.position;
  if (window.anchor) {
    const auto found = std::ranges::find(ids, *window.anchor);
    if (found == ids.end()) return std::unexpected(MethodError("anchorNotFound", ""));
    begin = std::max<std::int64_t>(0, (found - ids.begin()) + window.anchor_offset);
  }
  begin = std::min(begin, size);
  const auto limit =
      static_cast<std::int64_t>(std::min<std::size_t>(window.limit.value_or(kMaxQueryLimit), kMaxQueryLimit));
  return Slice{static_cast<std::size_t>(begin), static_cast<std::size_t>(std::min(size, begin + limit))};
}

Answer small_query_answer(const Call& call, const AccountInfo& account, const Window& window,
                          const std::vector<std::string>& ids, ChangeNumber state) {
  const auto slice = cut(window, ids);
  if (!slice) return std::unexpected(slice.error());
  json::array list(call.storage);
  for (std::size_t i = slice->begin; i < slice->end; ++i) list.push_back(call.text(ids[i]));
  auto out = call.object(8);
  out.emplace("accountId", id_value(account.id, call.storage));
  out.emplace("queryState", call.text(state_text(state)));
  out.emplace("canCalculateChanges", false);
  out.emplace("position", slice->begin);
  out.emplace("ids", std::move(list));
  if (window.calculate_total) out.emplace("total", ids.size());
  if (window.limit.value_or(0) > kMaxQueryLimit) out.emplace("limit", kMaxQueryLimit);
  return out;
}

}  // namespace dhii::jmap

// The standard methods of RFC 8620 §5 that look alike for every type: arguments of /get, /changes and /set, property
// tables, the bookkeeping of a /set answer.
#pragma once
#include <algorithm>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jmap/core/call.hpp"
#include "store/types.hpp"

namespace dhii::jmap {

// ---- /get
// ----------------------------------------------------------------------------------------------------------------------
struct GetArguments {
  const AccountInfo* account = nullptr;
  std::optional<std::vector<std::string>> ids;         // each once, in order; nullopt: all
  std::optional<std::vector<std::string>> properties;  // nullopt: the type's defaults
};
// Reads accountId, ids, properties; enforces maxObjectsInGet. The caller reads what else there is and calls finish().
Outcome<GetArguments> read_get(const Call& call, Arguments& arguments);
// What a get() does when "all" turn out to be too many, or too many ids are named.
MethodError too_many_objects(const Limits& limits);

// A property of a type: one line in a table. `Row` is what the store gives.
template <class Row>
struct Property {
  std::string_view name;
  json::value (*get)(const Row&, const json::storage_ptr&);
};
template <class Row>
using Chosen = std::vector<const Property<Row>*>;

MethodError unknown_property(std::string_view name);

// The table's properties named by the client, "id" always among them; all when none are named.
template <class Row, std::size_t N>
Outcome<Chosen<Row>> choose(const Property<Row> (&table)[N], const std::optional<std::vector<std::string>>& names) {
  Chosen<Row> out;
  if (!names) {
    for (const auto& property : table) out.push_back(&property);
    return out;
  }
  out.push_back(&table[0]);
  for (const auto& name : *names) {
    const auto* found = std::ranges::find(table, std::string_view(name), &Property<Row>::name);
    if (found == std::end(table)) return std::unexpected(unknown_property(name));
    if (std::ranges::find(out, found) == out.end()) out.push_back(found);
  }
  return out;
}

template <class Row>
json::object render_row(const Row& row, const Chosen<Row>& properties, const json::storage_ptr& storage) {
  json::object out(storage);
  out.reserve(properties.size());
  for (const auto* property : properties) out.emplace(key(property->name), property->get(row, storage));
  return out;
}
template <class Row, std::size_t N>
json::object render_all(const Row& row, const Property<Row> (&table)[N], const json::storage_ptr& storage) {
  json::object out(storage);
  for (const auto& property : table) out.emplace(key(property.name), property.get(row, storage));
  return out;
}

json::object get_answer(const Call& call, const AccountInfo& account, ChangeNumber state, json::array list,
                        json::array not_found);

// For types small enough to be listed whole: picks the ids asked for out of all rows.
template <class Row>
json::object render_get(const Call& call, const GetArguments& get, const std::vector<Row>& rows,
                        const Chosen<Row>& properties, ChangeNumber state) {
  json::array list(call.storage), missing(call.storage);
  if (!get.ids) {
    for (const auto& row : rows) list.push_back(render_row(row, properties, call.storage));
    return get_answer(call, *get.account, state, std::move(list), std::move(missing));
  }
  for (const auto& id : *get.ids) {
    const auto wanted = parse_id<decltype(Row::id)>(id);
    const auto row = std::ranges::find_if(rows, [&](const Row& r) { return wanted && r.id == *wanted; });
    if (row == rows.end()) {
      missing.push_back(call.text(id));
    } else {
      list.push_back(render_row(*row, properties, call.storage));
    }
  }
  return get_answer(call, *get.account, state, std::move(list), std::move(missing));
}

// ---- /changes
// ------------------------------------------------------------------------------------------------------------------
using IdWriter = json::value (*)(std::int64_t, const json::storage_ptr&);
template <class Id>
json::value write_id(std::int64_t id, const json::storage_ptr& storage) {
  return id_value(Id(id), storage);
}
// `decorate` may add to the answer (Mailbox/changes updatedProperties).
Answer standard_changes(Call& call, store::DataType type, IdWriter id,
                        void (*decorate)(json::object&, const store::Changes&) = nullptr);

// A query's answer to /queryChanges when nothing but "the same state" can be told: cannotCalculateChanges otherwise.
struct QueryChangesArguments {
  const AccountInfo* account = nullptr;
  const json::object* filter = nullptr;
  const json::array* sort = nullptr;
  std::string since;
  std::optional<std::int64_t> max_changes;
  bool calculate_total = false;
};
Outcome<QueryChangesArguments> read_query_changes(const Call& call, Arguments& arguments);
json::object query_changes_answer(const Call& call, const QueryChangesArguments& asked, std::string new_state,
                                  json::array removed, json::array added, std::optional<std::int64_t> total);

// ---- /query
// --------------------------------------------------------------------------------------------------------------------
struct Window {
  std::int64_t position = 0;
  std::optional<std::string> anchor;
  std::int64_t anchor_offset = 0;
  std::optional<std::size_t> limit;  // nullopt: the server's
  bool calculate_total = false;
};
Window read_window(Arguments& arguments);
// RFC 8620 §5.5 Comparator, and what RFC 8621 §4.4.2 adds.
struct SortKey {
  std::string property;
  bool ascending = true;
  std::string keyword;
};
Outcome<std::vector<SortKey>> read_sort(const json::array* sort);

// Cuts a complete list of ids to the window (RFC 8620 §5.5): for types that are listed whole. Error: anchorNotFound.
struct Slice {
  std::size_t begin = 0, end = 0;
};
Outcome<Slice> cut(const Window& window, const std::vector<std::string>& ids);
Answer small_query_answer(const Call& call, const AccountInfo& account, const Window& window,
                          const std::vector<std::string>& ids, ChangeNumber state);

// ---- /set
// ----------------------------------------------------------------------------------------------------------------------
struct SetArguments {
  const AccountInfo* account = nullptr;
  std::optional<std::string> if_in_state;
  const json::object* create = nullptr;
  const json::object* update = nullptr;
  std::vector<std::string> destroy;
};
Outcome<SetArguments> read_set(const Call& call, Arguments& arguments);
// The state that a write leaves behind: after the commit all types that it changed have the same one, the newest.
Result<ChangeNumber> state_after(store::ReadTx& tx, AccountId account, store::DataType type, ChangeNumber before);
std::optional<MethodError> check_state(const std::optional<std::string>& wanted, ChangeNumber state);

class SetAnswer {
 public:
  SetAnswer(Call& call, const AccountInfo& account, ChangeNumber old_state);
  // `properties` holds at least "id": it becomes #creation_id.
  void created(std::string_view creation_id, json::object properties);
  void updated(std::string_view id, json::value server_set = nullptr);
  void destroyed(std::string_view id);
  void not_created(std::string_view creation_id, const SetError& error);
  void not_updated(std::string_view id, const SetError& error);
  void not_destroyed(std::string_view id, const SetError& error);
  json::object finish(ChangeNumber new_state) &&;
  bool was_destroyed(std::string_view id) const;
  const json::object& created_objects() const { return created_; }

 private:
  Call& call_;
  json::value account_id_;
  std::string old_state_;
  json::object created_, updated_, not_created_, not_updated_, not_destroyed_;
  json::array destroyed_;
};

// What a type brings to /set. Each function acts on one object inside the one write transaction.
struct SetHandlers {
  std::function<SetOutcome<json::object>(std::string_view creation_id, const json::object& properties)>
      create;  // -> at least {id}
  std::function<SetOutcome<json::value>(std::string_view id, const json::object& patch)>
      update;  // -> null or server-set properties
  std::function<SetOutcome<void>(std::string_view id)> destroy;
};
// create, update, destroy, in this order (RFC 8620 §5.3). Objects that fail with kRetry are tried again as long as
// others succeed, so the order in which a client names them is free. A fatal error ends the method, and with it the
// transaction.
std::optional<MethodError> run_set(Call& call, const SetArguments& set, const SetHandlers& type, SetAnswer& answer);

// Names in `object` that are not in `allowed`: what a client may not set on creation (id, blobId, anything unknown).
std::vector<std::string> names_outside(const json::object& object, std::span<const std::string_view> allowed);
// Properties whose value differs between the two.
std::vector<std::string> changed_names(const json::object& before, const json::object& after);

}  // namespace dhii::jmap

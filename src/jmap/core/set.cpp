#include <algorithm>

#include "base/bytes.hpp"
#include "jmap/core/standard.hpp"
#include "store/repositories.hpp"

namespace dhii::jmap {
namespace {

bool values_are_objects(const json::object& map) {
  return std::ranges::all_of(map, [](const auto& item) { return item.value().is_object(); });
}

bool is_fatal(const SetError& e) { return e.severity == SetError::Severity::kFatal; }
bool may_retry(const SetError& e) { return e.severity == SetError::Severity::kRetry; }

// Runs `work` over all items; those that ask for it again as long as a round gets anything done. `give_up` hears the
// rest.
template <class Item, class Work, class GiveUp>
std::optional<MethodError> in_rounds(std::vector<Item> items, Work&& work, GiveUp&& give_up) {
  while (!items.empty()) {
    std::vector<std::pair<Item, SetError>> again;
    for (auto& item : items) {
      auto error = work(item);
      if (!error) continue;
      if (is_fatal(*error)) return MethodError(error->type, error->description);
      if (may_retry(*error)) {
        again.emplace_back(std::move(item), std::move(*error));
      } else {
        give_up(item, *error);
      }
    }
    const bool stuck = again.size() == items.size();
    items.clear();
    for (auto& [item, error] : again) {
      if (stuck) {
        give_up(item, error);
      } else {
        items.push_back(std::move(item));
      }
    }
  }
  return std::nullopt;
}

using Entry = const json::object::value_type*;

std::vector<Entry> entries(const json::object* map) {
  std::vector<Entry> out;
  if (!map) return out;
  for (const auto& item : *map) out.push_back(&item);
  return out;
}

std::optional<MethodError> create_all(const SetArguments& set, const SetHandlers& type, SetAnswer& answer) {
  const auto work = [&](Entry item) -> std::optional<SetError> {
    auto made = type.create(view(item->key()), item->value().get_object());
    if (!made) return made.error();
    answer.created(view(item->key()), std::move(*made));
    return std::nullopt;
  };
  return in_rounds(entries(set.create), work,
                   [&](Entry item, const SetError& e) { answer.not_created(view(item->key()), e); });
}

std::optional<MethodError> update_all(Call& call, const SetArguments& set, const SetHandlers& type, SetAnswer& answer) {
  const auto work = [&](Entry item) -> std::optional<SetError> {
    const auto id = resolve_id(call, view(item->key()));
    if (!id) return not_found();
    if (std::ranges::find(set.destroy, *id) != set.destroy.end()) return SetError("willDestroy", "");
    auto done = type.update(*id, item->value().get_object());
    if (!done) return done.error();
    answer.updated(*id, std::move(*done));
    return std::nullopt;
  };
  return in_rounds(entries(set.update), work,
                   [&](Entry item, const SetError& e) { answer.not_updated(view(item->key()), e); });
}

std::optional<MethodError> destroy_all(const SetArguments& set, const SetHandlers& type, SetAnswer& answer) {
  const auto work = [&](const std::string& id) -> std::optional<SetError> {
    if (answer.was_destroyed(id)) return std::nullopt;
    if (auto done = type.destroy(id); !done) return done.error();
    answer.destroyed(id);
    return std::nullopt;
  };
  return in_rounds(set.destroy, work, [&](const std::string& id, const SetError& e) { answer.not_destroyed(id, e); });
}

}  // namespace

Outcome<SetArguments> read_set(const Call& call, Arguments& arguments) {
  SetArguments out;
  auto account = account_argument(call, arguments, Access::kWrite);
  if (!account) return std::unexpected(account.error());
  out.account = *account;
  if (const auto state = arguments.string("ifInState")) out.if_in_state = *state;
  out.create = arguments.object("create");
  out.update = arguments.object("update");
  if (out.create && !values_are_objects(*out.create)) arguments.refuse("create", "a map of objects");
  if (out.update && !values_are_objects(*out.update)) arguments.refuse("update", "a map of patch objects");
  if (auto ids = arguments.strings("destroy")) out.destroy = std::move(*ids);
  const std::size_t count =
      (out.create ? out.create->size() : 0) + (out.update ? out.update->size() : 0) + out.destroy.size();
  if (count > call.limits.objects_in_set) {
    return std::unexpected(MethodError(
        "requestTooLarge", "At most " + std::to_string(call.limits.objects_in_set) + " objects in one call."));
  }
  for (auto& id : out.destroy) {
    if (auto resolved = resolve_id(call, id)) id = std::move(*resolved);
  }
  return out;
}

Result<ChangeNumber> state_after(store::ReadTx& tx, AccountId account, store::DataType type, ChangeNumber before) {
  DHII_TRY_ASSIGN(ChangeNumber out, store::state_of(tx, account, type));
  if (out == before) return out;
  for (std::size_t other = 0; other < store::kDataTypes; ++other) {
    DHII_TRY_ASSIGN(const auto state, store::state_of(tx, account, static_cast<store::DataType>(other)));
    out = std::max(out, state);
  }
  return out;
}

std::optional<MethodError> check_state(const std::optional<std::string>& wanted, ChangeNumber state) {
  if (!wanted || *wanted == state_text(state)) return std::nullopt;
  return MethodError("stateMismatch", "");
}

SetAnswer::SetAnswer(Call& call, const AccountInfo& account, ChangeNumber old_state)
    : call_(call),
      account_id_(id_value(account.id, call.storage)),
      old_state_(state_text(old_state)),
      created_(call.storage),
      updated_(call.storage),
      not_created_(call.storage),
      not_updated_(call.storage),
      not_destroyed_(call.storage),
      destroyed_(call.storage) {}

void SetAnswer::created(std::string_view creation_id, json::object properties) {
  const auto* id = find(properties, "id");
  call_.created_ids.insert_or_assign(std::string(creation_id), std::string(view(id->as_string())));
  created_.insert_or_assign(key(creation_id), std::move(properties));
}

void SetAnswer::updated(std::string_view id, json::value server_set) {
  updated_.insert_or_assign(key(id), std::move(server_set));
}
void SetAnswer::destroyed(std::string_view id) { destroyed_.push_back(call_.text(id)); }
void SetAnswer::not_created(std::string_view creation_id, const SetError& error) {
  not_created_.insert_or_assign(key(creation_id), error.render(call_.storage));
}
void SetAnswer::not_updated(std::string_view id, const SetError& error) {
  not_updated_.insert_or_assign(key(id), error.render(call_.storage));
}
void SetAnswer::not_destroyed(std::string_view id, const SetError& error) {
  not_destroyed_.insert_or_assign(key(id), error.render(call_.storage));
}

bool SetAnswer::was_destroyed(std::string_view id) const {
  return std::ranges::any_of(destroyed_, [&](const json::value& v) { return as_string(v) == id; });
}

json::object SetAnswer::finish(ChangeNumber new_state) && {
  auto out = call_.object(10);
  const auto put = [&](std::string_view name, auto&& map) {
    out.emplace(key(name), map.empty() ? json::value(nullptr, call_.storage) : json::value(std::move(map)));
  };
  out.emplace("accountId", std::move(account_id_));
  out.emplace("oldState", call_.text(old_state_));
  out.emplace("newState", call_.text(state_text(new_state)));
  put("created", created_);
  put("updated", updated_);
  put("destroyed", destroyed_);
  put("notCreated", not_created_);
  put("notUpdated", not_updated_);
  put("notDestroyed", not_destroyed_);
  return out;
}

std::optional<MethodError> run_set(Call& call, const SetArguments& set, const SetHandlers& type, SetAnswer& answer) {
  if (auto error = create_all(set, type, answer)) return error;
  if (auto error = update_all(call, set, type, answer)) return error;
  return destroy_all(set, type, answer);
}

std::vector<std::string> names_outside(const json::object& object, std::span<const std::string_view> allowed) {
  std::vector<std::string> out;
  for (const auto& item : object) {
    if (std::ranges::find(allowed, view(item.key())) == allowed.end())
      out.emplace_back(truncate_utf8(view(item.key()), 100));
  }
  return out;
}

std::vector<std::string> changed_names(const json::object& before, const json::object& after) {
  std::vector<std::string> out;
  for (const auto& item : after) {
    const auto* old = find(before, view(item.key()));
    if (!old || *old != item.value()) out.emplace_back(view(item.key()));
  }
  return out;
}

}  // namespace dhii::jmap

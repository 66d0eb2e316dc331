// The Identity type (RFC 8621 §6).
#include "jmap/identity.hpp"

#include <algorithm>

#include "jmap/core/methods.hpp"
#include "jmap/core/patch.hpp"
#include "jmap/header_property.hpp"
#include "mime/header.hpp"
#include "store/repositories.hpp"

namespace dhii::jmap {
namespace {

using Storage = json::storage_ptr;
constexpr std::string_view kSettable[] = {"name", "email", "replyTo", "bcc", "textSignature", "htmlSignature"};
constexpr std::size_t kMaxIdentityAddresses = 50;  // Reply-To and Bcc of every message: a few

// Stored as JSON text; what the store gives back is ours, but null rather than a crash if it is not JSON.
json::value stored_addresses(const std::string& text, const Storage& storage) {
  auto value = parse_ijson(text, 4, storage);
  return value && value->is_array() ? std::move(*value) : json::value(nullptr, storage);
}

constexpr Property<store::Identity> kProperties[] = {
    {"id", [](const store::Identity& i, const Storage& s) { return id_value(i.id, s); }},
    {"name", [](const store::Identity& i, const Storage& s) { return text_value(i.name, s); }},
    {"email", [](const store::Identity& i, const Storage& s) { return text_value(i.email, s); }},
    {"replyTo", [](const store::Identity& i, const Storage& s) { return stored_addresses(i.reply_to_json, s); }},
    {"bcc", [](const store::Identity& i, const Storage& s) { return stored_addresses(i.bcc_json, s); }},
    {"textSignature", [](const store::Identity& i, const Storage& s) { return text_value(i.text_signature, s); }},
    {"htmlSignature", [](const store::Identity& i, const Storage& s) { return text_value(i.html_signature, s); }},
    {"mayDelete", [](const store::Identity&, const Storage&) { return json::value(true); }},
};

bool is_clean(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

bool is_address_object(const json::value& value) {
  const auto* object = value.if_object();
  const auto* email = object ? find(*object, "email") : nullptr;
  const auto* name = object ? find(*object, "name") : nullptr;
  if (!email || !email->is_string() || !mime::is_address(view(email->get_string()))) return false;
  return !name || name->is_null() || (name->is_string() && is_clean(view(name->get_string())));
}

// Fills an Identity from its JSON form; false: not usable.
struct Reader {
  store::Identity& out;

  bool text(const json::value& value, std::string store::Identity::* member, bool one_line) {
    const auto given = value.is_null() ? std::optional(std::string_view()) : as_string(value);
    if (!given || given->size() > kMaxIdentityTextBytes || given->contains('\0') || (one_line && !is_clean(*given)))
      return false;
    out.*member = *given;
    return true;
  }
  bool addresses(const json::value& value, std::string store::Identity::* member) {
    (out.*member).clear();
    if (value.is_null()) return true;
    const auto* list = value.if_array();
    if (!list || list->size() > kMaxIdentityAddresses || !std::ranges::all_of(*list, is_address_object)) return false;
    out.*member = to_text(value);
    return true;
  }
  bool email(const json::value& value) {
    const auto given = as_string(value);
    if (!given || !mime::is_address(*given)) return false;
    out.email = *given;
    return true;
  }
  bool read(std::string_view name, const json::value& value) {
    if (name == "name") return text(value, &store::Identity::name, true);
    if (name == "email") return email(value);
    if (name == "replyTo") return addresses(value, &store::Identity::reply_to_json);
    if (name == "bcc") return addresses(value, &store::Identity::bcc_json);
    if (name == "textSignature") return text(value, &store::Identity::text_signature, false);
    if (name == "htmlSignature") return text(value, &store::Identity::html_signature, false);
    return false;
  }
};

SetOutcome<void> read_identity(const json::object& properties, store::Identity& out) {
  std::vector<std::string> bad;
  Reader reader{out};
  for (const auto& item : properties) {
    if (!reader.read(view(item.key()), item.value())) bad.emplace_back(view(item.key()).substr(0, 100));
  }
  if (out.email.empty() && !properties.contains("email")) bad.emplace_back("email");
  if (!bad.empty())
    return std::unexpected(invalid_properties(std::move(bad), "Not a usable value, or not one to be set."));
  return {};
}

struct IdentitySet {
  Call& call;
  store::WriteTx& tx;
  const AccountInfo& account;

  SetOutcome<json::object> create(const json::object& properties) {
    if (auto bad = names_outside(properties, kSettable); !bad.empty())
      return std::unexpected(invalid_properties(std::move(bad), "Can't be set."));
    store::Identity identity;
    identity.account = account.id;
    if (auto done = read_identity(properties, identity); !done) return std::unexpected(done.error());
    DHII_TRY_ASSIGN(identity.id, store::put_identity(tx, identity));
    auto out = render_all(identity, kProperties, call.storage);
    for (const auto& item : properties) out.erase(item.key());
    return out;
  }

  SetOutcome<json::value> update(std::string_view id, const json::object& patch) {
    DHII_TRY_ASSIGN(auto found, find_identity(tx, account.id, id));
    if (!found) return std::unexpected(not_found());
    const auto before = render_all(*found, kProperties, call.storage);
    auto after = apply_patch(before, patch, call.storage);
    if (!after) return std::unexpected(after.error());
    json::object changed(call.storage);
    for (const auto& name : changed_names(before, *after)) changed.emplace(key(name), *find(*after, name));
    // The address of an identity is immutable (RFC 8621 §6).
    if (changed.contains("email"))
      return std::unexpected(invalid_property("email", "The address of an identity can't be changed."));
    if (auto bad = names_outside(changed, kSettable); !bad.empty())
      return std::unexpected(invalid_properties(std::move(bad), "Can't be changed."));
    if (auto done = read_identity(changed, *found); !done) return std::unexpected(done.error());
    if (!changed.empty()) DHII_TRY(store::put_identity(tx, *found));
    return json::value(nullptr);
  }

  SetOutcome<void> destroy(std::string_view text) {
    const auto id = parse_id<IdentityId>(text);
    if (!id) return std::unexpected(not_found());
    DHII_TRY(store::destroy_identity(tx, account.id, *id));
    return {};
  }
};

}  // namespace

Result<std::optional<store::Identity>> find_identity(store::ReadTx& tx, AccountId account, std::string_view id_text) {
  const auto id = parse_id<IdentityId>(id_text);
  if (!id) return std::nullopt;
  DHII_TRY_ASSIGN(auto all, store::list_identities(tx, account));
  const auto found = std::ranges::find(all, *id, &store::Identity::id);
  if (found == all.end()) return std::nullopt;
  return std::move(*found);
}

Answer identity_get(Call& call) {
  Arguments arguments(call.arguments);
  auto get = read_get(call, arguments);
  if (!get) return std::unexpected(get.error());
  if (auto error = arguments.finish()) return std::unexpected(*error);
  auto properties = choose(kProperties, get->properties);
  if (!properties) return std::unexpected(properties.error());
  return in_read(call, [&](store::ReadTx& tx) -> Answer {
    DHII_TRY_ASSIGN(const auto rows, store::list_identities(tx, get->account->id));
    DHII_TRY_ASSIGN(const auto state, store::state_of(tx, get->account->id, store::DataType::kIdentity));
    return render_get(call, *get, rows, *properties, state);
  });
}

Answer identity_changes(Call& call) { return standard_changes(call, store::DataType::kIdentity, write_id<IdentityId>); }

Answer identity_set(Call& call) {
  Arguments arguments(call.arguments);
  auto set = read_set(call, arguments);
  if (!set) return std::unexpected(set.error());
  if (auto error = arguments.finish()) return std::unexpected(*error);
  return in_write(call, [&](store::WriteTx& tx) -> Answer {
    DHII_TRY_ASSIGN(const auto old_state, store::state_of(tx, set->account->id, store::DataType::kIdentity));
    if (auto error = check_state(set->if_in_state, old_state)) return std::unexpected(*error);
    IdentitySet type{call, tx, *set->account};
    SetAnswer answer(call, *set->account, old_state);
    const SetHandlers handlers{[&](std::string_view, const json::object& o) { return type.create(o); },
                               [&](std::string_view id, const json::object& p) { return type.update(id, p); },
                               [&](std::string_view id) { return type.destroy(id); }};
    if (auto error = run_set(call, *set, handlers, answer)) return std::unexpected(*error);
    DHII_TRY_ASSIGN(const auto new_state, state_after(tx, set->account->id, store::DataType::kIdentity, old_state));
    return std::move(answer).finish(new_state);
  });
}

}  // namespace dhii::jmap

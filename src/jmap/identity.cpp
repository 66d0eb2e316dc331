// The Identity type (RFC 8621 §6).
#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "jmap/core/methods.hpp"
#include "jmap/core/patch.hpp"
#include "jmap/core/standard.hpp"
#include "mime/header.hpp"
#include "store/repositories.hpp"

namespace dhii::jmap {
namespace {

using store::Identity;

// Kept as JSON text: the store has no use for the addresses.
json::value stored_json(const std::string& text, const json::storage_ptr& storage) {
  if (text.empty()) return json::value(nullptr, storage);
  boost::system::error_code ec;
  auto value = json::parse(text, ec, storage);
  return ec ? json::value(nullptr, storage) : value;
}

constexpr Property<Identity> kProperties[] = {
    {"id", [](const Identity& i, const json::storage_ptr& s) { return id_value(i.id, s); }},
    {"name", [](const Identity& i, const json::storage_ptr& s) { return text_value(i.name, s); }},
    {"email", [](const Identity& i, const json::storage_ptr& s) { return text_value(i.email, s); }},
    {"replyTo", [](const Identity& i, const json::storage_ptr& s) { return stored_json(i.reply_to_json, s); }},
    {"bcc", [](const Identity& i, const json::storage_ptr& s) { return stored_json(i.bcc_json, s); }},
    {"textSignature", [](const Identity& i, const json::storage_ptr& s) { return text_value(i.text_signature, s); }},
    {"htmlSignature", [](const Identity& i, const json::storage_ptr& s) { return text_value(i.html_signature, s); }},
    {"mayDelete", [](const Identity&, const json::storage_ptr& s) { return json::value(true, s); }},
};
constexpr std::array<std::string_view, 6> kSettable{"name", "email", "replyTo", "bcc", "textSignature", "htmlSignature"};

bool read_text(const json::value& value, std::string& out) {
  const auto text = as_string(value);
  if (!text || text->size() > kMaxIdentityTextBytes) return false;
  out = *text;
  return true;
}

bool is_one_line(std::string_view text) {
  return std::ranges::none_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

bool read_addresses(const json::value& value, std::string& out) {
  out.clear();
  if (value.is_null()) return true;
  const auto* list = value.if_array();
  if (!list || list->size() > kMaxRecipients) return false;
  for (const auto& item : *list) {
    const auto* object = item.if_object();
    const auto* email = object ? find(*object, "email") : nullptr;
    if (!email || !mime::is_address(as_string(*email).value_or(""))) return false;
  }
  out = to_text(value);
  return out.size() <= kMaxIdentityTextBytes;
}

// Takes over what is in `properties`; the names that won't do come back.
std::vector<std::string> read_identity(const json::object& properties, Identity& out) {
  std::vector<std::string> bad;
  for (const auto& item : properties) {
    const auto name = view(item.key());
    const auto& value = item.value();
    bool ok = true;
    if (name == "name") ok = read_text(value, out.name) && is_one_line(out.name);
    if (name == "email") ok = read_text(value, out.email) && mime::is_address(out.email);
    if (name == "replyTo") ok = read_addresses(value, out.reply_to_json);
    if (name == "bcc") ok = read_addresses(value, out.bcc_json);
    if (name == "textSignature") ok = read_text(value, out.text_signature);
    if (name == "htmlSignature") ok = read_text(value, out.html_signature);
    if (!ok) bad.emplace_back(name);
  }
  return bad;
}

struct IdentitySet {
  Call& call;
  store::WriteTx& tx;
  const AccountInfo& account;

  // A person may write as an address that an identity has already: the account's own, or what the account's owner connected.
  bool may_use(const std::vector<Identity>& existing, std::string_view email) const {
    return ascii_iequals(email, account.email) || std::ranges::any_of(existing, [&](const Identity& i) { return ascii_iequals(i.email, email); });
  }

  SetOutcome<json::object> create(const json::object& properties) {
    if (auto bad = names_outside(properties, kSettable); !bad.empty()) return std::unexpected(invalid_properties(std::move(bad), "Can't be set."));
    Identity identity;
    identity.account = account.id;
    auto bad = read_identity(properties, identity);
    if (identity.email.empty()) bad.emplace_back("email");
    if (!bad.empty()) return std::unexpected(invalid_properties(std::move(bad), "The value can't be used."));
    DHII_TRY_ASSIGN(const auto existing, store::list_identities(tx, account.id));
    if (!may_use(existing, identity.email)) return std::unexpected(SetError("forbiddenFrom", "This account may not send as that address."));
    DHII_TRY_ASSIGN(identity.id, store::put_identity(tx, identity));
    auto out = render_all(identity, kProperties, call.storage);
    for (const auto& item : properties) out.erase(item.key());
    return out;
  }

  SetOutcome<json::value> update(std::string_view id_text, const json::object& patch) {
    DHII_TRY_ASSIGN(const auto identities, store::list_identities(tx, account.id));
    const auto id = parse_id<IdentityId>(id_text);
    const auto found = std::ranges::find_if(identities, [&](const Identity& i) { return id && i.id == *id; });
    if (found == identities.end()) return std::unexpected(not_found());
    const auto before = render_all(*found, kProperties, call.storage);
    const auto after = apply_patch(before, patch, call.storage);
    if (!after) return std::unexpected(after.error());
    json::object changed(call.storage);
    for (const auto& name : changed_names(before, *after)) changed.emplace(key(name), *find(*after, name));
    auto bad = names_outside(changed, kSettable);
    if (changed.contains("email")) bad.emplace_back("email");  // immutable, RFC 8621 §6
    Identity identity = *found;
    for (auto& name : read_identity(changed, identity)) bad.push_back(std::move(name));
    if (!bad.empty()) return std::unexpected(invalid_properties(std::move(bad), "Can't be changed to this."));
    DHII_TRY(store::put_identity(tx, identity));
    return json::value(nullptr);
  }

  SetOutcome<void> destroy(std::string_view id_text) {
    const auto id = parse_id<IdentityId>(id_text);
    if (!id) return std::unexpected(not_found());
    DHII_TRY(store::destroy_identity(tx, account.id, *id));
    return {};
  }
};

}  // namespace

Answer identity_get(Call& call) {
  Arguments arguments(call.arguments);
  auto get = read_get(call, arguments);
  if (!get) return std::unexpected(get.error());
  if (auto error = arguments.finish()) return std::unexpected(*error);
  auto properties = choose(kProperties, get->properties);
  if (!properties) return std::unexpected(properties.error());
  return in_read(call, [&](store::ReadTx& tx) -> Answer {
    DHII_TRY_ASSIGN(const auto identities, store::list_identities(tx, get->account->id));
    DHII_TRY_ASSIGN(const auto state, store::state_of(tx, get->account->id, store::DataType::kIdentity));
    return render_get(call, *get, identities, *properties, state);
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
    DHII_TRY_ASSIGN(const auto new_state, store::state_of(tx, set->account->id, store::DataType::kIdentity));
    return std::move(answer).finish(new_state);
  });
}

}  // namespace dhii::jmap

#include "auth/api_keys.hpp"

#include <algorithm>

#include "auth/auth_service.hpp"
#include "auth/key_tokens.hpp"
#include "base/bytes.hpp"
#include "store/mail_store.hpp"

namespace dhii::auth {
namespace {

constexpr std::string_view kBearer = "bearer ";
constexpr std::string_view kBasic = "basic ";

std::string scope_list(http::Scopes scopes) {
  std::string out;
  for (const http::Scope s : http::kAllScopes) {
    if (scopes.has(s)) out += (out.empty() ? "" : " ") + std::string(http::scope_name(s));
  }
  return out;
}

}  // namespace

ErrorText describe(KeyError e) {
  switch (e) {
    case KeyError::kRefused:
      return {"auth.key_refused",
              "This key is not valid here: it is unknown, expired, revoked, or not allowed from this address."};
    case KeyError::kNotFound:
      return {"key.not_found", "There is no such key."};
    case KeyError::kTooMany:
      return {"key.too_many", "You have 50 of these already; revoke one that is no longer used."};
    case KeyError::kBadScopes:
      return {"key.bad_scopes", "Choose at least one scope, and none that your role does not have."};
    case KeyError::kBadNetwork:
      return {"key.bad_network", "Give addresses or networks such as 192.0.2.7 or 10.0.0.0/8, at most 16."};
    case KeyError::kBadExpiry:
      return {"key.bad_expiry", "The end of a key lies in the future, at most ten years away."};
  }
  return {"key.unknown", "That did not work with the key."};
}

std::string key_id_text(store::KeyKind kind, std::int64_t id) {
  return (kind == store::KeyKind::kApiKey ? "k" : "p") + std::to_string(id);
}

ApiKeys::ApiKeys(Parts parts) : p_(parts), keys_(parts.control), mac_(parts.hash_key) {}

std::string ApiKeys::hash_of(std::string_view normal) const { return std::string(crypto::as_view(mac_.of(normal))); }

void ApiKeys::report(event::Kind kind, const http::Principal& who, std::string address, std::string object,
                     std::string detail) {
  p_.events.record({.kind = kind,
                    .at = p_.clock.now(),
                    .user = who.user,
                    .session = who.session,
                    .actor = "user u" + std::to_string(who.user.value),
                    .address = std::move(address),
                    .object = std::move(object),
                    .detail = std::move(detail)});
}

// ---- making and changing

namespace {

Result<void> check_wanted(http::Role role, store::KeyKind kind, const NewKey& wanted, Timestamp now) {
  const http::Scopes most = kind == store::KeyKind::kAppPassword ? kAppPasswordScopes : http::scopes_of(role);
  if (wanted.scopes.empty() || !most.contains(wanted.scopes)) return fail(KeyError::kBadScopes);
  if (wanted.networks.size() > kMaxNetworksPerKey) return fail(KeyError::kBadNetwork);
  for (const std::string& network : wanted.networks) {
    if (!http::Network::parse(network)) return fail(KeyError::kBadNetwork, std::string(truncate_utf8(network, 60)));
  }
  if (wanted.expires_at != Timestamp{} && (wanted.expires_at <= now || wanted.expires_at > now + kMaxKeyLifetime))
    return fail(KeyError::kBadExpiry);
  return {};
}

}  // namespace

Result<MadeKey> make_key(store::ControlStore& control, const Secret& hash_key, const Clock& clock, Random& random,
                         const store::User& owner, store::KeyKind kind, const NewKey& wanted) {
  DHII_TRY(check_wanted(to_http_role(owner.role), kind, wanted, clock.now()));
  MadeKey out;
  const bool api = kind == store::KeyKind::kApiKey;
  out.secret = api ? make_api_key(random) : make_app_password(random);
  const auto normal = api ? normal_api_key(out.secret.reveal()) : normal_app_password(out.secret.reveal());
  out.key = {.user = owner.id,
             .kind = kind,
             .name = wanted.name,
             .hash = std::string(crypto::as_view(crypto::hmac_sha256(hash_key.bytes(), normal.value_or("")))),
             .hint = key_hint(out.secret.reveal()),
             .scopes = wanted.scopes.bits(),
             .networks = wanted.networks,
             .created_at = clock.now(),
             .expires_at = wanted.expires_at};
  const auto id = store::Keys(control).create(out.key);
  if (!id && id.error().is(store::StoreError::kInvalid)) return fail(KeyError::kTooMany);
  if (!id) return std::unexpected(id.error());
  out.key.id = *id;
  return out;
}

net::Task<MadeKey> ApiKeys::create(http::Principal who, store::KeyKind kind, NewKey wanted, std::string address) {
  DHII_CO_TRY_ASSIGN(auto made, co_await p_.db_pool.run([&]() -> Result<MadeKey> {
    DHII_TRY_ASSIGN(const store::User owner, p_.control.get_user(who.user));
    return make_key(p_.control, p_.hash_key, p_.clock, p_.random, owner, kind, wanted);
  }));
  const bool api = kind == store::KeyKind::kApiKey;
  report(api ? event::Kind::kApiKeyCreated : event::Kind::kAppPasswordCreated, who, std::move(address), made.key.name,
         scope_list(wanted.scopes));
  co_return made;
}

net::Task<std::vector<store::AccessKey>> ApiKeys::list(UserId user, store::KeyKind kind) {
  DHII_CO_TRY(co_await flush());
  co_return co_await p_.db_pool.run([&] { return keys_.list(user, kind); });
}

net::Task<store::AccessKey> ApiKeys::get(http::Principal who, store::KeyKind kind, std::int64_t id,
                                         std::string address) {
  DHII_CO_TRY_ASSIGN(auto found, co_await p_.db_pool.run([&] { return keys_.get(who.user, kind, id); }));
  if (found) co_return std::move(*found);
  DHII_CO_TRY_ASSIGN(const auto owner, co_await p_.db_pool.run([&] { return keys_.owner(kind, id); }));
  if (owner) report(event::Kind::kForeignObject, who, std::move(address), "key " + key_id_text(kind, id));
  co_return fail(KeyError::kNotFound);
}

net::Task<store::AccessKey> ApiKeys::update(http::Principal who, std::int64_t id, KeyPatch patch, std::string address) {
  DHII_CO_TRY_ASSIGN(auto key, co_await get(who, store::KeyKind::kApiKey, id, address));
  if (key.revoked_at != Timestamp{}) co_return fail(KeyError::kNotFound);
  NewKey wanted{patch.name.value_or(key.name), patch.scopes.value_or(http::Scopes::of_bits(key.scopes)),
                patch.networks.value_or(key.networks), patch.expires_at.value_or(Timestamp{})};
  DHII_CO_TRY(check_wanted(who.role, key.kind, wanted, p_.clock.now()));
  key.name = wanted.name;
  key.scopes = wanted.scopes.bits();
  key.networks = wanted.networks;
  key.expires_at = patch.expires_at.value_or(key.expires_at);
  DHII_CO_TRY(co_await p_.db_pool.run([&] { return keys_.update(key); }));
  forget_all();
  report(event::Kind::kApiKeyCreated, who, std::move(address), key.name, "changed: " + scope_list(wanted.scopes));
  co_return key;
}

net::Task<> ApiKeys::revoke(http::Principal who, store::KeyKind kind, std::int64_t id, std::string address) {
  DHII_CO_TRY_ASSIGN(const auto key, co_await get(who, kind, id, address));
  if (key.revoked_at != Timestamp{}) co_return fail(KeyError::kNotFound);
  forget_all();  // at once, before the disk
  DHII_CO_TRY(co_await p_.db_pool.run([&] { return keys_.revoke(id); }));
  forget_all();  // and whatever was read meanwhile
  ended(who, key, std::move(address));
  co_return Result<void>{};
}

void ApiKeys::ended(const http::Principal& who, const store::AccessKey& key, std::string address) {
  if (key_end_) key_end_(key.id);
  const bool api = key.kind == store::KeyKind::kApiKey;
  report(api ? event::Kind::kApiKeyRevoked : event::Kind::kAppPasswordRevoked, who, std::move(address), key.name);
}

net::Task<EndedKeys> ApiKeys::end_all_of(UserId user, std::string address) {
  EndedKeys out;
  DHII_CO_TRY_ASSIGN(const auto living, co_await p_.db_pool.run([&]() -> Result<std::vector<store::AccessKey>> {
    DHII_TRY_ASSIGN(auto all, keys_.list(user, store::KeyKind::kApiKey));
    DHII_TRY_ASSIGN(auto passwords, keys_.list(user, store::KeyKind::kAppPassword));
    out = {all.size(), passwords.size()};
    std::ranges::move(passwords, std::back_inserter(all));
    DHII_TRY(keys_.revoke_all_of(user));
    return all;
  }));
  forget_all();
  for (const store::AccessKey& key : living) ended({.user = user}, key, address);
  co_return out;
}

net::Task<std::vector<store::KeyUse>> ApiKeys::uses(http::Principal who, std::int64_t id, std::string address) {
  DHII_CO_TRY(co_await get(who, store::KeyKind::kApiKey, id, std::move(address)));
  DHII_CO_TRY(co_await flush());
  co_return co_await p_.db_pool.run([&] { return keys_.uses(id); });
}

// ---- each request

void ApiKeys::refused(const http::Request& request, UserId user, std::string object, std::string_view reason) {
  p_.events.record({.kind = event::Kind::kApiKeyRefused,
                    .at = p_.clock.now(),
                    .user = user,
                    .address = request.client_address,
                    .object = std::move(object),
                    .detail = std::string(reason),
                    .request_id = request.request_id});
}

net::Task<std::optional<ApiKeys::Known>> ApiKeys::look_up(std::string hash) {
  const auto now = p_.clock.steady_now();
  if (const auto found = known_.find(hash); found != known_.end() && now - found->second.read_at <= kMaxKeyAge)
    co_return found->second;
  const std::uint64_t epoch = epoch_;
  DHII_CO_TRY_ASSIGN(auto known, co_await p_.db_pool.run([&]() -> Result<std::optional<Known>> {
    DHII_TRY_ASSIGN(auto key, keys_.find(hash));
    if (!key) return std::nullopt;
    auto owner = p_.control.get_user(key->user);
    if (!owner && owner.error().is(store::StoreError::kNotFound)) return std::nullopt;
    if (!owner) return std::unexpected(owner.error());
    Known out{std::move(*key), owner->login, to_http_role(owner->role), owner->disabled, {}, now};
    for (const std::string& text : out.key.networks) {
      if (auto network = http::Network::parse(text)) out.networks.push_back(std::move(*network));
    }
    return out;
  }));
  if (known && epoch == epoch_) {
    if (known_.size() >= kMaxCachedKeys) known_.clear();
    known_.insert_or_assign(std::move(hash), *known);
  }
  co_return known;
}

// Empty: none. The reason is for the event; who asks never learns it.
std::string_view ApiKeys::reason_against(const Known& known, const std::string& login,
                                         const http::Request& request) const {
  if (known.key.revoked_at != Timestamp{}) return "revoked";
  if (known.key.expires_at != Timestamp{} && known.key.expires_at <= p_.clock.now()) return "expired";
  if (known.owner_disabled) return "owner_disabled";
  if (!login.empty() && !ascii_iequals(login, known.owner_login)) return "other_login";
  const bool from_there = known.networks.empty() || std::ranges::any_of(known.networks, [&](const http::Network& n) {
                            return n.contains(request.client_address);
                          });
  // A list of networks of which none can be read lets nobody in.
  if (!from_there || (known.networks.empty() && !known.key.networks.empty())) return "address_not_allowed";
  return {};
}

net::Task<http::Principal> ApiKeys::admit(std::string hash, store::KeyKind kind, std::string login,
                                          const http::Request& request) {
  DHII_CO_TRY_ASSIGN(const auto known, co_await look_up(std::move(hash)));
  if (!known || known->key.kind != kind) {
    refused(request, {}, {}, "unknown");
    co_return fail(KeyError::kRefused);
  }
  if (const auto reason = reason_against(*known, login, request); !reason.empty()) {
    refused(request, known->key.user, "key " + key_id_text(kind, known->key.id), reason);
    note_use(known->key.id, request.client_address, reason, 401);
    co_return fail(KeyError::kRefused);
  }
  http::Principal who;
  who.user = known->key.user;
  who.role = known->role;
  who.credential = kind == store::KeyKind::kApiKey ? http::Credential::kApiKey : http::Credential::kAppPassword;
  who.scopes = http::Scopes::of_bits(known->key.scopes) & http::scopes_of(known->role);
  who.key = known->key.id;
  co_return who;
}

net::Task<std::optional<http::Principal>> ApiKeys::check(const http::Request& request, std::string_view authorization) {
  if (ascii_istarts_with(authorization, kBearer)) {
    const std::string_view token = authorization.substr(kBearer.size());
    if (token.starts_with(kApiKeyPrefix)) {
      const auto key = normal_api_key(token);
      // What has our prefix and isn't well formed is a key all the same: refused as such.
      DHII_CO_TRY_ASSIGN(auto who, co_await admit(hash_of(key.value_or("")), store::KeyKind::kApiKey, "", request));
      co_return who;
    }
    if (const auto password = normal_app_password(token)) {
      DHII_CO_TRY_ASSIGN(auto who, co_await admit(hash_of(*password), store::KeyKind::kAppPassword, "", request));
      co_return who;
    }
    co_return std::nullopt;
  }
  if (!ascii_istarts_with(authorization, kBasic)) co_return std::nullopt;
  const auto basic = parse_basic(trim(authorization.substr(kBasic.size())));
  const auto password = basic ? normal_app_password(basic->password.reveal()) : std::nullopt;
  if (!password) {  // the person's own password, perhaps: it is not taken here, and not looked at
    refused(request, {}, {}, "not_an_app_password");
    co_return fail(KeyError::kRefused);
  }
  DHII_CO_TRY_ASSIGN(auto who, co_await admit(hash_of(*password), store::KeyKind::kAppPassword, basic->login, request));
  co_return who;
}

// ---- the trail

void ApiKeys::note_use(std::int64_t key, std::string_view address, std::string_view route, int status) {
  UseKey row{key, std::string(address), std::string(route), status};
  auto found = unwritten_.find(row);
  if (found == unwritten_.end()) {
    if (unwritten_.size() >= kMaxUnwrittenUses) {
      ++dropped_uses_;
      return;
    }
    found = unwritten_.emplace(std::move(row), Use{0, p_.clock.now(), {}}).first;
  }
  ++found->second.count;
  found->second.last_at = p_.clock.now();
}

net::Task<> ApiKeys::flush() {
  if (unwritten_.empty()) co_return Result<void>{};
  const auto batch = std::exchange(unwritten_, {});
  dropped_uses_ = 0;
  co_return co_await p_.db_pool.run([&]() -> Result<void> {
    std::map<std::int64_t, std::vector<store::KeyUse>> by_key;
    for (const auto& [row, use] : batch) {
      const auto& [key, address, route, status] = row;
      by_key[key].push_back({address, route, status, use.count, use.first_at, use.last_at});
    }
    for (const auto& [key, uses] : by_key) DHII_TRY(keys_.add_uses(key, uses));
    return {};
  });
}

}  // namespace dhii::auth

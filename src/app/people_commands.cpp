#include "app/people_commands.hpp"

#include <fmt/chrono.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <memory>

#include "auth/api_keys.hpp"
#include "auth/key_tokens.hpp"
#include "auth/user_admin.hpp"
#include "crypto/mac.hpp"
#include "store/control_factors.hpp"
#include "store/control_keys.hpp"
#include "store/control_users.hpp"
#include "store/mail_store.hpp"

namespace dhii::app {

namespace json = boost::json;

namespace {

constexpr std::chrono::hours kLinkLifetime{24};

std::string time_text(Timestamp when) {
  if (when == Timestamp{}) return "never";
  return fmt::format("{:%Y-%m-%d %H:%M} UTC", std::chrono::floor<std::chrono::seconds>(when));
}

// The user, or the failure already told.
std::optional<store::User> find(Installation& installation, const Output& output, const std::string& login) {
  auto user = installation.control().find_user(login);
  if (!user) {
    (void)output.failure(user.error());
    return std::nullopt;
  }
  if (!*user) {
    (void)output.failure("user.not_found", "There is no user " + login + "; `dhii-mail user list` shows all.");
    return std::nullopt;
  }
  return std::move(**user);
}

int guarded(const Output& output, const Result<void>& done, std::string_view sentence, const json::object& object) {
  if (!done && done.error().is(store::StoreError::kConflict)) {
    return output.failure("user.last_administrator",
                          "This is the last administrator who can sign in, or the deletion is planned already.");
  }
  if (!done) return output.failure(done.error());
  output.result(object, sentence);
  return 0;
}

int change(Installation& installation, const Output& output, const std::string& login, const store::UserChange& what,
           const std::string& sentence) {
  const auto user = find(installation, output, login);
  if (!user) return 1;
  return guarded(output, store::UserRecords(installation.control()).change(user->id, what), sentence,
                 {{"login", login}, {"changed", true}});
}

}  // namespace

int user_disable(Installation& installation, const Output& output, const std::string& login) {
  return change(installation, output, login, {.disabled = true},
                "Disabled " + login + " and ended all sessions; a running server notices within a minute.");
}

int user_enable(Installation& installation, const Output& output, const std::string& login) {
  const auto user = find(installation, output, login);
  if (!user) return 1;
  const auto planned = store::UserRecords(installation.control()).planned_deletion(user->id);
  if (planned && *planned)
    return output.failure(
        "user.deletion_planned",
        "The deletion of " + login + " is planned; `dhii-mail user restore " + login + "` takes it back.");
  return change(installation, output, login, {.disabled = false}, "Enabled " + login + ".");
}

int user_role(Installation& installation, const Output& output, const std::string& login, const std::string& role) {
  for (const auto r : {store::UserRole::kUser, store::UserRole::kAdministrator, store::UserRole::kAuditor}) {
    if (store::user_role_name(r) == role)
      return change(installation, output, login, {.role = r}, login + " now has the role " + role + ".");
  }
  return output.failure("user.bad_role", "A role is user, auditor or administrator.");
}

int user_delete(Installation& installation, const Output& output, const std::string& login) {
  const auto user = find(installation, output, login);
  if (!user) return 1;
  const Timestamp now = installation.clock().now();
  const store::UserDeletion deletion{user->id, {}, now, now + installation.settings().deletion_grace, false};
  return guarded(output, store::UserRecords(installation.control()).plan_deletion(deletion, true),
                 "Disabled " + login + ". The running server erases the mail after " + time_text(deletion.due_at) +
                     "; until then `dhii-mail user restore " + login + "` takes it back.",
                 {{"login", login}, {"deletion_at", to_unix_seconds(deletion.due_at)}});
}

int user_restore(Installation& installation, const Output& output, const std::string& login) {
  const auto user = find(installation, output, login);
  if (!user) return 1;
  const auto done = store::UserRecords(installation.control()).cancel_deletion(user->id);
  if (!done && done.error().is(store::StoreError::kNotFound))
    return output.failure("user.not_planned",
                          "No deletion of " + login + " is planned, or the mail is erased already.");
  return guarded(output, done, "Took back the deletion of " + login + ".", {{"login", login}, {"restored", true}});
}

int user_remove_factors(Installation& installation, const Output& output, const std::string& login) {
  const auto user = find(installation, output, login);
  if (!user) return 1;
  auto done = store::FactorStore(installation.control()).remove_all_of(user->id);
  if (done) done = installation.control().revoke_sessions_of(user->id, std::nullopt);
  if (!done) return output.failure(done.error());
  output.result({{"login", login}, {"removed", true}},
                "Removed all second factors of " + login + " and ended all sessions; the password alone signs in now.");
  return 0;
}

int user_reset_link(Installation& installation, const Output& output, const std::string& login) {
  const auto user = find(installation, output, login);
  if (!user) return 1;
  if (user->disabled || user->sealed_mail_key.empty())
    return output.failure("user.no_reset_link", login + " is disabled; `dhii-mail user enable " + login + "` first.");
  const std::string token = installation.random().token(32);
  const Timestamp ends = installation.clock().now() + kLinkLifetime;
  const auto added =
      store::UserRecords(installation.control()).add_reset(crypto::as_view(crypto::sha256(token)), user->id, ends);
  if (!added) return output.failure(added.error());
  const auto& settings = installation.settings();
  const std::string base = settings.public_url.empty() ? "http://" + settings.listen.front() : settings.public_url;
  const std::string link = base + "/#/reset?token=" + token;
  output.result({{"login", login}, {"link", link}, {"expires_at", to_unix_seconds(ends)}},
                "Hand this link to " + login + "; it sets a new password once, for a day:\n\n  " + link + "\n");
  return 0;
}

// ---- API keys

int api_key_add(Installation& installation, const Output& output, const ApiKeyAddOptions& options) {
  const auto user = find(installation, output, options.user);
  if (!user) return 1;
  auth::NewKey wanted{options.name, {}, options.networks, {}};
  for (const std::string& name : options.scopes) {
    const auto scope = http::parse_scope(name);
    if (!scope) {
      return output.failure("key.bad_scopes", "There is no scope " + name +
                                                  "; mail:read, mail:write, mail:send, accounts:manage, security:read "
                                                  "and admin are.");
    }
    wanted.scopes.add(*scope);
  }
  if (options.days > 0) wanted.expires_at = installation.clock().now() + std::chrono::days(options.days);
  const Secret hash_key = installation.keyring().derive("api keys v1");
  auto made = auth::make_key(installation.control(), hash_key, installation.clock(), installation.random(), *user,
                             store::KeyKind::kApiKey, wanted);
  if (!made) return output.failure(made.error());
  const std::string id = auth::key_id_text(made->key.kind, made->key.id);
  output.result({{"id", id}, {"key", made->secret.reveal()}, {"name", options.name}, {"user", options.user}},
                "Made the key " + id + " for " + options.user + ". It is shown only now:\n\n  " +
                    std::string(made->secret.reveal()) + "\n");
  return 0;
}

int api_key_list(Installation& installation, const Output& output, const std::string& login) {
  std::optional<UserId> of;
  if (!login.empty()) {
    const auto user = find(installation, output, login);
    if (!user) return 1;
    of = user->id;
  }
  const auto keys = store::Keys(installation.control()).list(of, store::KeyKind::kApiKey);
  if (!keys) return output.failure(keys.error());
  json::array list;
  std::vector<std::vector<std::string>> rows{{"ID", "USER", "NAME", "KEY", "SCOPES", "ENDS", "LAST USED"}};
  for (const auto& key : *keys) {
    json::array scopes;
    std::string scope_text;
    for (const http::Scope s : http::kAllScopes) {
      if (!http::Scopes::of_bits(key.scopes).has(s)) continue;
      scopes.emplace_back(http::scope_name(s));
      scope_text += (scope_text.empty() ? "" : " ") + std::string(http::scope_name(s));
    }
    const std::string id = auth::key_id_text(key.kind, key.id);
    list.push_back({{"id", id},
                    {"user", key.user.value},
                    {"name", key.name},
                    {"hint", key.hint},
                    {"scopes", std::move(scopes)},
                    {"expires_at", to_unix_seconds(key.expires_at)},
                    {"last_used_at", to_unix_seconds(key.last_used_at)}});
    rows.push_back({id, std::to_string(key.user.value), key.name, key.hint + "...", scope_text,
                    time_text(key.expires_at), time_text(key.last_used_at)});
  }
  output.result({{"api_keys", std::move(list)}},
                keys->empty() ? "No API keys yet: `dhii-mail api-key add --help`." : table(rows));
  return 0;
}

int api_key_revoke(Installation& installation, const Output& output, const std::string& id) {
  std::int64_t number = 0;
  const bool well_formed = id.size() > 1 && id.front() == 'k' &&
                           std::from_chars(id.data() + 1, id.data() + id.size(), number).ptr == id.data() + id.size();
  store::Keys keys(installation.control());
  const auto owner = keys.owner(store::KeyKind::kApiKey, number);
  if (!owner) return output.failure(owner.error());
  const auto done = well_formed && *owner ? keys.revoke(number) : fail(store::StoreError::kNotFound);
  if (!done && done.error().is(store::StoreError::kNotFound))
    return output.failure("key.not_found", "There is no key " + id + "; `dhii-mail api-key list` shows all.");
  if (!done) return output.failure(done.error());
  output.result({{"id", id}, {"revoked", true}}, "Revoked " + id + "; a running server notices within 15 seconds.");
  return 0;
}

// ---- the words

namespace {

using Choose = std::function<void(ChosenCommand)>;

void add_user_word(CLI::App& user, const Choose& choose, const char* word, const char* help,
                   int (*run)(Installation&, const Output&, const std::string&)) {
  auto login = std::make_shared<std::string>();
  auto* command = user.add_subcommand(word, help);
  command->add_option("login", *login)->required();
  command->callback([=] { choose([=](Installation& i, const Output& o) { return run(i, o, *login); }); });
}

void add_key_words(CLI::App& app, const Choose& choose) {
  auto* keys = app.add_subcommand("api-key", "API keys of users")->require_subcommand(1);
  auto options = std::make_shared<ApiKeyAddOptions>();
  auto* add = keys->add_subcommand("add", "Make an API key; it is shown once");
  add->add_option("--user", options->user, "Whose it is")->required();
  add->add_option("--name", options->name, "What it is for")->required();
  add->add_option("--scope", options->scopes,
                  "mail:read, mail:write, mail:send, accounts:manage, security:read, admin; may be given again")
      ->required();
  add->add_option("--network", options->networks, "Only from this address or network; may be given again");
  add->add_option("--days", options->days, "Ends after so many days; default never");
  add->callback([=] { choose([=](Installation& i, const Output& o) { return api_key_add(i, o, *options); }); });
  auto login = std::make_shared<std::string>();
  auto* list = keys->add_subcommand("list", "List API keys");
  list->add_option("--user", *login, "Only this user's");
  list->callback([=] { choose([=](Installation& i, const Output& o) { return api_key_list(i, o, *login); }); });
  auto id = std::make_shared<std::string>();
  auto* revoke = keys->add_subcommand("revoke", "Revoke an API key");
  revoke->add_option("id", *id, "Such as k7")->required();
  revoke->callback([=] { choose([=](Installation& i, const Output& o) { return api_key_revoke(i, o, *id); }); });
}

}  // namespace

void add_people_commands(CLI::App& app, CLI::App& user, Choose choose) {
  add_user_word(user, choose, "disable", "Let a user sign in no more, and end all sessions", user_disable);
  add_user_word(user, choose, "enable", "Let a user sign in again", user_enable);
  add_user_word(user, choose, "delete", "Plan the deletion of a user and all mail", user_delete);
  add_user_word(user, choose, "restore", "Take a planned deletion back", user_restore);
  add_user_word(user, choose, "remove-factors", "Remove all second factors of a user who has lost them",
                user_remove_factors);
  add_user_word(user, choose, "reset-link", "Make a link with which a user sets a new password", user_reset_link);
  auto login = std::make_shared<std::string>();
  auto role = std::make_shared<std::string>();
  auto* command = user.add_subcommand("role", "Give a user a role: user, auditor or administrator");
  command->add_option("login", *login)->required();
  command->add_option("role", *role)->required();
  command->callback([=] { choose([=](Installation& i, const Output& o) { return user_role(i, o, *login, *role); }); });
  add_key_words(app, choose);
}

}  // namespace dhii::app

#include "app/people.hpp"

#include <spdlog/spdlog.h>

#include "base/bytes.hpp"
#include "net/deadline.hpp"

namespace dhii::app {
namespace {

constexpr std::chrono::milliseconds kLookAgain{50};
constexpr int kLooks = 400;  // 20 s: longer than any request works with a store

smtp::Security to_smtp(config::SmtpSecurity security) {
  switch (security) {
    case config::SmtpSecurity::kTls:
      return smtp::Security::kTls;
    case config::SmtpSecurity::kStartTls:
      return smtp::Security::kStartTls;
    case config::SmtpSecurity::kNone:
      return smtp::Security::kPlain;
  }
  return smtp::Security::kTls;
}

std::function<net::Task<>(std::string, std::string, std::string)> mail_by(notify::Mailer& mailer) {
  if (!mailer.configured()) return {};
  return [&mailer](std::string to, std::string subject, std::string text) {
    return mailer.send({{std::move(to)}, std::move(subject), std::move(text)});
  };
}

}  // namespace

void KeyTrail::finished(const http::Request& request, std::string_view route, const http::Response& response,
                        std::chrono::microseconds) {
  if (!request.principal || request.principal->key == 0) return;
  keys_.note_use(request.principal->key, request.client_address,
                 std::string(http::method_name(request.method)) + " " + std::string(route), response.status);
}

notify::Mailer::Settings mailer_settings(const config::Settings& settings) {
  notify::Mailer::Settings out;
  out.server.host = settings.system_mail.host;
  out.server.port = settings.system_mail.port;
  out.server.security = to_smtp(settings.system_mail.security);
  out.server.login = settings.system_mail.user;
  out.server.password = settings.smtp_password.clone();
  out.server.extra_ca_file = settings.extra_ca_file;
  out.from = settings.system_mail.from;
  return out;
}

People::People(Parts parts)
    : p_(std::move(parts)),
      key_hash_key_(p_.engine.installation().keyring().derive("api keys v1")),
      keys_({p_.engine.installation().control(), key_hash_key_, p_.engine.db_pool(), p_.engine.installation().clock(),
             p_.engine.installation().random(), p_.events}),
      credentials_(p_.auth, keys_),
      trail_(keys_),
      mailer_(mailer_settings(p_.engine.installation().settings()), p_.engine.dialer(),
              p_.engine.installation().clock(), p_.engine.installation().random()),
      exports_({p_.engine.installation(), p_.engine.db_pool(), p_.events, p_.later}),
      users_({p_.engine.installation().control(), p_.auth, keys_, p_.engine.db_pool(), p_.engine.installation().clock(),
              p_.events, p_.engine.installation().settings().deletion_grace,
              [this](UserId user) { return erase_files(user); },
              [this](UserId user) { return settle_accounts(user); }}),
      resets_({p_.engine.installation().control(), p_.engine.installation().users(), p_.auth, keys_,
               p_.engine.db_pool(), p_.engine.hash_pool(), p_.engine.installation().clock(),
               p_.engine.installation().random(), p_.events, p_.engine.installation().settings().public_url,
               mail_by(mailer_), p_.later}) {}

net::Task<> People::maintain() {
  DHII_CO_TRY(co_await exports_.settle());
  auto deadlines_at = p_.engine.installation().clock().steady_now();
  for (;;) {
    if (auto done = co_await keys_.flush(); !done)
      spdlog::warn("uses of keys not written: {}", log_escape(done.error().message()));
    if (p_.engine.installation().clock().steady_now() >= deadlines_at) {
      deadlines_at = p_.engine.installation().clock().steady_now() + kDeadlinePause;
      if (auto done = co_await settle_changed(); !done)
        spdlog::warn("users not looked at: {}", log_escape(done.error().message()));
      if (auto done = co_await users_.erase_due(); !done)
        spdlog::warn("deletions not looked at: {}", log_escape(done.error().message()));
      if (auto done = co_await exports_.expire(); !done)
        spdlog::warn("exports not expired: {}", log_escape(done.error().message()));
    }
    DHII_CO_TRY(co_await net::sleep_for(kTrailPause));
  }
}

net::Task<> People::settle_accounts(UserId user) {
  at_rest_.insert(user);  // the next look sees to it that this holds, whatever the command line does meanwhile
  Installation& installation = p_.engine.installation();
  DHII_CO_TRY_ASSIGN(auto accounts,
                     co_await p_.engine.db_pool().run([&] { return installation.control().list_accounts(user); }));
  co_return co_await p_.engine.supervisor().start_all(std::move(accounts));
}

net::Task<> People::settle_changed() {
  Installation& installation = p_.engine.installation();
  DHII_CO_TRY_ASSIGN(const auto users,
                     co_await p_.engine.db_pool().run([&] { return installation.control().list_users(); }));
  std::set<UserId> at_rest;
  for (const auto& user : users) {
    if (user.disabled) at_rest.insert(user.id);
  }
  std::set<UserId> changed;
  for (const auto& status : p_.engine.supervisor().statuses()) {
    const bool rests = status.state == sync::AccountState::kPaused;
    if (at_rest.contains(status.user) ? !rests : rests && at_rest_.contains(status.user)) changed.insert(status.user);
  }
  at_rest_ = std::move(at_rest);
  for (const UserId user : changed) DHII_CO_TRY(co_await settle_accounts(user));
  co_return Result<void>{};
}

net::Task<> People::until_closed(std::weak_ptr<store::MailStore> mail) {
  for (int look = 0; look < kLooks && !mail.expired(); ++look) DHII_CO_TRY(co_await net::sleep_for(kLookAgain));
  if (!mail.expired()) co_return fail(net::NetError::kTimeout, "somebody still works with this user's mail");
  co_return Result<void>{};
}

net::Task<> People::erase_files(UserId user) {
  Installation& installation = p_.engine.installation();
  DHII_CO_TRY_ASSIGN(const auto accounts,
                     co_await p_.engine.db_pool().run([&] { return installation.control().list_accounts(user); }));
  for (const auto& account : accounts) co_await p_.engine.supervisor().stop(account.id);
  DHII_CO_TRY(co_await until_closed(installation.stores().close(user)));
  co_return co_await p_.engine.db_pool().run([&]() -> Result<void> {
    exports_.remove_files_of(user);
    std::error_code error;
    std::filesystem::remove_all(installation.settings().data_directory / "mail" / ("u" + std::to_string(user.value)),
                                error);
    if (error) return fail(store::StoreError::kInvalid, "the user's files: " + error.message());
    return {};
  });
}

}  // namespace dhii::app

#include "app/throw_away.hpp"

#include <cstdlib>

#include "audit/report.hpp"
#include "config/private_file.hpp"
#include "store/control_reports.hpp"

namespace dhii::app {
namespace {

store::UserRole role_of(audit::Actor actor) {
  switch (actor) {
    case audit::Actor::kAdministrator:
      return store::UserRole::kAdministrator;
    case audit::Actor::kAuditor:
      return store::UserRole::kAuditor;
    default:
      return store::UserRole::kUser;
  }
}

config::Variables variables(const std::filesystem::path& folder, const ThrowAwayOptions& options) {
  config::Variables out{{"DHII_DATA_DIR", folder.string()},
                        {"DATABASE_URL", "sqlite:///" + (folder / "control.db").string()},
                        {"DHII_LISTEN", "127.0.0.1:0"},
                        {"DHII_METRICS_LISTEN", "off"},
                        {"DHII_ALERT_ANSWERS", "none"},  // an attacker who is blocked finds nothing
                        {"DHII_SECURITY_CONTACT", "mailto:security@audit.example"},
                        {"DHII_TRUSTED_PROXIES", "127.0.0.1"}};  // so that each probe can come from another address
  if (!options.declared_origin.empty()) out["DHII_CORS_ORIGINS"] = options.declared_origin;
  if (!options.guides_limits) out["DHII_RATE_API"] = out["DHII_RATE_AUTH"] = "1000000/1000000";
  return out;
}

}  // namespace

Result<std::unique_ptr<ThrowAway>> ThrowAway::start(const ThrowAwayOptions& options,
                                                    std::map<audit::Actor, audit::Credentials> users) {
  std::string pattern = (std::filesystem::temp_directory_path() / "dhii-audit-XXXXXX").string();
  if (mkdtemp(pattern.data()) == nullptr) return fail(config::FileError::kCannotCreate, pattern);
  std::unique_ptr<ThrowAway> out(new ThrowAway(pattern));
  SystemRandom random;
  auto settings = config::load(variables(out->folder_, options), random, config::SecretsFile::kCreateIfMissing);
  if (!settings) return fail(config::FileError::kMalformed, settings.error().front().message());
  settings->for_probing = !options.guides_limits;
  DHII_TRY_ASSIGN(out->installation_, Installation::open(std::move(*settings)));
  for (const auto& [actor, who] : users) {
    const auth::NewUser user{who.login, std::string(audit::actor_name(actor)), role_of(actor)};
    DHII_TRY(out->installation_->users().create(user, Secret(who.password)));
  }
  // So that there is a result to ask for.
  const store::SecurityReport earlier{.kind = "audit", .score = 100, .summary = audit::stored_json({})};
  DHII_TRY(store::Reports(out->installation_->control()).add(earlier));
  DHII_TRY_ASSIGN(out->server_, InsideServer::start(*out->installation_));
  return out;
}

ThrowAway::~ThrowAway() {
  server_.reset();
  installation_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string ThrowAway::signing_key() const {
  const Secret key = installation_->keyring().access_tokens();
  return std::string(key.reveal());
}

std::map<audit::Actor, audit::Credentials> audit_users(Random& random) {
  using audit::Actor;
  const std::string tag = random.hex(4);
  const auto with = [&](const char* name) {
    return audit::Credentials{"audit-" + std::string(name) + "-" + tag + "@example.org", random.token(24)};
  };
  return {{Actor::kOwner, with("owner")},
          {Actor::kOther, with("other")},
          {Actor::kAuditor, with("auditor")},
          {Actor::kAdministrator, with("administrator")},
          {Actor::kSpare, with("spare")}};
}

}  // namespace dhii::app

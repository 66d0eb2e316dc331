// "All environment variables are set": set, understood, strong, their own, and readable by nobody else.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "checks/pre.hpp"
#include "checks/secret_strength.hpp"

namespace dhii::checks {
namespace {

constexpr double kMinBits = 100;  // what no one tries; 24 random characters of base64 have 144

Found production(const config::Settings& s) {
  if (s.mode == config::Mode::kProduction) return passed("DHII_ENV is production");
  return failed("DHII_ENV is not production: placeholders and plain HTTP to other machines are let through",
                "set DHII_ENV=production");
}

Found understood(const PreInput& in) {
  if (in.problems.empty()) return passed("every variable is known and its value understood");
  std::string all;
  for (const auto& problem : in.problems) all += (all.empty() ? "" : " ") + problem.message();
  return failed(all, "set each variable named as its sentence says; `dhii-mail config` shows all of them");
}

Found strong(std::string_view name, const Secret& secret, std::size_t least) {
  if (secret.empty())
    return failed(std::string(name) + " is not set",
                  fmt::format("set {0} or {0}_FILE; `openssl rand -base64 32` makes a value", name));
  const auto value = secret.reveal();
  const std::string mend = fmt::format("give {} a value from `openssl rand -base64 32`", name);
  if (looks_like_placeholder(value)) return failed(std::string(name) + " is still a placeholder", mend);
  if (value.size() < least)
    return failed(fmt::format("{} has {} characters, at least {} are needed", name, value.size(), least), mend);
  const double bits = estimate_bits(value);
  if (bits < kMinBits)
    return failed(fmt::format("{} has about {:.0f} bits of entropy, at least {:.0f} are needed", name, bits, kMinBits),
                  mend);
  return passed(fmt::format("{} has {} characters and at least {:.0f} bits of entropy", name, value.size(),
                            std::min(bits, 256.0)));
}

Found optional_secret(std::string_view name, const Secret& secret, std::string_view what) {
  if (secret.empty()) return skipped(fmt::format("{} is not set: {} is not used", name, what));
  if (looks_like_placeholder(secret.reveal()))
    return failed(std::string(name) + " is still a placeholder",
                  fmt::format("set the real {} or remove the variable", name));
  return passed(fmt::format("{} is set ({} characters)", name, secret.size()));
}

Found reuse(const config::Settings& s) {
  const std::pair<std::string_view, const Secret*> all[] = {{"JWT_SECRET_KEY", &s.jwt_secret},
                                                            {"ENCRYPTION_KEY", &s.encryption_key},
                                                            {"SMTP_PASSWORD", &s.smtp_password},
                                                            {"GOOGLE_API_KEY", &s.google_api_key},
                                                            {"DHII_METRICS_TOKEN", &s.telemetry.metrics_token}};
  for (std::size_t i = 0; i < std::size(all); ++i) {
    for (std::size_t j = i + 1; j < std::size(all); ++j) {
      const auto a = all[i].second->reveal(), b = all[j].second->reveal();
      if (a.empty() || b.empty()) continue;
      const bool inside = a.size() >= 8 && b.size() >= 8 &&
                          (a.find(b) != std::string_view::npos || b.find(a) != std::string_view::npos);
      if (constant_time_equal(a, b) || inside)
        return failed(
            fmt::format("{} and {} have the same value or one contains the other", all[i].first, all[j].first),
            "give each its own value from `openssl rand -base64 32`");
    }
  }
  return passed("no secret serves two purposes");
}

Found database_url(const PreInput& in) {
  const bool given = in.environment.contains("DATABASE_URL");
  return passed(fmt::format("{} ({})", in.settings->database_file.string(), given ? "DATABASE_URL" : "the default"));
}

Found public_url(const config::Settings& s) {
  if (s.public_url.starts_with("https://")) return passed("DHII_PUBLIC_URL is " + s.public_url);
  if (s.public_url.empty())
    return failed("DHII_PUBLIC_URL is not set: links and passkeys need the address that people type",
                  "set DHII_PUBLIC_URL=https://mail.example.org");
  return failed("DHII_PUBLIC_URL is " + s.public_url + ", which is not HTTPS",
                "set DHII_PUBLIC_URL to the https:// address");
}

Found secret_files(const PreInput& in) {
  std::vector<std::filesystem::path> files;
  std::error_code ignored;
  if (std::filesystem::exists(in.settings->secrets_file, ignored)) files.push_back(in.settings->secrets_file);
  for (const auto& [name, value] : in.environment) {
    for (const std::string_view base :
         {"JWT_SECRET_KEY", "ENCRYPTION_KEY", "SMTP_PASSWORD", "GOOGLE_API_KEY", "DHII_METRICS_TOKEN"})
      if (name == std::string(base) + "_FILE" && !value.empty()) files.emplace_back(value);
  }
  if (files.empty()) return passed("no secret stands in a file");
  std::string seen;
  for (const auto& file : files) {
    // systemd credentials belong to root and are shown to the service alone.
    auto found = private_to(file, in.host.uid);
    const bool credential = file.string().starts_with("/run/credentials/");
    if (found.status == Status::kFail && !credential) return found;
    seen += (seen.empty() ? "" : "; ") + found.evidence;
  }
  return passed(seen);
}

}  // namespace

void check_variables(const PreInput& in, Report& report) {
  const auto add = [&](std::string id, std::string title, Weight weight, Found found) {
    report.add("pre.variables." + id, box::kVariables, std::move(title), weight, std::move(found));
  };
  add("understood", "Every variable is known and understood", Weight::kMust, understood(in));
  if (in.settings == nullptr) {
    add("secrets", "Secrets are set and strong", Weight::kMust,
        skipped("the settings can't be loaded; mend those first"));
    return;
  }
  const auto& s = *in.settings;
  add("production", "The program runs in production mode", Weight::kMust, production(s));
  add("jwt_secret", "JWT_SECRET_KEY is set and strong", Weight::kMust, strong("JWT_SECRET_KEY", s.jwt_secret, 32));
  add("encryption_key", "ENCRYPTION_KEY is set and strong", Weight::kMust,
      strong("ENCRYPTION_KEY", s.encryption_key, 24));
  add("smtp_password", "SMTP_PASSWORD is real", Weight::kMust,
      optional_secret("SMTP_PASSWORD", s.smtp_password, "the system's own mail"));
  add("google_api_key", "GOOGLE_API_KEY is real", Weight::kMust,
      optional_secret("GOOGLE_API_KEY", s.google_api_key, "the Google service"));
  add("database_url", "DATABASE_URL is set", Weight::kMust, database_url(in));
  add("reuse", "No secret serves two purposes", Weight::kMust, reuse(s));
  add("secret_files", "Files with secrets can be read by nobody else", Weight::kMust, secret_files(in));
  add("public_url", "The public address is HTTPS", Weight::kShould, public_url(s));
}

}  // namespace dhii::checks

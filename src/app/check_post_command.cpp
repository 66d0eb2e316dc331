// `dhii-mail check post`: looks at a running server from outside; with the data folder at hand it makes a user for the
// moment, and follows a canary event to where it comes out.
#include <algorithm>
#include <fstream>
#include <thread>

#include "api/contract.hpp"
#include "app/event_log.hpp"
#include "app/installation.hpp"
#include "app/operations_commands.hpp"
#include "base/bytes.hpp"
#include "checks/post.hpp"
#include "checks/render.hpp"
#include "crypto/jwt.hpp"
#include "store/control_reports.hpp"
#include "store/control_users.hpp"

namespace dhii::app {
namespace {

constexpr std::chrono::seconds kCanaryLimit{15};  // journal, logs and channels write within a second
constexpr std::chrono::milliseconds kCanaryStep{250};

std::vector<checks::RouteSample> samples() {
  std::vector<checks::RouteSample> out;
  for (const auto& operation : api::Contract::built_in().operations()) {
    std::string path;
    for (std::size_t i = 0; i < operation.path.size(); ++i) {
      if (operation.path[i] != '{') {
        path += operation.path[i];
        continue;
      }
      path += '1';  // whatever is asked for belongs to somebody else
      i = operation.path.find('}', i);
    }
    out.push_back({operation.method, path});
  }
  return out;
}

// A clock that is behind: what it signs has expired.
class PastClock final : public Clock {
 public:
  Timestamp now() const override { return SystemClock().now() - std::chrono::hours(2); }
  std::chrono::steady_clock::time_point steady_now() const override { return std::chrono::steady_clock::now(); }
};

std::optional<std::string> expired_twin(const Installation& installation, const std::string& token) {
  const SystemClock clock;
  std::vector<crypto::Jwt::Key> keys;
  keys.push_back({"k1", installation.keyring().access_tokens()});
  const crypto::Jwt now(std::move(keys), "dhii-mail", "dhii-mail-api", clock);
  const auto claims = now.verify(token);
  if (!claims) return std::nullopt;
  const PastClock past;
  std::vector<crypto::Jwt::Key> same;
  same.push_back({"k1", installation.keyring().access_tokens()});
  return crypto::Jwt(std::move(same), "dhii-mail", "dhii-mail-api", past)
      .sign(claims->user, claims->session, std::chrono::minutes(15));
}

bool file_has(const std::filesystem::path& file, std::string_view word) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) return false;
  const auto size = static_cast<std::int64_t>(in.tellg());
  constexpr std::int64_t kTail = 4 << 20;  // the canary is the newest there is
  in.seekg(std::max<std::int64_t>(0, size - kTail));
  std::string text(static_cast<std::size_t>(std::min(size, kTail)), '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  return text.find(word) != std::string::npos;
}

bool journal_has(Installation& installation, std::string_view code) {
  const auto log = EventLog::open(installation);
  if (!log) return false;
  store::EventFilter filter;
  filter.names = {"security.canary"};
  filter.limit = 20;
  const auto rows = (*log)->rows().list(filter);
  if (!rows) return false;
  return std::ranges::any_of(*rows,
                             [&](const auto& row) { return row.entry.event.detail.find(code) != std::string::npos; });
}

class Visit {
 public:
  Visit(Installation* installation, const CheckPostOptions& options) : installation_(installation), options_(options) {}
  ~Visit() { end(); }
  Visit(const Visit&) = delete;
  Visit& operator=(const Visit&) = delete;

  // With --user, that one. Else, on the server itself, an administrator for the time of the check.
  Result<std::optional<checks::Credentials>> user(std::string_view given_password) {
    if (!options_.user.empty()) return checks::Credentials{options_.user, Secret(given_password)};
    if (installation_ == nullptr) return std::nullopt;
    const std::string login = "check-" + installation_->random().hex(6);
    const Secret password = Secret::take(installation_->random().token(24));
    DHII_TRY_ASSIGN(made_, installation_->users().create(
                               {login, "dhii-mail check post", store::UserRole::kAdministrator}, password));
    return checks::Credentials{login, password.clone()};
  }

  std::optional<std::string> find_canary(std::string_view target, std::string_view code) {
    if (target == "journal") {
      const bool found = wait([&] { return journal_has(*installation_, code); });
      return found ? "" : "it does not stand in the journal of security events here: is this the server's data folder?";
    }
    const auto& logs = installation_->settings().telemetry;
    if (target != "file" || !logs.logs_to(config::LogOutput::kFile)) return std::nullopt;
    if (wait([&] { return file_has(logs.log_file, code); })) return "";
    return "it does not stand in " + logs.log_file.string() + ": was it moved or deleted?";
  }

  void end() {
    if (!made_) return;
    std::ignore = installation_->control().revoke_sessions_of(*made_, std::nullopt);
    if (auto user = installation_->control().get_user(*made_)) {
      user->disabled = true;
      user->sealed_mail_key.clear();
      std::ignore = installation_->control().update_user(*user);
    }
    std::ignore = store::UserRecords(installation_->control()).erase(*made_);  // there is no mail to erase
    made_.reset();
  }

 private:
  template <class F>
  static bool wait(F test) {
    for (std::chrono::milliseconds waited{0}; waited < kCanaryLimit; waited += kCanaryStep) {
      if (test()) return true;
      std::this_thread::sleep_for(kCanaryStep);
    }
    return false;
  }
  Installation* installation_;
  const CheckPostOptions& options_;
  std::optional<UserId> made_;
};

std::unique_ptr<Installation> open_local(config::LoadResult& loaded) {
  std::error_code ignored;
  if (!loaded || loaded->encryption_key.empty() || !std::filesystem::exists(loaded->database_file, ignored))
    return nullptr;
  auto opened = Installation::open(std::move(*loaded));
  return opened ? std::move(*opened) : nullptr;
}

std::string password_from(const std::string& file, std::string& problem) {
  std::ifstream in(file);
  std::string line;
  if (!std::getline(in, line) || line.empty())
    problem = "--password-file " + file + " can't be read or is empty; put the password on its first line";
  return line;
}

}  // namespace

int check_post(config::LoadResult& loaded, const Output& output, const CheckPostOptions& options) {
  const auto form = checks::parse_format(options.format);
  if (!form) return output.failure("usage", "--format is one of table, json, markdown, junit, sarif.") + 1;
  if (const auto origin = checks::parse_origin(options.url); !origin)
    return output.failure("usage", "--url: " + origin.error() + ".") + 1;
  std::string problem, password;
  if (!options.user.empty()) password = password_from(options.password_file, problem);
  if (!problem.empty()) return output.failure("usage", problem + ".") + 1;
  const auto installation = open_local(loaded);
  Visit visit(installation.get(), options);
  auto user = visit.user(password);
  wipe(password);
  if (!user) return output.failure(user.error());
  const SystemClock clock;
  checks::LocalAccess local;
  if (installation) {
    local.expired_twin = [&](const std::string& token) { return expired_twin(*installation, token); };
    local.find_canary = [&](std::string_view target, std::string_view code) { return visit.find_canary(target, code); };
    local.last_scan = [&](std::string_view kind) -> std::optional<Timestamp> {
      const auto latest = store::Reports(installation->control()).latest(kind);
      return latest && *latest ? std::optional((*latest)->at) : std::nullopt;
    };
  }
  const checks::PostInput input{options.url,
                                {.ca_file = options.ca_file},
                                samples(),
                                std::move(*user),
                                {},
                                std::move(local),
                                clock,
                                DHII_VERSION,
                                SystemRandom().hex(12),
                                [&](std::chrono::milliseconds time) {
                                  output.progress("checking " + options.url + " ...");
                                  std::this_thread::sleep_for(time);
                                }};
  const auto report = checks::check_post(input);
  visit.end();
  if (installation) {
    if (const auto log = EventLog::open(*installation)) {
      (*log)->start();
      std::ignore = keep_report(*installation, report, (*log)->journal());
      (*log)->stop();
    }
  }
  return tell_report(report, *form, output);
}

}  // namespace dhii::app

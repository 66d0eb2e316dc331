#include "app/audit_commands.hpp"

#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <fstream>

#include "api/contract.hpp"
#include "app/event_log.hpp"
#include "app/installation.hpp"
#include "app/throw_away.hpp"
#include "audit/auditor.hpp"
#include "audit/errors.hpp"
#include "audit/report.hpp"
#include "audit/test_users.hpp"
#include "config/sources.hpp"
#include "store/control_reports.hpp"

namespace dhii::app {
namespace {

constexpr const char* kDeclaredOrigin = "https://app.audit.example";
volatile std::sig_atomic_t stopped = 0;  // by SIGINT or SIGTERM

Result<audit::Report> audit_throw_away(const audit::Contract& contract, const audit::AuditOptions& options) {
  SystemRandom random;
  const auto users = audit_users(random);
  DHII_TRY_ASSIGN(const auto open,
                  ThrowAway::start({.guides_limits = false, .declared_origin = kDeclaredOrigin}, users));
  DHII_TRY_ASSIGN(const auto limited, ThrowAway::start({.guides_limits = true, .declared_origin = kDeclaredOrigin},
                                                       {{audit::Actor::kOwner, users.at(audit::Actor::kOwner)}}));
  DHII_TRY_ASSIGN(const auto url, audit::Url::parse(open->url()));
  DHII_TRY_ASSIGN(const auto limited_url, audit::Url::parse(limited->url()));
  audit::HttpClient client(url, {});
  audit::HttpClient limited_client(limited_url, {});
  audit::World world({.contract = contract,
                      .client = client,
                      .limited_client = &limited_client,
                      .accounts = users,
                      .insight = {.signing_key = open->signing_key(),
                                  .trusts_this_client = true,
                                  .declared_origin = kDeclaredOrigin,
                                  .limited = limited_url}});
  DHII_TRY(world.enter());
  return audit::run_audit(world, options);
}

Result<audit::Report> audit_url(const AuditCommand& command, const audit::Contract& contract,
                                const audit::AuditOptions& options) {
  DHII_TRY_ASSIGN(const auto url, audit::Url::parse(command.url));
  std::string password;
  if (!command.password_file.empty()) {
    const auto text = config::read_small_file(command.password_file);
    if (!text) return fail(audit::AuditError::kCannotSignIn, command.password_file + " can't be read");
    password = text->substr(0, text->find_first_of("\r\n"));
  }
  audit::HttpClient client(url, {.extra_ca_file = command.ca_file, .name = "dhii-mail audit"});
  audit::TestUsers test_users(contract, client, {command.user, password});
  SystemRandom random;
  std::map<audit::Actor, audit::Credentials> accounts;
  if (command.as_user) {
    accounts[audit::Actor::kOwner] = {command.user, password};
  } else if (!command.user.empty()) {
    DHII_TRY_ASSIGN(accounts, test_users.make(random));
  }
  audit::World world(
      {.contract = contract, .client = client, .limited_client = nullptr, .accounts = accounts, .insight = {}});
  auto entered = world.enter();
  auto report = entered ? audit::run_audit(world, options) : std::unexpected(entered.error());
  for (const std::string& login : test_users.remove()) {
    if (report) report->not_tried.push_back("the test user " + login + " could not be removed: please do");
  }
  return report;
}

// Whether it could be kept is news, not a failure: the report itself was made.
std::string keep(const AuditCommand& command, const audit::Report& report) {
  auto environment = config::process_environment();
  if (!command.data_directory.empty()) environment["DHII_DATA_DIR"] = command.data_directory;
  SystemRandom random;
  auto settings = config::load(environment, random, config::SecretsFile::kReadOnly);
  if (!settings || !std::filesystem::exists(settings->database_file)) return "not kept: there is no installation here";
  auto installation = Installation::open(std::move(*settings));
  if (!installation) return "not kept: " + installation.error().message();
  store::SecurityReport row;
  row.kind = "audit";
  row.score = static_cast<int>(report.average());
  row.summary = audit::stored_json(report);
  if (auto added = store::Reports((*installation)->control()).add(row); !added)
    return "not kept: " + added.error().message();
  if (auto log = EventLog::open(**installation)) {
    (*log)->start();
    (*log)->journal().record({.kind = event::Kind::kAuditFinished,
                              .actor = "system",
                              .object = report.target,
                              .detail = audit::summary_line(report)});
    (*log)->stop();
  }
  return "kept in this installation";
}

Result<void> write_file(const std::string& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << text;
  out.close();
  if (!out) return fail(audit::AuditError::kCannotWrite, path);
  return {};
}

}  // namespace

void add_audit_command(CLI::App& app, AuditCommand& command) {
  auto* audit = app.add_subcommand(
      "audit", "Attack every endpoint of the contract and say what was found; without --url, of a throw-away instance");
  audit->add_option("--url", command.url,
                    "The server to attack, such as https://mail.example.org; have its owner's leave");
  audit->add_option("--user", command.user, "An administrator of that server; test users are made and removed");
  audit->add_flag("--as-user", command.as_user,
                  "--user is no administrator: make no test users, act as this one alone");
  audit->add_option("--password-file", command.password_file, "The file with its password");
  audit->add_option("--ca-file", command.ca_file, "A certificate authority to trust besides the system's");
  audit->add_option("--format", command.format)
      ->capture_default_str()
      ->check(CLI::IsMember({"table", "json", "sarif", "html", "junit"}));
  audit->add_option("--min-score", command.min_score, "End with 1 when an endpoint scores less")
      ->check(CLI::Range(0, 100));
  audit->add_option("--output", command.output_file, "Write the report here instead of to standard output");
  audit->add_option("--only", command.only, "Only endpoints with this in \"METHOD /path\"; may be repeated");
  audit->callback([&command] { command.chosen = true; });
}

int audit_server(const AuditCommand& command, const Output& output) {
  spdlog::set_level(spdlog::level::off);  // the attacked server would complain about every probe
  const auto contract = audit::Contract::parse(api::Contract::json_text());
  if (!contract) return output.failure(contract.error());
  audit::AuditOptions options;
  options.target = command.url.empty() ? "a throw-away instance" : command.url;
  options.only = command.only;
  options.progress = [&](std::string_view text) { output.progress(text); };
  // What was begun is cleaned up first; a second signal ends the program at once.
  for (const int signal : {SIGINT, SIGTERM}) {
    std::signal(signal, [](int number) {
      stopped = 1;
      std::signal(number, SIG_DFL);
    });
  }
  options.stopped = [] { return stopped != 0; };
  const auto report =
      command.url.empty() ? audit_throw_away(*contract, options) : audit_url(command, *contract, options);
  if (!report) {
    (void)output.failure(report.error());
    return 2;
  }
  const auto format =
      output.json() ? audit::Format::kJson : audit::parse_format(command.format).value_or(audit::Format::kTable);
  const std::string text = audit::render(*report, format);
  if (command.only.empty()) output.progress(keep(command, *report));
  if (command.output_file.empty()) {
    std::fwrite(text.data(), 1, text.size(), stdout);
  } else {
    if (auto done = write_file(command.output_file, text); !done) return output.failure(done.error());
    output.result({{"output", command.output_file}},
                  audit::summary_line(*report) + "; report in " + command.output_file);
  }
  return report->lowest() < command.min_score ? 1 : 0;
}

}  // namespace dhii::app

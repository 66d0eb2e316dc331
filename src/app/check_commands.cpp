// `dhii-mail check pre|post`.
#include <cstdio>

#include "app/event_log.hpp"
#include "app/installation.hpp"
#include "app/operations_commands.hpp"
#include "checks/pre.hpp"
#include "checks/render.hpp"
#include "store/control_reports.hpp"

namespace dhii::app {
namespace {

// What `serve` refuses in production is still looked at here: a list of everything is worth more than its first line.
std::optional<config::Settings> lenient(const config::Variables& environment, Random& random) {
  auto variables = environment;
  variables.erase("DHII_ENV");
  auto loaded = config::load(variables, random, config::SecretsFile::kReadOnly);
  if (!loaded) return std::nullopt;
  return std::move(*loaded);
}

}  // namespace

Result<void> keep_report(Installation& installation, const checks::Report& report, event::Sink& events) {
  const std::string text = checks::render(report, checks::Format::kJson);
  DHII_TRY(store::Reports(installation.control())
               .add({.kind = report.kind, .at = report.at, .score = report.score(), .summary = text}));
  events.record({.kind = event::Kind::kCheckFinished,
                 .actor = "system",
                 .object = report.kind == "check_pre" ? "pre-deployment" : "post-deployment",
                 .detail = checks::summary(report)});
  return {};
}

int tell_report(const checks::Report& report, checks::Format format, const Output& output) {
  const std::string text = checks::render(report, output.json() ? checks::Format::kJson : format);
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
  return report.ok() ? 0 : 1;
}

void keep_beside(const config::Settings& settings, const config::Variables& environment, const checks::Report& report) {
  std::error_code ignored;
  if (settings.encryption_key.empty() || !std::filesystem::exists(settings.database_file, ignored)) return;
  SystemRandom random;
  auto own = lenient(environment, random);
  if (!own) return;
  auto installation = Installation::open(std::move(*own));
  if (!installation) return;  // the report itself says why
  const auto log = EventLog::open(**installation);
  if (!log) return;
  (*log)->start();
  std::ignore = keep_report(**installation, report, (*log)->journal());
  (*log)->stop();
}

int check_pre(const config::LoadResult& loaded, const config::Variables& environment, const Output& output,
              const std::string& format) {
  const auto form = checks::parse_format(format);
  if (!form) return output.failure("usage", "--format is one of table, json, markdown, junit, sarif") + 1;
  SystemRandom random;
  const SystemClock clock;
  const auto fallback = loaded ? std::nullopt : lenient(environment, random);
  const config::Settings* settings = loaded ? &*loaded : fallback ? &*fallback : nullptr;
  const auto host = checks::look_at_host();
  const checks::PreInput input{loaded ? std::vector<config::Problem>() : loaded.error(),
                               environment,
                               settings,
                               host,
                               clock,
                               random,
                               DHII_VERSION};
  const auto report = checks::check_pre(input);
  if (settings != nullptr) keep_beside(*settings, environment, report);
  return tell_report(report, *form, output);
}

}  // namespace dhii::app

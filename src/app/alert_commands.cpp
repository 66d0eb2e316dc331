#include "app/alert_commands.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>

#include "app/alert_channels.hpp"
#include "app/event_log.hpp"
#include "base/bytes.hpp"
#include "security/journal/render.hpp"
#include "store/event_alerts.hpp"

namespace dhii::app {

namespace json = boost::json;

namespace {

constexpr std::size_t kMaxListed = 500;

struct AlertLine {
  std::string channel;
  bool all = false;
};

int list(Installation& installation, const Output& output, bool all) {
  const auto log = EventLog::open(installation);
  if (!log) return output.failure(log.error());
  store::EventAlerts store((*log)->database());
  const auto alerts = all ? store.list(std::nullopt, 0, kMaxListed) : store.open();
  if (!alerts) return output.failure(alerts.error());
  json::array items;
  std::vector<std::vector<std::string>> rows{{"ID", "STATE", "SEVERITY", "SINCE", "WHAT", "ABOUT"}};
  for (const auto& alert : *alerts) {
    const std::string since = security::iso_time(alert.first_at);
    items.push_back({{"id", std::to_string(alert.id)},
                     {"rule", alert.rule},
                     {"key", to_valid_utf8(alert.key)},
                     {"state", store::alert_state_name(alert.state)},
                     {"severity", event::severity_name(alert.severity)},
                     {"title", alert.title},
                     {"observed", to_valid_utf8(alert.observed)},
                     {"expected", to_valid_utf8(alert.expected)},
                     {"first_at", since},
                     {"count", alert.count}});
    rows.push_back({std::to_string(alert.id), std::string(store::alert_state_name(alert.state)),
                    std::string(event::severity_name(alert.severity)), since.substr(0, 19), alert.title,
                    log_escape(alert.key, 80)});
  }
  output.result({{"alerts", std::move(items)}}, alerts->empty() ? "No alerts." : table(rows));
  return 0;
}

net::Task<std::vector<Tested>> test_all(security::Channels& channels, std::vector<std::string> names, Timestamp now) {
  std::vector<Tested> out;
  for (const auto& name : names) {
    security::Notification note{.at = now, .rule = "test", .test = true};
    const auto sent = co_await channels.send(name, std::move(note));
    out.push_back({name, channels.place(name), sent ? std::string() : sent.error().message()});
  }
  co_return out;
}

}  // namespace

std::vector<Tested> test_alert_channels(Installation& installation, std::vector<std::string> names) {
  Engine engine(installation, {});
  AlertChannels wired(engine);
  if (names.empty()) names = wired.channels().configured();
  std::vector<Tested> out;
  std::exception_ptr thrown;
  boost::asio::co_spawn(
      engine.io(),
      [](Engine& running, net::Task<std::vector<Tested>> task,
         std::vector<Tested>& result) -> boost::asio::awaitable<void> {
        auto tested = co_await std::move(task);
        if (tested) result = std::move(*tested);
        co_await running.stop();
      }(engine, test_all(wired.channels(), std::move(names), installation.clock().now()), out),
      [&](std::exception_ptr error) {
        thrown = error;
        engine.io().stop();
      });
  engine.io().run();
  if (thrown) std::rethrow_exception(thrown);
  return out;
}

namespace {

void record_canary(Installation& installation, const std::vector<Tested>& tested) {
  const auto log = EventLog::open(installation);
  if (!log) return;
  (*log)->start();
  for (const auto& t : tested)
    (*log)->journal().record({.kind = event::Kind::kCanary,
                              .actor = "system",
                              .object = t.channel,
                              .detail = t.error.empty() ? t.channel + " took it" : t.channel + ": " + t.error});
}

int test(Installation& installation, const Output& output, const std::string& channel) {
  const auto tested =
      test_alert_channels(installation, channel.empty() ? std::vector<std::string>() : std::vector{channel});
  if (tested.empty())
    return output.failure("alert.no_channel",
                          "No alert channel is set up; set DHII_ALERT_MAIL_TO, DHII_ALERT_WEBHOOK_URL, "
                          "DHII_ALERT_ALERTMANAGER_URL or DHII_ALERT_SYSLOG (docs/alerts.md).");
  record_canary(installation, tested);
  json::array items;
  std::vector<std::vector<std::string>> rows{{"CHANNEL", "TO", "RESULT"}};
  bool good = true;
  for (const auto& t : tested) {
    items.push_back({{"channel", t.channel},
                     {"to", t.place},
                     {"ok", t.error.empty()},
                     {"meaning", t.error.empty() ? security::Channels::meaning(t.channel) : std::string_view()},
                     {"error", t.error}});
    rows.push_back({t.channel, log_escape(t.place, 120),
                    t.error.empty() ? std::string(security::Channels::meaning(t.channel))
                                    : "FAILED: " + log_escape(t.error, 300)});
    good = good && t.error.empty();
  }
  output.result({{"channels", std::move(items)}}, table(rows));
  return good ? 0 : 1;
}

}  // namespace

void add_alert_commands(CLI::App& app, std::function<int(Installation&, const Output&)>& chosen) {
  const auto line = std::make_shared<AlertLine>();
  auto* alerts = app.add_subcommand("alert", "Alerts: what somebody should know of")->require_subcommand(1);
  auto* show = alerts->add_subcommand("list", "Alerts that are not over");
  show->add_flag("--all", line->all, "Those that are over, too");
  show->callback(
      [line, &chosen] { chosen = [line](Installation& i, const Output& o) { return list(i, o, line->all); }; });
  auto* try_out = alerts->add_subcommand("test", "Send a test through every channel that is set up, or through one");
  try_out->add_option("channel", line->channel, "mail, webhook, alertmanager or syslog")
      ->check(CLI::IsMember({"mail", "webhook", "alertmanager", "syslog"}));
  try_out->callback(
      [line, &chosen] { chosen = [line](Installation& i, const Output& o) { return test(i, o, line->channel); }; });
}

}  // namespace dhii::app

// Telemetry: what `serve` counts of itself, and the listener that shows it as /metrics. Names, help and labels of all
// metrics that do not stand beside what they count are here. The listener is an http::Server of its own with one route,
// so that the metrics never share a port, a limit or a permission with mail. Io thread, but for the event sink.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <map>
#include <string>
#include <unordered_map>

#include "app/alert_metrics.hpp"
#include "app/engine.hpp"
#include "app/report_metrics.hpp"
#include "event/follower.hpp"
#include "http/dispatcher.hpp"
#include "http/server.hpp"
#include "store/event_certificates.hpp"

namespace dhii::app {

// Counts events by kind and severity, sign-ins by outcome and limits hit: each as it happened, behind the journal and
// on its thread.
class EventCounter final : public event::Follower {
 public:
  explicit EventCounter(metrics::Registry& registry);
  void seen(const event::Event& event) noexcept override;

 private:
  std::vector<metrics::Counter> by_kind_;
  std::map<event::Kind, metrics::Counter> sign_ins_;
  std::map<event::Kind, metrics::Counter> limits_;
};

class RequestCounter final : public http::RequestObserver {
 public:
  explicit RequestCounter(metrics::Registry& registry);
  void finished(const http::Request& request, std::string_view route, const http::Response& response,
                std::chrono::microseconds took) override;

 private:
  metrics::Registry& registry_;
  // Handles once made are kept: asking the registry costs a map of labels, too much for every request.
  struct Route {
    metrics::Histogram duration;
    std::unordered_map<int, metrics::Counter> by_status;
  };
  Route new_route(std::string_view method, std::string_view pattern);

  metrics::Counter rate_, body_, head_;
  std::unordered_map<std::string, Route> routes_;  // by "GET /api/v1/accounts"
};

// Everything that is looked up when it is asked for, or four times a minute.
class Telemetry {
 public:
  // Both outlive it.
  Telemetry(Engine& engine, store::EventDatabase& events);
  // What the HTTP side holds; called for each scrape.
  void watch_server(std::function<std::size_t()> connections, std::function<std::size_t()> event_streams);
  // Endless: counts in the databases, the disk, the certificate.
  net::Task<> keep_counting();

 private:
  void collect_accounts();
  void count_disk();
  void count_certificates();
  void show_certificate(const char* name, Timestamp expires_at);
  void show(const store::Totals& totals);

  Engine& engine_;
  metrics::Registry& registry_;
  ReportMetrics reports_;
  AlertMetrics alerts_;
  store::MailCertificates mail_certificates_;
  std::map<sync::AccountState, metrics::Gauge> accounts_;
  std::array<metrics::Gauge, store::kSubmissionStates> outbox_;
  metrics::Gauge lag_, lagging_, mailboxes_, messages_, unread_, pending_, disk_free_, disk_size_;
};

// The listener. Must be stopped (stop()) before the io_context ends.
class MetricsListener {
 public:
  MetricsListener(boost::asio::any_io_executor executor, Installation& installation);
  Result<void> start();
  boost::asio::awaitable<void> stop();
  std::string address() const;

 private:
  // There is no sign-in on this port; the route is public and checks its own token.
  class NoSignIn final : public http::Authenticator {
    boost::asio::awaitable<Result<http::Principal>> authenticate(const http::Request& request,
                                                                 std::string_view authorization) override;
  };
  boost::asio::awaitable<http::Response> answer(http::Request& request);

  Installation& installation_;
  NoSignIn no_sign_in_;
  http::Router router_;
  http::Dispatcher dispatcher_;
  http::Server server_;
};

}  // namespace dhii::app

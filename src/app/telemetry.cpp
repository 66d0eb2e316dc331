#include "app/telemetry.hpp"

#include <spdlog/spdlog.h>
#include <sys/statvfs.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "http/tls_context.hpp"
#include "net/deadline.hpp"

namespace dhii::app {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds kCountPause{15};     // as often as Prometheus asks by default
constexpr std::chrono::minutes kLagging{15};        // three retries at the longest pause: more than a passing trouble
constexpr std::size_t kMaxMetricsConnections = 16;  // a pair of Prometheus servers and somebody with curl

// "auth" of "auth.signed_in".
std::string family_of(std::string_view name) { return std::string(name.substr(0, name.find('.'))); }

}  // namespace

EventCounter::EventCounter(metrics::Registry& registry) {
  for (const auto& row : event::catalogue()) {
    by_kind_.push_back(registry.counter("dhii_events_total", "Security events, by family, name and severity.",
                                        {{"family", family_of(row.name)},
                                         {"event", std::string(row.name)},
                                         {"severity", std::string(event::severity_name(row.severity))}}));
  }
  const auto sign_in = [&](event::Kind kind, const char* outcome) {
    sign_ins_.emplace(kind, registry.counter("dhii_sign_ins_total", "Attempts to sign in, by how they ended.",
                                             {{"outcome", outcome}}));
  };
  sign_in(event::Kind::kSignedIn, "success");
  sign_in(event::Kind::kSignInFailed, "failure");
  sign_in(event::Kind::kSignInThrottled, "throttled");
  sign_in(event::Kind::kSecondFactorFailed, "second_factor_failure");
  const auto limit = [&](event::Kind kind, const char* name) {
    limits_.emplace(kind, registry.counter("dhii_limits_hit_total", "How often a limit refused something, by limit.",
                                           {{"limit", name}}));
  };
  limit(event::Kind::kSignInThrottled, "sign_in");
  limit(event::Kind::kConnectionsFull, "connections");
  limit(event::Kind::kUploadRefused, "upload");
  limit(event::Kind::kEventsDropped, "events");
  limit(event::Kind::kBlockedRequest, "blocked_address");
}

void EventCounter::seen(const event::Event& event) noexcept {
  const auto add = [&](const auto& counters) {
    if (const auto found = counters.find(event.kind); found != counters.end()) found->second.add();
  };
  if (const auto index = static_cast<std::size_t>(event.kind); index < by_kind_.size()) by_kind_[index].add();
  add(sign_ins_);
  add(limits_);
}

RequestCounter::RequestCounter(metrics::Registry& registry) : registry_(registry) {
  const auto limit = [&](const char* name) {
    return registry.counter("dhii_limits_hit_total", "How often a limit refused something, by limit.",
                            {{"limit", name}});
  };
  rate_ = limit("request_rate");
  body_ = limit("request_body");
  head_ = limit("request_head");
}

void RequestCounter::finished(const http::Request& request, std::string_view route, const http::Response& response,
                              std::chrono::microseconds took) {
  const int status = response.status;
  if (status == 429) rate_.add();
  if (status == 413) body_.add();
  if (status == 431 || status == 414) head_.add();
  // What no route knows is one series, however many addresses strangers try.
  const std::string_view pattern = route.empty() ? "none" : route;
  const std::string_view method = route.empty() ? "any" : http::method_name(request.method);
  std::string key;
  key.reserve(method.size() + pattern.size() + 1);
  key += method;
  key += ' ';
  key += pattern;
  auto found = routes_.find(key);
  if (found == routes_.end()) found = routes_.emplace(std::move(key), new_route(method, pattern)).first;
  Route& counted = found->second;
  counted.duration.observe(took);
  auto status_counter = counted.by_status.find(status);
  if (status_counter == counted.by_status.end()) {
    status_counter =
        counted.by_status
            .emplace(status, registry_.counter("dhii_http_requests_total", "Requests answered, by route and status.",
                                               {{"method", std::string(method)},
                                                {"route", std::string(pattern)},
                                                {"status", std::to_string(status)}}))
            .first;
  }
  status_counter->second.add();
}

RequestCounter::Route RequestCounter::new_route(std::string_view method, std::string_view pattern) {
  Route out;
  out.duration = registry_.histogram("dhii_http_request_duration_seconds",
                                     "From the head of a request to its answer, by route.", metrics::request_buckets(),
                                     {{"method", std::string(method)}, {"route", std::string(pattern)}});
  return out;
}

namespace {

void watch_pool(metrics::Registry& registry, const std::string& name, net::BlockingPool& pool) {
  const metrics::Labels labels{{"pool", name}};
  registry.gauge("dhii_pool_capacity", "The most jobs a pool takes before it answers busy.", labels)
      .set(static_cast<double>(pool.capacity()));
  const auto jobs = registry.gauge("dhii_pool_jobs", "Jobs waiting for or running on a pool of threads.", labels);
  const auto refused = registry.counter("dhii_pool_refused_total", "Jobs refused because a pool was full.", labels);
  registry.on_collect([&pool, jobs, refused, seen = std::size_t{0}]() mutable {
    jobs.set(static_cast<double>(pool.waiting()));
    const auto now = pool.refused();
    refused.add(static_cast<double>(now - std::exchange(seen, now)));
  });
}

}  // namespace

Telemetry::Telemetry(Engine& engine, store::EventDatabase& events)
    : engine_(engine),
      registry_(engine.installation().metrics()),
      reports_(registry_, engine.installation().control()),
      alerts_(registry_, events, engine.installation().clock()),
      mail_certificates_(events) {
  registry_.gauge("dhii_build_info", "Always 1; the version is in the label.", {{"version", DHII_VERSION}}).set(1);
  using enum sync::AccountState;
  for (const auto state : {kConnecting, kSyncing, kIdle, kOffline, kAuthFailed, kError}) {
    accounts_[state] = registry_.gauge("dhii_sync_accounts", "Accounts at mail servers, by what they are doing.",
                                       {{"state", std::string(sync::account_state_name(state))}});
  }
  for (std::size_t i = 0; i < outbox_.size(); ++i) {
    outbox_.at(i) =
        registry_.gauge("dhii_outbox_messages", "Messages in the outboxes, by state.",
                        {{"state", std::string(store::submission_state_name(static_cast<store::SubmissionState>(i)))}});
  }
  lag_ = registry_.gauge("dhii_sync_lag_seconds", "How long the account that is furthest behind hasn't been in step.");
  lagging_ = registry_.gauge("dhii_sync_lagging_accounts", "Accounts that have not been in step for 15 minutes.");
  mailboxes_ = registry_.gauge("dhii_mailboxes", "Mailboxes in open mail databases.");
  messages_ = registry_.gauge("dhii_messages", "Messages in open mail databases.");
  unread_ = registry_.gauge("dhii_messages_unread", "Unread messages in open mail databases.");
  pending_ = registry_.gauge("dhii_pending_operations", "Changes made here that mail servers have still to hear of.");
  disk_free_ = registry_.gauge("dhii_disk_free_bytes", "Room left for us on the disk of the data folder.");
  disk_size_ = registry_.gauge("dhii_disk_size_bytes", "Size of the disk of the data folder.");
  watch_pool(registry_, "database", engine_.db_pool());
  watch_pool(registry_, "processor", engine_.cpu_pool());
  watch_pool(registry_, "password", engine_.hash_pool());
  watch_pool(registry_, "dns", engine_.dns_pool());
  registry_.on_collect([this] { collect_accounts(); });
  registry_.on_collect(
      [&clock = engine_.installation().clock(),
       time = registry_.gauge("dhii_time_seconds", "The clock of this machine, in seconds since 1970.")] {
        time.set(std::chrono::duration<double>(clock.now().time_since_epoch()).count());
      });
  // Set by the backup job; here so that a server without one says so.
  registry_.gauge("dhii_backup_last_success_timestamp_seconds", "When the newest good backup was made; 0: never.");
}

void Telemetry::watch_server(std::function<std::size_t()> connections, std::function<std::size_t()> event_streams) {
  const auto open = registry_.gauge("dhii_http_connections", "Open HTTP connections.");
  const auto streams = registry_.gauge("dhii_event_streams", "Web apps and clients that listen for changes.");
  registry_.on_collect([=] {
    open.set(static_cast<double>(connections()));
    streams.set(static_cast<double>(event_streams()));
  });
}

void Telemetry::collect_accounts() {
  std::map<sync::AccountState, int> counts;
  double worst = 0;
  int lagging = 0;
  const Timestamp now = engine_.installation().clock().now();
  for (const auto& status : engine_.supervisor().statuses()) {
    ++counts[status.state];
    if (status.state == sync::AccountState::kIdle) continue;
    const auto behind = now - status.in_step_at;
    worst = std::max(worst, std::chrono::duration<double>(behind).count());
    lagging += behind > kLagging ? 1 : 0;
  }
  for (const auto& [state, gauge] : accounts_) gauge.set(counts[state]);
  lag_.set(worst);
  lagging_.set(lagging);
}

void Telemetry::count_disk() {
  struct statvfs disk{};
  if (statvfs(engine_.installation().settings().data_directory.c_str(), &disk) != 0) return;
  const auto block = static_cast<double>(disk.f_frsize);
  disk_free_.set(block * static_cast<double>(disk.f_bavail));
  disk_size_.set(block * static_cast<double>(disk.f_blocks));
}

// Exported as a moment, as Prometheus wants it: (x - time()) / 86400 are the days left.
void Telemetry::show_certificate(const char* name, Timestamp expires_at) {
  registry_
      .gauge("dhii_certificate_expiry_timestamp_seconds", "When a certificate expires, in seconds since 1970.",
             {{"certificate", name}})
      .set(static_cast<double>(to_unix_seconds(expires_at)));
}

// Of mail servers only the first to expire: their names are users' business, and many.
void Telemetry::count_certificates() {
  if (const auto& file = engine_.installation().settings().tls_certificate; !file.empty()) {
    if (const auto expiry = http::certificate_expiry(file)) show_certificate("server", *expiry);
  }
  const auto seen = mail_certificates_.all();
  if (!seen || seen->empty()) return;
  show_certificate("mail servers", std::ranges::min(*seen, {}, &store::MailCertificate::not_after).not_after);
}

void Telemetry::show(const store::Totals& totals) {
  mailboxes_.set(static_cast<double>(totals.mailboxes));
  messages_.set(static_cast<double>(totals.messages));
  unread_.set(static_cast<double>(totals.unread));
  pending_.set(static_cast<double>(totals.pending_operations));
  for (std::size_t i = 0; i < outbox_.size(); ++i) outbox_.at(i).set(static_cast<double>(totals.submissions.at(i)));
}

net::Task<> Telemetry::keep_counting() {
  for (;;) {
    auto totals = co_await engine_.db_pool().run([this]() -> Result<store::Totals> {
      count_disk();
      count_certificates();
      reports_.look();
      alerts_.look();
      return engine_.installation().stores().totals();
    });
    if (totals) show(*totals);
    DHII_CO_TRY(co_await net::sleep_for(kCountPause));
  }
}

namespace {

http::DispatcherOptions metrics_dispatcher() { return {}; }

http::ServerOptions metrics_server(const config::Settings& settings) {
  http::ServerOptions out;
  out.listen = {settings.telemetry.metrics_listen};
  out.max_connections = kMaxMetricsConnections;
  return out;
}

}  // namespace

asio::awaitable<Result<http::Principal>> MetricsListener::NoSignIn::authenticate(const http::Request& /*request*/,
                                                                                 std::string_view /*authorization*/) {
  co_return fail(net::NetError::kCancelled);
}

MetricsListener::MetricsListener(asio::any_io_executor executor, Installation& installation)
    : installation_(installation),
      dispatcher_(router_, no_sign_in_, installation.clock(), installation.random(), metrics_dispatcher()),
      server_(std::move(executor), dispatcher_, metrics_server(installation.settings())) {
  // Public: it stands on a loopback port of its own, or asks for the token itself.
  router_.add({http::Method::kGet, "/metrics", http::Permission::kPublic, http::RateClass::kNone,
               http::BodyRule::none(), [this](http::Request& request) { return answer(request); }});
}

Result<void> MetricsListener::start() { return server_.start(); }

asio::awaitable<void> MetricsListener::stop() { co_await server_.stop(std::chrono::milliseconds(500)); }

std::string MetricsListener::address() const {
  const auto all = server_.addresses();
  return all.empty() ? std::string() : all.front();
}

asio::awaitable<http::Response> MetricsListener::answer(http::Request& request) {
  const Secret& token = installation_.settings().telemetry.metrics_token;
  http::Response out;
  if (!token.empty()) {
    const std::string_view given = request.headers.value("Authorization");
    constexpr std::string_view kBearer = "Bearer ";
    const bool bearer = ascii_istarts_with(given, kBearer);
    if (!bearer || !constant_time_equal(given.substr(kBearer.size()), token.reveal())) {
      out = http::problem(request, 401, "metrics.token_wrong",
                          "The metrics want the token of DHII_METRICS_TOKEN (Authorization: Bearer).");
      out.headers.add("WWW-Authenticate", "Bearer realm=\"dhii-mail metrics\"");
      co_return out;
    }
  }
  out.headers.add("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  out.body = installation_.metrics().text();
  co_return out;
}

}  // namespace dhii::app

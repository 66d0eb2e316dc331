// `dhii-mail serve`: the composition root of the running product. Wires services by hand, starts the accounts and the
// server, waits for a signal, and stops in two phases.
#include <malloc.h>
#include <spdlog/spdlog.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>

#include "api/api.hpp"
#include "api/audit_routes.hpp"
#include "api/image_routes.hpp"
#include "api/operations_routes.hpp"
#include "app/alert_channels.hpp"
#include "app/backup_job.hpp"
#include "app/canary.hpp"
#include "app/commands.hpp"
#include "app/containment.hpp"
#include "app/engine.hpp"
#include "app/event_log.hpp"
#include "app/foreign_objects.hpp"
#include "app/inside_server.hpp"
#include "app/instance_lock.hpp"
#include "app/network_events.hpp"
#include "app/operations_service.hpp"
#include "app/people.hpp"
#include "app/request_events.hpp"
#include "app/sandbox.hpp"
#include "app/serve_log.hpp"
#include "app/telemetry.hpp"
#include "app/usage_events.hpp"
#include "app/watch.hpp"
#include "auth/auth_service.hpp"
#include "base/bytes.hpp"
#include "config/private_file.hpp"
#include "crypto/jwt.hpp"
#include "http/dispatcher.hpp"
#include "http/server.hpp"
#include "http/static_files.hpp"
#include "jmap/service.hpp"
#include "metrics/process.hpp"
#include "net/deadline.hpp"
#include "net/task_group.hpp"
#include "webhook/service.hpp"

namespace dhii::app {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds kMaintenancePause{20};      // between rounds without work
constexpr std::chrono::milliseconds kMaintenanceStep{50};  // between slices while there is work: requests come first
constexpr std::chrono::seconds kImageDeadline{15};         // one remote image, resolution included
constexpr std::chrono::milliseconds kProgressPause{250};   // account events on the event stream: a bar needs no more

class MailAccess final : public api::MailAccess {
 public:
  // `report`: told, on a database thread, of what a user asked for and does not have.
  using Report = std::function<void(UserId, Thing)>;
  MailAccess(Installation& installation, const Containment& containment, Report report)
      : installation_(installation), containment_(containment), report_(std::move(report)) {}
  Result<api::OpenMail> open(UserId user) override {
    api::OpenMail out;
    DHII_TRY_ASSIGN(out.store, installation_.stores().open(user));
    DHII_TRY_ASSIGN(const auto owner, installation_.control().get_user(user));
    DHII_TRY_ASSIGN(const auto accounts, installation_.control().list_accounts(user));
    out.context.user = user;
    out.context.login = owner.login;
    out.context.mail = out.store.get();
    out.context.may_send = !containment_.read_only();
    out.context.on_unknown_account = [this, user](AccountId account) {
      report_(user, {ThingKind::kAccount, account.value, "a" + std::to_string(account.value)});
    };
    out.context.on_not_found = [this, user](std::string_view id) {
      if (auto thing = thing_of_id(id)) report_(user, std::move(*thing));
    };
    for (const auto& account : accounts)
      out.context.accounts.push_back({.id = account.id,
                                      .name = account.name,
                                      .email = account.email,
                                      .kind = account.kind,
                                      .read_only = containment_.read_only()});
    return out;
  }

 private:
  Installation& installation_;
  const Containment& containment_;
  Report report_;
};

std::vector<http::Network> trusted_proxies(const config::Settings& settings) {
  std::vector<http::Network> out;
  for (const auto& text : settings.trusted_proxies) {
    if (const auto network = http::Network::parse(text)) out.push_back(*network);
  }
  return out;
}

http::DispatcherOptions dispatcher_options(const config::Settings& settings,
                                           std::vector<http::RequestObserver*> observers, http::AddressGate& gate) {
  http::DispatcherOptions out;
  out.observers = std::move(observers);
  out.gate = &gate;
  out.trusted_proxies = trusted_proxies(settings);
  out.origins.cors_origins = settings.cors_origins;
  out.origins.public_origin = settings.public_url;
  out.limits.api = {settings.api_rate.per_second, settings.api_rate.burst};
  out.limits.auth = {settings.auth_rate.per_second, settings.auth_rate.burst};
  return out;
}

http::ServerOptions server_options(const config::Settings& settings, event::Sink& events) {
  http::ServerOptions out;
  out.listen = settings.listen;
  out.certificate_file = settings.tls_certificate;
  out.key_file = settings.tls_key;
  out.max_connections = settings.max_connections;
  out.uncounted_peers = settings.trusted_proxies;
  out.on_refused_peer = [&events](const std::string& peer) {
    events.record({.kind = event::Kind::kConnectionsFull, .address = peer, .detail = "it has as many as it may"});
  };
  return out;
}

auth::RegistrationMode registration_of(config::Registration mode) {
  switch (mode) {
    case config::Registration::kInvitation:
      return auth::RegistrationMode::kInvitation;
    case config::Registration::kOpen:
      return auth::RegistrationMode::kOpen;
    case config::Registration::kClosed:
      return auth::RegistrationMode::kClosed;
  }
  return auth::RegistrationMode::kInvitation;
}

auth::FactorRule factor_rule_of(config::SecondFactorRule rule) {
  switch (rule) {
    case config::SecondFactorRule::kOff:
      return auth::FactorRule::kOff;
    case config::SecondFactorRule::kAdministrators:
      return auth::FactorRule::kAdministrators;
    case config::SecondFactorRule::kEveryone:
      return auth::FactorRule::kEveryone;
  }
  return auth::FactorRule::kEveryone;
}

crypto::Jwt make_jwt(const Installation& installation) {
  std::vector<crypto::Jwt::Key> keys;
  keys.push_back({"k1", installation.keyring().access_tokens()});
  return {std::move(keys), "dhii-mail", "dhii-mail-api", installation.clock()};
}

// As a service it minds signals and greets; inside another program's thread it does neither.
enum class Surroundings : std::uint8_t { kService, kInside };

// Everything that serves. Members in the order of dependence; the task group last.
class Product {
 public:
  // `logs`: what writes the log; null inside another program.
  Product(Installation& installation, EventLog& events, const logs::Logs* logs);
  Product(const Product&) = delete;
  Product& operator=(const Product&) = delete;
  ~Product();
  Result<void> start(Surroundings surroundings);
  void run() { engine_.io().run(); }
  // From any thread: run() returns when everything under way has ended.
  void end();
  std::string listening() const { return "http://" + server_.addresses().front(); }

 private:
  Result<void> start_metrics();
  std::string address() const;
  void account_changed(const sync::AccountStatus& status);
  net::Task<> announce_accounts();
  net::Task<> announce(UserId user, AccountId account);
  security::DeskHands desk_hands();
  net::Task<> end_sessions(UserId user);
  net::Task<> demand_step_up(UserId user);
  net::Task<> report_foreign(Thing thing, event::Event event);
  net::Task<> keep_certificate(store::MailCertificate seen);
  net::Task<> maintain();
  net::Task<> follow_containment();
  net::Task<> welcome();
  net::Task<> wait_for_signals();
  asio::awaitable<void> stop();

  Installation& installation_;
  EventLog& event_log_;
  Containment containment_;
  Engine engine_;
  api::PushHub hub_;
  crypto::Jwt jwt_;
  Secret refresh_key_;
  event::Sink& events_;
  EventCounter event_counter_;
  RequestCounter request_counter_;
  store::FactorStore factor_store_;
  crypto::SealKey factor_seal_;
  Secret recovery_key_;
  auth::Factors factors_;
  RequestEvents request_events_;
  DatabaseEvents database_events_;
  UsageEvents usage_events_;
  store::MailCertificates mail_certificates_;
  NetworkEvents network_events_;
  Watch watch_;
  AlertChannels channels_;
  Canary canary_;
  auth::AuthService auth_;
  People people_;
  jmap::Service jmap_;
  MailAccess mail_access_;
  OperationsService operations_;
  api::OperationsRoutes operations_routes_;
  webhook::WebhookService webhooks_;
  api::Api api_;
  api::ImageRoutes images_;
  api::AuditRoutes audits_;
  http::Router router_;
  http::Dispatcher dispatcher_;
  http::Server server_;
  Telemetry telemetry_;
  std::optional<MetricsListener> metrics_;
  BackupJob backups_;
  asio::signal_set signals_;
  std::unordered_map<AccountId, UserId> changed_;  // accounts whose state is to be announced
  bool stopping_ = false;
  net::TaskGroup tasks_;
};

Product::Product(Installation& installation, EventLog& events, const logs::Logs* logs)
    : installation_(installation),
      event_log_(events),
      containment_(installation),
      engine_(
          installation, [this](const sync::AccountStatus& status) { account_changed(status); },
          [this] { return !containment_.read_only(); }),
      jwt_(make_jwt(installation)),
      refresh_key_(installation.keyring().derive("refresh tokens v1")),
      events_(events.journal()),
      event_counter_(installation.metrics()),
      request_counter_(installation.metrics()),
      factor_store_(installation.control()),
      factor_seal_(installation.keyring().derive("second factor seeds v1")),
      recovery_key_(installation.keyring().derive("recovery codes v1")),
      factors_({factor_store_, factor_seal_, recovery_key_, engine_.db_pool(), installation.clock(),
                installation.random(), events_, !installation.settings().for_probing}),
      request_events_(events_,
                      [this](Thing thing, event::Event event) {
                        tasks_.spawn("foreign object", report_foreign(std::move(thing), std::move(event)));
                      }),
      database_events_(events_),
      usage_events_(events_, installation.clock()),
      mail_certificates_(events.database()),
      network_events_(
          events_, installation.clock(),
          [this](store::MailCertificate seen) { tasks_.spawn("mail certificate", keep_certificate(std::move(seen))); }),
      watch_(events, installation, events_, trusted_proxies(installation.settings()), desk_hands()),
      channels_(engine_),
      canary_({installation, events_, channels_.channels(), logs,
               [this](net::Task<> task) { tasks_.spawn("canary", std::move(task)); }}),
      auth_({installation.control(), installation.users(), installation.hasher(), jwt_, refresh_key_, engine_.db_pool(),
             engine_.hash_pool(), installation.clock(), installation.random(), events_, factors_,
             registration_of(installation.settings().registration), !installation.settings().for_probing,
             factor_rule_of(installation.settings().require_second_factor)}),
      people_({engine_, auth_, events_, [this](net::Task<> task) { tasks_.spawn("people", std::move(task)); }}),
      jmap_(installation.clock(), installation.random()),
      mail_access_(installation, containment_,
                   [this](UserId user, Thing thing) {
                     asio::post(engine_.io(), [this, user, thing = std::move(thing)]() mutable {
                       event::Event event{.kind = event::Kind::kForeignObject, .user = user, .object = name_of(thing)};
                       tasks_.spawn("foreign object", report_foreign(std::move(thing), std::move(event)));
                     });
                   }),
      operations_(installation, events, events_, canary_),
      operations_routes_(operations_),
      webhooks_({engine_.io().get_executor(), installation.control(),
                 [&installation](UserId user) { return installation.stores().open(user); }, engine_.dialer(),
                 engine_.db_pool(), installation.clock(), installation.random(),
                 installation.keyring().derive("webhook secrets v1"), installation.settings().extra_ca_file, events_}),
      api_({auth_,
            factors_,
            people_.keys(),
            people_.users(),
            people_.resets(),
            people_.exports(),
            engine_.accounts(),
            jmap_,
            mail_access_,
            hub_,
            engine_.db_pool(),
            installation.settings().public_url,
            [this]() -> net::Task<> {
              if (stopping_) co_return fail(net::NetError::kCancelled);
              co_return co_await engine_.db_pool().run([this]() -> Result<void> {
                DHII_TRY(installation_.control().count_users());
                return {};
              });
            },
            installation.clock(),
            webhooks_,
            installation.keyring().derive("rest mail v1"),
            {events.rows(), watch_.alerts(), events.journal(), watch_.desk(), watch_.blocks(), installation.control(),
             engine_.db_pool(), installation.clock()}}),
      images_(installation.keyring().derive("image proxy v1"), installation.clock(),
              [this](std::string host, std::string target) {
                return engine_.dialer().https_get(std::move(host), std::move(target), api::kMaxImageBytes,
                                                  kImageDeadline);
              }),
      audits_(installation.control(), engine_.db_pool()),
      dispatcher_(router_, people_.credentials(), installation.clock(), installation.random(),
                  dispatcher_options(installation.settings(),
                                     {&request_counter_, &request_events_, &watch_, &people_.trail()}, watch_)),
      server_(engine_.io().get_executor(), dispatcher_, server_options(installation.settings(), events_)),
      telemetry_(engine_, events.database()),
      backups_(installation, events_),
      signals_(engine_.io()),
      tasks_(engine_.io().get_executor()) {
  images_.add_to(router_);
  operations_routes_.add_to(router_);
  api_.add_to(router_);
  audits_.add_to(router_);
  api::Contract::built_in().guard(router_, engine_.db_pool());  // after all routes but the web app's files
  containment_.guard(router_);
  http::add_static_routes(router_, http::web_assets());
  metrics::add_process_metrics(installation.metrics());
  telemetry_.watch_server([this] { return server_.connections(); }, [this] { return hub_.size(); });
  auth_.on_session_end([this](SessionId session) { hub_.close_session(session); });
  people_.keys().on_key_end([this](std::int64_t key) { hub_.close_key(key); });
  people_.users().on_user_end([this](UserId user) { hub_.close_user(user); });
  installation_.on_change([this](const store::ChangeEvent& event) {
    engine_.supervisor().on_change(event);
    webhooks_.on_change(event);
    usage_events_.changed(event);
    asio::post(engine_.io(), [this, event] { hub_.publish(event); });
  });
}

// What the alert desk asks for on the journal's thread, done on ours.
security::DeskHands Product::desk_hands() {
  security::DeskHands hands;
  hands.notify = [this](const security::Notification& note) {
    spdlog::warn("alert: {}", log_escape(note.subject()));
    asio::post(engine_.io(), [this, note] {
      for (const auto& channel : channels_.channels().configured())
        tasks_.spawn("alert by " + channel, channels_.channels().deliver(channel, note));
    });
  };
  hands.end_sessions = [this](UserId user, const std::string&) {
    asio::post(engine_.io(), [this, user] { tasks_.spawn("end sessions", end_sessions(user)); });
  };
  hands.demand_step_up = [this](UserId user, const std::string&) {
    asio::post(engine_.io(), [this, user] { tasks_.spawn("step-up", demand_step_up(user)); });
  };
  return hands;
}

net::Task<> Product::demand_step_up(UserId user) {
  DHII_CO_TRY_ASSIGN(const auto sessions,
                     co_await engine_.db_pool().run([&] { return installation_.control().list_sessions(user); }));
  for (const auto& session : sessions) auth_.forget_step_up(session.id);
  co_return Result<void>{};
}

net::Task<> Product::report_foreign(Thing thing, event::Event event) {
  const auto foreign =
      co_await engine_.db_pool().run([&]() -> Result<bool> { return is_foreign(installation_, event.user, thing); });
  if (foreign && *foreign) events_.record(std::move(event));
  co_return Result<void>{};
}

net::Task<> Product::keep_certificate(store::MailCertificate seen) {
  co_return co_await engine_.db_pool().run([&] { return mail_certificates_.save(seen); });
}

net::Task<> Product::end_sessions(UserId user) {
  DHII_CO_TRY_ASSIGN(const auto sessions,
                     co_await engine_.db_pool().run([&] { return installation_.control().list_sessions(user); }));
  http::Principal who;
  who.user = user;
  for (const auto& session : sessions) {
    if (!session.revoked) DHII_CO_TRY(co_await auth_.revoke(who, session.id));
  }
  co_return Result<void>{};
}

Product::~Product() {
  engine_.dialer().watch_with(nullptr);
  event_log_.stop();  // its followers are members of ours
}

Result<void> Product::start(Surroundings surroundings) {
  DHII_TRY(watch_.load());
  DHII_TRY(containment_.read());
  DHII_TRY_ASSIGN(auto certificates, mail_certificates_.all());
  network_events_.load(std::move(certificates));
  engine_.dialer().watch_with(&network_events_);
  event_log_.journal().follow(event_counter_);
  event_log_.journal().follow(canary_);
  event_log_.start();  // after those who follow it
  DHII_TRY(server_.start());
  DHII_TRY(start_metrics());
  tasks_.spawn("accounts", engine_.start_accounts());
  tasks_.spawn("maintenance", maintain());
  tasks_.spawn("containment", follow_containment());
  tasks_.spawn("webhooks", webhooks_.run());
  tasks_.spawn("users and keys", people_.maintain());
  tasks_.spawn("metrics", telemetry_.keep_counting());
  tasks_.spawn("measuring", watch_.keep_measuring(engine_.db_pool(), network_events_));
  tasks_.spawn("account events", announce_accounts());
  if (surroundings == Surroundings::kInside) return {};
  tasks_.spawn("backups", backups_.run());
  tasks_.spawn("recurring tasks", operations_.keep_tasks());
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) signals_.add(signal);
  tasks_.spawn("signals", wait_for_signals());
  tasks_.spawn("welcome", welcome());
  return {};
}

Result<void> Product::start_metrics() {
  const auto& telemetry = installation_.settings().telemetry;
  if (telemetry.metrics_listen.empty()) return {};
  metrics_.emplace(engine_.io().get_executor(), installation_);
  auto started = metrics_->start();
  if (started) {
    spdlog::info("metrics on {}, path /metrics", metrics_->address());
    return {};
  }
  metrics_.reset();
  // A second program on this machine must not fail for a port that nobody asked for.
  if (telemetry.metrics_listen_given) return started;
  spdlog::warn("no metrics: {} is taken; set DHII_METRICS_LISTEN to another address or to off",
               telemetry.metrics_listen);
  return {};
}

std::string Product::address() const {
  const auto& settings = installation_.settings();
  if (!settings.public_url.empty()) return settings.public_url;
  return (settings.tls_certificate.empty() ? "http://" : "https://") + server_.addresses().front();
}

void Product::account_changed(const sync::AccountStatus& status) {
  changed_[status.account] = status.user;
  network_events_.account_changed(status);
}

net::Task<> Product::announce_accounts() {
  for (;;) {
    DHII_CO_TRY(co_await net::sleep_for(kProgressPause));
    const auto changed = std::exchange(changed_, {});
    if (hub_.size() == 0) continue;
    for (const auto& [account, user] : changed) DHII_CO_TRY(co_await announce(user, account));
  }
}

net::Task<> Product::announce(UserId user, AccountId account) {
  if (auto view = co_await engine_.accounts().get(user, account)) hub_.publish_account(user, *view);
  co_return Result<void>{};
}

net::Task<> Product::maintain() {
  for (;;) {
    // glibc keeps what a first sync's buffers took; between two rounds it is given back to the system.
    auto more = co_await engine_.db_pool().run([this]() -> Result<bool> {
      const bool left = installation_.stores().maintain();
      if (!left) malloc_trim(0);
      return left;
    });
    if (more && *more)
      DHII_CO_TRY(co_await net::sleep_for(kMaintenanceStep));
    else
      DHII_CO_TRY(co_await net::sleep_for(kMaintenancePause));
  }
}

// What commands put into the databases: measures of an incident, blocked addresses.
net::Task<> Product::follow_containment() {
  for (;;) {
    DHII_CO_TRY(co_await net::sleep_for(Containment::kLookAgain));
    const auto read = co_await engine_.db_pool().run([this]() -> Result<void> {
      DHII_TRY(containment_.read());
      return watch_.blocks().reload();
    });
    if (!read) spdlog::warn("containment not looked at: {}", log_escape(read.error().message()));
  }
}

// One line for people and scripts; the token works once and only while there is no user. Never a part of the log, which
// may leave this machine: when standard output carries the log, this goes to standard error.
net::Task<> Product::welcome() {
  DHII_CO_TRY_ASSIGN(const bool needed, co_await auth_.setup_needed());
  std::FILE* const out = installation_.settings().telemetry.logs_to(config::LogOutput::kStdout) ? stderr : stdout;
  if (needed) {
    fmt::print(out,
               "\n  dhii-mail is running. Create the first administrator here (the link works once):\n\n    "
               "{}/#/setup?token={}\n\n",
               address(), auth_.setup_token());
  } else {
    fmt::print(out, "\n  dhii-mail is running at {}\n\n", address());
  }
  std::fflush(out);
  co_return Result<void>{};
}

net::Task<> Product::wait_for_signals() {
  for (;;) {
    boost::system::error_code ec;
    const int signal = co_await signals_.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    if (ec) co_return fail(net::NetError::kCancelled);
    if (signal != SIGHUP) break;
    if (auto done = server_.reload_certificate(); !done)
      spdlog::error("certificate not reloaded: {}", log_escape(done.error().message()));
    else
      spdlog::info("certificate reloaded");
  }
  spdlog::info("stopping: finishing what is under way");
  stopping_ = true;
  // Outside the task group, which it closes. A second signal ends the program at once.
  asio::co_spawn(engine_.io(), stop(), [this](std::exception_ptr) { engine_.io().stop(); });
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
  co_return Result<void>{};
}

void Product::end() {
  asio::post(engine_.io(), [this] {
    stopping_ = true;
    asio::co_spawn(engine_.io(), stop(), [this](std::exception_ptr) { engine_.io().stop(); });
  });
}

asio::awaitable<void> Product::stop() {
  hub_.close_all();
  backups_.stop();
  co_await server_.stop();
  if (metrics_) co_await metrics_->stop();
  co_await webhooks_.stop();
  people_.stop();
  co_await tasks_.close();  // before the accounts: one of them may still be starting some
  co_await engine_.stop();
  installation_.on_change({});
  events_.record({.kind = event::Kind::kServerStopped, .actor = "system"});
}

// The note is empty when everything is in force.
Result<std::string> confine(const config::Settings& settings) {
  SandboxPaths paths;
  paths.read_write = {settings.data_directory, settings.database_file.parent_path()};
  if (settings.events.heads_file.has_parent_path())
    paths.read_write.push_back(settings.events.heads_file.parent_path());
  if (const auto& backups = settings.operations.backup_directory; !backups.empty()) {
    DHII_TRY(config::make_private_directory(backups));  // a path that isn't there yet can't be let through
    paths.read_write.push_back(backups);
  }
  for (const auto& file : {settings.tls_certificate, settings.tls_key, settings.extra_ca_file}) {
    if (!file.empty()) paths.read_only.push_back(std::filesystem::path(file).parent_path());
  }
  if (!settings.telemetry.log_file.empty()) paths.read_write.push_back(settings.telemetry.log_file.parent_path());
  DHII_TRY_ASSIGN(const auto report, enter_sandbox(paths));
  return report.note;
}

}  // namespace

int serve(Installation& installation, const Output& output) {
  const auto& settings = installation.settings();
  const auto lock = InstanceLock::take(settings.data_directory);
  if (!lock) return output.failure(lock.error());
  const auto weakness = confine(settings);
  if (!weakness) return output.failure(weakness.error());
  ServeLog log(installation);  // its threads are to be in the sandbox too
  if (auto done = log.open(); !done) return output.failure(done.error());
  for (const auto& warning : settings.warnings) spdlog::warn("{}", warning);
  if (settings.created_secrets)
    spdlog::info("made {} with new random keys: keep a copy, without it the data can't be read",
                 settings.secrets_file.string());
  const auto events = EventLog::open(installation, &log.follower());
  if (!events) return output.failure(events.error());
  (*events)->journal().record({.kind = event::Kind::kServerStarted, .actor = "system", .detail = DHII_VERSION});
  if (!weakness->empty())
    (*events)->journal().record({.kind = event::Kind::kSandboxWeak, .actor = "system", .detail = *weakness});
  {
    Product product(installation, **events, &log.logs());
    if (auto done = product.start(Surroundings::kService); !done) return output.failure(done.error());
    product.run();
  }
  spdlog::info("stopped");
  return 0;
}

struct InsideServer::Parts {
  Parts(Installation& installation, std::unique_ptr<EventLog> log)
      : events(std::move(log)), product(installation, *events, nullptr) {}
  std::unique_ptr<EventLog> events;
  Product product;
  std::thread thread;
};

InsideServer::InsideServer(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<InsideServer>> InsideServer::start(Installation& installation) {
  DHII_TRY_ASSIGN(auto events, EventLog::open(installation));
  auto parts = std::make_unique<Parts>(installation, std::move(events));
  DHII_TRY(parts->product.start(Surroundings::kInside));
  parts->thread = std::thread([product = &parts->product] { product->run(); });
  return std::unique_ptr<InsideServer>(new InsideServer(std::move(parts)));
}

InsideServer::~InsideServer() {
  parts_->product.end();
  parts_->thread.join();
  parts_->events->stop();
}

std::string InsideServer::url() const { return parts_->product.listening(); }

}  // namespace dhii::app

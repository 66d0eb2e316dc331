// The whole chain but the sockets: dispatcher, routes, AuthService over a real control database, JMAP over real mail
// stores; only the AccountService is a fake. For the tests of this folder.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json.hpp>
#include <filesystem>
#include <map>

#include "api/api.hpp"
#include "api/audit_routes.hpp"
#include "api/image_routes.hpp"
#include "api/operations_fake.hpp"
#include "auth/credentials.hpp"
#include "http/dispatcher.hpp"
#include "store/event_database.hpp"
#include "store/mail_store.hpp"

namespace dhii::api {

namespace json = boost::json;
using http::Response;

class FakeAccounts final : public AccountService {
 public:
  std::map<AccountId, UserId> owners;
  int touched = 0;  // calls that reached somebody's account
  Secret last_password;

  AccountView view(AccountId id) {
    AccountView v;
    v.id = id;
    v.email = "ada@example.org";
    v.imap = ServerSettings{"imap.example.org", 993, ServerSecurity::kTls, "ada"};
    return v;
  }
  net::Task<AccountView> owned(UserId user, AccountId id) {
    const auto found = owners.find(id);
    if (found == owners.end() || found->second != user) co_return fail(AccountError::kNotFound);
    ++touched;
    co_return view(id);
  }
  net::Task<std::vector<AccountView>> list(UserId user) override {
    std::vector<AccountView> out;
    for (const auto& [id, owner] : owners) {
      if (owner == user) out.push_back(view(id));
    }
    co_return out;
  }
  net::Task<AccountView> get(UserId user, AccountId id) override { return owned(user, id); }
  net::Task<std::vector<Candidate>> discover(std::string) override {
    Candidate found;
    found.imap = found.smtp = {"mail.example.org", 993, ServerSecurity::kTls, "ada"};
    co_return std::vector<Candidate>{found};
  }
  net::Task<AccountTest> test(AccountDraft) override {
    co_return AccountTest{{true, "", ""}, {false, "smtp.login_refused", "smtp.example.org refused the password."}};
  }
  net::Task<AccountView> create(UserId user, AccountDraft draft) override {
    if (draft.password.reveal() == "wrong")
      co_return fail(AccountError::kImapFailed, "imap.example.org refused the password");
    last_password = std::move(draft.password);
    const AccountId id(static_cast<std::int64_t>(owners.size()) + 1);
    owners[id] = user;
    co_return view(id);
  }
  net::Task<AccountView> create_sample(UserId user) override {
    const AccountId id(static_cast<std::int64_t>(owners.size()) + 1);
    owners[id] = user;
    co_return view(id);
  }
  net::Task<AccountView> update(UserId user, AccountId id, AccountPatch) override { return owned(user, id); }
  net::Task<> sync_now(UserId user, AccountId id) override {
    DHII_CO_TRY(co_await owned(user, id));
    co_return Result<void>{};
  }
  net::Task<AccountView> pause(UserId user, AccountId id) override { return owned(user, id); }
  net::Task<AccountView> resume(UserId user, AccountId id) override { return owned(user, id); }
  net::Task<> remove(UserId user, AccountId id) override {
    DHII_CO_TRY(co_await owned(user, id));
    co_return Result<void>{};
  }
};

class RealMail final : public MailAccess {
 public:
  RealMail(std::filesystem::path folder, const Clock& clock, Random& random)
      : folder_(std::move(folder)), clock_(clock), random_(random) {}
  store::AccountKind kind = store::AccountKind::kLocal;
  Result<OpenMail> open(UserId user) override {
    auto& store = stores_[user];
    if (!store) {
      store::MailStore::Options options;
      options.directory = folder_ / ("u" + std::to_string(user.value));
      options.user = user;
      options.clock = &clock_;
      options.random = &random_;
      DHII_TRY_ASSIGN(store, store::MailStore::open(options, Secret(std::string(32, 'm'))));
    }
    OpenMail out;
    out.store = store;
    out.context.user = user;
    out.context.login = "someone";
    out.context.mail = store.get();
    out.context.accounts.push_back({AccountId(user.value), "Mail", "a@example.org", kind});
    return out;
  }

 private:
  std::filesystem::path folder_;
  const Clock& clock_;
  Random& random_;
  std::map<UserId, std::shared_ptr<store::MailStore>> stores_;
};

// A journal, alerts and blocks of their own.
struct RealSecurity {
  RealSecurity(const std::filesystem::path& folder, const Clock& clock, Random& random)
      : database(store::EventDatabase::open(folder / "events.db", Secret(std::string(32, 'e'))).value()),
        rows(*database),
        alerts(*database),
        journal(rows, {Secret(std::string(32, 'h')), Secret(std::string(32, 's'))}, clock, random, {}),
        blocks(alerts, std::chrono::minutes(15), [](std::string_view) { return false; }),
        desk(alerts, blocks, journal, clock, settings(), {.notify = [](const security::Notification&) {}}) {
    journal.follow(desk);
    journal.start();
  }
  // Every rule fires at the first event.
  static config::AlertSettings settings() {
    config::AlertSettings out;
    for (auto& rule : out.rules) rule = {0, 3600, true};
    return out;
  }
  std::unique_ptr<store::EventDatabase> database;
  store::EventJournal rows;
  store::EventAlerts alerts;
  security::Journal journal;
  security::BlockList blocks;
  security::AlertDesk desk;
  ~RealSecurity() { journal.stop(); }
};

// Exports that are ready at once, of one part.
class FakeExports final : public ExportService {
 public:
  std::vector<store::DataExport> rows;

  net::Task<store::DataExport> start(http::Principal who, std::string) override {
    if (rows.size() == 10) rows.erase(rows.begin());  // the contract promises no more
    store::DataExport row{.id = rows.empty() ? 1 : rows.back().id + 1, .user = who.user};
    row.state = store::ExportState::kReady;
    row.parts = 1;
    rows.push_back(row);
    co_return row;
  }
  net::Task<std::vector<store::DataExport>> list(UserId user) override {
    std::vector<store::DataExport> out;
    std::ranges::copy_if(rows, std::back_inserter(out), [&](const auto& r) { return r.user == user; });
    co_return out;
  }
  net::Task<store::DataExport> get(http::Principal who, std::int64_t id, std::string) override {
    for (const auto& row : rows) {
      if (row.id == id && row.user == who.user) co_return row;
    }
    co_return fail(ExportError::kNotFound);
  }
  net::Task<std::string> part(http::Principal who, std::int64_t id, std::int64_t part, std::string address) override {
    DHII_CO_TRY(co_await get(who, id, address));
    if (part > 1) co_return fail(ExportError::kNotFound);
    co_return std::string("tar");
  }
  net::Task<> remove(http::Principal who, std::int64_t id, std::string address) override {
    DHII_CO_TRY(co_await get(who, id, address));
    std::erase_if(rows, [&](const auto& r) { return r.id == id; });
    co_return Result<void>{};
  }
};

// Keeps what it hears.
class RecordingSink final : public event::Sink {
 public:
  std::vector<event::Event> heard;
  void record(event::Event event) noexcept override {
    log_.record(event);
    heard.push_back(std::move(event));
  }
  std::size_t count(event::Kind kind) const {
    return static_cast<std::size_t>(std::ranges::count(heard, kind, &event::Event::kind));
  }

 private:
  event::LoggingSink log_;
};

// As app/ does it: the requests of keys go into their trail.
class FixtureTrail final : public http::RequestObserver {
 public:
  explicit FixtureTrail(auth::ApiKeys& keys) : keys_(keys) {}
  void finished(const http::Request& request, std::string_view route, const Response& response,
                std::chrono::microseconds) override {
    if (request.principal && request.principal->key != 0)
      keys_.note_use(request.principal->key, request.client_address,
                     std::string(http::method_name(request.method)) + " " + std::string(route), response.status);
  }

 private:
  auth::ApiKeys& keys_;
};

struct ApiFixture : testing::Test {
  ManualClock clock;
  SystemRandom random;
  RecordingSink events;
  std::filesystem::path folder =
      std::filesystem::temp_directory_path() /
      ("dhii-api-" + std::to_string(::getpid()) + "-" + testing::UnitTest::GetInstance()->current_test_info()->name());
  std::unique_ptr<store::ControlStore> control;
  crypto::PasswordHasher hasher{Secret(std::string(32, 'p')), 4};
  crypto::SealKey wrap{Secret(std::string(32, 'w'))};
  Secret refresh_key{std::string(32, 'r')};
  std::optional<auth::Users> users;
  std::optional<crypto::Jwt> jwt;
  net::BlockingPool db_pool{"db", 1, 64};
  net::BlockingPool hash_pool{"hash", 1, 8};
  crypto::SealKey factor_seal{Secret(std::string(32, 'f'))};
  Secret recovery_key{std::string(32, 'q')};
  std::optional<store::FactorStore> factor_store;
  std::optional<auth::Factors> factors;
  std::optional<auth::AuthService> auth;
  Secret key_hash_key{std::string(32, 'k')};
  std::optional<auth::ApiKeys> keys;
  std::optional<auth::Credentials> credentials;
  std::optional<FixtureTrail> trail;
  std::optional<auth::UserAdmin> admin;
  std::optional<auth::PasswordResets> resets;
  FakeExports exports;
  std::vector<UserId> erased, settled;
  std::vector<std::string> mails;  // "to: text"
  std::vector<net::Task<>> later;  // what PasswordResets left to be done
  FakeAccounts accounts;
  FakeOperations operations;
  OperationsRoutes operations_routes{operations};
  std::optional<RealMail> mail;
  std::optional<jmap::Service> jmap;
  boost::asio::io_context io;  // of the webhooks; requests run on one of their own
  net::BlockingPool dns_pool{"dns", 1, 8};
  std::optional<net::Dialer> dialer;
  std::optional<webhook::WebhookService> webhooks;
  std::vector<std::unique_ptr<boost::asio::io_context>> loops;  // of event streams, whose timers belong to them
  PushHub hub;
  http::Router router;
  std::optional<RealSecurity> watch;
  std::optional<Api> api;
  std::optional<ImageRoutes> images;
  std::optional<AuditRoutes> audits;
  std::vector<std::string> fetched;  // remote images: "host target"
  std::optional<http::Dispatcher> dispatcher;
  std::string host = "127.0.0.1:8080";
  std::string ada, bob;                                   // access tokens: administrator, user
  auth::FactorRule factor_rule = auth::FactorRule::kOff;  // before SetUp()

  static crypto::Jwt make_jwt(char fill, std::string audience, const Clock& clock) {
    std::vector<crypto::Jwt::Key> keys;
    keys.push_back({"k1", Secret(std::string(32, fill))});
    return {std::move(keys), "dhii", std::move(audience), clock};
  }

  void SetUp() override {
    std::filesystem::create_directories(folder);
    control = std::move(store::ControlStore::open(folder / "control.db", Secret(std::string(32, 'c')), clock).value());
    users.emplace(*control, hasher, wrap, random);
    jwt.emplace(make_jwt('j', "dhii-api", clock));
    factor_store.emplace(*control);
    factors.emplace(auth::Factors::Parts{*factor_store, factor_seal, recovery_key, db_pool, clock, random, events});
    auth.emplace(auth::AuthService::Parts{*control, *users, hasher, *jwt, refresh_key, db_pool, hash_pool, clock,
                                          random, events, *factors, auth::RegistrationMode::kInvitation, true,
                                          factor_rule});
    keys.emplace(auth::ApiKeys::Parts{*control, key_hash_key, db_pool, clock, random, events});
    credentials.emplace(*auth, *keys);
    trail.emplace(*keys);
    admin.emplace(auth::UserAdmin::Parts{*control, *auth, *keys, db_pool, clock, events, auth::kDefaultDeletionGrace,
                                         [this](UserId user) -> net::Task<> {
                                           erased.push_back(user);
                                           co_return Result<void>{};
                                         },
                                         [this](UserId user) -> net::Task<> {
                                           settled.push_back(user);
                                           co_return Result<void>{};
                                         }});
    resets.emplace(auth::PasswordResets::Parts{*control, *users, *auth, *keys, db_pool, hash_pool, clock, random,
                                               events, "https://mail.example.org",
                                               [this](std::string to, std::string, std::string text) -> net::Task<> {
                                                 mails.push_back(to + ": " + text);
                                                 co_return Result<void>{};
                                               },
                                               [this](net::Task<> task) { later.push_back(std::move(task)); }});
    mail.emplace(folder / "mail", clock, random);
    jmap.emplace(clock, random);
    watch.emplace(folder, clock, random);
    dialer.emplace(io.get_executor(), dns_pool, net::Egress::kPublicOnly);
    webhooks.emplace(webhook::WebhookService::Parts{io.get_executor(), *control,
                                                    [this](UserId user) -> Result<std::shared_ptr<store::MailStore>> {
                                                      DHII_TRY_ASSIGN(const OpenMail open, mail->open(user));
                                                      return open.store;
                                                    },
                                                    *dialer, db_pool, clock, random, Secret(std::string(32, 'k')), "",
                                                    events});
    api.emplace(
        ApiParts{*auth,
                 *factors,
                 *keys,
                 *admin,
                 *resets,
                 exports,
                 accounts,
                 *jmap,
                 *mail,
                 hub,
                 db_pool,
                 "",
                 []() -> net::Task<> { co_return Result<void>{}; },
                 clock,
                 *webhooks,
                 Secret(std::string(32, 'q')),
                 {watch->rows, watch->alerts, watch->journal, watch->desk, watch->blocks, *control, db_pool, clock}});
    operations_routes.add_to(router);
    api->add_to(router);
    images.emplace(Secret(std::string(32, 'i')), clock,
                   [this](std::string host, std::string target) { return fetch(std::move(host), std::move(target)); });
    images->add_to(router);
    audits.emplace(*control, db_pool);
    audits->add_to(router);
    Contract::built_in().guard(router, db_pool);  // after all routes, as in app/serve.cpp
    http::DispatcherOptions options;
    options.limits.api = {1'000'000, 1'000'000};
    options.limits.auth = {1'000'000, 1'000'000};
    options.observers.push_back(&*trail);
    dispatcher.emplace(router, *credentials, clock, random, std::move(options));
  }
  net::Task<std::string> fetch(std::string host, std::string target) {
    fetched.push_back(host + " " + target);
    if (target == "/gone") co_return fail(net::NetError::kReadFailed, "HTTP status 404");
    co_return target.ends_with(".html") ? std::string("<!doctype html><p>hello") : std::string("\x89PNG\r\n\x1a\nrest");
  }
  void TearDown() override {
    dispatcher.reset();
    images.reset();
    audits.reset();
    api.reset();
    webhooks.reset();
    watch.reset();
    mail.reset();
    later.clear();
    resets.reset();
    admin.reset();
    credentials.reset();
    keys.reset();
    auth.reset();
    control.reset();
    std::filesystem::remove_all(folder);
  }

  using Extra = std::vector<std::pair<std::string, std::string>>;
  Response send(std::string method, std::string target, Extra headers = {}, std::string body = {}) {
    http::RequestHead head{std::move(method), std::move(target), true, {}, "192.0.2.1", false};
    head.headers.add("Host", host);
    for (const auto& [name, value] : headers) head.headers.add(name, value);
    if (!body.empty()) head.headers.add("Content-Length", std::to_string(body.size()));
    auto loop = std::make_unique<boost::asio::io_context>();
    auto answer = boost::asio::co_spawn(*loop, run(std::move(head), std::move(body)), boost::asio::use_future);
    loop->run();
    Response response = answer.get();
    if (response.stream) loops.push_back(std::move(loop));
    return response;
  }
  boost::asio::awaitable<Response> run(http::RequestHead head, std::string body) {
    http::Admission a = co_await dispatcher->admit(std::move(head));
    Response response;
    if (a.answer) {
      response = std::move(*a.answer);
    } else {
      a.request.body = std::move(body);
      response = co_await dispatcher->respond(a);
    }
    if (a.route != nullptr) keeps_promises(*a.route, response);
    co_return response;
  }
  // Every answer of every test of this folder is held against the contract.
  static void keeps_promises(const http::Route& route, const Response& response) {
    const auto* operation = Contract::built_in().find(http::method_name(route.method), route.pattern);
    if (operation == nullptr) return;  // another test names it
    for (const auto& broken : Contract::broken_promises(*operation, response))
      ADD_FAILURE() << broken << "\n" << response.payload().substr(0, 500);
  }
  // Runs a task of a service by itself.
  template <class T>
  Result<T> wait(net::Task<T> task) {
    boost::asio::io_context loop;
    auto out = boost::asio::co_spawn(loop, std::move(task), boost::asio::use_future);
    loop.run();
    return out.get();
  }
  static Extra bearer(const std::string& token) { return {{"Authorization", "Bearer " + token}}; }
  Response send_json(std::string method, std::string target, const json::value& body, const std::string& token = {},
                     Extra more = {}) {
    more.emplace_back("Content-Type", "application/json");
    if (!token.empty()) more.emplace_back("Authorization", "Bearer " + token);
    return send(std::move(method), std::move(target), std::move(more), json::serialize(body));
  }
  static json::object body_of(const Response& r) { return json::parse(r.body).as_object(); }
  static std::string code_of(const Response& r) {
    const json::object body = body_of(r);
    const json::value* code = body.if_contains("code");
    return code == nullptr ? "" : std::string(code->as_string());
  }

  // Ada by the set-up link, Bob by her invitation.
  void sign_up() {
    const auto first =
        send_json("POST", "/api/v1/setup",
                  {{"token", auth->setup_token()}, {"login", "ada"}, {"password", "correct horse battery"}});
    ASSERT_EQ(first.status, 200) << first.body;
    ada = body_of(first).at("access_token").as_string();
    const auto invitation = send_json("POST", "/api/v1/users/invitations", json::object(), ada);
    ASSERT_EQ(invitation.status, 201) << invitation.body;
    const auto second = send_json("POST", "/api/v1/auth/register",
                                  {{"invitation", body_of(invitation).at("invitation")},
                                   {"login", "bob"},
                                   {"password", "another long sentence"}});
    ASSERT_EQ(second.status, 200) << second.body;
    bob = body_of(second).at("access_token").as_string();
  }
};

}  // namespace dhii::api

// The sync engine of one account over a real mail store in a temporary folder, on an io thread of its own; the test's
// thread looks at it from outside.
#pragma once
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "mime/build.hpp"
#include "search/search.hpp"
#include "support/mail_system.hpp"
#include "sync/account_worker.hpp"

namespace dhii::sync {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using store::Flag;
using store::Origin;
using store::ReadTx;
using store::Role;
using store::WriteTx;
using tests::MailSystem;

inline std::string message(const std::string& subject, const std::string& body, const std::string& id) {
  return "From: Carol <carol@demo.test>\r\nTo: alice@demo.test\r\nSubject: " + subject +
         "\r\nDate: Mon, 5 Jan 2026 10:00:00 +0000\r\nMessage-ID: <" + id +
         "@demo.test>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + body + "\r\n";
}

// `count` messages of about `bytes` as a Maildir: the quickest way to fill a mailbox.
inline void fill(MailSystem& mail, const std::string& user, int count, std::size_t bytes) {
  const auto folder = mail.folder() / "fill";
  for (const char* part : {"cur", "new", "tmp"}) fs::create_directories(folder / part);
  const std::string line = "The quick brown fox jumps over the lazy dog, again and again and again and again.\r\n";
  std::string body;
  while (body.size() < bytes) body += line;
  for (int i = 0; i < count; ++i) {
    const std::string n = std::to_string(i);
    std::ofstream(folder / "cur" / ("1700000" + std::to_string(100 + i) + ".M" + n + ".x:2,"), std::ios::binary)
        << message("Filled " + n, body + n, "fill" + n);
  }
  mail.append_maildir(user, folder);
  fs::remove_all(folder);
}

class Engine {
 public:
  struct Account {
    ServerSettings imap, smtp;
    std::string password;
    std::string ca_file = {};
  };
  // `user`'s mailbox there, log in and send as a client would.
  explicit Engine(MailSystem& mail, const std::string& user = "alice")
      : Engine(Account{{mail.host(), mail.imap_port(), Security::kNone, mail.address(user)},
                       {mail.host(), mail.smtps_port(), Security::kTls, mail.address(user)},
                       mail.password(),
                       mail.authority().string()}) {}
  explicit Engine(Account server,
                  const std::function<std::shared_ptr<void>(boost::asio::io_context&, Account&)>& prepare = {})
      : server_(std::move(server)) {
    if (prepare) kept_ = prepare(io_, server_);
    services_.extra_ca_file = server_.ca_file;
    folder_ = fs::temp_directory_path() / ("dhii-sync-" + random_.hex(6));
    fs::create_directories(folder_);
    open_store();
    thread_ = std::thread([this] { io_.run(); });
    start_worker();
  }
  ~Engine() {
    stop_worker();
    guard_.reset();
    thread_.join();
    store_.reset();
    fs::remove_all(folder_);
  }

  void start_worker() {
    on_io([this] {
      worker_ = std::make_unique<AccountWorker>(services_, account, UserId(1), server_.imap.login,
                                                AccountSettings{server_.imap, server_.smtp}, Secret(server_.password),
                                                store_);
      worker_->start();
    });
  }
  void stop_worker() {
    if (!worker_) return;
    boost::asio::co_spawn(io_, worker_->stop(), boost::asio::use_future).get();
    on_io([this] { worker_.reset(); });
  }
  store::MailStore& store() { return *store_; }
  AccountWorker& worker() { return *worker_; }

  template <class F>
  void on_io(F f) {
    boost::asio::post(io_, boost::asio::use_future(std::move(f))).get();
  }
  template <class Predicate>
  bool eventually(Predicate predicate, std::chrono::milliseconds limit = 15s) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < end) {
      if (predicate()) return true;
      std::this_thread::sleep_for(20ms);
    }
    return static_cast<bool>(predicate());
  }
  AccountState state() {
    AccountState out{};
    on_io([&] { out = worker_->status().state; });
    return out;
  }

  std::string error() {
    std::string out;
    on_io([&] { out = worker_->status().error; });
    return out;
  }
  void sync_now() {
    on_io([this] { worker_->sync_now(); });
  }
  std::vector<store::Mailbox> mailboxes() {
    return store_->read([&](ReadTx& tx) { return store::list_mailboxes(tx, account); })
        .value_or(std::vector<store::Mailbox>{});
  }
  std::optional<store::Mailbox> mailbox_named(const std::string& name) {
    for (const auto& found : mailboxes()) {
      if (found.name == name) return found;
    }
    return std::nullopt;
  }

  std::vector<store::Email> emails_in(Role role) {
    auto out = store_->read([&](ReadTx& tx) -> Result<std::vector<store::Email>> {
      DHII_TRY_ASSIGN(const auto mailbox, store::find_role(tx, account, role));
      if (!mailbox) return std::vector<store::Email>{};
      search::Query query;
      query.account = account;
      query.filter.leaf.in_mailbox = mailbox->id;
      query.limit = 1000;
      DHII_TRY_ASSIGN(const auto found, search::run(tx, query));
      return store::get_emails(tx, account, found.ids);
    });
    EXPECT_TRUE(out) << (out ? "" : out.error().message());
    return out.value_or(std::vector<store::Email>{});
  }
  std::size_t count(Role role) { return emails_in(role).size(); }
  MailboxId mailbox(Role role) {
    auto out = store_->read([&](ReadTx& tx) { return store::find_role(tx, account, role); });
    return out && *out ? (*out)->id : MailboxId();
  }
  std::int64_t open_operations() {
    return store_->read([&](ReadTx& tx) { return store::count_ops(tx, account); }).value_or(-1);
  }

  const AccountId account{1};

 private:
  void open_store() {
    store::MailStore::Options options;
    options.directory = folder_ / "mail";
    options.user = UserId(1);
    options.clock = &clock_;
    options.random = &random_;
    options.on_change = [this](const store::ChangeEvent& event) {
      if (!event.pending_ops && !event.submissions) return;
      boost::asio::post(io_, [this, event] {
        if (!worker_) return;
        if (event.pending_ops) worker_->wake_operations();
        if (event.submissions) worker_->wake_outbox();
      });
    };
    auto opened =
        store::MailStore::open(std::move(options), Secret(std::string_view("0123456789abcdef0123456789abcdef")));
    if (!opened) throw std::runtime_error(opened.error().message());
    store_ = std::move(*opened);
  }

  Account server_;
  SystemClock clock_;
  SystemRandom random_;
  fs::path folder_;
  boost::asio::io_context io_{1};
  std::shared_ptr<void> kept_;  // a server of the test's own, on our io_context
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> guard_{io_.get_executor()};
  net::BlockingPool db_pool_{"db", 2, 1000};
  net::BlockingPool cpu_pool_{"cpu", 2, 1000};
  net::Dialer dialer_{io_.get_executor(), db_pool_, net::Egress::kAllowLoopback};
  SyncServices services_{io_.get_executor(), dialer_, db_pool_, cpu_pool_, clock_, random_, "", "test.local", {}};
  std::shared_ptr<store::MailStore> store_;
  std::unique_ptr<AccountWorker> worker_;
  std::thread thread_;
};

}  // namespace dhii::sync

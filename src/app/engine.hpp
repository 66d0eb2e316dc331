// Engine: the running part without HTTP: io thread, pools, dialer, sync. `serve` puts the server on top; `sync` and
// `account` use it alone.
#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>

#include "app/account_service.hpp"
#include "app/installation.hpp"
#include "net/blocking_pool.hpp"
#include "net/dialer.hpp"
#include "sync/supervisor.hpp"

namespace dhii::app {

class Engine {
 public:
  // `may_send`: false holds the outboxes; empty: they send.
  Engine(Installation& installation, std::function<void(const sync::AccountStatus&)> on_status,
         std::function<bool()> may_send = {});

  boost::asio::io_context& io() { return io_; }
  net::BlockingPool& db_pool() { return db_pool_; }
  net::BlockingPool& hash_pool() { return hash_pool_; }
  net::BlockingPool& cpu_pool() { return cpu_pool_; }
  net::BlockingPool& dns_pool() { return dns_pool_; }
  net::Dialer& dialer() { return dialer_; }
  sync::Supervisor& supervisor() { return supervisor_; }
  AccountService& accounts() { return accounts_; }
  Installation& installation() { return installation_; }

  // Starts all accounts' workers.
  net::Task<> start_accounts();
  boost::asio::awaitable<void> stop();

 private:
  Installation& installation_;
  boost::asio::io_context io_{1};
  net::BlockingPool db_pool_;
  net::BlockingPool cpu_pool_;
  net::BlockingPool hash_pool_;
  net::BlockingPool dns_pool_;
  net::Dialer dialer_;
  sync::Supervisor supervisor_;
  AccountService accounts_;
};

// The sample mailbox, built into the program (samples/sample.mbox).
std::string_view sample_mbox();

}  // namespace dhii::app

#include "app/engine.hpp"

#include <unistd.h>

#include <array>

namespace dhii::app {

namespace {

// Two cores: four transactions waiting on the disk keep both busy; two processor jobs are all that can run. bcrypt
// alone takes a quarter of a second of a core, so one at a time, and a short queue: whoever floods the sign-in waits
// behind himself.
constexpr std::size_t kDbThreads = 4, kDbQueue = 512;
constexpr std::size_t kCpuThreads = 2, kCpuQueue = 256;
constexpr std::size_t kHashThreads = 1, kHashQueue = 16;
// getaddrinfo can't be interrupted: with a dead resolver each lookup holds a thread for seconds, and must not hold one
// that a database needs.
constexpr std::size_t kDnsThreads = 8, kDnsQueue = 256;

net::Egress egress_of(config::Egress egress) {
  switch (egress) {
    case config::Egress::kPublic:
      return net::Egress::kPublicOnly;
    case config::Egress::kLoopback:
      return net::Egress::kAllowLoopback;
    case config::Egress::kPrivate:
      return net::Egress::kAllowPrivate;
  }
  return net::Egress::kPublicOnly;
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

sync::SyncCounters sync_counters(metrics::Registry& registry) {
  return {registry.counter("dhii_sync_messages_total", "Messages brought in from mail servers."),
          registry.counter("dhii_sync_bytes_total", "Bytes of messages brought in from mail servers.")};
}

sync::SyncServices services_of(Engine& engine, net::BlockingPool& cpu_pool,
                               std::function<void(const sync::AccountStatus&)> on_status,
                               std::function<bool()> may_send) {
  auto& installation = engine.installation();
  return {engine.io().get_executor(),
          engine.dialer(),
          engine.db_pool(),
          cpu_pool,
          installation.clock(),
          installation.random(),
          installation.settings().extra_ca_file,
          host_name(),
          std::move(on_status),
          sync_counters(installation.metrics()),
          std::move(may_send)};
}

}  // namespace

Engine::Engine(Installation& installation, std::function<void(const sync::AccountStatus&)> on_status,
               std::function<bool()> may_send)
    : installation_(installation),
      db_pool_("db", kDbThreads, kDbQueue),
      cpu_pool_("cpu", kCpuThreads, kCpuQueue),
      hash_pool_("hash", kHashThreads, kHashQueue),
      dns_pool_("dns", kDnsThreads, kDnsQueue),
      dialer_(io_.get_executor(), dns_pool_, egress_of(installation.settings().egress)),
      supervisor_(
          services_of(*this, cpu_pool_, std::move(on_status), std::move(may_send)),
          {.open_store = [&installation](UserId user) { return installation.stores().open(user); },
           .open_password =
               [&installation](const store::MailAccount& account) { return installation.passwords().open(account); },
           .may_work = [&installation](UserId user) -> Result<bool> {
             DHII_TRY_ASSIGN(const auto owner, installation.control().get_user(user));
             return !owner.disabled;
           }}),
      accounts_({installation.control(), installation.stores(), supervisor_, installation.passwords(), dialer_,
                 db_pool_, installation.clock(), installation.settings().extra_ca_file, host_name(), sample_mbox()}) {}

net::Task<> Engine::start_accounts() {
  DHII_CO_TRY_ASSIGN(auto accounts,
                     co_await db_pool_.run([this] { return installation_.control().list_accounts(std::nullopt); }));
  co_return co_await supervisor_.start_all(std::move(accounts));
}

boost::asio::awaitable<void> Engine::stop() { co_await supervisor_.stop_all(); }

}  // namespace dhii::app

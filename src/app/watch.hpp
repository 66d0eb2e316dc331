// Watch: what watches over the running product: alerts and blocks behind the journal, the eyes on requests, the gate
// for blocked addresses, and the rounds that measure certificates, disks, backup and audit. Owned by Product; io thread
// but for what AlertDesk does on the journal's.
#pragma once
#include <boost/asio/io_context.hpp>
#include <functional>

#include "app/event_log.hpp"
#include "app/network_events.hpp"
#include "http/dispatcher.hpp"
#include "net/blocking_pool.hpp"
#include "net/task.hpp"
#include "security/alert/alert_desk.hpp"
#include "security/detect/new_networks.hpp"

namespace dhii::app {

class Watch final : public http::AddressGate, public http::RequestObserver {
 public:
  // `notify`, `end_sessions` and `demand_step_up` are called on the journal's thread.
  // `sink` leads to the journal of `log`.
  Watch(EventLog& log, Installation& installation, event::Sink& sink, std::vector<http::Network> proxies,
        security::DeskHands hands);
  // Before the journal starts.
  Result<void> load();

  std::optional<std::chrono::seconds> blocked_for(std::string_view address) override;
  void finished(const http::Request& request, std::string_view route, const http::Response& response,
                std::chrono::microseconds took) override;

  // Endless: measures four times a minute, on `pool`.
  net::Task<> keep_measuring(net::BlockingPool& pool, const NetworkEvents& network);

  security::AlertDesk& desk() { return desk_; }
  security::BlockList& blocks() { return blocks_; }
  store::EventAlerts& alerts() { return alerts_; }

 private:
  security::Readings measure();
  void show_figures();

  Installation& installation_;
  store::EventJournal& rows_;
  security::Journal& journal_;
  std::vector<http::Network> proxies_;
  store::EventAlerts alerts_;
  security::BlockList blocks_;
  security::AlertDesk desk_;
  security::NewNetworks new_networks_;
  metrics::Gauge dropped_;
};

}  // namespace dhii::app

// Canary: one security event sent on purpose through the journal, every log output and every alert channel, and the
// report of how far it came. One at a time: a new one replaces the last. Io thread, but for stored(), which the
// journal calls on its own.
#pragma once
#include <boost/json.hpp>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "app/installation.hpp"
#include "event/follower.hpp"
#include "logs/logs.hpp"
#include "net/task.hpp"
#include "security/alert/channels.hpp"

namespace dhii::app {

class Canary final : public event::Follower {
 public:
  struct Parts {
    Installation& installation;
    event::Sink& sink;
    security::Channels& channels;
    const logs::Logs* logs;  // null: nobody writes a log (inside another program)
    std::function<void(net::Task<>)> later;
  };
  explicit Canary(Parts parts) : p_(std::move(parts)) {}

  // `code` stands in the event, so that it can be found again.
  void send(std::string code, UserId user);
  // {"code", "sent_at", "event_id", "targets": [{"name", "kind", "to", "state", "detail"}]}; without one sent: no code.
  boost::json::object report() const;

  void stored(std::span<const event::Entry> entries) noexcept override;

 private:
  struct AlertTry {
    std::string name;
    std::optional<std::string> problem;  // nullopt: under way; empty: taken
  };
  net::Task<> try_channel(std::string name, std::string code);
  boost::json::object log_target(const logs::Runner& runner, std::int64_t event) const;

  Parts p_;
  Timestamp sent_at_{};
  std::map<std::string, std::uint64_t> dropped_before_;  // by output
  std::vector<AlertTry> alerts_;

  mutable std::mutex mutex_;  // both are read on the journal's thread
  std::string code_;
  std::int64_t event_id_ = 0;
};

}  // namespace dhii::app

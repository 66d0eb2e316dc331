// Containment: what is closed for the time being because of an incident, as the running server heeds it. Commands write
// the measures into the control database (`dhii-mail incident contain`, `release`); read() fetches them every few
// seconds, and the routes, the accounts of JMAP and the outbox ask here. Any thread but read().
#pragma once
#include <atomic>
#include <optional>
#include <string_view>

#include "app/installation.hpp"
#include "http/router.hpp"

namespace dhii::app {

class Containment {
 public:
  explicit Containment(Installation& installation) : installation_(installation) {}

  // Blocking: on a database thread, one at a time. Before the server starts, and every kLookAgain.
  Result<void> read();
  static constexpr std::chrono::seconds kLookAgain{5};

  // Mail can be read; nothing is sent and nothing is changed.
  bool read_only() const { return read_only_; }
  bool sign_ups_closed() const { return sign_ups_closed_; }

  // Puts the question before the handler of each route that changes something. After all routes were added.
  void guard(http::Router& router);

 private:
  Installation& installation_;
  std::atomic<bool> read_only_{false}, sign_ups_closed_{false};
};

// Pure. What stays open in read-only mode: reading, signing in and out, confirming, and the administrators' security
// work. JMAP stays open too; there the accounts become read-only.
bool open_when_read_only(http::Method method, std::string_view pattern);
bool is_sign_up(http::Method method, std::string_view pattern);

}  // namespace dhii::app

// PushHub: who listens on /jmap/eventsource, and what they are told (RFC 8620 §7.3, and our `account` and `outbox`
// events for the web app). Io thread only; writers on other threads post to it. It never waits for a client: a slow one
// is cut off by its bounded queue.
#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "api/account_service.hpp"
#include "base/ids.hpp"
#include "http/event_stream.hpp"
#include "store/types.hpp"

namespace dhii::api {

inline constexpr std::size_t kMaxStreamsPerUser = 16;  // tabs and devices; the oldest goes
enum class CloseAfter : std::uint8_t { kNever, kState };

struct Subscription {
  UserId user;
  SessionId session;
  std::string types = "*";  // RFC 8620 §7.3
  CloseAfter close_after = CloseAfter::kNever;
  bool dhii_events = false;  // `account` and `outbox` too
  std::weak_ptr<http::EventStream> stream;
  std::int64_t key = 0;  // the API key or app password that it was opened with; 0: a session
};

class PushHub {
 public:
  void subscribe(Subscription subscription);
  // One committed write: `event: state`.
  void publish(const store::ChangeEvent& event);
  void publish_account(UserId user, const AccountView& account);
  // `detail`: the server's words or a sentence.
  void publish_outbox(UserId user, std::string_view submission_id, std::string_view state, std::string_view detail);
  void close_session(SessionId session);
  void close_key(std::int64_t key);
  void close_user(UserId user);
  void close_all();
  std::size_t size() const { return subscriptions_.size(); }

 private:
  template <class F>
  void each_of(UserId user, F&& function);
  void forget_ended();
  template <class F>
  void close_if(F&& applies);
  std::list<Subscription> subscriptions_;
};

}  // namespace dhii::api

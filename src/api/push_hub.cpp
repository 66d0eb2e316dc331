#include "api/push_hub.hpp"

#include <boost/json.hpp>

#include "base/bytes.hpp"
#include "jmap/service.hpp"

namespace dhii::api {

void PushHub::forget_ended() {
  subscriptions_.remove_if([](const Subscription& s) {
    const auto stream = s.stream.lock();
    return !stream || stream->closed();
  });
}

void PushHub::subscribe(Subscription subscription) {
  forget_ended();
  std::size_t count = 0;
  for (auto it = subscriptions_.rbegin(); it != subscriptions_.rend(); ++it) {  // newest first
    if (it->user != subscription.user || ++count < kMaxStreamsPerUser) continue;
    if (const auto stream = it->stream.lock()) stream->close();
  }
  subscriptions_.push_back(std::move(subscription));
}

template <class F>
void PushHub::each_of(UserId user, F&& function) {
  bool ended = false;
  for (Subscription& s : subscriptions_) {
    if (s.user != user) continue;
    const auto stream = s.stream.lock();
    if (stream && !stream->closed())
      function(s, *stream);
    else
      ended = true;
  }
  if (ended) forget_ended();
}

void PushHub::publish(const store::ChangeEvent& event) {
  std::string all;  // most clients want all types: rendered once
  each_of(event.user, [&](const Subscription& s, http::EventStream& stream) {
    std::string own;
    if (s.types == "*" && all.empty()) all = jmap::state_change(event);
    if (s.types != "*") own = jmap::state_change(event, s.types);
    const std::string& data = s.types == "*" ? all : own;
    if (data.empty()) return;
    stream.push("state", data);
    if (s.close_after == CloseAfter::kState) stream.close();
  });
}

void PushHub::publish_account(UserId user, const AccountView& account) {
  std::string data;
  each_of(user, [&](const Subscription& s, http::EventStream& stream) {
    if (!s.dhii_events) return;
    if (data.empty()) data = account_json(account);
    stream.push("account", data);
  });
}

void PushHub::publish_outbox(UserId user, std::string_view submission_id, std::string_view state,
                             std::string_view detail) {
  const std::string data = boost::json::serialize(
      boost::json::object{{"submissionId", submission_id}, {"state", state}, {"detail", to_valid_utf8(detail)}});
  each_of(user, [&](const Subscription& s, http::EventStream& stream) {
    if (s.dhii_events) stream.push("outbox", data);
  });
}

template <class F>
void PushHub::close_if(F&& applies) {
  for (const Subscription& s : subscriptions_) {
    const auto stream = s.stream.lock();
    if (stream && applies(s)) stream->close();
  }
  forget_ended();
}

void PushHub::close_session(SessionId session) {
  close_if([=](const Subscription& s) { return s.key == 0 && s.session == session; });
}
void PushHub::close_key(std::int64_t key) {
  close_if([=](const Subscription& s) { return s.key == key; });
}
void PushHub::close_user(UserId user) {
  close_if([=](const Subscription& s) { return s.user == user; });
}

void PushHub::close_all() {
  for (const Subscription& s : subscriptions_) {
    if (const auto stream = s.stream.lock()) stream->close();
  }
  subscriptions_.clear();
}

}  // namespace dhii::api

#include "api/outbox_routes.hpp"

#include <algorithm>

#include "api/mail_json.hpp"
#include "api/outbox_json.hpp"
#include "store/repositories.hpp"

namespace dhii::api {
namespace {

namespace json = boost::json;
using http::Method;
using http::Permission;
using http::RateClass;
using http::Request;
using http::Response;
using store::StoreError;
using store::Submission;
using store::SubmissionState;

constexpr std::size_t kDefaultPage = 50;

Result<Submission> find(store::ReadTx& tx, const OpenMail& mail, const Request& request) {
  const auto id = jmap::parse_id<SubmissionId>(request.parameter("id"));
  if (!id) return fail(StoreError::kNotFound, "outbox");
  for (const auto& account : mail.context.accounts) {
    DHII_TRY_ASSIGN(auto found, store::get_submissions(tx, account.id, std::span(&*id, 1)));
    if (!found.empty()) return std::move(found.front());
  }
  return fail(StoreError::kNotFound, "outbox");
}

std::string item_json(const Submission& submission) {
  JsonWriter out;
  write_outbox_item(out, submission);
  return out.take();
}

Response wrong_state(const Request& request, const Submission& submission, std::string_view what) {
  return http::problem(
      request, 409, "mail.wrong_state",
      "The message is " + std::string(store::submission_state_name(submission.state)) + ": " + std::string(what));
}

// Recipients that have it already are not written to again.
Submission queued_again(Submission next, Timestamp now) {
  next.state = SubmissionState::kQueued;
  next.send_at = next.next_attempt_at = now;
  next.attempts = 0;
  next.detail.clear();
  for (auto& recipient : next.recipients) {
    if (recipient.delivered != 1) recipient = {recipient.email, "", 0};
  }
  return next;
}

}  // namespace

void write_outbox_item(JsonWriter& out, const Submission& s) {
  constexpr std::string_view kDelivered[] = {"queued", "yes", "no", "unknown"};
  out.begin_object().key("id").id('s', s.id.value).key("account").id('a', s.account.value);
  out.key("message").id('e', s.email.value);
  if (s.identity) out.key("identity").id('i', s.identity.value);
  out.key("state").plain(store::submission_state_name(s.state)).key("send_at");
  write_time(out, s.send_at);
  if (s.state == SubmissionState::kQueued) {
    out.key("next_attempt_at");
    write_time(out, s.next_attempt_at);
  }
  out.key("attempts").number(s.attempts);
  if (!s.detail.empty()) out.key("detail").text(s.detail);
  out.key("from").text(s.mail_from).key("recipients").begin_array();
  for (const auto& r : s.recipients) {
    out.begin_object().key("email").text(r.email);
    out.key("delivered").plain(kDelivered[std::min<std::size_t>(r.delivered, 3)]);
    if (!r.reply.empty()) out.key("reply").text(r.reply);
    out.end_object();
  }
  out.end_array().end_object();
}

void OutboxRoutes::add_to(http::Router& router) {
  const auto small = http::BodyRule::json(http::kMaxSmallBodyBytes);
  const auto none = http::BodyRule::none();
  const auto add = [&](Method method, const char* path, http::BodyRule body, auto handler) {
    router.add({method, path,
                method == Method::kGet ? http::Access(Permission::kUser, http::Scope::kMailRead)
                                       : http::Access(Permission::kUser, http::Scope::kMailSend),
                RateClass::kApi, body, [this, handler](Request& r) { return (this->*handler)(r); }});
  };
  add(Method::kGet, "/api/v1/outbox", none, &OutboxRoutes::list);
  add(Method::kGet, "/api/v1/outbox/{id}", none, &OutboxRoutes::get);
  add(Method::kDelete, "/api/v1/outbox/{id}", none, &OutboxRoutes::cancel);
  add(Method::kPost, "/api/v1/outbox/{id}/retry", small, &OutboxRoutes::retry);
}

Answer OutboxRoutes::list(Request& request) {
  const std::string scope = "outbox" + std::string(request.query_value("account").value_or(""));
  SubmissionId below;
  if (const auto text = request.query_value("cursor")) {
    const auto position = p_.cursors.open(request.user(), scope, *text);
    if (!position)
      co_return http::problem(request, 400, "http.bad_cursor",
                              "This cursor belongs to another list. Start again without it.");
    below = SubmissionId(*position);
  }
  co_return co_await on_mail(p_, request, [&](OpenMail& mail) -> Result<Response> {
    const auto only = request.query_value("account");
    const auto* wanted = only ? find_account(mail, jmap::parse_account_id(*only)) : nullptr;
    if (only && wanted == nullptr) return fail(StoreError::kNotFound, "account");
    const std::size_t limit = page_size(request, kDefaultPage);
    std::vector<Submission> found;
    DHII_TRY(mail.store->read([&](store::ReadTx& tx) -> Result<void> {
      for (const auto& account : mail.context.accounts) {
        if (wanted != nullptr && &account != wanted) continue;
        DHII_TRY_ASSIGN(auto some, store::list_submissions(tx, account.id, below, limit + 1));
        std::ranges::move(some, std::back_inserter(found));
      }
      return {};
    }));
    std::ranges::sort(found, std::ranges::greater(), &Submission::id);
    const bool more = found.size() > limit;
    if (more) found.erase(found.begin() + static_cast<std::ptrdiff_t>(limit), found.end());
    JsonWriter out(64 + found.size() * 512);
    out.begin_object().key("outbox").begin_array();
    for (const auto& submission : found) write_outbox_item(out, submission);
    out.end_array();
    if (more) out.key("next_cursor").plain(p_.cursors.make(request.user(), scope, found.back().id.value));
    return http::json_response(200, out.end_object().take());
  });
}

Answer OutboxRoutes::get(Request& request) {
  return on_mail(p_, request, [&request](OpenMail& mail) -> Result<Response> {
    DHII_TRY_ASSIGN(const auto found, mail.store->read([&](store::ReadTx& tx) { return find(tx, mail, request); }));
    return tagged_answer(request, item_json(found));
  });
}

// Compare-and-set: whoever sends may have taken it a moment ago.
Answer OutboxRoutes::cancel(Request& request) {
  return on_mail(p_, request, [&request](OpenMail& mail) -> Result<Response> {
    return mail.store->write([&](store::WriteTx& tx) -> Result<Response> {
      DHII_TRY_ASSIGN(const auto found, find(tx, mail, request));
      if (!if_match_holds(request, item_json(found))) return precondition_failed(request);
      if (found.state != SubmissionState::kQueued)
        return wrong_state(request, found, "only one that still waits can be taken back.");
      auto next = found;
      next.state = SubmissionState::kCanceled;
      DHII_TRY(store::move_submission(tx, found.id, SubmissionState::kQueued, next));
      return http::no_content();
    });
  });
}

// A message of unknown fate may have arrived: sending it again wants the person's word for it (DESIGN §4 "Sending").
Answer OutboxRoutes::retry(Request& request) {
  return on_mail(p_, request, [this, &request](OpenMail& mail) -> Result<Response> {
    const json::object body = request.body.empty() ? json::object() : json::parse(request.body).as_object();
    const auto* may = body.if_contains("may_arrive_twice");
    return mail.store->write([&](store::WriteTx& tx) -> Result<Response> {
      DHII_TRY_ASSIGN(const auto found, find(tx, mail, request));
      if (!if_match_holds(request, item_json(found))) return precondition_failed(request);
      if (found.state != SubmissionState::kFailed && found.state != SubmissionState::kUnknown)
        return wrong_state(request, found, "only one that failed, or whose fate is unknown, can be sent again.");
      if (found.state == SubmissionState::kUnknown && (may == nullptr || !may->as_bool()))
        return wrong_state(request, found, "it may have arrived. Look into Sent first, or say may_arrive_twice: true.");
      const auto next = queued_again(found, p_.clock.now());
      DHII_TRY(store::move_submission(tx, found.id, found.state, next));
      return http::json_response(202, item_json(next));
    });
  });
}

}  // namespace dhii::api

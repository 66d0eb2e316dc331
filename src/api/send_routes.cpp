#include "api/send_routes.hpp"

#include "api/mail_json.hpp"
#include "api/send_message.hpp"
#include "base/bytes.hpp"
#include "store/templates.hpp"

namespace dhii::api {
namespace {

namespace json = boost::json;
using http::Request;
using http::Response;

// Attachments of 30 MB in base64: what mail servers take at most. More goes through uploads (`blob`).
constexpr std::size_t kMaxSendBytes = 42'000'000;

Response key_reused(const Request& request) {
  return http::problem(request, 422, "idempotency.key_reused",
                       "This Idempotency-Key came with another body before. Take a new key for a new message.");
}

Response in_progress(const Request& request) {
  return http::problem(request, 409, "idempotency.in_progress",
                       "The first request with this Idempotency-Key is still under way; ask again in a moment.");
}

Response replay(int status, const std::string& answer) {
  Response response = status < 400 ? http::json_response(status, answer) : Response();
  if (status >= 400) {
    response.status = status;
    response.headers.add("Content-Type", "application/problem+json");
    response.body = answer;
  }
  response.headers.add("Idempotency-Replayed", "true");
  return response;
}

using UnderWay = std::set<std::pair<UserId, std::string>>;
struct Leaving {
  UnderWay& all;
  UnderWay::iterator mine;
  ~Leaving() { all.erase(mine); }
};

// A refusal that will be the same next time is an answer; a full disk is not.
bool is_final(const Response& response) { return response.status < 500 && response.status != 429; }

}  // namespace

void SendRoutes::add_to(http::Router& router) {
  router.add({http::Method::kPost, "/api/v1/messages/send",
              http::Access(http::Permission::kUser, http::Scope::kMailSend), http::RateClass::kApi,
              http::BodyRule::json(kMaxSendBytes), [this](Request& r) { return send(r); }});
}

std::string SendRoutes::message_id_of(UserId user, std::string_view key) const {
  const auto digest = message_ids_.of({std::to_string(user.value), ":", key});
  return to_hex(crypto::as_view(digest).substr(0, 16));
}

Answer SendRoutes::send(Request& request) {
  const auto key = request.headers.find("Idempotency-Key");
  if (key) return send_once(request, std::string(*key));
  return on_mail(p_, request, [this, &request](OpenMail& mail) {
    return send_message(p_, request, mail, body_object(request), "");
  });
}

Answer SendRoutes::send_once(Request& request, std::string key) {
  const auto taken = under_way_.emplace(request.user(), key);
  if (!taken.second) co_return in_progress(request);
  const Leaving leaving{under_way_, taken.first};
  co_return co_await on_mail(p_, request, [&](OpenMail& mail) -> Result<Response> {
    const store::IdempotentRequest fresh{std::string(crypto::as_view(crypto::sha256(request.body))),
                                         message_id_of(request.user(), key), 0, ""};
    DHII_TRY_ASSIGN(const auto before,
                    mail.store->write([&](store::WriteTx& tx) { return store::begin_idempotent(tx, key, fresh); }));
    if (before && before->request_hash != fresh.request_hash) return key_reused(request);
    if (before && before->status != 0) return replay(before->status, before->answer);
    const auto keep = [&](Result<Response> answer) -> Result<Response> {
      const bool final = answer && is_final(*answer);
      auto kept = mail.store->write([&](store::WriteTx& tx) {
        return final ? store::finish_idempotent(tx, key, answer->status, answer->body)
                     : store::drop_idempotent(tx, key);
      });
      if (!kept && final && answer->status < 400) return answer;  // sent: the Message-ID finds it again
      if (!kept) return std::unexpected(kept.error());
      return answer;
    };
    if (before) {  // the program ended while this was under way
      DHII_TRY_ASSIGN(auto sent, find_sent(mail, fresh.message_id));
      if (sent) return keep(std::move(*sent));
    }
    return keep(send_message(p_, request, mail, body_object(request), fresh.message_id));
  });
}

}  // namespace dhii::api

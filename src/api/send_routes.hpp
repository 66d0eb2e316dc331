// POST /api/v1/messages/send: a message from its parts to the outbox in one call, through the same JMAP methods as the
// web app. With an Idempotency-Key the same request is answered the same way for a day and sent once, crash or not. Io
// thread. Owned by Api.
#pragma once
#include <set>
#include <string>

#include "api/mail_parts.hpp"
#include "base/random.hpp"

namespace dhii::api {

class SendRoutes {
 public:
  SendRoutes(MailParts parts, const Secret& key) : p_(parts), message_ids_(key) {}
  void add_to(http::Router& router);

 private:
  Answer send(http::Request& request);
  Answer send_once(http::Request& request, std::string key);
  std::string message_id_of(UserId user, std::string_view key) const;

  MailParts p_;
  crypto::HmacSha256 message_ids_;  // a key's Message-ID: known again after a crash
  std::set<std::pair<UserId, std::string>> under_way_;
};

}  // namespace dhii::api

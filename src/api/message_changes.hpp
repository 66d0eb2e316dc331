// /api/v1/messages/{id}, changing: keywords, mailboxes, deletion; through JMAP's Email/set. If-Match is held under the
// account's state, so that nothing slips in between the look and the change. Io thread. Owned by Api.
#pragma once
#include "api/mail_parts.hpp"

namespace dhii::api {

class MessageChanges {
 public:
  explicit MessageChanges(MailParts parts) : p_(parts) {}
  void add_to(http::Router& router);

 private:
  Answer change(http::Request& request);
  Answer move(http::Request& request);
  Answer remove(http::Request& request);
  MailParts p_;
};

}  // namespace dhii::api

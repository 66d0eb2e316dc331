// /api/v1/mailboxes: parse, ask the store, render; changes go through JMAP's Mailbox/set, so that both know the same
// rules. Io thread. Owned by Api.
#pragma once
#include "api/mail_parts.hpp"

namespace dhii::api {

class MailboxRoutes {
 public:
  explicit MailboxRoutes(MailParts parts) : p_(parts) {}
  void add_to(http::Router& router);

 private:
  Answer list(http::Request& request);
  Answer get(http::Request& request);
  Answer create(http::Request& request);
  Answer change(http::Request& request);
  Answer remove(http::Request& request);
  MailParts p_;
};

}  // namespace dhii::api

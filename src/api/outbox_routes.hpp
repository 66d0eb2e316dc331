// /api/v1/outbox: what waits to be sent, and what became of it; cancelling and trying again. Io thread. Owned by Api.
#pragma once
#include "api/mail_parts.hpp"

namespace dhii::api {

class OutboxRoutes {
 public:
  explicit OutboxRoutes(MailParts parts) : p_(parts) {}
  void add_to(http::Router& router);

 private:
  Answer list(http::Request& request);
  Answer get(http::Request& request);
  Answer cancel(http::Request& request);
  Answer retry(http::Request& request);
  MailParts p_;
};

}  // namespace dhii::api

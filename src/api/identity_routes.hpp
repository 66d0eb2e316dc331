// /api/v1/identities: the addresses and signatures that a user writes under; through JMAP's Identity/set. Io thread.
// Owned by Api.
#pragma once
#include "api/mail_parts.hpp"

namespace dhii::api {

class IdentityRoutes {
 public:
  explicit IdentityRoutes(MailParts parts) : p_(parts) {}
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

// /api/v1/messages and /api/v1/threads, reading: parse, ask store and search, render. Lists stream straight off the
// index into JSON. Io thread. Owned by Api.
#pragma once
#include "api/mail_parts.hpp"
#include "api/page_cache.hpp"

namespace dhii::api {

class MessageRoutes {
 public:
  explicit MessageRoutes(MailParts parts) : p_(parts) {}
  void add_to(http::Router& router);

 private:
  Answer list(http::Request& request);
  Answer get(http::Request& request);
  Answer raw(http::Request& request);
  Answer attachment(http::Request& request);
  Answer thread(http::Request& request);
  MailParts p_;
  PageCache pages_;
};

}  // namespace dhii::api

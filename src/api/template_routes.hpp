// /api/v1/templates: texts that a user sends again and again. Io thread. Owned by Api.
#pragma once
#include "api/mail_parts.hpp"

namespace dhii::api {

// "p7"; nullopt for anything else.
std::optional<std::int64_t> parse_template_id(std::string_view text);

class TemplateRoutes {
 public:
  explicit TemplateRoutes(MailParts parts) : p_(parts) {}
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

// /api/v1/webhooks: parse, call WebhookService, render. Io thread. Owned by Api.
#pragma once
#include "api/mail_parts.hpp"
#include "webhook/service.hpp"

namespace dhii::api {

class WebhookRoutes {
 public:
  WebhookRoutes(webhook::WebhookService& webhooks, const Cursors& cursors) : webhooks_(webhooks), cursors_(cursors) {}
  void add_to(http::Router& router);

 private:
  Answer list(http::Request& request);
  Answer create(http::Request& request);
  Answer get(http::Request& request);
  Answer change(http::Request& request);
  Answer remove(http::Request& request);
  Answer renew_secret(http::Request& request);
  Answer test(http::Request& request);
  Answer deliveries(http::Request& request);

  webhook::WebhookService& webhooks_;
  const Cursors& cursors_;
};

}  // namespace dhii::api

// All REST routes of mail, over the same services as JMAP. Owned by Api.
#pragma once
#include "api/identity_routes.hpp"
#include "api/mailbox_routes.hpp"
#include "api/message_changes.hpp"
#include "api/message_routes.hpp"
#include "api/outbox_routes.hpp"
#include "api/send_routes.hpp"
#include "api/template_routes.hpp"
#include "api/webhook_routes.hpp"

namespace dhii::api {

struct MailApiParts {
  MailAccess& mail;
  jmap::Service& jmap;
  net::BlockingPool& db_pool;
  const Clock& clock;
  webhook::WebhookService& webhooks;
  const Secret& key;  // 32 bytes: authenticates cursors, makes Message-IDs of idempotency keys
};

class MailApi {
 public:
  explicit MailApi(const MailApiParts& parts)
      : cursors_(parts.key),
        parts_{parts.mail, parts.jmap, parts.db_pool, cursors_, parts.clock},
        mailboxes_(parts_),
        messages_(parts_),
        changes_(parts_),
        send_(parts_, parts.key),
        outbox_(parts_),
        identities_(parts_),
        templates_(parts_),
        webhooks_(parts.webhooks, cursors_) {}

  void add_to(http::Router& router) {
    mailboxes_.add_to(router);
    messages_.add_to(router);
    changes_.add_to(router);
    send_.add_to(router);
    outbox_.add_to(router);
    identities_.add_to(router);
    templates_.add_to(router);
    webhooks_.add_to(router);
  }

 private:
  Cursors cursors_;
  MailParts parts_;
  MailboxRoutes mailboxes_;
  MessageRoutes messages_;
  MessageChanges changes_;
  SendRoutes send_;
  OutboxRoutes outbox_;
  IdentityRoutes identities_;
  TemplateRoutes templates_;
  WebhookRoutes webhooks_;
};

}  // namespace dhii::api

#include "api/mailbox_routes.hpp"

#include "api/mail_json.hpp"
#include "store/repositories.hpp"

namespace dhii::api {
namespace {

using http::Method;
using http::Permission;
using http::RateClass;
using http::Request;
using http::Response;

}  // namespace

void MailboxRoutes::add_to(http::Router& router) {
  const auto add = [&](Method method, const char* path, http::BodyRule body, auto handler) {
    router.add({method, path, http::Access(Permission::kUser, http::Scope::kMailRead), RateClass::kApi, body,
                [this, handler](Request& r) { return (this->*handler)(r); }});
  };
  add(Method::kGet, "/api/v1/mailboxes", http::BodyRule::none(), &MailboxRoutes::list);
  add(Method::kGet, "/api/v1/mailboxes/{id}", http::BodyRule::none(), &MailboxRoutes::get);
}

Answer MailboxRoutes::list(Request& request) {
  const auto only = request.query_value("account");
  return on_mail(p_, request, [only](OpenMail& mail) -> Result<Response> {
    const auto* wanted = only ? find_account(mail, jmap::parse_account_id(*only)) : nullptr;
    if (only && wanted == nullptr) return fail(store::StoreError::kNotFound, "account");
    JsonWriter out;
    out.begin_object().key("mailboxes").begin_array();
    DHII_TRY(mail.store->read([&](store::ReadTx& tx) -> Result<void> {
      for (const auto& account : mail.context.accounts) {
        if (wanted != nullptr && &account != wanted) continue;
        DHII_TRY_ASSIGN(const auto mailboxes, store::list_mailboxes(tx, account.id));
        for (const auto& mailbox : mailboxes) write_mailbox(out, mailbox);
      }
      return {};
    }));
    out.end_array().end_object();
    return http::json_response(200, out.take());
  });
}

Answer MailboxRoutes::get(Request& request) {
  return on_mail(p_, request, [&request](OpenMail& mail) -> Result<Response> {
    const auto id = jmap::parse_id<MailboxId>(request.parameter("id"));
    if (!id) return fail(store::StoreError::kNotFound, "mailbox");
    DHII_TRY_ASSIGN(const auto mailbox,
                    mail.store->read([&](store::ReadTx& tx) { return store::get_mailbox(tx, *id); }));
    if (!owns(mail, mailbox.account)) return fail(store::StoreError::kNotFound, "mailbox");
    JsonWriter out;
    write_mailbox(out, mailbox);
    return tagged_answer(request, out.take());
  });
}

}  // namespace dhii::api

#include "api/mailbox_routes.hpp"

#include "api/jmap_call.hpp"
#include "api/mail_json.hpp"
#include "store/repositories.hpp"

namespace dhii::api {
namespace {

namespace json = boost::json;
using http::Method;
using http::Permission;
using http::RateClass;
using http::Request;
using http::Response;

}  // namespace

void MailboxRoutes::add_to(http::Router& router) {
  const auto add = [&](Method method, const char* path, http::BodyRule body, auto handler) {
    router.add({method, path,
                method == Method::kGet ? http::Access(Permission::kUser, http::Scope::kMailRead)
                                       : http::Access(Permission::kUser, http::Scope::kMailWrite),
                RateClass::kApi, body, [this, handler](Request& r) { return (this->*handler)(r); }});
  };
  add(Method::kGet, "/api/v1/mailboxes", http::BodyRule::none(), &MailboxRoutes::list);
  add(Method::kGet, "/api/v1/mailboxes/{id}", http::BodyRule::none(), &MailboxRoutes::get);
  const auto small = http::BodyRule::json(http::kMaxSmallBodyBytes);
  add(Method::kPost, "/api/v1/mailboxes", small, &MailboxRoutes::create);
  add(Method::kPatch, "/api/v1/mailboxes/{id}", small, &MailboxRoutes::change);
  add(Method::kDelete, "/api/v1/mailboxes/{id}", http::BodyRule::none(), &MailboxRoutes::remove);
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

namespace {

const FieldNames kNames{{"name", "/name"},
                        {"parentId", "/parent"},
                        {"role", "/role"},
                        {"sortOrder", "/sort_order"},
                        {"isSubscribed", "/subscribed"}};
constexpr int kTries = 3;

struct Current {
  store::Mailbox mailbox;
  std::string representation, state;
};

Result<Current> current(OpenMail& mail, std::string_view text) {
  const auto id = jmap::parse_id<MailboxId>(text);
  if (!id) return fail(store::StoreError::kNotFound, "mailbox");
  return mail.store->read([&](store::ReadTx& tx) -> Result<Current> {
    Current out;
    DHII_TRY_ASSIGN(out.mailbox, store::get_mailbox(tx, *id));
    if (!owns(mail, out.mailbox.account)) return fail(store::StoreError::kNotFound, "mailbox");
    DHII_TRY_ASSIGN(const auto state, store::state_of(tx, out.mailbox.account, store::DataType::kMailbox));
    out.state = jmap::state_text(state);
    JsonWriter writer;
    write_mailbox(writer, out.mailbox);
    out.representation = writer.take();
    return out;
  });
}

json::object properties_of(const json::object& body) {
  constexpr std::pair<std::string_view, std::string_view> kRenamed[] = {
      {"name", "name"}, {"parent", "parentId"}, {"sort_order", "sortOrder"}, {"subscribed", "isSubscribed"}};
  json::object out;
  for (const auto& [ours, theirs] : kRenamed) {
    if (const auto* value = body.if_contains(ours)) out[theirs] = *value;
  }
  return out;
}

Result<Response> set(const MailParts& parts, const Request& request, OpenMail& mail, json::object what) {
  for (int tries = 1;; ++tries) {
    DHII_TRY_ASSIGN(const auto before, current(mail, request.parameter("id")));
    if (!if_match_holds(request, before.representation)) return precondition_failed(request);
    json::object arguments = what;
    arguments["accountId"] = jmap::id_text(before.mailbox.account);
    if (request.headers.has("If-Match")) arguments["ifInState"] = before.state;
    JmapCall call(parts.jmap, mail.context, kNames);
    call.add("Mailbox/set", std::move(arguments));
    auto done = call.run();
    if (!done && is_state_mismatch(done.error()) && tries < kTries) continue;
    if (!done) return http::to_response(done.error(), request.request_id);
    if (auto problem = call.refused(done->front())) return http::to_response(*problem, request.request_id);
    if (what.contains("destroy")) return http::no_content();
    DHII_TRY_ASSIGN(auto after, current(mail, request.parameter("id")));
    return tagged_answer(request, std::move(after.representation));
  }
}

}  // namespace

Answer MailboxRoutes::create(Request& request) {
  return on_mail(p_, request, [this, &request](OpenMail& mail) -> Result<Response> {
    const json::object body = body_object(request);
    const auto* account = named_account(mail, body);
    if (account == nullptr) return no_such_account_field(request);
    JmapCall call(p_.jmap, mail.context, kNames);
    call.add("Mailbox/set",
             {{"accountId", jmap::id_text(account->id)}, {"create", json::object{{"m", properties_of(body)}}}});
    auto done = call.run();
    if (!done) return http::to_response(done.error(), request.request_id);
    if (auto problem = call.refused(done->front())) return http::to_response(*problem, request.request_id);
    const std::string id(done->front().at("created").at("m").at("id").as_string());
    DHII_TRY_ASSIGN(auto made, current(mail, id));
    return created_answer("/api/v1/mailboxes/" + id, std::move(made.representation));
  });
}

Answer MailboxRoutes::change(Request& request) {
  return on_mail(p_, request, [this, &request](OpenMail& mail) {
    const json::object properties = properties_of(body_object(request));
    return set(p_, request, mail, {{"update", json::object{{std::string(request.parameter("id")), properties}}}});
  });
}

Answer MailboxRoutes::remove(Request& request) {
  return on_mail(p_, request, [this, &request](OpenMail& mail) {
    return set(p_, request, mail,
               {{"destroy", json::array{std::string(request.parameter("id"))}},
                {"onDestroyRemoveEmails", request.query_value("remove_messages") == "true"}});
  });
}

}  // namespace dhii::api

#include "api/identity_routes.hpp"

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
using store::Identity;
using store::StoreError;

const FieldNames kNames{{"name", "/name"},
                        {"email", "/email"},
                        {"replyTo", "/reply_to"},
                        {"bcc", "/bcc"},
                        {"textSignature", "/text_signature"},
                        {"htmlSignature", "/html_signature"}};
constexpr int kTries = 3;

void write_stored_people(JsonWriter& out, std::string_view key, const std::string& stored) {
  json::error_code error;
  const auto value = json::parse(stored, error);
  if (error || !value.is_array()) return;
  out.key(key).begin_array();
  for (const auto& each : value.get_array()) {
    const auto* person = each.if_object();
    const auto* email = person != nullptr ? person->if_contains("email") : nullptr;
    if (email == nullptr || !email->is_string()) continue;
    out.begin_object();
    if (const auto* name = person->if_contains("name"); name != nullptr && name->is_string())
      out.key("name").text(std::string(name->get_string()));
    out.key("email").text(std::string(email->get_string())).end_object();
  }
  out.end_array();
}

void write_identity(JsonWriter& out, const Identity& i) {
  out.begin_object().key("id").id('i', i.id.value).key("account").id('a', i.account.value);
  out.key("name").text(i.name).key("email").text(i.email);
  write_stored_people(out, "reply_to", i.reply_to_json);
  write_stored_people(out, "bcc", i.bcc_json);
  out.key("text_signature").text(i.text_signature).key("html_signature").text(i.html_signature).end_object();
}

std::string identity_json(const Identity& identity) {
  JsonWriter out;
  write_identity(out, identity);
  return out.take();
}

struct Current {
  Identity identity;
  std::string representation, state;
};

Result<Current> current(OpenMail& mail, std::optional<IdentityId> id) {
  if (!id) return fail(StoreError::kNotFound, "identity");
  return mail.store->read([&](store::ReadTx& tx) -> Result<Current> {
    for (const auto& account : mail.context.accounts) {
      DHII_TRY_ASSIGN(auto all, store::list_identities(tx, account.id));
      const auto found = std::ranges::find(all, *id, &Identity::id);
      if (found == all.end()) continue;
      DHII_TRY_ASSIGN(const auto state, store::state_of(tx, account.id, store::DataType::kIdentity));
      return Current{*found, identity_json(*found), jmap::state_text(state)};
    }
    return fail(StoreError::kNotFound, "identity");
  });
}

std::optional<IdentityId> id_of(const Request& request) { return jmap::parse_id<IdentityId>(request.parameter("id")); }

// REST's names to JMAP's; `account` is not one of them.
json::object properties_of(const Request& request) {
  constexpr std::pair<std::string_view, std::string_view> kRenamed[] = {{"name", "name"},
                                                                        {"email", "email"},
                                                                        {"reply_to", "replyTo"},
                                                                        {"bcc", "bcc"},
                                                                        {"text_signature", "textSignature"},
                                                                        {"html_signature", "htmlSignature"}};
  const json::object body = body_object(request);
  json::object out;
  for (const auto& [ours, theirs] : kRenamed) {
    if (const auto* value = body.if_contains(ours)) out[theirs] = *value;
  }
  return out;
}

Result<Response> set(const MailParts& parts, const Request& request, OpenMail& mail, json::object what) {
  for (int tries = 1;; ++tries) {
    DHII_TRY_ASSIGN(const auto before, current(mail, id_of(request)));
    if (!if_match_holds(request, before.representation)) return precondition_failed(request);
    json::object arguments = what;
    arguments["accountId"] = jmap::id_text(before.identity.account);
    if (request.headers.has("If-Match")) arguments["ifInState"] = before.state;
    JmapCall call(parts.jmap, mail.context, kNames);
    call.add("Identity/set", std::move(arguments));
    auto done = call.run();
    if (!done && is_state_mismatch(done.error()) && tries < kTries) continue;
    if (!done) return http::to_response(done.error(), request.request_id);
    if (auto problem = call.refused(done->front())) return http::to_response(*problem, request.request_id);
    if (what.contains("destroy")) return http::no_content();
    DHII_TRY_ASSIGN(auto after, current(mail, id_of(request)));
    return tagged_answer(request, std::move(after.representation));
  }
}

}  // namespace

void IdentityRoutes::add_to(http::Router& router) {
  const auto body = http::BodyRule::json(kMaxIdentityBodyBytes);
  const auto none = http::BodyRule::none();
  const auto add = [&](Method method, const char* path, http::BodyRule rule, auto handler) {
    router.add({method, path,
                method == Method::kGet ? http::Access(Permission::kUser, http::Scope::kMailRead)
                                       : http::Access(Permission::kUser, http::Scope::kAccountsManage),
                RateClass::kApi, rule, [this, handler](Request& r) { return (this->*handler)(r); }});
  };
  add(Method::kGet, "/api/v1/identities", none, &IdentityRoutes::list);
  add(Method::kPost, "/api/v1/identities", body, &IdentityRoutes::create);
  add(Method::kGet, "/api/v1/identities/{id}", none, &IdentityRoutes::get);
  add(Method::kPatch, "/api/v1/identities/{id}", body, &IdentityRoutes::change);
  add(Method::kDelete, "/api/v1/identities/{id}", none, &IdentityRoutes::remove);
}

Answer IdentityRoutes::list(Request& request) {
  return on_mail(p_, request, [](OpenMail& mail) -> Result<Response> {
    JsonWriter out;
    out.begin_object().key("identities").begin_array();
    DHII_TRY(mail.store->read([&](store::ReadTx& tx) -> Result<void> {
      for (const auto& account : mail.context.accounts) {
        DHII_TRY_ASSIGN(const auto all, store::list_identities(tx, account.id));
        for (const auto& identity : all) write_identity(out, identity);
      }
      return {};
    }));
    return http::json_response(200, out.end_array().end_object().take());
  });
}

Answer IdentityRoutes::get(Request& request) {
  return on_mail(p_, request, [&request](OpenMail& mail) -> Result<Response> {
    DHII_TRY_ASSIGN(auto found, current(mail, id_of(request)));
    return tagged_answer(request, std::move(found.representation));
  });
}

Answer IdentityRoutes::create(Request& request) {
  return on_mail(p_, request, [this, &request](OpenMail& mail) -> Result<Response> {
    const json::object body = body_object(request);
    const auto* account = named_account(mail, body);
    if (account == nullptr) return no_such_account_field(request);
    JmapCall call(p_.jmap, mail.context, kNames);
    call.add("Identity/set",
             {{"accountId", jmap::id_text(account->id)}, {"create", json::object{{"i", properties_of(request)}}}});
    auto done = call.run();
    if (!done) return http::to_response(done.error(), request.request_id);
    if (auto problem = call.refused(done->front())) return http::to_response(*problem, request.request_id);
    const std::string id(done->front().at("created").at("i").at("id").as_string());
    DHII_TRY_ASSIGN(auto made, current(mail, jmap::parse_id<IdentityId>(id)));
    return created_answer("/api/v1/identities/" + id, std::move(made.representation));
  });
}

Answer IdentityRoutes::change(Request& request) {
  return on_mail(p_, request, [this, &request](OpenMail& mail) {
    return set(p_, request, mail,
               {{"update", json::object{{std::string(request.parameter("id")), properties_of(request)}}}});
  });
}

Answer IdentityRoutes::remove(Request& request) {
  return on_mail(p_, request, [this, &request](OpenMail& mail) {
    return set(p_, request, mail, {{"destroy", json::array{std::string(request.parameter("id"))}}});
  });
}

}  // namespace dhii::api

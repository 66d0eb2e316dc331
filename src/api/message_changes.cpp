#include "api/message_changes.hpp"

#include "api/jmap_call.hpp"
#include "api/mail_json.hpp"
#include "store/message_list.hpp"
#include "store/repositories.hpp"

namespace dhii::api {
namespace {

namespace json = boost::json;
using http::Method;
using http::Permission;
using http::RateClass;
using http::Request;
using http::Response;
using store::StoreError;

const FieldNames kNames{{"keywords", "/add_keywords"}, {"mailboxIds", "/mailboxes"}};
constexpr int kTries = 3;  // a change that meets another one looks again; more than that is a client to be told

struct Current {
  AccountId account;
  store::Email email;
  std::string representation;
  std::string state;  // of the account's emails when it was read
};

Result<Current> current(const Request& request, OpenMail& mail) {
  const auto id = jmap::parse_id<EmailId>(request.parameter("id"));
  if (!id) return fail(StoreError::kNotFound, "message");
  Current out;
  std::string raw;
  DHII_TRY(mail.store->read([&](store::ReadTx& tx) -> Result<void> {
    DHII_TRY_ASSIGN(out.account, store::account_of(tx, *id));
    if (!owns(mail, out.account)) return fail(StoreError::kNotFound, "message");
    DHII_TRY_ASSIGN(auto emails, store::get_emails(tx, out.account, std::span(&*id, 1)));
    if (emails.empty()) return fail(StoreError::kNotFound, "message");
    out.email = std::move(emails.front());
    DHII_TRY_ASSIGN(raw, tx.blobs().get(tx, out.email.blob));
    DHII_TRY_ASSIGN(const auto state, store::state_of(tx, out.account, store::DataType::kEmail));
    out.state = jmap::state_text(state);
    return {};
  }));
  DHII_TRY_ASSIGN(const auto parsed, mime::parse(raw));
  out.representation = message_json(out.email, parsed, raw);
  return out;
}

// What is to be done to the message: an Email/set argument, "update" or "destroy".
using Change = std::function<Result<std::pair<std::string, json::value>>(const Current&)>;

Result<Response> apply(const MailParts& parts, const Request& request, OpenMail& mail, const Change& change) {
  for (int tries = 1;; ++tries) {
    DHII_TRY_ASSIGN(const auto before, current(request, mail));
    if (!if_match_holds(request, before.representation)) return precondition_failed(request);
    DHII_TRY_ASSIGN(auto wanted, change(before));
    json::object arguments{{"accountId", jmap::id_text(before.account)}, {wanted.first, std::move(wanted.second)}};
    if (request.headers.has("If-Match")) arguments["ifInState"] = before.state;
    JmapCall call(parts.jmap, mail.context, kNames);
    call.add("Email/set", std::move(arguments));
    auto done = call.run();
    if (!done && is_state_mismatch(done.error()) && tries < kTries) continue;
    if (!done) return http::to_response(done.error(), request.request_id);
    if (auto problem = call.refused(done->front())) return http::to_response(*problem, request.request_id);
    if (wanted.first == "destroy") return http::no_content();
    DHII_TRY_ASSIGN(auto after, current(request, mail));
    return tagged_answer(request, std::move(after.representation));
  }
}

json::object update_of(const Current& message, json::object patch) {
  return {{jmap::id_text(message.email.id), std::move(patch)}};
}

json::object keyword_patch(const json::object& body) {
  json::object patch;
  const auto set = [&](std::string_view keyword, bool on) {
    patch["keywords/" + std::string(keyword)] = on ? json::value(true) : json::value(nullptr);
  };
  if (const auto* v = body.if_contains("unread")) set("$seen", !v->as_bool());
  if (const auto* v = body.if_contains("flagged")) set("$flagged", v->as_bool());
  if (const auto* list = body.if_contains("add_keywords"))
    for (const auto& each : list->as_array()) set(std::string(each.as_string()), true);
  if (const auto* list = body.if_contains("remove_keywords"))
    for (const auto& each : list->as_array()) set(std::string(each.as_string()), false);
  return patch;
}

// The body was checked against the contract: it is an object of the declared form.
json::object body_of(const Request& request) {
  return request.body.empty() ? json::object() : json::parse(request.body).as_object();
}

}  // namespace

void MessageChanges::add_to(http::Router& router) {
  const auto small = http::BodyRule::json(http::kMaxSmallBodyBytes);
  const auto add = [&](Method method, const char* path, http::BodyRule body, auto handler) {
    router.add({method, path,
                method == Method::kGet ? http::Access(Permission::kUser, http::Scope::kMailRead)
                                       : http::Access(Permission::kUser, http::Scope::kMailWrite),
                RateClass::kApi, body, [this, handler](Request& r) { return (this->*handler)(r); }});
  };
  add(Method::kPatch, "/api/v1/messages/{id}", small, &MessageChanges::change);
  add(Method::kPost, "/api/v1/messages/{id}/move", small, &MessageChanges::move);
  add(Method::kDelete, "/api/v1/messages/{id}", http::BodyRule::none(), &MessageChanges::remove);
}

Answer MessageChanges::change(Request& request) {
  return on_mail(p_, request, [this, &request](OpenMail& mail) {
    const json::object patch = keyword_patch(body_of(request));
    return apply(p_, request, mail, [&](const Current& message) -> Result<std::pair<std::string, json::value>> {
      return std::pair{std::string("update"), json::value(update_of(message, patch))};
    });
  });
}

Answer MessageChanges::move(Request& request) {
  return on_mail(p_, request, [this, &request](OpenMail& mail) {
    json::object places;
    for (const auto& each : body_of(request).at("mailboxes").as_array()) places[each.as_string()] = true;
    return apply(p_, request, mail, [&](const Current& message) -> Result<std::pair<std::string, json::value>> {
      return std::pair{std::string("update"), json::value(update_of(message, {{"mailboxIds", places}}))};
    });
  });
}

// Into the trash first; from there, or where there is none, for good.
Answer MessageChanges::remove(Request& request) {
  return on_mail(p_, request, [this, &request](OpenMail& mail) -> Result<Response> {
    const bool for_good = request.query_value("permanently") == "true";
    bool moved = false;
    auto done = apply(p_, request, mail, [&](const Current& message) -> Result<std::pair<std::string, json::value>> {
      DHII_TRY_ASSIGN(const auto trash, mail.store->read([&](store::ReadTx& tx) {
        return store::find_role(tx, message.account, store::Role::kTrash);
      }));
      const bool in_trash =
          trash && std::ranges::find(message.email.mailboxes, trash->id) != message.email.mailboxes.end();
      moved = !for_good && trash && !in_trash;
      if (!moved) return std::pair{std::string("destroy"), json::value(json::array{jmap::id_text(message.email.id)})};
      const json::object into_trash{{"mailboxIds", json::object{{jmap::id_text(trash->id), true}}}};
      return std::pair{std::string("update"), json::value(update_of(message, into_trash))};
    });
    if (done && moved && done->status == 200) return http::no_content();
    return done;
  });
}

}  // namespace dhii::api

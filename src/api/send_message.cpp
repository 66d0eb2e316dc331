#include "api/send_message.hpp"

#include <algorithm>

#include "api/jmap_call.hpp"
#include "api/mail_json.hpp"
#include "api/outbox_json.hpp"
#include "api/template_routes.hpp"
#include "base/bytes.hpp"
#include "jmap/core/dates.hpp"
#include "mime/build.hpp"
#include "store/message_list.hpp"
#include "store/repositories.hpp"
#include "store/templates.hpp"

namespace dhii::api {
namespace {

namespace json = boost::json;
using http::Problem;
using http::Request;
using http::Response;

const FieldNames kNames{{"to", "/to"},
                        {"cc", "/cc"},
                        {"bcc", "/bcc"},
                        {"replyTo", "/reply_to"},
                        {"subject", "/subject"},
                        {"textBody", "/text"},
                        {"htmlBody", "/html"},
                        {"bodyValues", "/text"},
                        {"attachments", "/attachments"},
                        {"envelope", "/send_at"},
                        {"identityId", "/identity"},
                        {"headers", "/subject"}};

Problem wrong(std::string pointer, std::string detail) {
  return {422,
          "http.bad_fields",
          "Some fields of the request are not right; see 'errors'.",
          {{std::move(pointer), std::move(detail)}},
          {}};
}

std::string text_of(const json::object& o, std::string_view name) {
  const auto* value = o.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

// What the request names, looked up under the user's own accounts.
struct Sender {
  const jmap::AccountInfo* account = nullptr;
  store::Identity identity;
  std::optional<store::Mailbox> drafts, sent, fallback;
  std::optional<store::Email> parent;
  std::optional<store::Template> text;
};

class Composer {
 public:
  Composer(const MailParts& parts, const Request& request, OpenMail& mail, const json::object& body)
      : p_(parts), request_(request), mail_(mail), body_(body), call_(parts.jmap, mail.context, kNames) {}

  Result<Response> send(const std::string& message_id) {
    DHII_TRY(look_up());
    if (!problem_ && body_.contains("attachments")) DHII_TRY(upload_all());
    if (problem_) return refuse(*problem_);
    call_.add("Email/set", {{"accountId", account_text()}, {"create", json::object{{"m", message(message_id)}}}});
    call_.add("EmailSubmission/set", submission());
    auto done = call_.run();
    if (!done) return refuse(done.error());
    if (auto bad = call_.refused(done->at(0))) return refuse(*bad);
    const std::string email(done->at(0).at("created").at("m").at("id").as_string());
    if (auto bad = call_.refused(done->at(1))) {
      discard(email);
      return refuse(*bad);
    }
    mark_answered();
    return answer(std::string(done->at(1).at("created").at("s").at("id").as_string()));
  }

 private:
  Response refuse(const Problem& problem) const { return http::to_response(problem, request_.request_id); }
  std::string account_text() const { return jmap::id_text(from_.account->id); }

  Result<void> look_up() {
    from_.account = named_account(mail_, body_);
    if (from_.account == nullptr) {
      problem_ = wrong("/account", "There is no such account.");
      return {};
    }
    return mail_.store->read([&](store::ReadTx& tx) -> Result<void> {
      DHII_TRY(look_up_identity(tx));
      DHII_TRY_ASSIGN(from_.drafts, store::find_role(tx, from_.account->id, store::Role::kDrafts));
      DHII_TRY_ASSIGN(from_.sent, store::find_role(tx, from_.account->id, store::Role::kSent));
      DHII_TRY_ASSIGN(from_.fallback, store::find_role(tx, from_.account->id, store::Role::kInbox));
      if (!from_.drafts && !from_.sent && !from_.fallback)
        problem_ =
            Problem{409, "mail.account_cannot", "This account has no mailbox yet; wait for its first sync.", {}, {}};
      if (body_.contains("in_reply_to")) DHII_TRY(look_up_parent(tx));
      if (body_.contains("template")) DHII_TRY(look_up_template(tx));
      return {};
    });
  }

  Result<void> look_up_identity(store::ReadTx& tx) {
    DHII_TRY_ASSIGN(auto all, store::list_identities(tx, from_.account->id));
    const std::string wanted = text_of(body_, "identity");
    const auto id = jmap::parse_id<IdentityId>(wanted);
    const auto found =
        wanted.empty() ? all.begin() : std::ranges::find(all, id.value_or(IdentityId()), &store::Identity::id);
    if (found == all.end())
      problem_ = wrong("/identity", "There is no such identity in this account.");
    else
      from_.identity = std::move(*found);
    return {};
  }

  Result<void> look_up_parent(store::ReadTx& tx) {
    const auto id = jmap::parse_id<EmailId>(text_of(body_, "in_reply_to"));
    auto found = store::get_emails(tx, from_.account->id, std::span(&*id, 1));
    if (!found) return std::unexpected(found.error());
    if (found->empty())
      problem_ = wrong("/in_reply_to", "There is no such message in this account.");
    else
      from_.parent = std::move(found->front());
    return {};
  }

  Result<void> look_up_template(store::ReadTx& tx) {
    auto found = store::get_template(tx, parse_template_id(text_of(body_, "template")).value_or(0));
    if (found)
      from_.text = std::move(*found);
    else if (found.error().is(store::StoreError::kNotFound))
      problem_ = wrong("/template", "There is no such template.");
    else
      return std::unexpected(found.error());
    return {};
  }

  // Content that came in the request becomes a blob first: the message then refers to it.
  Result<void> upload_all() {
    const auto& list = body_.at("attachments").as_array();
    for (std::size_t i = 0; i < list.size(); ++i) {
      const auto& file = list[i].as_object();
      std::string blob = text_of(file, "blob");
      const std::string type = file.contains("type") ? text_of(file, "type") : "application/octet-stream";
      if (blob.empty()) {
        const auto bytes = from_base64(text_of(file, "content"));
        if (!bytes) {
          problem_ =
              wrong("/attachments/" + std::to_string(i) + "/content", "is not base64 (RFC 4648 section 4, padded)");
          return {};
        }
        const auto kept = p_.jmap.upload(mail_.context, account_text(), type, *bytes);
        if (kept.status == 503) return fail(store::StoreError::kBusy);
        if (kept.status != 201) {
          problem_ = wrong("/attachments/" + std::to_string(i), "can't be taken; it may be too large");
          return {};
        }
        blob = std::string(json::parse(kept.body).at("blobId").as_string());
      }
      const bool is_inline = file.contains("inline") && file.at("inline").as_bool();
      json::object part{{"blobId", blob}, {"type", type}, {"disposition", is_inline ? "inline" : "attachment"}};
      if (file.contains("name")) part["name"] = file.at("name");
      if (file.contains("content_id")) part["cid"] = file.at("content_id");
      attachments_.push_back(std::move(part));
    }
    return {};
  }

  // The request's own words, else the template's.
  std::string words(std::string_view name, std::string store::Template::* in_template) const {
    if (body_.contains(name) || !from_.text) return text_of(body_, name);
    return (*from_.text).*in_template;
  }

  json::object message(const std::string& message_id) {
    json::object out{{"mailboxIds", json::object{{jmap::id_text(first_place().id), true}}},
                     {"keywords", json::object{{"$seen", true}, {"$draft", true}}},
                     {"subject", words("subject", &store::Template::subject)},
                     {"from", json::array{sender_person()}}};
    for (const auto& [ours, theirs] :
         {std::pair("to", "to"), std::pair("cc", "cc"), std::pair("bcc", "bcc"), std::pair("reply_to", "replyTo")}) {
      if (const auto* people = body_.if_contains(ours)) out[theirs] = *people;
    }
    if (!message_id.empty()) out["messageId"] = json::array{message_id + "@" + sender_domain()};
    if (from_.parent) {
      const auto references = mime::reply_references(from_.parent->envelope);
      if (!references.empty()) {
        out["inReplyTo"] = json::array{references.back()};
        out["references"] = json::array(references.begin(), references.end());
      }
    }
    add_bodies(out);
    return out;
  }

  void add_bodies(json::object& out) {
    const std::string text = words("text", &store::Template::text), html = words("html", &store::Template::html);
    json::object values;
    if (!text.empty() || html.empty()) {
      values["t"] = json::object{{"value", text}};
      out["textBody"] = json::array{json::object{{"partId", "t"}, {"type", "text/plain"}}};
    }
    if (!html.empty()) {
      values["h"] = json::object{{"value", html}};
      out["htmlBody"] = json::array{json::object{{"partId", "h"}, {"type", "text/html"}}};
    }
    out["bodyValues"] = std::move(values);
    if (!attachments_.empty()) out["attachments"] = std::move(attachments_);
  }

  const store::Mailbox& first_place() const {
    return from_.drafts ? *from_.drafts : from_.sent ? *from_.sent : *from_.fallback;
  }
  json::object sender_person() const {
    json::object out{{"email", from_.identity.email}};
    if (!from_.identity.name.empty()) out["name"] = from_.identity.name;
    return out;
  }
  std::string sender_domain() const {
    const auto at = from_.identity.email.rfind('@');
    return at == std::string::npos ? "localhost.invalid" : from_.identity.email.substr(at + 1);
  }

  // Taken by the outbox: it stops being a draft and goes to Sent, in the same transaction (RFC 8621 §7.5).
  json::object submission() const {
    json::object patch{{"keywords/$draft", nullptr}};
    if (from_.drafts && from_.sent) {
      patch["mailboxIds/" + jmap::id_text(from_.drafts->id)] = nullptr;
      patch["mailboxIds/" + jmap::id_text(from_.sent->id)] = true;
    }
    json::object create{{"emailId", "#m"}, {"identityId", jmap::id_text(from_.identity.id)}};
    if (body_.contains("send_at")) create["envelope"] = envelope();
    return {{"accountId", account_text()},
            {"create", json::object{{"s", std::move(create)}}},
            {"onSuccessUpdateEmail", json::object{{"#s", std::move(patch)}}}};
  }

  // RFC 4865: the moment is a parameter of MAIL FROM.
  json::object envelope() const {
    json::array recipients;
    std::vector<std::string> seen;
    for (const std::string_view list : {"to", "cc", "bcc"}) {
      const auto* people = body_.if_contains(json::string_view(list.data(), list.size()));
      if (people == nullptr) continue;
      for (const auto& person : people->as_array()) {
        const std::string email = text_of(person.as_object(), "email");
        const auto same = [&](const std::string& other) { return ascii_iequals(other, email); };
        if (std::ranges::any_of(seen, same)) continue;
        seen.push_back(email);
        recipients.push_back(json::object{{"email", email}, {"parameters", nullptr}});
      }
    }
    return {{"mailFrom", json::object{{"email", from_.identity.email},
                                      {"parameters", json::object{{"HOLDUNTIL", text_of(body_, "send_at")}}}}},
            {"rcptTo", std::move(recipients)}};
  }

  void discard(const std::string& email) {
    call_.add("Email/set", {{"accountId", account_text()}, {"destroy", json::array{email}}});
    (void)call_.run();
  }

  void mark_answered() {
    if (!from_.parent) return;
    const json::object patch{{"keywords/$answered", true}};
    call_.add("Email/set",
              {{"accountId", account_text()}, {"update", json::object{{jmap::id_text(from_.parent->id), patch}}}});
    (void)call_.run();  // the message is on its way whether or not this mark is set
  }

  Result<Response> answer(const std::string& submission_id) {
    const auto id = jmap::parse_id<SubmissionId>(submission_id);
    DHII_TRY_ASSIGN(const auto found, mail_.store->read([&](store::ReadTx& tx) {
      return store::get_submissions(tx, from_.account->id, std::span(&*id, 1));
    }));
    JsonWriter out;
    write_outbox_item(out, found.at(0));
    return created_answer("/api/v1/outbox/" + submission_id, out.take());
  }

  const MailParts& p_;
  const Request& request_;
  OpenMail& mail_;
  const json::object& body_;
  JmapCall call_;
  Sender from_;
  json::array attachments_;
  std::optional<Problem> problem_;
};

}  // namespace

Result<Response> send_message(const MailParts& parts, const Request& request, OpenMail& mail, const json::object& body,
                              const std::string& message_id) {
  return Composer(parts, request, mail, body).send(message_id);
}

Result<std::optional<Response>> find_sent(OpenMail& mail, const std::string& message_id) {
  return mail.store->write([&](store::WriteTx& tx) -> Result<std::optional<Response>> {
    for (const auto& account : mail.context.accounts) {
      DHII_TRY_ASSIGN(const auto identities, store::list_identities(tx, account.id));
      for (const auto& identity : identities) {
        const auto at = identity.email.rfind('@');
        if (at == std::string::npos) continue;
        DHII_TRY_ASSIGN(const auto email,
                        store::find_by_message_id(tx, account.id, message_id + identity.email.substr(at)));
        if (!email) continue;
        DHII_TRY_ASSIGN(const auto all, store::get_submissions(tx, account.id, std::nullopt));
        const auto found = std::ranges::find(all, *email, &store::Submission::email);
        if (found == all.end()) {
          DHII_TRY(store::destroy_email(tx, account.id, *email, store::Origin::kLocal));
          continue;
        }
        JsonWriter out;
        write_outbox_item(out, *found);
        return created_answer("/api/v1/outbox/" + jmap::id_text(found->id), out.take());
      }
    }
    return std::optional<Response>();
  });
}

}  // namespace dhii::api

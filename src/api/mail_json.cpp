#include "api/mail_json.hpp"

#include "api/json_out.hpp"
#include "base/bytes.hpp"
#include "crypto/mac.hpp"
#include "http/problem.hpp"
#include "jmap/blob.hpp"

namespace dhii::api {
namespace {

using store::Flag;

constexpr std::size_t kMaxShownBodyBytes = 8U << 20U;  // of text and of HTML each; the rest is in the raw message

template <class List>
void write_people(JsonWriter& out, std::string_view key, const List& people) {
  out.key(key).begin_array();
  for (const auto& person : people) {
    out.begin_object();
    if (!person.name.empty()) out.key("name").text(person.name);
    out.key("email").text(person.email).end_object();
  }
  out.end_array();
}

void write_mailboxes(JsonWriter& out, const std::vector<MailboxId>& mailboxes) {
  out.key("mailboxes").begin_array();
  for (const MailboxId id : mailboxes) out.id('m', id.value);
  out.end_array();
}

void write_keywords(JsonWriter& out, const store::Keywords& keywords) {
  constexpr std::pair<Flag, std::string_view> kNames[] = {
      {Flag::kSeen, "$seen"},       {Flag::kFlagged, "$flagged"},     {Flag::kAnswered, "$answered"},
      {Flag::kDraft, "$draft"},     {Flag::kForwarded, "$forwarded"}, {Flag::kJunk, "$junk"},
      {Flag::kNotJunk, "$notjunk"}, {Flag::kPhishing, "$phishing"},   {Flag::kMdnSent, "$mdnsent"}};
  out.key("unread").boolean(!keywords.has(Flag::kSeen)).key("flagged").boolean(keywords.has(Flag::kFlagged));
  out.key("keywords").begin_array();
  for (const auto& [flag, name] : kNames) {
    if (keywords.has(flag)) out.plain(name);
  }
  for (const auto& custom : keywords.custom) out.text(custom);
  out.end_array();
}

struct Body {
  std::string value;
  bool truncated = false;
};

// The leaves of one kind of body, one after the other.
std::optional<Body> body_of(const mime::Parsed& parsed, const mime::BodyReader& reader,
                            const std::vector<std::string>& parts, std::string_view type) {
  std::optional<Body> out;
  for (const auto& id : parts) {
    const mime::Part* part = parsed.find(id);
    if (part == nullptr || part->type != type) continue;
    const auto value = reader.value(id, kMaxShownBodyBytes);
    if (!value) continue;
    if (!out) out.emplace();
    if (out->value.size() + value->value.size() > kMaxShownBodyBytes) {
      out->truncated = true;
      break;
    }
    out->value += value->value;
    out->truncated = out->truncated || value->is_truncated;
  }
  return out;
}

void write_attachments(JsonWriter& out, const mime::Parsed& parsed) {
  out.key("attachments").begin_array();
  for (const auto& id : parsed.attachments) {
    const mime::Part* part = parsed.find(id);
    if (part == nullptr) continue;
    out.begin_object().key("part").plain(part->part_id);
    if (!part->name.empty()) out.key("name").text(part->name);
    out.key("type").text(part->type).key("size").number(static_cast<std::int64_t>(part->size));
    if (!part->cid.empty()) out.key("content_id").text(part->cid);
    out.key("inline").boolean(part->disposition == "inline").end_object();
  }
  out.end_array();
}

void write_ids(JsonWriter& out, const mime::Envelope& envelope) {
  if (!envelope.message_ids.empty()) out.key("message_id").text(envelope.message_ids.front());
  if (!envelope.in_reply_to.empty()) {
    out.key("in_reply_to").begin_array();
    for (const auto& id : envelope.in_reply_to) out.text(id);
    out.end_array();
  }
}

}  // namespace

// "2026-01-31T09:30:00Z" without an allocation; years outside 0001 to 9999 are a broken Date field's.
void write_time(JsonWriter& out, Timestamp when) {
  const auto day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::seconds>(when - day));
  char text[21] = "0000-00-00T00:00:00Z";
  const auto put = [&](std::size_t at, std::size_t digits, std::int64_t value) {
    for (std::size_t i = digits; i-- > 0; value /= 10) text[at + i] = static_cast<char>('0' + value % 10);
  };
  put(0, 4, std::clamp(static_cast<int>(date.year()), 1, 9999));
  put(5, 2, static_cast<unsigned>(date.month()));
  put(8, 2, static_cast<unsigned>(date.day()));
  put(11, 2, time.hours().count());
  put(14, 2, time.minutes().count());
  put(17, 2, time.seconds().count());
  out.plain({text, 20});
}

void write_summary(JsonWriter& out, const store::ListedMessage& m) {
  out.begin_object().key("id").id('e', m.id.value).key("account").id('a', m.account.value);
  out.key("thread").id('t', m.thread.value);
  write_mailboxes(out, m.mailboxes);
  out.key("subject").text(m.subject);
  write_people(out, "from", m.from);
  write_people(out, "to", m.to);
  out.key("received_at");
  write_time(out, m.received_at);
  out.key("size").number(m.size);
  write_keywords(out, m.keywords);
  out.key("has_attachment").boolean(m.has_attachment).key("preview").text(m.preview).end_object();
}

void write_mailbox(JsonWriter& out, const store::Mailbox& m) {
  out.begin_object().key("id").id('m', m.id.value).key("account").id('a', m.account.value);
  if (m.parent) out.key("parent").id('m', m.parent.value);
  out.key("name").text(m.name);
  if (m.role != store::Role::kNone) out.key("role").plain(store::role_name(m.role));
  out.key("sort_order").number(m.sort_order).key("subscribed").boolean(m.subscribed);
  out.key("total").number(m.total_emails).key("unread").number(m.unread_emails);
  out.key("threads").number(m.total_threads).key("unread_threads").number(m.unread_threads).end_object();
}

std::string message_json(const store::Email& email, const mime::Parsed& parsed, std::string_view raw) {
  const auto& envelope = parsed.envelope;
  const mime::BodyReader reader(raw);
  const auto text = body_of(parsed, reader, parsed.text_body, "text/plain");
  const auto html = body_of(parsed, reader, parsed.html_body, "text/html");
  JsonWriter out(2048 + (text ? text->value.size() : 0) + (html ? html->value.size() : 0));
  out.begin_object().key("id").id('e', email.id.value).key("account").id('a', email.account.value);
  out.key("thread").id('t', email.thread.value);
  write_mailboxes(out, email.mailboxes);
  out.key("subject").text(envelope.subject);
  write_people(out, "from", envelope.from);
  write_people(out, "to", envelope.to);
  write_people(out, "cc", envelope.cc);
  write_people(out, "bcc", envelope.bcc);
  write_people(out, "reply_to", envelope.reply_to);
  write_ids(out, envelope);
  if (envelope.sent_at) {
    out.key("sent_at");
    write_time(out, envelope.sent_at->at);
  }
  out.key("received_at");
  write_time(out, email.received_at);
  out.key("size").number(email.size);
  write_keywords(out, email.keywords);
  out.key("has_attachment").boolean(email.has_attachment).key("preview").text(email.preview);
  if (text) out.key("text").text(text->value);
  if (html) out.key("html").text(html->value);
  if ((text && text->truncated) || (html && html->truncated) || email.truncated)
    out.key("body_truncated").boolean(true);
  write_attachments(out, parsed);
  out.key("blob").text(jmap::blob_ref_text(email.blob)).end_object();
  return out.take();
}

std::string etag_of(std::string_view representation) {
  return "\"" + to_hex(crypto::as_view(crypto::sha256(representation)).substr(0, 12)) + "\"";
}

http::Response tagged_answer(const http::Request& request, std::string body) {
  const std::string etag = etag_of(body);
  http::Response response;
  const auto known = request.headers.value("If-None-Match");
  if (http::is_safe(request.method) && (known == "*" || known.contains(etag)))
    response.status = 304;
  else
    response = http::json_response(200, std::move(body));
  response.headers.add("ETag", etag);
  return response;
}

http::Response created_answer(std::string_view location, std::string body) {
  const std::string etag = etag_of(body);
  http::Response response = http::json_response(201, std::move(body));
  response.headers.add("Location", location);
  response.headers.add("ETag", etag);
  return response;
}

bool if_match_holds(const http::Request& request, std::string_view representation) {
  const auto wanted = request.headers.find("If-Match");
  return !wanted || *wanted == "*" || wanted->contains(etag_of(representation));
}

http::Response precondition_failed(const http::Request& request) {
  return http::problem(request, 412, "http.precondition_failed",
                       "It has changed since you read it: read it again, and send the new ETag in If-Match.");
}

}  // namespace dhii::api

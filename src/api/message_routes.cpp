#include "api/message_routes.hpp"

#include "api/download.hpp"
#include "api/mail_json.hpp"
#include "search/search.hpp"
#include "store/repositories.hpp"

namespace dhii::api {
namespace {

using http::Method;
using http::Permission;
using http::RateClass;
using http::Request;
using http::Response;
using store::StoreError;

constexpr std::size_t kDefaultPage = 50;
constexpr std::size_t kBytesPerSummary = 640;       // measured on ordinary mail: one allocation for a page
constexpr std::size_t kMaxThreadMessages = 10'000;  // a conversation; the contract says so

std::optional<bool> flag(const Request& request, std::string_view name) {
  const auto value = request.query_value(name);
  if (!value) return std::nullopt;
  return *value == "true";
}

// What one GET /messages asks for, resolved.
struct Listing {
  AccountId account;
  MailboxId mailbox;
  std::optional<ThreadId> thread;
  std::optional<bool> unread, flagged;
  std::optional<std::string> q;
  std::size_t limit = kDefaultPage;
  EmailId below;
  // Answered by an index of the store alone.
  bool is_plain() const { return !q && !thread && unread != false && flagged != false; }
};

// What a cursor belongs to: the filters, not the page's size.
std::string scope_of(const Request& request) {
  std::string out = "messages";
  for (const std::string_view name : {"account", "mailbox", "thread", "unread", "flagged", "q"}) {
    out += '\0';
    out += request.query_value(name).value_or("");
  }
  return out;
}

std::string page_key(UserId user, const Listing& l) {
  std::string out;
  for (const std::int64_t part :
       {user.value, l.account.value, l.mailbox.value, l.below.value, static_cast<std::int64_t>(l.limit),
        static_cast<std::int64_t>(l.unread.value_or(false)), static_cast<std::int64_t>(l.flagged.value_or(false))})
    out.append(reinterpret_cast<const char*>(&part), sizeof part);
  return out;
}

// The account is the one named, else that of the mailbox or thread, else the first. Nothing of anybody else's.
Result<Listing> listing_of(const Request& request, const OpenMail& mail, store::ReadTx& tx) {
  Listing out;
  std::optional<AccountId> account;
  if (const auto text = request.query_value("account")) {
    account = jmap::parse_account_id(*text);
    if (find_account(mail, account) == nullptr) return fail(StoreError::kNotFound, "account");
  }
  const auto same_account = [&](AccountId found) {
    const bool fits = owns(mail, found) && (!account || *account == found);
    account = found;
    return fits;
  };
  if (const auto text = request.query_value("mailbox")) {
    out.mailbox = jmap::parse_id<MailboxId>(*text).value_or(MailboxId(-1));
    DHII_TRY_ASSIGN(const auto found, store::get_mailbox(tx, out.mailbox));
    if (!same_account(found.account)) return fail(StoreError::kNotFound, "mailbox");
  }
  if (const auto text = request.query_value("thread")) {
    out.thread = jmap::parse_id<ThreadId>(*text).value_or(ThreadId(-1));
    DHII_TRY_ASSIGN(const auto found, store::account_of(tx, *out.thread));
    if (!same_account(found)) return fail(StoreError::kNotFound, "thread");
  }
  if (!account && !mail.context.accounts.empty()) account = mail.context.accounts.front().id;
  out.account = account.value_or(AccountId());
  out.unread = flag(request, "unread");
  out.flagged = flag(request, "flagged");
  if (const auto text = request.query_value("q")) out.q = *text;
  out.limit = page_size(request, kDefaultPage);
  return out;
}

search::Filter leaf(search::Condition condition) {
  search::Filter out;
  out.leaf = std::move(condition);
  return out;
}

Result<std::vector<EmailId>> find_messages(store::ReadTx& tx, const Listing& listing, std::size_t limit,
                                           Timestamp now) {
  search::Query query;
  query.account = listing.account;
  query.limit = limit;
  query.now = now;
  if (listing.below) query.below = listing.below;
  search::Condition condition;
  if (listing.mailbox) condition.in_mailbox = listing.mailbox;
  query.filter.op = search::Filter::Op::kAnd;
  query.filter.children.push_back(leaf(std::move(condition)));
  const auto keyword = [&](bool wanted, const char* name) {
    search::Condition c;
    (wanted ? c.has_keyword : c.not_keyword) = name;
    query.filter.children.push_back(leaf(std::move(c)));
  };
  if (listing.unread) keyword(!*listing.unread, "$seen");
  if (listing.flagged) keyword(*listing.flagged, "$flagged");
  if (listing.q) {
    DHII_TRY_ASSIGN(auto words, search::parse_query(tx, listing.account, *listing.q, now));
    query.filter.children.push_back(std::move(words));
  }
  DHII_TRY_ASSIGN(auto found, search::run(tx, query));
  return std::move(found.ids);
}

// A conversation is small: filtered here, newest first.
Result<std::vector<EmailId>> thread_page(store::ReadTx& tx, const Listing& listing, std::size_t limit, Timestamp now) {
  DHII_TRY_ASSIGN(auto ids, store::thread_emails(tx, listing.account, *listing.thread));
  if (ids.size() > kMaxThreadMessages) ids.resize(kMaxThreadMessages);
  std::ranges::reverse(ids);
  const bool filtered = listing.q || listing.mailbox || listing.unread || listing.flagged;
  std::vector<EmailId> matching;
  if (filtered) {
    DHII_TRY_ASSIGN(matching, find_messages(tx, listing, kMaxThreadMessages, now));
    std::ranges::sort(matching);
  }
  std::vector<EmailId> out;
  for (const EmailId id : ids) {
    if (listing.below && id >= listing.below) continue;
    if (filtered && !std::ranges::binary_search(matching, id)) continue;
    if (out.size() < limit) out.push_back(id);
  }
  return out;
}

// One more than asked for is looked up: whether there is a next page.
Result<void> each_listed(store::ReadTx& tx, const Listing& listing, Timestamp now, const store::EachMessage& each) {
  if (listing.is_plain()) {
    return store::list_messages(tx,
                                {listing.account, listing.mailbox, listing.below, listing.unread.value_or(false),
                                 listing.flagged.value_or(false), listing.limit + 1},
                                each);
  }
  DHII_TRY_ASSIGN(const auto ids, listing.thread ? thread_page(tx, listing, listing.limit + 1, now)
                                                 : find_messages(tx, listing, listing.limit + 1, now));
  return store::list_messages(tx, listing.account, ids, each);
}

struct Found {
  store::Email email;
  std::string raw;
};

Result<Found> load(const Request& request, OpenMail& mail) {
  const auto id = jmap::parse_id<EmailId>(request.parameter("id"));
  if (!id) return fail(StoreError::kNotFound, "message");
  return mail.store->read([&](store::ReadTx& tx) -> Result<Found> {
    DHII_TRY_ASSIGN(const auto account, store::account_of(tx, *id));
    if (!owns(mail, account)) return fail(StoreError::kNotFound, "message");
    DHII_TRY_ASSIGN(auto emails, store::get_emails(tx, account, std::span(&*id, 1)));
    if (emails.empty()) return fail(StoreError::kNotFound, "message");
    DHII_TRY_ASSIGN(auto raw, tx.blobs().get(tx, emails.front().blob));
    return Found{std::move(emails.front()), std::move(raw)};
  });
}

}  // namespace

void MessageRoutes::add_to(http::Router& router) {
  const auto add = [&](const char* path, RateClass rate, auto handler) {
    router.add({Method::kGet, path, http::Access(Permission::kUser, http::Scope::kMailRead), rate,
                http::BodyRule::none(), [this, handler](Request& r) { return (this->*handler)(r); }});
  };
  add("/api/v1/messages", RateClass::kApi, &MessageRoutes::list);
  add("/api/v1/messages/{id}", RateClass::kApi, &MessageRoutes::get);
  add("/api/v1/messages/{id}/raw", RateClass::kDownload, &MessageRoutes::raw);
  add("/api/v1/messages/{id}/attachments/{part}", RateClass::kDownload, &MessageRoutes::attachment);
  add("/api/v1/threads/{id}", RateClass::kApi, &MessageRoutes::thread);
}

Answer MessageRoutes::list(Request& request) {
  const std::string scope = scope_of(request);
  EmailId below;
  if (const auto text = request.query_value("cursor")) {
    const auto position = p_.cursors.open(request.user(), scope, *text);
    if (!position)
      co_return http::problem(request, 400, "http.bad_cursor",
                              "This cursor belongs to another list. Start again without it.");
    below = EmailId(*position);
  }
  co_return co_await on_mail(p_, request, [&](OpenMail& mail) -> Result<Response> {
    return mail.store->read([&](store::ReadTx& tx) -> Result<Response> {
      DHII_TRY_ASSIGN(auto listing, listing_of(request, mail, tx));
      listing.below = below;
      // What is listed changes only with the account's email state; a search also with time.
      const bool kept = listing.is_plain();
      const std::string key = kept ? page_key(request.user(), listing) : std::string();
      DHII_TRY_ASSIGN(const auto state, store::state_of(tx, listing.account, store::DataType::kEmail));
      if (kept) {
        if (std::string page = pages_.find(key, state); !page.empty()) return http::json_response(200, std::move(page));
      }
      JsonWriter out(64 + listing.limit * kBytesPerSummary);
      std::size_t written = 0;
      EmailId last;
      bool more = false;
      out.begin_object().key("messages").begin_array();
      DHII_TRY(each_listed(tx, listing, p_.clock.now(), [&](const store::ListedMessage& message) {
        more = written == listing.limit;
        if (more) return;
        write_summary(out, message);
        last = message.id;
        ++written;
      }));
      out.end_array();
      if (more) out.key("next_cursor").plain(p_.cursors.make(request.user(), scope, last.value));
      std::string page = out.end_object().take();
      if (kept) pages_.keep(key, state, page);
      return http::json_response(200, std::move(page));
    });
  });
}

Answer MessageRoutes::get(Request& request) {
  return on_mail(p_, request, [&request](OpenMail& mail) -> Result<Response> {
    DHII_TRY_ASSIGN(const auto found, load(request, mail));
    DHII_TRY_ASSIGN(const auto parsed, mime::parse(found.raw));
    return tagged_answer(request, message_json(found.email, parsed, found.raw));
  });
}

Answer MessageRoutes::raw(Request& request) {
  return on_mail(p_, request, [&request](OpenMail& mail) -> Result<Response> {
    DHII_TRY_ASSIGN(auto found, load(request, mail));
    Response response;
    response.body = std::move(found.raw);
    add_download_headers(response, "", "message/rfc822", std::string(request.parameter("id")) + ".eml");
    return response;
  });
}

Answer MessageRoutes::attachment(Request& request) {
  return on_mail(p_, request, [&request](OpenMail& mail) -> Result<Response> {
    DHII_TRY_ASSIGN(const auto found, load(request, mail));
    DHII_TRY_ASSIGN(const auto parsed, mime::parse(found.raw));
    const mime::Part* part = parsed.find(request.parameter("part"));
    if (part == nullptr) return fail(StoreError::kNotFound, "attachment");
    DHII_TRY_ASSIGN(auto bytes, mime::decode_part(found.raw, part->part_id));
    Response response;
    response.body = std::move(bytes);
    add_download_headers(response, "", part->type, part->name);
    return response;
  });
}

Answer MessageRoutes::thread(Request& request) {
  return on_mail(p_, request, [&request](OpenMail& mail) -> Result<Response> {
    const auto id = jmap::parse_id<ThreadId>(request.parameter("id"));
    if (!id) return fail(StoreError::kNotFound, "thread");
    return mail.store->read([&](store::ReadTx& tx) -> Result<Response> {
      DHII_TRY_ASSIGN(const auto account, store::account_of(tx, *id));
      if (!owns(mail, account)) return fail(StoreError::kNotFound, "thread");
      DHII_TRY_ASSIGN(auto ids, store::thread_emails(tx, account, *id));
      if (ids.size() > kMaxThreadMessages) ids.erase(ids.begin(), ids.end() - kMaxThreadMessages);
      JsonWriter out(64 + ids.size() * kBytesPerSummary);
      out.begin_object().key("id").id('t', id->value).key("account").id('a', account.value);
      out.key("messages").begin_array();
      DHII_TRY(store::list_messages(tx, account, ids,
                                    [&](const store::ListedMessage& message) { write_summary(out, message); }));
      return tagged_answer(request, out.end_array().end_object().take());
    });
  });
}

}  // namespace dhii::api

// What the handlers of mail share: the user's open mail, the account that a request names, and running on the database
// pool. Io thread; `on_mail` runs its function on a pool thread.
#pragma once
#include <algorithm>
#include <boost/json.hpp>
#include <charconv>
#include <optional>
#include <string_view>

#include "api/cursor.hpp"
#include "api/errors.hpp"
#include "api/jmap_routes.hpp"
#include "http/problem.hpp"
#include "jmap/core/ids.hpp"

namespace dhii::api {

struct MailParts {
  MailAccess& mail;
  jmap::Service& jmap;
  net::BlockingPool& db_pool;
  const Cursors& cursors;
  const Clock& clock;
};

using Answer = boost::asio::awaitable<http::Response>;

// `function`: OpenMail& -> Result<http::Response>.
template <class F>
Answer on_mail(const MailParts& parts, const http::Request& request, F function) {
  auto done = co_await parts.db_pool.run([&]() -> Result<http::Response> {
    DHII_TRY_ASSIGN(OpenMail mail, parts.mail.open(request.user()));
    return function(mail);
  });
  if (!done) co_return error_response(request, done.error());
  co_return std::move(*done);
}

// Null: none of the user's.
inline const jmap::AccountInfo* find_account(const OpenMail& mail, std::optional<AccountId> id) {
  for (const auto& account : mail.context.accounts) {
    if (id && account.id == *id) return &account;
  }
  return nullptr;
}
inline bool owns(const OpenMail& mail, AccountId id) { return find_account(mail, id) != nullptr; }

inline constexpr std::size_t kMaxIdentityBodyBytes = 512U * 1024U;        // two signatures of 100,000 characters
inline constexpr std::size_t kMaxTemplateBodyBytes = 8U * 1024U * 1024U;  // text and HTML of a million characters each
inline constexpr std::size_t kMaxPage = 200;

inline std::size_t page_size(const http::Request& request, std::size_t otherwise) {
  const auto text = request.query_value("limit").value_or("");
  std::size_t size = otherwise;
  std::from_chars(text.data(), text.data() + text.size(), size);
  return std::clamp<std::size_t>(size, 1, kMaxPage);
}

// The account that a body names, else the first one that can send, else the first. Null: not one of the user's.
inline const jmap::AccountInfo* named_account(const OpenMail& mail, const boost::json::object& body) {
  if (const auto* named = body.if_contains("account"))
    return find_account(mail, jmap::parse_account_id(std::string(named->as_string())));
  for (const auto& account : mail.context.accounts) {
    if (account.kind == store::AccountKind::kImap) return &account;
  }
  return mail.context.accounts.empty() ? nullptr : &mail.context.accounts.front();
}

// A body that the contract has let through; none is an empty object there, and so here.
inline boost::json::object body_object(const http::Request& request) {
  return request.body.empty() ? boost::json::object() : boost::json::parse(request.body).as_object();
}

inline http::Response no_such_account_field(const http::Request& request) {
  return http::to_response({422,
                            "http.bad_fields",
                            "Some fields of the request are not right; see 'errors'.",
                            {{"/account", "There is no such account."}},
                            {}},
                           request.request_id);
}

}  // namespace dhii::api

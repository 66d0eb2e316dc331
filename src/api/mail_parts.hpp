// What the handlers of mail share: the user's open mail, the account that a request names, and running on the database
// pool. Io thread; `on_mail` runs its function on a pool thread.
#pragma once
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

}  // namespace dhii::api

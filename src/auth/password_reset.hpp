// PasswordResets: a new password without the old one: by a link in a mail to the login's address, or by a link that an
// administrator makes and hands over. Asking by login answers at once and the same whether the login exists: the work
// is done afterwards, elsewhere. Links are single use and kept as hashes. A reset ends all sessions, and
// all keys and app passwords unless told otherwise: whoever knew the old password may have made some. It does not sign
// in, so second factors still stand. Io thread; the database and the hash on their pools.
#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <unordered_map>

#include "auth/auth_service.hpp"
#include "auth/user_admin.hpp"

namespace dhii::auth {

inline constexpr std::chrono::minutes kMailedLinkLifetime{30};
inline constexpr std::chrono::hours kHandedLinkLifetime{24};
inline constexpr std::chrono::minutes kResetPause{5};       // between two mails to the same login
inline constexpr std::size_t kMaxRememberedResets = 1'000;  // logins; strangers can't grow it beyond
inline constexpr std::size_t kMaxResetsUnderWay = 8;

// What becomes of API keys and app passwords when the password changes.
enum class KeyFate : std::uint8_t { kEnd, kKeep };

struct ResetLink {
  std::string link;
  Timestamp expires_at;
};

class PasswordResets {
 public:
  struct Parts {
    store::ControlStore& control;
    Users& users;
    AuthService& auth;
    ApiKeys& keys;
    net::BlockingPool& db_pool;
    net::BlockingPool& hash_pool;
    const Clock& clock;
    Random& random;
    event::Sink& events;
    // The address in mails. Empty: no mails are sent, because the address that a request names may be a stranger's
    // invention (Host header).
    std::string public_url;
    // Sends one mail; not set: the installation has no mail server, and the administrator's way remains.
    std::function<net::Task<>(std::string to, std::string subject, std::string text)> send_mail;
    std::function<void(net::Task<>)> later;  // runs a task by itself
  };
  explicit PasswordResets(Parts parts) : p_(std::move(parts)), records_(p_.control) {}

  bool can_mail() const { return p_.send_mail && p_.later && !p_.public_url.empty(); }
  // Returns at once, always the same way.
  void ask(std::string login, std::string address);
  // For an administrator; `base_url` is where the administrator's browser is.
  net::Task<ResetLink> make_link(http::Principal who, UserId user, std::string base_url, std::string address);
  net::Task<EndedKeys> confirm(Secret token, Secret fresh, KeyFate keys, std::string address);

  // For the command line.
  Result<ResetLink> make_link_now(const store::User& user, const std::string& base_url);

 private:
  net::Task<> mail_link(std::string login, std::string address);
  bool may_mail_now(const std::string& login);
  void report(event::Kind kind, UserId by, std::string actor, std::string address, std::string detail);

  Parts p_;
  store::UserRecords records_;
  std::unordered_map<std::string, std::chrono::steady_clock::time_point> asked_;
  std::size_t under_way_ = 0;
};

}  // namespace dhii::auth

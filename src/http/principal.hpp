// Principal: who sends an authenticated request, by what kind of credential, and what that credential may do. A plain
// value, copied into each request.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "base/ids.hpp"

namespace dhii::http {

enum class Role : std::uint8_t { kUser, kAdministrator, kAuditor };

// What a key may be limited to. Stable names: they are in the contract and in the database.
enum class Scope : std::uint8_t {
  kMailRead,        // "mail:read"
  kMailWrite,       // "mail:write": change, move, delete, drafts
  kMailSend,        // "mail:send"
  kAccountsManage,  // "accounts:manage": mail accounts, their credentials, webhooks
  kSecurityRead,    // "security:read": events, alerts, checks; auditors and administrators only
  kAdmin,           // "admin": users and settings; administrators only
};
inline constexpr std::initializer_list<Scope> kAllScopes{Scope::kMailRead,       Scope::kMailWrite,    Scope::kMailSend,
                                                         Scope::kAccountsManage, Scope::kSecurityRead, Scope::kAdmin};
std::string_view scope_name(Scope scope);
std::optional<Scope> parse_scope(std::string_view name);

class Scopes {
 public:
  constexpr Scopes() = default;
  constexpr Scopes(std::initializer_list<Scope> scopes) {
    for (const Scope s : scopes) add(s);
  }
  static constexpr Scopes all() { return kAllScopes; }
  static constexpr Scopes of_bits(std::uint32_t bits) {
    Scopes out;
    out.bits_ = bits & all().bits_;
    return out;
  }
  constexpr void add(Scope s) { bits_ |= 1U << static_cast<unsigned>(s); }
  constexpr bool has(Scope s) const { return (bits_ >> static_cast<unsigned>(s) & 1U) != 0; }
  constexpr bool contains(Scopes other) const { return (other.bits_ & ~bits_) == 0; }
  constexpr Scopes operator&(Scopes other) const { return of_bits(bits_ & other.bits_); }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr std::uint32_t bits() const { return bits_; }
  constexpr bool operator==(const Scopes&) const = default;

 private:
  std::uint32_t bits_ = 0;
};
// What a role can do at all: a session has all of it, a key never more.
Scopes scopes_of(Role role);

enum class Credential : std::uint8_t { kSession, kApiKey, kAppPassword };

struct Principal {
  UserId user;
  SessionId session;  // 0 for keys and app passwords
  Role role = Role::kUser;
  Credential credential = Credential::kSession;
  Scopes scopes = Scopes::all();  // of the credential; what the role doesn't permit is refused besides
  std::int64_t key = 0;           // the API key's or app password's number; 0 for sessions
  bool lacks_factor = false;      // a session whose user has to set up a second factor before anything else
  Timestamp stepped_up_at{};      // when the person last confirmed that it is they; zero: never in this session
};

}  // namespace dhii::http

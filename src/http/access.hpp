// Access: what a route asks of who calls it, as one value in the route's one line:
//
//   Access(Permission::kUser, Scope::kMailRead)                            sessions, and API keys with mail:read
//   Permission::kUser                                                      sessions only: no key may do this
//   Access(Permission::kUser, kAnyCredential)                              sessions and any API key
//   Access(Permission::kUser, Scope::kMailRead).and_app_passwords()        other JMAP clients as well
//   Access(Permission::kUser).needs_step_up()                              the person confirmed a moment ago
//   Access(Permission::kUser).while_enrolling()                            also who still lacks a required second
//   factor
//
// Pure; the dispatcher asks judge() on each request.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>

#include "http/principal.hpp"

namespace dhii::http {

enum class Permission : std::uint8_t {
  kPublic,         // no token; say why beside the route
  kUser,           // any signed-in user, of any role
  kAdministrator,  // administrators only
  kAuditor,        // auditors and administrators: may see security data
};
bool allows(Permission permission, Role role);

// How long a confirmation (POST /api/v1/auth/step-up) is good for: long enough to finish what one came for.
inline constexpr std::chrono::minutes kStepUpLifetime{10};

enum class StepUp : std::uint8_t { kNotNeeded, kNeeded };
struct AnyCredential {};
inline constexpr AnyCredential kAnyCredential{};

class Access {
 public:
  // Implicit on purpose: `Permission::kUser` in a route's line reads as what it is, sessions only.
  constexpr Access(Permission p) : permission(p) {}  // NOLINT(google-explicit-constructor)
  constexpr Access(Permission p, Scope s) : permission(p), scope(s), api_keys(true) {}
  constexpr Access(Permission p, AnyCredential) : permission(p), api_keys(true) {}

  // Sessions only: a key can't confirm. A key that has the scope was itself made under step-up.
  constexpr Access needs_step_up() const {
    Access out = *this;
    out.step_up = StepUp::kNeeded;
    return out;
  }
  // For what leads to a second factor. Everything else is closed to a session that lacks a required one.
  constexpr Access while_enrolling() const {
    Access out = *this;
    out.enrolling = true;
    return out;
  }
  constexpr Access and_app_passwords() const {
    Access out = *this;
    out.app_passwords = true;
    return out;
  }

  Permission permission;
  std::optional<Scope> scope;
  StepUp step_up = StepUp::kNotNeeded;
  bool api_keys = false, app_passwords = false, enrolling = false;
};

enum class Verdict : std::uint8_t {
  kAllowed,
  kRole,           // auth.not_permitted
  kCredential,     // auth.credential_not_permitted: this kind of key can't do that at all
  kScope,          // auth.scope_missing
  kFactorMissing,  // auth.factor_required
  kStepUpMissing,  // auth.step_up_required
};
Verdict judge(const Access& access, const Principal& who, Timestamp now);

}  // namespace dhii::http

#include "http/access.hpp"

namespace dhii::http {

std::string_view scope_name(Scope scope) {
  switch (scope) {
    case Scope::kMailRead:
      return "mail:read";
    case Scope::kMailWrite:
      return "mail:write";
    case Scope::kMailSend:
      return "mail:send";
    case Scope::kAccountsManage:
      return "accounts:manage";
    case Scope::kSecurityRead:
      return "security:read";
    case Scope::kAdmin:
      return "admin";
  }
  return "";
}

std::optional<Scope> parse_scope(std::string_view name) {
  for (const Scope scope : kAllScopes) {
    if (scope_name(scope) == name) return scope;
  }
  return std::nullopt;
}

Scopes scopes_of(Role role) {
  Scopes out{Scope::kMailRead, Scope::kMailWrite, Scope::kMailSend, Scope::kAccountsManage};
  if (role != Role::kUser) out.add(Scope::kSecurityRead);
  if (role == Role::kAdministrator) out.add(Scope::kAdmin);
  return out;
}

bool allows(Permission permission, Role role) {
  switch (permission) {
    case Permission::kPublic:
    case Permission::kUser:
      return true;
    case Permission::kAdministrator:
      return role == Role::kAdministrator;
    case Permission::kAuditor:
      return role == Role::kAdministrator || role == Role::kAuditor;
  }
  return false;
}

namespace {

bool takes(const Access& access, Credential credential) {
  switch (credential) {
    case Credential::kSession:
      return true;
    case Credential::kApiKey:
      return access.api_keys;
    case Credential::kAppPassword:
      return access.app_passwords;
  }
  return false;
}

}  // namespace

Verdict judge(const Access& access, const Principal& who, Timestamp now) {
  if (access.permission == Permission::kPublic) return Verdict::kAllowed;
  if (who.lacks_factor && !access.enrolling) return Verdict::kFactorMissing;
  if (!allows(access.permission, who.role)) return Verdict::kRole;
  if (!takes(access, who.credential)) return Verdict::kCredential;
  if (access.scope && !who.scopes.has(*access.scope)) return Verdict::kScope;
  const bool confirmed = who.stepped_up_at != Timestamp{} && now - who.stepped_up_at <= kStepUpLifetime;
  if (access.step_up == StepUp::kNeeded && who.credential == Credential::kSession && !confirmed)
    return Verdict::kStepUpMissing;
  return Verdict::kAllowed;
}

}  // namespace dhii::http

#include "audit/test_users.hpp"

#include <thread>

#include "audit/errors.hpp"

namespace dhii::audit {
namespace {

namespace json = boost::json;
constexpr int kMaxTries = 20;  // the server's own limit on sign-ins is waited for

std::string text_of(const Exchange& x, std::string_view key) {
  boost::system::error_code error;
  const json::value body = json::parse(x.body, error);
  const auto* value = error || !body.is_object() ? nullptr : body.as_object().if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::string user_id(const Exchange& x) {
  boost::system::error_code error;
  const json::value body = json::parse(x.body, error);
  const auto* user = error || !body.is_object() ? nullptr : body.as_object().if_contains("user");
  const auto* id = user == nullptr || !user->is_object() ? nullptr : user->as_object().if_contains("id");
  return id != nullptr && id->is_string() ? std::string(id->as_string()) : std::string();
}

}  // namespace

Exchange TestUsers::send(std::string method, std::string target, json::object body) {
  Call call;
  call.method = std::move(method);
  call.target = std::move(target);
  if (call.method != "DELETE" || !body.empty()) call.body = json::serialize(body);
  if (!token_.empty()) call.headers = World::bearer_with(token_);
  Exchange x;
  for (int i = 0; i < kMaxTries; ++i) {
    x = client_.send(call);
    if (x.status != 429 && x.status != 503) break;
    std::this_thread::sleep_for(std::chrono::seconds(1));
  }
  return x;
}

Result<void> TestUsers::sign_in() {
  token_.clear();
  const Exchange x =
      send("POST", "/api/v1/auth/login", {{"login", administrator_.login}, {"password", administrator_.password}});
  if (x.status == 0) return fail(AuditError::kUnreachable, client_.url().origin() + ": " + x.failure);
  token_ = text_of(x, "access_token");
  if (token_.empty()) {
    return fail(AuditError::kCannotSignIn, administrator_.login + ", status " + std::to_string(x.status) +
                                               "; an account with a second factor can't be used");
  }
  return {};
}

Result<Credentials> TestUsers::make_one(std::string_view role, std::string_view name, Random& random) {
  const Exchange invited = send("POST", "/api/v1/users/invitations", {{"role", role}});
  const std::string invitation = text_of(invited, "invitation");
  if (invitation.empty())
    return fail(AuditError::kCannotMakeUsers, "the invitation was answered with " + std::to_string(invited.status));
  Credentials out{"audit-" + std::string(name) + "-" + random.hex(4) + "@example.org", random.token(24)};
  const Exchange registered = send("POST", "/api/v1/auth/register",
                                   {{"invitation", invitation}, {"login", out.login}, {"password", out.password}});
  const std::string id = user_id(registered);
  if (id.empty())
    return fail(AuditError::kCannotMakeUsers,
                "the registration was answered with " + std::to_string(registered.status));
  made_.emplace_back(id, out.login);
  return out;
}

Result<std::map<Actor, Credentials>> TestUsers::make(Random& random) {
  DHII_TRY(sign_in());
  std::map<Actor, Credentials> out;
  DHII_TRY_ASSIGN(out[Actor::kAdministrator], make_one("administrator", "administrator", random));
  DHII_TRY_ASSIGN(out[Actor::kOwner], make_one("user", "owner", random));
  DHII_TRY_ASSIGN(out[Actor::kOther], make_one("user", "other", random));
  DHII_TRY_ASSIGN(out[Actor::kAuditor], make_one("auditor", "auditor", random));
  DHII_TRY_ASSIGN(out[Actor::kSpare], make_one("user", "spare", random));
  return out;
}

std::vector<std::string> TestUsers::remove() {
  std::vector<std::string> left;
  const bool can = !made_.empty() && contract_.find("DELETE", "/api/v1/users/" + made_.front().first) != nullptr &&
                   sign_in().has_value();
  if (can) (void)send("POST", "/api/v1/auth/step-up", {{"password", administrator_.password}});
  for (const auto& [id, login] : made_) {
    const auto end = [&] { return can ? send("DELETE", "/api/v1/users/" + id, {}).status : 0; };
    int status = end();
    if (status == 409) {  // has planned his own deletion already, which leaves him in until then
      (void)send("POST", "/api/v1/users/" + id + "/restore", {});
      status = end();
    }
    if (status < 200 || status > 299) left.push_back(login + " (status " + std::to_string(status) + ")");
  }
  made_.clear();
  return left;
}

}  // namespace dhii::audit

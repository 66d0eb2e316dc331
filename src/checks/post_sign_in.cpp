// "Authentication flow is tested": in, about, refreshed, out; and every token that must not work.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "base/bytes.hpp"
#include "checks/post.hpp"

namespace dhii::checks {
namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds kBetween{260};  // below the guide's five a second
const std::string kMendServer =
    "this is a fault of dhii-mail or of what stands before it: stop it, and tell the maintainers (SECURITY.md)";

class Flow {
 public:
  explicit Flow(const PostInput& in) : in_(in), probe_(in.url, in.probe) {}

  Probed post(std::string_view path, const json::object& body, const std::string& token = {}) {
    in_.sleep(kBetween);
    Headers headers{{"Content-Type", "application/json"}};
    if (!token.empty()) headers.emplace_back("Authorization", "Bearer " + token);
    return probe_.request("POST", path, headers, json::serialize(body));
  }
  Probed me(const std::string& token) {
    in_.sleep(kBetween);
    return probe_.get("/api/v1/auth/me", token.empty() ? Headers{} : Headers{{"Authorization", "Bearer " + token}});
  }
  Probed login(std::string_view password) {
    return post("/api/v1/auth/login", {{"login", in_.user->login}, {"password", password}});
  }
  // A token that must be refused: 401, and nothing of the user in the answer.
  Found refused(const std::string& token, std::string_view what) {
    const auto answer = me(token);
    if (!answer) return failed(answer.error(), "start dhii-mail, and check the address");
    if (answer->status != 401)
      return failed(fmt::format("{} gets {} instead of 401", what, answer->status), kMendServer);
    if (answer->header("www-authenticate").empty())
      return failed(fmt::format("{} gets 401 without WWW-Authenticate", what),
                    "let the proxy pass the headers of dhii-mail");
    return passed(fmt::format("{} gets 401", what));
  }
  HttpProbe& probe() { return probe_; }

 private:
  const PostInput& in_;
  HttpProbe probe_;
};

struct SignedIn {
  std::string access, refresh, problem;
};

SignedIn tokens_of(const Probed& answer) {
  SignedIn out;
  if (!answer) return {.problem = answer.error()};
  boost::system::error_code ec;
  const auto document = json::parse(answer->body, ec);
  if (answer->status != 200 || ec || !document.is_object())
    return {.problem = fmt::format("the answer was {}", answer->status)};
  const auto& object = document.as_object();
  const auto text = [&](std::string_view name) {
    const auto* value = object.if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
  };
  out.access = text("access_token");
  out.refresh = text("refresh_token");
  if (out.access.empty())
    out.problem = object.contains("second_factor") ? "the user has a second factor: name one without"
                                                   : "there was no access token";
  return out;
}

// The same token with another last character of its signature, and one that claims to need none.
std::string tampered(std::string token) {
  auto& c = token[token.size() - 4];
  c = c == 'A' ? 'B' : 'A';
  return token;
}
std::string unsigned_twin(const std::string& token) {
  const auto first = token.find('.'), last = token.rfind('.');
  if (first == std::string::npos || first == last) return "x.y.";
  return to_base64url(R"({"alg":"none","typ":"JWT"})") + token.substr(first, last - first + 1);
}
// Valid in form, its end moved a day on, so that only the signature can tell.
std::string prolonged(const std::string& token) {
  const auto first = token.find('.'), last = token.rfind('.');
  if (first == std::string::npos || first == last) return token;
  const auto payload = from_base64url(token.substr(first + 1, last - first - 1));
  boost::system::error_code ec;
  auto claims = json::parse(payload.value_or(""), ec);
  if (ec || !claims.is_object()) return token;
  claims.as_object()["exp"] = 4'102'444'800;
  return token.substr(0, first + 1) + to_base64url(json::serialize(claims)) + token.substr(last);
}

Found wrong_password(Flow& flow) {
  const auto answer = flow.login("certainly not the password 0815");
  if (!answer) return failed(answer.error(), "start dhii-mail, and check the address");
  if (answer->status != 401 || answer->body.find("access_token") != std::string::npos)
    return failed(fmt::format("a wrong password gets {}", answer->status), kMendServer);
  return passed("a wrong password gets 401");
}

Found rotation(Flow& flow, const SignedIn& in, SignedIn& next) {
  if (in.refresh.empty()) return skipped("there was no refresh token in the answer");
  next = tokens_of(flow.post("/api/v1/auth/refresh", {{"refresh_token", in.refresh}}));
  if (!next.problem.empty()) return failed("refreshing: " + next.problem, kMendServer);
  if (next.refresh == in.refresh) return failed("the refresh token stays the same", kMendServer);
  return passed("a refresh gives new tokens");
}

Found logout(Flow& flow, const std::string& token) {
  const auto before = flow.me(token);
  if (!before || before->status != 200)
    return failed(before ? fmt::format("a good token gets {}", before->status) : before.error(), kMendServer);
  const auto out = flow.post("/api/v1/auth/logout", {}, token);
  if (!out || out->status >= 300)
    return failed(out ? fmt::format("signing out gets {}", out->status) : out.error(), kMendServer);
  return flow.refused(token, "a token of a session that was ended a moment ago");
}

Found expired(const PostInput& in, Flow& flow, const std::string& token) {
  const auto old = in.local.expired_twin ? in.local.expired_twin(token) : std::nullopt;
  if (old) return flow.refused(*old, "a token with the right signature that expired a minute ago");
  const auto answer = flow.refused(prolonged(token), "a token whose end was moved");
  if (answer.status != Status::kPass) return answer;
  return passed(answer.evidence + " (run it on the server with the data folder to test a really expired one)");
}

void signed_in_checks(const PostInput& in, Flow& flow,
                      const std::function<void(std::string, std::string, Found)>& add) {
  add("wrong_password", "A wrong password is refused", wrong_password(flow));
  SignedIn session = tokens_of(flow.login(in.user->password.reveal()));
  add("sign_in", "The right password is let in",
      session.problem.empty() ? passed("signed in as " + in.user->login)
                              : failed(session.problem, "give the login and password of a user without second factor"));
  if (!session.problem.empty()) return;
  add("tampered", "A changed token is refused",
      flow.refused(tampered(session.access), "a token with another signature"));
  add("unsigned", "A token without signature is refused",
      flow.refused(unsigned_twin(session.access), "a token with alg none"));
  add("expired", "An expired token is refused", expired(in, flow, session.access));
  SignedIn next;
  auto rotated = rotation(flow, session, next);
  const bool fresh = rotated.status == Status::kPass;
  add("refresh", "Refresh tokens rotate", std::move(rotated));
  add("revoked", "A signed-out token is refused at once", logout(flow, fresh ? next.access : session.access));
  if (!session.refresh.empty()) {
    const auto reused = flow.post("/api/v1/auth/refresh", {{"refresh_token", session.refresh}});
    add("reuse", "A used refresh token is refused",
        reused && reused->status == 401
            ? passed("it gets 401")
            : failed(reused ? fmt::format("it gets {}", reused->status) : reused.error(), kMendServer));
  }
}

}  // namespace

void check_sign_in(const PostInput& in, Report& report) {
  const auto add = [&](std::string id, std::string title, Found found) {
    report.add("post.sign_in." + id, box::kSignIn, std::move(title), Weight::kMust, std::move(found));
  };
  in.sleep(std::chrono::seconds(3));  // the checks before filled the bucket of sign-ins
  Flow flow(in);
  add("no_token", "Without a token nothing is shown", flow.refused("", "a request without token"));
  add("no_form", "What is no token is refused", flow.refused("x.y.z", "a token that is none"));
  if (!in.user)
    return add("sign_in", "The right password is let in",
               skipped("no --user was given, and the data folder is not here to make one"));
  signed_in_checks(in, flow, add);
}

}  // namespace dhii::checks

// The post-deployment checklist: looks at a running dhii-mail from outside, over HTTP(S), as a stranger and (with
// credentials) as a user. Blocking; takes about a minute, because it stays below the rate limits except where it tests
// them. It ends the sessions that it opens and changes nothing else.
#pragma once
#include <boost/json.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "checks/check.hpp"
#include "checks/probe.hpp"

namespace dhii::checks {

struct RouteSample {
  std::string method, path;  // parameters filled in: "/api/v1/accounts/a1"
};

struct Credentials {
  std::string login;
  Secret password;
};

struct Limits {  // the guide's numbers
  std::uint32_t api_per_second = 10, api_burst = 20, auth_per_second = 5, auth_burst = 10;
};

// What is only possible on the machine itself, with the data folder; each may be empty.
struct LocalAccess {
  // A token signed with the real key that expired a minute ago, for this user and session.
  std::function<std::optional<std::string>(const std::string& token)> expired_twin;
  // Looks with its own eyes for the canary `code` in the target of this name ("journal", "file"): empty when it stands
  // there, else what is wrong; nullopt: this target can't be looked into.
  std::function<std::optional<std::string>(std::string_view target, std::string_view code)> find_canary;
  // When each kind of scan ran last: "audit", "check_pre"; nothing: never.
  std::function<std::optional<Timestamp>(std::string_view kind)> last_scan;
};

struct PostInput {
  std::string url;
  ProbeOptions probe;
  std::vector<RouteSample> routes;
  std::optional<Credentials> user;
  Limits limits;
  LocalAccess local;
  const Clock& clock;
  std::string version;
  std::string canary_code;  // a fresh random word
  std::function<void(std::chrono::milliseconds)> sleep;
};

Report check_post(const PostInput& in);

void check_headers(const PostInput& in, Report& report);
void check_rates(const PostInput& in, Report& report);
void check_sign_in(const PostInput& in, Report& report);
void check_tls(const PostInput& in, Report& report);
void check_watch(const PostInput& in, Report& report);

// What the server says of its canary (GET /api/v1/security/checks/canary), one check for each target. Pure.
void judge_canary(const boost::json::value& said, const LocalAccess& local, std::string_view code, Report& report);

// What is wrong with an answer's security headers, one sentence each; empty: nothing. Pure.
std::vector<std::string> header_problems(const Answer& answer, bool tls, bool api);

}  // namespace dhii::checks

// "Security headers are verified": on every route of the contract, on files, and on every kind of error.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "checks/post.hpp"

namespace dhii::checks {
namespace {

// Below the guide's ten a second, so that routes show their own errors and not the limit's.
constexpr std::chrono::milliseconds kBetween{115};
constexpr std::size_t kMaxShown = 6;

struct Exact {
  std::string_view name, value;
};
constexpr Exact kGuide[] = {
    {"x-frame-options", "SAMEORIGIN"}, {"x-content-type-options", "nosniff"}, {"x-xss-protection", "1; mode=block"}};
constexpr std::string_view kGuideHsts = "max-age=31536000; includeSubDomains";
constexpr std::string_view kPresent[] = {"content-security-policy",      "referrer-policy",
                                         "permissions-policy",           "cross-origin-opener-policy",
                                         "cross-origin-resource-policy", "cache-control"};
constexpr std::string_view kTelling[] = {"server", "x-powered-by", "x-aspnet-version", "via"};

struct Tally {
  std::size_t looked = 0;
  std::vector<std::string> problems;                                      // no answer at all
  std::map<std::string, std::pair<std::size_t, std::string>> by_problem;  // how many answers, and the first
  void look(const std::string& what, const Probed& answer, bool tls) {
    ++looked;
    if (!answer) {
      problems.push_back(what + ": " + answer.error());
      return;
    }
    // Mail and what leads to it; the contract's own text under /api/ is the same for everybody and may be kept.
    const bool api = what.find("/api/v1/") != std::string::npos || what.find("/jmap/") != std::string::npos;
    for (const auto& problem : header_problems(*answer, tls, api)) {
      auto& [count, first] = by_problem[problem];
      if (++count == 1) first = fmt::format("{} ({})", what, answer->status);
    }
  }
  bool clean() const { return problems.empty() && by_problem.empty(); }
  std::string text() const {
    std::string out;
    const auto add = [&](const std::string& line) { out += (out.empty() ? "" : "; ") + line; };
    for (std::size_t i = 0; i < std::min(problems.size(), kMaxShown); ++i) add(problems[i]);
    for (const auto& [problem, where] : by_problem)
      add(fmt::format("{}: {} answers, {}", problem, where.first, where.second));
    return out;
  }
};

const std::string kMend =
    "answer everything through dhii-mail itself; if a proxy stands before it, let its headers pass and don't add "
    "others (deploy/nginx)";

Found routes(const PostInput& in, HttpProbe& probe, bool tls) {
  Tally tally;
  for (const auto& route : in.routes) {
    in.sleep(kBetween);
    tally.look(route.method + " " + route.path, probe.request(route.method, route.path, {}, ""), tls);
  }
  if (tally.clean()) return passed(fmt::format("{} routes carry all headers", tally.looked));
  return failed(tally.text(), kMend);
}

Found errors(const PostInput& in, HttpProbe& probe, bool tls) {
  Tally tally;
  const auto look = [&](std::string what, std::string_view method, std::string_view path, const Headers& headers,
                        std::string_view body) {
    in.sleep(kBetween);
    tally.look(what + " " + std::string(path), probe.request(method, path, headers, body), tls);
  };
  look("start page", "GET", "/", {}, "");
  look("HEAD of the start page", "HEAD", "/", {}, "");
  look("no such page", "GET", "/no/such/page.txt", {}, "");
  look("no such route", "GET", "/api/v1/no-such-route", {}, "");
  look("a method it doesn't know", "DELETE", "/healthz", {}, "");
  look("no token", "GET", "/api/v1/auth/me", {}, "");
  look("a token that is none", "GET", "/api/v1/auth/me", {{"Authorization", "Bearer x.y.z"}}, "");
  look("a body that is no JSON", "POST", "/api/v1/auth/login", {{"Content-Type", "application/json"}}, "{");
  look("a body of another type", "POST", "/api/v1/auth/login", {{"Content-Type", "text/plain"}}, "x");
  look("a path that leads out", "GET", "/..%2f..%2fetc/passwd", {}, "");
  look("a foreign origin", "GET", "/api/v1/setup", {{"Origin", "https://evil.example"}}, "");
  if (tally.clean()) return passed(fmt::format("{} kinds of answer carry all headers", tally.looked));
  return failed(tally.text(), kMend);
}

Found foreign_origin(const PostInput& in, HttpProbe& probe) {
  in.sleep(kBetween);
  const auto answer =
      probe.request("OPTIONS", "/api/v1/auth/login",
                    {{"Origin", "https://evil.example"}, {"Access-Control-Request-Method", "POST"}}, "");
  if (!answer) return failed(answer.error(), "start dhii-mail, and check the address");
  const std::string origin = answer->header("access-control-allow-origin");
  if (!origin.empty())
    return failed("a page of https://evil.example may read answers: Access-Control-Allow-Origin: " + origin,
                  "list only your own origins in DHII_CORS_ORIGINS, and let no proxy add CORS headers");
  if (!answer->header("access-control-allow-credentials").empty())
    return failed("credentials are allowed across origins", "let no proxy add CORS headers");
  return passed("a page of another site may read nothing");
}

}  // namespace

std::vector<std::string> header_problems(const Answer& answer, bool tls, bool api) {
  std::vector<std::string> out;
  const auto exact = [&](std::string_view name, std::string_view value) {
    if (answer.count(name) != 1) {
      out.push_back(fmt::format("{} stands {} times", name, answer.count(name)));
    } else if (answer.header(name) != value) {
      out.push_back(fmt::format("{} is \"{}\" instead of \"{}\"", name, answer.header(name), value));
    }
  };
  for (const auto& [name, value] : kGuide) exact(name, value);
  if (tls) exact("strict-transport-security", kGuideHsts);
  for (const auto name : kPresent) {
    if (answer.count(name) == 0) out.push_back(fmt::format("{} is missing", name));
  }
  const std::string policy = answer.header("content-security-policy");
  for (const std::string_view bad : {"unsafe-eval", "script-src 'unsafe-inline'", "script-src *", "default-src *"}) {
    if (policy.find(bad) != std::string::npos) out.push_back(fmt::format("content-security-policy allows {}", bad));
  }
  for (const auto name : kTelling) {
    if (answer.count(name) != 0)
      out.push_back(fmt::format("{} tells strangers about us: {}", name, answer.header(name)));
  }
  if (api && answer.header("cache-control").find("no-store") == std::string::npos)
    out.push_back("cache-control lets answers of the API be stored");
  return out;
}

void check_headers(const PostInput& in, Report& report) {
  HttpProbe probe(in.url, in.probe);
  const bool tls = in.url.starts_with("https://");
  const auto add = [&](std::string id, std::string title, Found found) {
    report.add("post.headers." + id, box::kHeaders, std::move(title), Weight::kMust, std::move(found));
  };
  add("errors", "Headers on files and on every kind of error", errors(in, probe, tls));
  add("routes", "Headers on every route of the contract", routes(in, probe, tls));
  add("cors", "No other site may read answers", foreign_origin(in, probe));
}

}  // namespace dhii::checks

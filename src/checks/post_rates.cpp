// "Rate limiting is tested": the guide's numbers, to the request, and that the limit lets go again. The limiter is
// nginx's leaky bucket: burst + 1 at once, then one for each 1/rate second that passes.
#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "checks/post.hpp"

namespace dhii::checks {
namespace {

struct Bucket {
  std::string_view method, path, body;
  std::uint32_t per_second, burst;
};

struct Measured {
  std::uint32_t allowed = 0;  // before the first refusal
  double seconds = 0;
  std::optional<Answer> refusal;
  std::string problem;
};

Probed send(HttpProbe& probe, const Bucket& bucket) {
  return probe.request(bucket.method, bucket.path,
                       bucket.body.empty() ? Headers{} : Headers{{"Content-Type", "application/json"}}, bucket.body);
}

Measured fill(const PostInput& in, HttpProbe& probe, const Bucket& bucket) {
  // Empty the bucket first: what earlier checks filled drains at the rate.
  in.sleep(std::chrono::milliseconds(1000 * (bucket.burst + 2) / bucket.per_second));
  Measured out;
  const auto began = in.clock.steady_now();
  const std::uint32_t most = 3 * (bucket.burst + 1) + 10;
  for (std::uint32_t n = 0; n < most; ++n) {
    auto answer = send(probe, bucket);
    if (!answer) {
      out.problem = answer.error();
      break;
    }
    if (answer->status == 429) {
      out.refusal = std::move(*answer);
      break;
    }
    ++out.allowed;
  }
  out.seconds = std::chrono::duration<double>(in.clock.steady_now() - began).count();
  return out;
}

Found bites(const Bucket& bucket, const Measured& m) {
  const std::string mend = fmt::format("set DHII_RATE_{} to {}/{}, and the same in the proxy (deploy/nginx)",
                                       bucket.burst == 20 ? "API" : "AUTH", bucket.per_second, bucket.burst);
  if (!m.problem.empty()) return failed(m.problem, "start dhii-mail, and check the address");
  if (!m.refusal)
    return failed(fmt::format("{} requests in {:.1f} s and none was refused", m.allowed, m.seconds), mend);
  const auto least = bucket.burst + 1;
  const auto most = least + static_cast<std::uint32_t>(std::ceil(m.seconds * bucket.per_second));
  const std::string seen =
      fmt::format("{} requests passed in {:.2f} s, then 429; {} a second with a burst of {} lets {} to {} pass",
                  m.allowed, m.seconds, bucket.per_second, bucket.burst, least, most);
  return m.allowed < least || m.allowed > most ? failed(seen, mend) : passed(seen);
}

Found says_so(const Measured& m) {
  if (!m.refusal) return skipped("nothing was refused");
  std::string missing;
  for (const char* name : {"retry-after", "ratelimit"}) {
    if (m.refusal->header(name).empty() &&
        (std::string_view(name) != "ratelimit" || m.refusal->header("ratelimit-remaining").empty()))
      missing += std::string(missing.empty() ? "" : ", ") + name;
  }
  if (!missing.empty())
    return failed("a refusal lacks " + missing, "let the proxy pass the headers of dhii-mail's own 429");
  return passed("Retry-After: " + m.refusal->header("retry-after"));
}

Found releases(const PostInput& in, HttpProbe& probe, const Bucket& bucket, const Measured& m) {
  if (!m.refusal) return skipped("nothing was refused");
  const std::string text = m.refusal->header("retry-after");
  int seconds = 1;
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (seconds < 1 || seconds > 60)
    return failed("Retry-After: " + text + " is no use to anybody",
                  "let the proxy pass the headers of dhii-mail's own 429");
  in.sleep(std::chrono::seconds(seconds));
  const auto answer = send(probe, bucket);
  if (!answer) return failed(answer.error(), "start dhii-mail, and check the address");
  if (answer->status == 429)
    return failed(fmt::format("still refused after the {} s that Retry-After named", seconds),
                  "look for a second limiter in a proxy that counts longer");
  return passed(fmt::format("lets go after {} s, as Retry-After said", seconds));
}

}  // namespace

void check_rates(const PostInput& in, Report& report) {
  const Bucket buckets[] = {{"GET", "/api/v1/setup", "", in.limits.api_per_second, in.limits.api_burst},
                            {"POST", "/api/v1/auth/refresh", R"({"refresh_token":"no-such-token"})",
                             in.limits.auth_per_second, in.limits.auth_burst}};
  for (const auto& bucket : buckets) {
    const std::string name = bucket.body.empty() ? "api" : "auth";
    const auto add = [&](std::string_view id, std::string title, Found found) {
      report.add(fmt::format("post.rates.{}_{}", name, id), box::kRates, std::move(title), Weight::kMust,
                 std::move(found));
    };
    HttpProbe probe(in.url, in.probe);
    const Measured m = fill(in, probe, bucket);
    add("bites", fmt::format("{} requests a second, burst {}", bucket.per_second, bucket.burst), bites(bucket, m));
    add("says_so", "A refusal says how long to wait", says_so(m));
    add("releases", "It lets go again", releases(in, probe, bucket, m));
  }
}

}  // namespace dhii::checks

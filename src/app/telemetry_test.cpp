#include "app/telemetry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dhii::app {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(RequestCounter, CountsUnderThePatternAndPutsStrangersPathsTogether) {
  metrics::Registry registry;
  RequestCounter counter(registry);
  http::Request request;
  request.method = http::Method::kGet;
  http::Response response;
  for (const char* path : {"/api/v1/accounts/a1", "/api/v1/accounts/a2"}) {
    request.path = path;
    counter.finished(request, "/api/v1/accounts/{id}", response, std::chrono::milliseconds(2));
  }
  response.status = 404;
  for (int i = 0; i < 5000; ++i) {
    request.path = "/guess" + std::to_string(i);
    request.method = i % 2 == 0 ? http::Method::kGet : http::Method::kDelete;
    counter.finished(request, "", response, std::chrono::milliseconds(1));
  }
  const auto text = registry.text();
  EXPECT_THAT(text,
              HasSubstr("dhii_http_requests_total{method=\"GET\",route=\"/api/v1/accounts/{id}\",status=\"200\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("dhii_http_requests_total{method=\"any\",route=\"none\",status=\"404\"} 5000\n"));
  EXPECT_THAT(text, HasSubstr("dhii_http_request_duration_seconds_bucket{method=\"GET\",route=\"/api/v1/accounts/"
                              "{id}\",le=\"0.003\"} 2\n"));
  EXPECT_THAT(text, Not(HasSubstr("guess")));
}

TEST(RequestCounter, ARefusalByALimitIsCountedAsOne) {
  metrics::Registry registry;
  RequestCounter counter(registry);
  http::Response response;
  for (const int status : {429, 413, 431, 414, 404}) {
    response.status = status;
    counter.finished({}, "/x", response, {});
  }
  const auto text = registry.text();
  EXPECT_THAT(text, HasSubstr("dhii_limits_hit_total{limit=\"request_rate\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("dhii_limits_hit_total{limit=\"request_body\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("dhii_limits_hit_total{limit=\"request_head\"} 2\n"));
}

TEST(EventCounter, EveryKindIsThereFromTheStartAndCountedOnce) {
  metrics::Registry registry;
  EventCounter counter(registry);
  counter.seen({.kind = event::Kind::kSignInFailed, .actor = "somebody"});
  const auto text = registry.text();
  EXPECT_THAT(text,
              HasSubstr("dhii_events_total{event=\"auth.sign_in_failed\",family=\"auth\",severity=\"warning\"} 1\n"));
  EXPECT_THAT(text,
              HasSubstr("dhii_events_total{event=\"security.canary\",family=\"security\",severity=\"info\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("dhii_sign_ins_total{outcome=\"failure\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("dhii_sign_ins_total{outcome=\"success\"} 0\n"));
  EXPECT_THAT(text, Not(HasSubstr("somebody")));
}

}  // namespace
}  // namespace dhii::app

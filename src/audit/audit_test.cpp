#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "audit/contract.hpp"
#include "audit/http_client.hpp"
#include "audit/jwt_tools.hpp"
#include "audit/report.hpp"
#include "audit/sample.hpp"
#include "audit/watch.hpp"

namespace dhii::audit {
namespace {

namespace json = boost::json;
using testing::HasSubstr;

constexpr std::string_view kContract = R"({
  "security": [{"accessToken": []}],
  "paths": {
    "/things": {"get": {"operationId": "list", "responses": {"200": {"content": {"application/json": {}}}}},
                "post": {"operationId": "make", "description": "For administrators only.",
                         "requestBody": {"required": true, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}}},
    "/things/{id}": {"parameters": [{"$ref": "#/components/parameters/Id"}], "get": {"operationId": "read"}},
    "/health": {"get": {"security": []}}},
  "components": {
    "parameters": {"Id": {"name": "id", "in": "path", "required": true, "schema": {"type": "string", "pattern": "^t[1-9][0-9]{0,4}$"}}},
    "schemas": {"Thing": {"type": "object", "additionalProperties": false, "required": ["name", "size"],
      "properties": {"name": {"type": "string", "minLength": 2, "maxLength": 9}, "size": {"type": "integer", "minimum": 3, "maximum": 7},
                     "kind": {"type": "string", "enum": ["big", "small"]},
                     "inner": {"type": "object", "additionalProperties": false, "properties": {"flag": {"type": "boolean"}}}}}}}})";

Contract contract() {
  auto out = Contract::parse(kContract);
  EXPECT_TRUE(out.has_value());
  return std::move(*out);
}

TEST(Contract, EndpointsSayWhoMayCallThemAndWhatTheyTake) {
  const Contract c = contract();
  ASSERT_EQ(c.endpoints().size(), 4U);
  const Endpoint* make = c.find("POST", "/things");
  ASSERT_NE(make, nullptr);
  EXPECT_THAT(make->roles, testing::ElementsAre("administrator"));
  EXPECT_TRUE(make->takes_json() && make->body_required && is_closed(make->body_schema));
  EXPECT_FALSE(make->is_public);
  EXPECT_TRUE(c.find("GET", "/health")->is_public);
  EXPECT_EQ(c.find("GET", "/things/t7")->operation, "read");
  EXPECT_EQ(c.find("GET", "/things/t7/x"), nullptr);
  EXPECT_EQ(c.find("DELETE", "/things/t7"), nullptr);
  EXPECT_FALSE(Contract::parse("{}").has_value());
}

TEST(Sample, FitsTheSchemaAndEachWrongBodyBreaksIt) {
  const Contract c = contract();
  const auto& schema = c.find("POST", "/things")->body_schema;
  EXPECT_EQ(json::serialize(sample_of(schema)), R"({"name":"audit","size":3})");
  EXPECT_EQ(json::serialize(full_sample_of(schema)), R"({"name":"audit","size":3,"kind":"big","inner":{"flag":true}})");
  EXPECT_EQ(missing_fields(schema).size(), 2U);
  EXPECT_EQ(unknown_fields(schema).size(), 2U) << "at the top and in the inner object";
  EXPECT_GT(wrong_types(schema).size(), 15U);
  std::vector<std::string> ranges;
  for (const auto& w : out_of_range(schema)) ranges.push_back(w.name);
  EXPECT_THAT(ranges, testing::UnorderedElementsAre("/name: longer than allowed", "/name: shorter than allowed",
                                                    "/size: below its minimum", "/size: above its maximum",
                                                    "/kind: a value that is not in the list"));
}

TEST(Sample, TextMatchesThePatternsOfTheContract) {
  EXPECT_EQ(text_matching("^a[1-9][0-9]{0,18}$"), "a1");
  EXPECT_EQ(text_matching("^b[0-9a-f]{4}(-[0-9A-Za-z.]{1,100})?$"), "b0000");
  EXPECT_EQ(text_matching("(cat|dog)s\\.d+"), "cats.d");
  EXPECT_EQ(text_matching("(?=x)y"), "") << "too clever";
  EXPECT_EQ(percent_encode("a b/\xc3\xa4"), "a%20b%2F%C3%A4");
}

TEST(TokenParts, AreTakenApartAndSignedAnew) {
  const auto parts = TokenParts::of("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln");
  ASSERT_TRUE(parts.has_value());
  EXPECT_EQ(parts->payload.at("sub"), "1");
  EXPECT_EQ(parts->assembled(), "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln");
  EXPECT_NE(parts->signed_with("key"), parts->assembled());
  EXPECT_FALSE(TokenParts::of("a.b"));
}

TEST(Url, IsReadOrRefused) {
  EXPECT_EQ(Url::parse("http://[::1]:8080/")->authority(), "[::1]:8080");
  EXPECT_EQ(Url::parse("https://mail.example.org")->port, 443);
  EXPECT_EQ(Url::parse("https://mail.example.org")->origin(), "https://mail.example.org");
  for (const char* bad : {"", "mail.example.org", "ftp://x", "http://", "http://a:0", "http://a:99999", "http://a/b",
                          "http://u@a", "http://a:8x"})
    EXPECT_FALSE(Url::parse(bad).has_value()) << bad;
}

Exchange good_answer() {
  Exchange x;
  x.status = 200;
  x.body = "{}";
  x.headers = {{"X-Frame-Options", "SAMEORIGIN"},
               {"X-Content-Type-Options", "nosniff"},
               {"X-XSS-Protection", "1; mode=block"},
               {"Strict-Transport-Security", "max-age=31536000; includeSubDomains"},
               {"Content-Security-Policy", "default-src 'none'"},
               {"Referrer-Policy", "no-referrer"},
               {"Permissions-Policy", "camera=()"},
               {"Cross-Origin-Opener-Policy", "same-origin"},
               {"Cross-Origin-Resource-Policy", "same-origin"},
               {"Cache-Control", "no-store"},
               {"Content-Type", "application/json"}};
  return x;
}

std::vector<std::string> complaints(const Exchange& x) {
  std::vector<std::string> out;
  watch_answer(x, nullptr, false, [&](std::string_view id, bool good, std::string_view) {
    if (!good) out.emplace_back(id);
  });
  return out;
}

TEST(Watch, EveryAnswerIsHeldToTheRules) {
  EXPECT_THAT(complaints(good_answer()), testing::IsEmpty());
  for (std::size_t i = 0; i < 9; ++i) {
    Exchange x = good_answer();
    const std::string name = x.headers[i].first;
    x.headers.erase(x.headers.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_THAT(complaints(x), testing::ElementsAre("headers.security")) << name;
  }
  Exchange x = good_answer();
  x.headers.back() = {"Cache-Control", "max-age=60"};
  x.headers.erase(x.headers.end() - 2);
  x.headers.emplace_back("Access-Control-Allow-Origin", "*");
  x.headers.emplace_back("Server", "nginx");
  x.status = 500;
  x.body = "std::bad_alloc in store.cpp";
  EXPECT_THAT(complaints(x),
              testing::UnorderedElementsAre("answers.no_5xx", "headers.banner", "headers.type", "headers.cache",
                                            "cors.no_wildcard", "errors.shape", "errors.leak"));
  x.sent = "std:: .cpp bad_alloc";
  EXPECT_THAT(complaints(x), testing::Not(testing::Contains("errors.leak"))) << "an echo is no secret";
}

EndpointResult result(std::vector<std::pair<const char*, bool>> outcomes) {
  EndpointResult out{"GET", "/x", "x", {}};
  for (const auto& [id, passed] : outcomes)
    out.outcomes.push_back({&probe(id), 1, passed, passed ? "" : "because", "sent <&>", "got", ""});
  return out;
}

TEST(Score, WeighsWhatFailedAndCapsCriticalFailures) {
  EXPECT_EQ(result({{"token.missing", true}, {"errors.shape", true}}).score(), 100);
  EXPECT_EQ(result({}).score(), 0) << "nothing tried is nothing shown";
  const auto low = result({{"token.missing", true}, {"errors.shape", false}});
  EXPECT_EQ(low.score(), 95);
  EXPECT_TRUE(low.secure());
  std::vector<std::pair<const char*, bool>> many{{"token.alg_none", false}};
  for (const Probe& p : all_probes())
    if (p.id != "token.alg_none") many.emplace_back(p.id.data(), true);
  EXPECT_EQ(result(many).score(), kCapOfCritical);
  EXPECT_FALSE(result(many).secure());
  EXPECT_FALSE(result({{"token.missing", true}, {"errors.leak", false}}).secure()) << "high";
  EXPECT_THROW((void)probe("no.such"), std::logic_error);
}

TEST(Report, EveryFormatTellsWhatFailed) {
  Report r;
  r.target = "http://127.0.0.1:1";
  r.endpoints = {result({{"token.missing", true}}), result({{"token.alg_none", false}})};
  EXPECT_EQ(r.secure_endpoints(), 1U);
  EXPECT_EQ(r.lowest(), 0);
  EXPECT_EQ(summary_line(r), "2 endpoints, 1 secure, 50/100 average");
  for (const Format f : {Format::kTable, Format::kJson, Format::kSarif, Format::kHtml, Format::kJunit})
    EXPECT_THAT(render(r, f), HasSubstr("token.alg_none"));
  const auto sarif = json::parse(render(r, Format::kSarif));
  EXPECT_EQ(sarif.at("runs").at(0).at("results").at(0).at("ruleId"), "token.alg_none");
  EXPECT_THAT(render(r, Format::kHtml), HasSubstr("sent &lt;&amp;&gt;"));
  EXPECT_THAT(render(r, Format::kJunit), HasSubstr("failures=\"1\""));
  EXPECT_THAT(stored_json(r), testing::Not(HasSubstr("token.missing")));
}

}  // namespace
}  // namespace dhii::audit

// The contract's checks, on small contracts and on the real one.
#include "api/contract.hpp"
#include "api/api_fixture.hpp"

namespace dhii::api {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<std::string> problems(std::string_view schema, std::string_view value) {
  const SchemaSet set(json::parse(R"({"Port":{"type":"integer","minimum":1,"maximum":65535}})").as_object());
  const Schema compiled = set.compile(json::parse(schema), "test");
  std::vector<http::FieldProblem> found;
  check_value(compiled, json::parse(value), "", found);
  std::vector<std::string> out;
  for (const auto& problem : found) out.push_back(problem.pointer + " " + problem.detail);
  return out;
}

TEST(JsonSchema, EveryKeywordRefusesAndAccepts) {
  const struct {
    const char *schema, *good, *bad;
  } cases[] = {
      {R"({"type":"string"})", R"("a")", "1"},
      {R"({"type":["string","null"]})", "null", "1"},
      {R"({"type":"integer"})", "1.0", "1.5"},
      {R"({"type":"integer","format":"int32"})", "2147483647", "2147483648"},
      {R"({"type":"number","minimum":0,"maximum":1})", "0.5", "1.5"},
      {R"({"type":"string","minLength":2,"maxLength":3})", R"("äöü")", R"("äöüß")"},
      {R"({"type":"string","pattern":"^a[0-9]+$"})", R"("a1")", R"("a1\n")"},
      {R"({"type":"string","format":"email"})", R"("a@b.c")", R"("a@b@c")"},
      {R"({"type":"string","format":"date-time"})", R"("2026-01-31T09:30:00Z")", R"("2026-13-31T09:30:00Z")"},
      {R"({"type":"string","format":"uri"})", R"("https://example.org/x")", R"("example.org")"},
      {R"({"enum":["a","b",1]})", "1", R"("c")"},
      {R"({"const":"a"})", R"("a")", R"("b")"},
      {R"({"type":"array","items":{"type":"integer"},"maxItems":2})", "[1,2]", "[1,2,3]"},
      {R"({"type":"array","minItems":1,"uniqueItems":true})", "[1,2]", "[1,1]"},
      {R"({"type":"object","required":["a"]})", R"({"a":1})", "{}"},
      {R"({"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false})", R"({"a":"x"})",
       R"({"b":1})"},
      {R"({"type":"object","additionalProperties":{"type":"string"},"maxProperties":2})", R"({"a":"x"})", R"({"a":1})"},
      {R"({"$ref":"#/components/schemas/Port"})", "993", "0"},
      {R"({"oneOf":[{"type":"string"},{"type":"integer"}]})", "1", "true"},
      {R"({"oneOf":[{"minimum":1},{"minimum":2}]})", "1", "3"},
      {R"({"anyOf":[{"type":"string"},{"minimum":5}]})", "7", "3"},
      {R"({"allOf":[{"minimum":1},{"maximum":5}]})", "3", "9"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(problems(c.schema, c.good), IsEmpty()) << c.schema << " " << c.good;
    EXPECT_FALSE(problems(c.schema, c.bad).empty()) << c.schema << " " << c.bad;
  }
}

TEST(JsonSchema, ProblemsAreNamedByPointerAllAtOnce) {
  EXPECT_THAT(
      problems(
          R"({"type":"object","required":["x"],"additionalProperties":false,"properties":{"a":{"type":"object","properties":{"b~/":{"type":"array","items":{"type":"string"}}}},"x":{}}})",
          R"({"a":{"b~/":["ok",7]},"z":1})"),
      UnorderedElementsAre("/x is missing", "/a/b~0~1/1 must be a string", "/z is not a known field"));
}

TEST(JsonSchema, RubbishIsNotAnsweredAtLength) {
  std::string rubbish = "{";
  for (int i = 0; i < 1000; ++i) rubbish += (i > 0 ? ",\"f" : "\"f") + std::to_string(i) + "\":1";
  EXPECT_EQ(problems(R"({"type":"object","additionalProperties":false})", rubbish + "}").size(), kMaxProblems);
}

TEST(JsonSchema, AWordThatIsNotCheckedIsNotIgnored) {
  EXPECT_THROW(problems(R"({"multipleOf":2})", "2"), std::invalid_argument);
  EXPECT_THROW(problems(R"({"type":"strnig"})", "2"), std::invalid_argument);
  EXPECT_THROW(problems(R"j({"pattern":"(?=x)"})j", "2"), std::invalid_argument);
  EXPECT_THROW(problems(R"({"$ref":"#/components/schemas/Nothing"})", "2"), std::invalid_argument);
}

TEST(JsonSchema, NoPatternIsMadeSlowByItsInput) {
  const std::string evil = "\"" + std::string(200'000, 'a') + "!\"";
  EXPECT_FALSE(problems(R"({"type":"string","pattern":"^(a+)+$"})", evil).empty());
}

struct ContractTest : ApiFixture {
  void SetUp() override {
    ApiFixture::SetUp();
    sign_up();
  }
};

TEST_F(ContractTest, ParametersAreCheckedBeforeTheHandler) {
  for (const char* target :
       {"/api/v1/messages?limit=0", "/api/v1/messages?limit=x", "/api/v1/messages?unread=yes",
        "/api/v1/messages?nonsense=1", "/api/v1/messages?limit=1&limit=2", "/api/v1/messages?account=7"}) {
    const auto r = send("GET", target, bearer(bob));
    EXPECT_EQ(r.status, 400) << target;
    EXPECT_EQ(code_of(r), "http.bad_parameters") << target;
  }
  EXPECT_EQ(send("GET", "/api/v1/accounts/1;DROP", bearer(bob)).status, 404);
  EXPECT_EQ(send("HEAD", "/api/v1/messages?limit=5", bearer(bob)).status, 200);
}

TEST_F(ContractTest, DeepMalformedAndDoubledBodiesAre400) {
  for (const std::string& body :
       {std::string("{"), std::string("[]"), std::string("\"x\""), std::string(R"({"login":"a","login":"b"})"),
        R"({"login":)" + std::string(40, '[') + std::string(40, ']') + "}", std::string("{\"login\":\"\xff\"}")}) {
    const auto r = send("POST", "/api/v1/auth/login", {{"Content-Type", "application/json"}}, body);
    EXPECT_EQ(r.status, 400) << body;
    EXPECT_EQ(code_of(r), "http.bad_json");
  }
}

TEST_F(ContractTest, ABodyOfManyKilobytesIsCheckedToo) {
  const auto r = send_json("POST", "/api/v1/auth/login",
                           {{"login", std::string(30'000, 'x')}, {"password", std::string(30'000, 'x')}});
  EXPECT_EQ(r.status, 422);
  EXPECT_THAT(r.body, HasSubstr("is longer than 320 characters"));
}

TEST_F(ContractTest, ThePageAndTheContractAreServed) {
  const auto page = send("GET", "/docs");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(std::string(page.payload()), HasSubstr("/api/v1/messages"));
  EXPECT_THAT(std::string(page.payload()), testing::Not(HasSubstr("<script")));
  EXPECT_THAT(std::string(page.headers.value("Content-Security-Policy")), HasSubstr("default-src 'none'"));
  EXPECT_EQ(send("GET", "/docs", {{"If-None-Match", std::string(page.headers.value("ETag"))}}).status, 304);
  const auto contract = send("GET", "/api/openapi.json");
  EXPECT_EQ(json::parse(std::string(contract.payload())).at("openapi").as_string(), "3.1.0");
  EXPECT_THAT(std::string(send("GET", "/api/openapi.yaml").payload()), HasSubstr("openapi: 3.1.0"));
}

}  // namespace
}  // namespace dhii::api

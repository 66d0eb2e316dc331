// The pure parts: I-JSON, patches, result references, ids, dates. RFC examples where there are any.
#include <gtest/gtest.h>

#include <limits>

#include "jmap/core/arguments.hpp"
#include "jmap/core/dates.hpp"
#include "jmap/core/ids.hpp"
#include "jmap/core/json.hpp"
#include "jmap/core/patch.hpp"
#include "jmap/core/reference.hpp"
#include "jmap/limits.hpp"

namespace dhii::jmap {
namespace {

std::optional<JsonProblem> problem(std::string_view text, std::size_t depth = 8) {
  auto value = parse_ijson(text, depth, {});
  return value ? std::nullopt : std::optional(value.error());
}

TEST(IJson, TakesJson) {
  EXPECT_EQ(parse_ijson(R"({"a":[1,"\u00fc",null]})", 8, {}).value(), (json::value{{"a", {1, "ü", nullptr}}}));
}
TEST(IJson, RefusesWhatIsNoJson) {
  for (const auto* text : {"", "{", "{} {}", "{\"a\":}", "nul", "{'a':1}", "[1,]", "{\"a\":\"\xff\"}", "\"\\ud800\""})
    EXPECT_EQ(problem(text), JsonProblem::kNotJson) << text;
}
TEST(IJson, RefusesTheSameNameTwice) {
  EXPECT_EQ(problem(R"({"a":1,"b":{"c":1,"c":2}})"), JsonProblem::kDuplicateName);
  EXPECT_EQ(problem(R"({"a":1,"\u0061":2})"), JsonProblem::kDuplicateName);
  EXPECT_EQ(problem(R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})"), std::nullopt);
}
TEST(IJson, RefusesDeepNestingBeforeRecursingIntoIt) {
  EXPECT_EQ(problem(std::string(1'000'000, '[')), JsonProblem::kTooDeep);
  EXPECT_EQ(problem("[[[[[[[[1]]]]]]]]"), std::nullopt);
}
TEST(IJson, KnowsWhatAnIntIs) {
  EXPECT_EQ(as_int(9007199254740991), 9007199254740991);
  EXPECT_EQ(as_int(9007199254740992), std::nullopt);
  EXPECT_EQ(as_int(json::value(2.0)), 2);
  EXPECT_EQ(as_int(json::value(2.5)), std::nullopt);
  EXPECT_EQ(as_int(json::value(1e300)), std::nullopt);
  EXPECT_EQ(as_int(json::value(std::uint64_t(1) << 63)), std::nullopt);
  EXPECT_EQ(as_int(json::value("2")), std::nullopt);
}
TEST(IJson, WritesLongTextWhole) {
  const json::value value(std::string(300'000, 'x'));
  EXPECT_EQ(to_text(value).size(), 300'002u);
}

TEST(Ids, HaveOneFormOnly) {
  EXPECT_EQ(parse_id<EmailId>("e17"), EmailId(17));
  for (const auto* text :
       {"", "e", "e0", "e01", "e-1", "m17", "E17", "e17 ", "e99999999999999999999", "e9223372036854775808"})
    EXPECT_EQ(parse_id<EmailId>(text), std::nullopt) << text;
  EXPECT_EQ(id_text(MailboxId(std::numeric_limits<std::int64_t>::max())), "m9223372036854775807");
}

TEST(Dates, RoundTrip) {
  for (const auto* text :
       {"2014-10-30T06:12:00Z", "1970-01-01T00:00:00Z", "2026-02-28T23:59:59.125Z", "2024-02-29T00:00:00Z"})
    EXPECT_EQ(utc_text(parse_utc_date(text).value()), text);
  EXPECT_EQ(utc_text(parse_date("2014-10-30T14:12:00+08:00").value().at), "2014-10-30T06:12:00Z");
  EXPECT_EQ(parse_date("2014-10-30T14:12:00+08:00").value().offset_minutes, 480);
}
TEST(Dates, RefuseWhatRfc8620DoesNot) {
  for (const auto* text :
       {"", "2014-10-30", "2014-10-30t06:12:00Z", "2014-13-30T06:12:00Z", "2023-02-29T00:00:00Z",
        "2014-10-30T24:00:00Z", "2014-10-30T06:12:00", "2014-10-30T06:12:00ZZ", "2014-10-30T06:12:00.Z"})
    EXPECT_EQ(parse_date(text), std::nullopt) << text;
  EXPECT_EQ(parse_utc_date("2014-10-30T14:12:00+08:00"), std::nullopt);
}

json::object object(std::string_view text) { return json::parse(text).as_object(); }
std::string patched(std::string_view current, std::string_view patch) {
  auto out = apply_patch(object(current), object(patch), {});
  return out ? to_text(*out) : std::string(out.error().type);
}

TEST(Patch, SetsAndRemoves) {
  EXPECT_EQ(patched(R"({"keywords":{"a":true}})", R"({"keywords/b":true,"keywords/a":null})"),
            R"({"keywords":{"b":true}})");
  EXPECT_EQ(patched(R"({"a":{"x/y~z":1}})", R"({"a/x~1y~0z":2})"), R"({"a":{"x/y~z":2}})");
  EXPECT_EQ(patched(R"({"a":1})", R"({"a":null})"), R"({"a":null})");
}
TEST(Patch, RefusesPointersThatLeadNowhere) {
  EXPECT_EQ(patched(R"({"a":[1,2]})", R"({"a/0":5})"), "invalidPatch");
  EXPECT_EQ(patched(R"({"a":1})", R"({"a/b":5})"), "invalidPatch");
  EXPECT_EQ(patched(R"({})", R"({"a/b":5})"), "invalidPatch");
  EXPECT_EQ(patched(R"({"a":{}})", R"({"a/~2":5})"), "invalidPatch");
  EXPECT_EQ(patched(R"({"a":{"b":{}}})", R"({"a/b":{},"a/b/c":5})"), "invalidPatch");
  EXPECT_EQ(patched(R"({"a":{"b":1,"b-c":1}})", R"({"a/b":2,"a/b-c":2})"), R"({"a":{"b":2,"b-c":2}})");
}

std::string resolved(std::string_view arguments, std::string_view responses) {
  auto out = resolve_references(object(arguments), json::parse(responses).as_array(), {});
  return out ? to_text(*out) : std::string(out.error().type);
}

// RFC 8620 §3.7, first example.
TEST(ResultReference, FillsFromAnEarlierAnswer) {
  EXPECT_EQ(resolved(R"({"accountId":"A1","#ids":{"resultOf":"t0","name":"Foo/changes","path":"/created"}})",
                     R"([["Foo/changes",{"created":["f1","f4"]},"t0"]])"),
            R"({"accountId":"A1","ids":["f1","f4"]})");
}
// RFC 8620 §3.7, second example: "*" maps and flattens.
TEST(ResultReference, FlattensOverStars) {
  EXPECT_EQ(
      resolved(
          R"({"#ids":{"resultOf":"t2","name":"Thread/get","path":"/list/*/emailIds"}})",
          R"([["Thread/get",{"list":[{"id":"trd194","emailIds":["msg1020","msg1021","msg1023"]},{"id":"trd114","emailIds":["msg201","msg223"]}]},"t2"]])"),
      R"({"ids":["msg1020","msg1021","msg1023","msg201","msg223"]})");
}
TEST(ResultReference, FailsLoudly) {
  const auto* responses = R"([["Foo/get",{"list":[{"a":1}]},"0"]])";
  EXPECT_EQ(resolved(R"({"#ids":{"resultOf":"1","name":"Foo/get","path":"/list"}})", responses),
            "invalidResultReference");
  EXPECT_EQ(resolved(R"({"#ids":{"resultOf":"0","name":"Foo/query","path":"/list"}})", responses),
            "invalidResultReference");
  EXPECT_EQ(resolved(R"({"#ids":{"resultOf":"0","name":"Foo/get","path":"/nothing"}})", responses),
            "invalidResultReference");
  EXPECT_EQ(resolved(R"({"#ids":{"resultOf":"0","name":"Foo/get","path":"/list/1"}})", responses),
            "invalidResultReference");
  EXPECT_EQ(resolved(R"({"#ids":{"resultOf":"0","name":"Foo/get","path":"/list/00"}})", responses),
            "invalidResultReference");
  EXPECT_EQ(resolved(R"({"#ids":{"resultOf":"0","name":"Foo/get","path":"list"}})", responses),
            "invalidResultReference");
  EXPECT_EQ(resolved(R"({"#ids":7})", responses), "invalidResultReference");
  EXPECT_EQ(resolved(R"({"ids":[],"#ids":{"resultOf":"0","name":"Foo/get","path":"/list"}})", responses),
            "invalidArguments");
}
TEST(ResultReference, CannotMultiplyWithoutBound) {
  json::array rows;
  for (std::size_t i = 0; i <= kMaxReferenceValues; ++i) rows.push_back(json::object{{"a", 1}});
  EXPECT_EQ(evaluate_path(rows, "/*/a", {}), std::nullopt);
  rows.resize(10);
  EXPECT_TRUE(evaluate_path(rows, "/*/a", {}).has_value());
}

TEST(Arguments, NameWhatIsUnknown) {
  const auto given = object(R"({"a":"x","b":1,"c":true})");
  Arguments arguments(given);
  EXPECT_EQ(arguments.string("a"), "x");
  EXPECT_EQ(arguments.finish()->description, "Unknown argument: b, c.");
}
TEST(Arguments, RememberTheFirstMistake) {
  const auto given = object(R"({"a":"x","b":-1})");
  Arguments arguments(given);
  arguments.integer("a");
  arguments.unsigned_integer("b");
  EXPECT_EQ(arguments.finish()->description, "\"a\" must be a whole number within 2^53.");
}

}  // namespace
}  // namespace dhii::jmap

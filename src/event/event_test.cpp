#include "event/event.hpp"
#include "event/follower.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <set>

namespace dhii::event {
namespace {

TEST(EventCatalogue, NamesAreStableUniqueAndWellFormed) {
  std::set<std::string_view> seen;
  const std::regex form("[a-z]+\\.[a-z_]+");
  for (const auto& row : catalogue()) {
    EXPECT_TRUE(seen.insert(row.name).second) << row.name << " twice";
    EXPECT_TRUE(std::regex_match(std::string(row.name), form)) << row.name;
    EXPECT_EQ(&describe(row.kind), &row);
    EXPECT_EQ(kind_of(row.name), row.kind);
  }
  EXPECT_FALSE(kind_of("auth.no_such_thing"));
}

TEST(EventCatalogue, UsesTheWordsOfElasticCommonSchema) {
  const std::set<std::string_view> categories{"authentication", "configuration", "database", "email",
                                              "file",           "host",          "iam",      "intrusion_detection",
                                              "network",        "process",       "web"};
  const std::set<std::string_view> types{"access", "allowed", "change", "creation", "deletion",
                                         "denied", "end",     "error",  "info",     "start"};
  for (const auto& row : catalogue()) {
    EXPECT_TRUE(categories.contains(row.category)) << row.name << ": " << row.category;
    EXPECT_TRUE(types.contains(row.type)) << row.name << ": " << row.type;
    EXPECT_TRUE(row.outcome == "success" || row.outcome == "failure" || row.outcome == "unknown") << row.name;
  }
}

TEST(EventSentence, PutsTheValuesInAndEscapesWhatComesFromOutside) {
  const Event event{.kind = Kind::kSignInFailed,
                    .actor = "ada\r\nroot logged in",
                    .address = "192.0.2.7",
                    .detail = "wrong password"};
  const std::string text = sentence(event);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  EXPECT_NE(text.find("from 192.0.2.7 failed: wrong password."), std::string::npos) << text;
}

TEST(EventSentence, EndsWithOneFullStopWhenTheLastValueIsASentence) {
  const std::string text = sentence({.kind = Kind::kSignInFailed, .address = "192.0.2.7", .detail = "It was wrong."});
  EXPECT_TRUE(text.ends_with("It was wrong.")) << text;
}

TEST(EventSentence, OfEveryRowIsWholeWithoutValues) {
  for (const auto& row : catalogue()) {
    const std::string text = sentence({.kind = row.kind});
    EXPECT_TRUE(text.ends_with('.')) << row.name;
    EXPECT_EQ(text.find('{'), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace dhii::event

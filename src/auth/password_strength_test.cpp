#include "auth/password_strength.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>

#include "auth/password_words.hpp"

namespace dhii::auth {
namespace {

int score(std::string_view password) { return estimate_strength(password).score; }
std::string warning(std::string_view password) { return std::string(estimate_strength(password).warning); }

TEST(PasswordWords, TheShippedListHasThousandsWithTheirRanks) {
  EXPECT_GT(common_word_count(), 15'000U);
  EXPECT_EQ(find_common_word("123456")->rank, 1U);
  EXPECT_EQ(find_common_word("password")->rank, 2U);
  EXPECT_EQ(find_common_word("dragon")->rank, 10U);
  EXPECT_EQ(find_common_word("the")->kind, WordKind::kWord);
  EXPECT_EQ(find_common_word("mary")->kind, WordKind::kName);
  EXPECT_FALSE(find_common_word("kqzxvwjy"));
}

TEST(PasswordStrength, CommonPasswordsAreWorthTheirRankHoweverTheyAreSpelled) {
  for (const char* weak :
       {"password", "Password", "PASSWORD", "p@ssw0rd", "drowssap", "dragon", "trustno1", "letmein"}) {
    EXPECT_EQ(score(weak), 0) << weak;
    EXPECT_EQ(warning(weak), "it is close to a common password") << weak;
  }
  EXPECT_LT(score("Password123!"), kMinScore);
  EXPECT_LT(score("P@ssw0rd2024!"), kMinScore);
}

TEST(PasswordStrength, KnowsKeyboardsSequencesRepeatsAndDates) {
  EXPECT_EQ(warning("qwertzuiopq"), "it is a row or a short walk on the keyboard");
  EXPECT_EQ(warning("hijklmnopqrs"), "it is a run of neighbouring characters");
  EXPECT_EQ(warning("97531"), "it is a run of neighbouring characters");
  EXPECT_EQ(warning("kfmkfmkfmkfm"), "it repeats itself");
  EXPECT_EQ(warning("24.12.1990"), "dates and years are easy to guess");
  EXPECT_EQ(warning("19901224"), "dates and years are easy to guess");
  for (const char* weak : {"zaq12wsxcde3", "hijklmnopqrstuv", "aaaaaaaaaaaaaaaaaaaaaaaa", "passwordpasswordpassword",
                           "24.12.1990", "4/7/1976"})
    EXPECT_LT(score(weak), kMinScore) << weak;
}

TEST(PasswordStrength, WhatIsKnownOfTheUserIsTriedFirst) {
  const std::array<std::string, 2> ada{"ada.lovelace@example.org", "Augusta Ada King"};
  EXPECT_LT(estimate_strength("lovelaceaugusta", ada).score, kMinScore);
  EXPECT_LT(estimate_strength("ada.lovelace@example.org", ada).score, kMinScore);
  EXPECT_EQ(estimate_strength("L0velace1", ada).warning, "it is close to the login or the name");
  EXPECT_GT(estimate_strength("lovelaceaugusta").log10_guesses,
            estimate_strength("lovelaceaugusta", ada).log10_guesses);
}

TEST(PasswordStrength, SentencesAndRandomOnesAreStrong) {
  for (const char* good : {"correct horse battery", "k9$Vq2!nX7@pL", "die Katze trinkt Tee", "wedding-in-march",
                           "xkcd comic nine three six"}) {
    EXPECT_GE(score(good), kMinScore) << good << " " << estimate_strength(good).log10_guesses;
    EXPECT_EQ(warning(good), "");
  }
}

TEST(PasswordStrength, MoreOfTheSameNeverMakesItWeakerAndLengthIsBounded) {
  double before = 0;
  std::string password;
  for (const char* word : {"stapler", " orbit", " violet", " canyon", " thunder"}) {
    password += word;
    const double now = estimate_strength(password).log10_guesses;
    EXPECT_GT(now, before) << password;
    before = now;
  }
  EXPECT_LT(score(std::string(100'000, 'a')), kMinScore);
  EXPECT_EQ(estimate_strength("").score, 0);
  for (const std::string& odd :
       {std::string(1, '\0'), std::string("\xff\xfe\xfd"), std::string(300, '\x80'), std::string("1./- _\\//")})
    EXPECT_GE(estimate_strength(odd).score, 0);
}

// Not a measurement: only that nothing grows beyond all bounds.
TEST(PasswordStrength, TheWorstInputIsJudgedInABlink) {
  std::string worst;
  while (worst.size() < kMaxJudgedBytes) worst += "1a2b!@34qwerty0password20011";
  const auto start = std::chrono::steady_clock::now();
  estimate_strength(worst);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
}

}  // namespace
}  // namespace dhii::auth

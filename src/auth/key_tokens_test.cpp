#include "auth/key_tokens.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/bytes.hpp"

namespace dhii::auth {
namespace {

TEST(KeyTokens, AppPasswordsAreTwentyUnmistakableCharactersInGroups) {
  SeededRandom random(7);
  std::set<char> seen;
  for (int i = 0; i < 200; ++i) {
    const Secret password = make_app_password(random);
    ASSERT_EQ(password.size(), 24U);
    const auto normal = normal_app_password(password.reveal());
    ASSERT_TRUE(normal);
    EXPECT_EQ(normal->size(), kAppPasswordCharacters);
    for (const char c : *normal) seen.insert(c);
  }
  EXPECT_EQ(seen.size(), 31U) << "all letters and digits come up";
  for (const char c : {'i', 'l', 'o', '0', '1'}) EXPECT_FALSE(seen.contains(c)) << c;
}

TEST(KeyTokens, AppPasswordsAreTakenHoweverTheyAreTyped) {
  EXPECT_EQ(normal_app_password("abcd-efgh-jkmn-pqrs-tuvw"), "abcdefghjkmnpqrstuvw");
  EXPECT_EQ(normal_app_password("ABCD EFGH JKMN PQRS TUVW"), "abcdefghjkmnpqrstuvw");
  for (const char* wrong : {"", "abcd-efgh-jkmn-pqrs-tuv", "abcd-efgh-jkmn-pqrs-tuvwx", "abcd-efgh-jkmn-pqrs-tuv0",
                            "abcd\nefgh-jkmn-pqrs-tuvw", "eyJhbGciOiJIUzI1NiJ9.e30.x"})
    EXPECT_FALSE(normal_app_password(wrong)) << wrong;
}

TEST(KeyTokens, ApiKeysAreKnownByTheirBeginningAndLength) {
  SeededRandom random(7);
  const Secret key = make_api_key(random);
  EXPECT_TRUE(normal_api_key(key.reveal()));
  EXPECT_EQ(key_hint(key.reveal()), std::string(key.reveal().substr(0, 9)));
  EXPECT_FALSE(normal_api_key("dhk1_"));
  EXPECT_FALSE(normal_api_key("dhk2_" + std::string(43, 'a')));
}

TEST(KeyTokens, BasicCredentialsKeepColonsInThePassword) {
  const auto basic = parse_basic(to_base64("ada@example.org:a:b"));
  ASSERT_TRUE(basic);
  EXPECT_EQ(basic->login, "ada@example.org");
  EXPECT_EQ(basic->password.reveal(), "a:b");
  for (const std::string& wrong : {std::string("no base64!"), to_base64("nocolon"), to_base64(":x"),
                                   to_base64("\xff\xfe:x"), std::string(2000, 'A')})
    EXPECT_FALSE(parse_basic(wrong)) << wrong;
}

}  // namespace
}  // namespace dhii::auth

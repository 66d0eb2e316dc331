#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace dhii {
namespace {

enum class TestError { kBroken };
ErrorText describe(TestError) { return {"test.broken", "The thing broke; mend it."}; }

TEST(Result, ErrorMessageNamesSentenceAndDetail) {
  const Error error(TestError::kBroken, "thing 7");
  EXPECT_EQ(error.message(), "The thing broke; mend it. (thing 7)");
  EXPECT_TRUE(error.is(TestError::kBroken));
}

TEST(Bytes, HexAndBase64RoundTripEveryLength) {
  SeededRandom random(7);
  for (std::size_t n = 0; n < 70; ++n) {
    const std::string bytes = random.raw(n);
    EXPECT_EQ(from_hex(to_hex(bytes)), bytes);
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
    EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
  }
}

TEST(Bytes, Base64RefusesNonCanonicalAndForeignCharacters) {
  EXPECT_EQ(from_base64url("AB"), std::nullopt);    // unused bits set
  EXPECT_EQ(from_base64url("AA=="), std::nullopt);  // padding
  EXPECT_EQ(from_base64url("A"), std::nullopt);
  EXPECT_EQ(from_base64("AA*="), std::nullopt);
}

TEST(Bytes, InvalidUtf8IsReplacedAndValidIsKept) {
  EXPECT_EQ(to_valid_utf8("gr\xC3\xBC\xC3\x9F"), "gr\xC3\xBC\xC3\x9F");
  EXPECT_EQ(to_valid_utf8("a\xFF"), "a\xEF\xBF\xBD");
  EXPECT_TRUE(is_valid_utf8(to_valid_utf8(std::string("\0\xED\xA0\x80\xF5\xC0\x80", 7))));
  EXPECT_EQ(truncate_utf8("\xC3\xBC\xC3\xBC", 3), "\xC3\xBC");
}

TEST(LogEscape, KeepsAttackersTextOnOneLineWithoutTerminalCodes) {
  EXPECT_EQ(log_escape("a\r\nlogin ok\x1b[2J\xC2\x9B"), "a\\x0d\\x0alogin ok\\x1b[2J\\xc2\\x9b");
  EXPECT_EQ(log_escape(std::string(300, 'x')).size(), 259U);
}

TEST(Secret, MovingWipesTheSourceAndComparingIsByValue) {
  Secret a{std::string_view("hunter2")};
  Secret b = std::move(a);
  EXPECT_TRUE(a.empty());  // NOLINT(bugprone-use-after-move): that is the point
  EXPECT_TRUE(constant_time_equal(b.reveal(), "hunter2"));
  EXPECT_FALSE(constant_time_equal(b.reveal(), "hunter3"));
}

TEST(Ids, AreOrderedAndHashable) {
  EXPECT_LT(EmailId(1), EmailId(2));
  EXPECT_EQ(std::hash<Uid>{}(Uid(5)), std::hash<std::uint32_t>{}(5));
}

}  // namespace
}  // namespace dhii

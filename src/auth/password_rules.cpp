#include "auth/password_rules.hpp"

#include <algorithm>
#include <array>

#include "auth/errors.hpp"
#include "auth/password_strength.hpp"
#include "auth/password_words.hpp"
#include "base/bytes.hpp"
#include "crypto/password.hpp"

namespace dhii::auth {
namespace {

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

constexpr std::uint32_t kTopPasswords = 1000;  // what every guessing program combines first
constexpr std::size_t kMinTopWordBytes = 4;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }

// "P@ssw0rd" is "password" to every guessing program.
char unleet(char c) {
  constexpr std::string_view kSigns = "@4310!$57", kLetters = "aaeioisst";
  const auto at = kSigns.find(c);
  return at == std::string_view::npos ? c : kLetters[at];
}

// One, two or three of the top passwords in a row and nothing else.
bool made_of_top_passwords(std::string_view letters, int words) {
  if (letters.empty()) return true;
  if (words == 0) return false;
  for (std::size_t size = kMinTopWordBytes; size <= std::min(letters.size(), kMaxCommonWordBytes); ++size) {
    const auto found = find_common_word(letters.substr(0, size));
    const bool top = found && found->kind == WordKind::kPassword && found->rank <= kTopPasswords;
    if (top && made_of_top_passwords(letters.substr(size), words - 1)) return true;
  }
  return false;
}

// Digits and signs between and around them change nothing.
bool is_combination(std::string_view password) {
  std::string lower = ascii_lower(password);
  std::string plain = lower;
  std::erase_if(plain, [](char c) { return !is_letter(c); });
  while (!lower.empty() && !is_letter(lower.back())) lower.pop_back();
  std::ranges::transform(lower, lower.begin(), unleet);
  std::erase_if(lower, [](char c) { return !is_letter(c); });
  const bool out =
      (!plain.empty() && made_of_top_passwords(plain, 3)) || (!lower.empty() && made_of_top_passwords(lower, 3));
  wipe(lower);
  wipe(plain);
  return out;
}

}  // namespace

Result<void> check_password(const Secret& password, std::string_view login) {
  const std::string_view text = password.reveal();
  if (!is_valid_utf8(text)) return fail(AuthError::kWeakPassword, "it is not valid UTF-8 text");
  if (characters(text) < kMinPasswordCharacters)
    return fail(AuthError::kWeakPassword, "it has fewer than 12 characters");
  if (characters(text) > crypto::kMaxPasswordCharacters)
    return fail(AuthError::kWeakPassword, "it has more than 256 characters");
  const std::array<std::string, 2> about_user{std::string(login), "dhii-mail"};
  const Strength strength = estimate_strength(text, about_user);
  if (is_combination(text)) return fail(AuthError::kWeakPassword, "it is made of the most common passwords");
  if (strength.score < kMinScore) return fail(AuthError::kWeakPassword, std::string(strength.warning));
  return {};
}

Result<void> check_login(std::string_view login) {
  const bool bad_character =
      std::ranges::any_of(login, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; });
  if (bad_character || login.size() > kMaxLoginBytes || !is_valid_utf8(login) ||
      characters(login) < kMinLoginCharacters)
    return fail(AuthError::kBadLogin);
  return {};
}

}  // namespace dhii::auth

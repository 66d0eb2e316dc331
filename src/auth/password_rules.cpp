#include "auth/password_rules.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "auth/errors.hpp"
#include "base/bytes.hpp"
#include "crypto/password.hpp"

namespace dhii::auth {
namespace {

constexpr std::size_t kMinDistinctCharacters = 5;
constexpr std::size_t kMinOwnCharacters = 8;  // what must be left when the login or a common word is taken out

// What leads the lists of leaked passwords, as stems: digits and signs around them change nothing.
constexpr std::array<std::string_view, 96> kCommonStems{
    "abc",        "abcdef",     "abcdefgh",   "abcdefghij", "access",    "admin",    "administrator", "adobe",
    "alexander",  "america",    "andrew",     "angel",      "apple",     "asdfgh",   "asdfghjkl",     "ashley",
    "azerty",     "azertyuiop", "babygirl",   "bailey",     "barcelona", "baseball", "basketball",    "batman",
    "blink",      "butterfly",  "changeme",   "charlie",    "cheese",    "chelsea",  "chocolate",     "computer",
    "cookie",     "daniel",     "default",    "dhii",       "dhiimail",  "donald",   "dragon",        "email",
    "facebook",   "flower",     "football",   "forever",    "freedom",   "friends",  "google",        "guest",
    "hallo",      "hello",      "hunter",     "iloveyou",   "internet",  "jennifer", "jessica",       "jordan",
    "killer",     "letmein",    "liverpool",  "login",      "lovely",    "master",   "michael",       "michelle",
    "monkey",     "motdepasse", "mypassword", "naruto",     "pass",      "passw",    "passwd",        "passwort",
    "password",   "pokemon",    "princess",   "qazwsx",     "qazwsxedc", "qwer",     "qwert",         "qwerty",
    "qwertyuiop", "qwertz",     "qwertzuiop", "samsung",    "secret",    "shadow",   "soccer",        "starwars",
    "summer",     "sunshine",   "superman",   "test",       "trustno",   "welcome",  "whatever",      "zxcvbnm"};

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// "P@ssw0rd" is "password" to every guessing program.
char unleet(char c) {
  switch (c) {
    case '@':
    case '4':
      return 'a';
    case '3':
      return 'e';
    case '1':
    case '!':
      return 'i';
    case '0':
      return 'o';
    case '$':
    case '5':
      return 's';
    case '7':
      return 't';
    default:
      return c;
  }
}

std::string letters_only(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if ((c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80) out += c;
  }
  return out;
}

// One, two or three common words in a row and nothing else.
bool made_of_stems(std::string_view letters, int words) {
  if (letters.empty()) return true;
  if (words == 0) return false;
  return std::ranges::any_of(kCommonStems, [&](std::string_view stem) {
    return letters.starts_with(stem) && made_of_stems(letters.substr(stem.size()), words - 1);
  });
}

// "P@ssw0rd2024!" without what is hung on at the ends.
std::string_view core(std::string_view lower) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; };
  while (!lower.empty() && !is_letter(lower.back())) lower.remove_suffix(1);
  while (!lower.empty() && !is_letter(lower.front())) lower.remove_prefix(1);
  return lower;
}

bool is_common(std::string_view lower) {
  std::string mapped(core(lower));
  std::ranges::transform(mapped, mapped.begin(), unleet);
  // Passwords of digits and signs alone are judged as runs.
  const auto judge = [](const std::string& letters) { return !letters.empty() && made_of_stems(letters, 3); };
  return judge(letters_only(lower)) || judge(letters_only(mapped));
}

bool is_run(std::string_view lower) {
  std::size_t steps = 0;
  for (std::size_t i = 1; i < lower.size(); ++i) {
    const int d = lower[i] - lower[i - 1];
    const bool wrap = (lower[i] == '0' && lower[i - 1] == '9') || (lower[i] == '9' && lower[i - 1] == '0');
    if (d == 0 || d == 1 || d == -1 || wrap) ++steps;
  }
  return steps * 4 >= (lower.size() - 1) * 3;  // three steps of four go to the neighbour
}

bool is_mostly_login(std::string_view lower, std::string_view login) {
  const std::string whole = ascii_lower(login);
  const std::string local = whole.substr(0, whole.find('@'));
  for (const std::string& part : {whole, local}) {
    if (part.size() < 4) continue;
    const auto at = lower.find(part);
    if (at != std::string_view::npos && lower.size() - part.size() < kMinOwnCharacters) return true;
  }
  return false;
}

}  // namespace

Result<void> check_password(const Secret& password, std::string_view login) {
  const std::string_view text = password.reveal();
  if (!is_valid_utf8(text)) return fail(AuthError::kWeakPassword, "it is not valid UTF-8 text");
  if (characters(text) < kMinPasswordCharacters)
    return fail(AuthError::kWeakPassword, "it has fewer than 12 characters");
  if (characters(text) > crypto::kMaxPasswordCharacters)
    return fail(AuthError::kWeakPassword, "it has more than 256 characters");
  std::string lower = ascii_lower(text);
  const bool few = std::set<char>(lower.begin(), lower.end()).size() < kMinDistinctCharacters;
  const bool run = is_run(lower);
  const bool common = is_common(lower);
  const bool own_name = is_mostly_login(lower, login);
  wipe(lower);
  if (few) return fail(AuthError::kWeakPassword, "it repeats a few characters");
  if (run) return fail(AuthError::kWeakPassword, "it is a run of neighbouring characters");
  if (common) return fail(AuthError::kWeakPassword, "it is made of the most common passwords");
  if (own_name) return fail(AuthError::kWeakPassword, "it is little more than the login");
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

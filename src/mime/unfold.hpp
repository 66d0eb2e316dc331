// From a raw field value to one line of clean UTF-8 that the header parsers work on. Internal to src/mime.
#pragma once
#include <string>
#include <string_view>

namespace dhii::mime {

// Unfolds (RFC 5322 §2.2.3), guesses the charset of raw 8-bit bytes, drops NUL, turns tabs and stray CR or LF into
// spaces.
std::string unfold(std::string_view raw);
// Control characters, which decoded words may hold, become spaces.
void flatten_controls(std::string& text);
// Unicode NFC, which RFC 8621 §4.1.2.2 asks for. Cheap when nothing combines.
void to_nfc(std::string& text);

}  // namespace dhii::mime

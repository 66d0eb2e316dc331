// RFC 2047 encoded words in already unfolded header text. Internal to src/mime.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace dhii::mime {

// Length of the encoded word "=?charset?e?text?=" at the start of `s`; 0 = none. Tolerates spaces inside the text.
std::size_t encoded_word_length(std::string_view s);

// Decodes every encoded word; white space between two of them goes (§6.2); words cut in the middle of a character by
// the sender are joined before conversion. `utf8` is valid UTF-8, so is the result. Linear; at most kMaxEncodedWords.
std::string decode_encoded_words(std::string_view utf8);

// Text as one or more encoded words of at most 75 characters, joined by "\r\n " if `fold`, else " ". Encodes the whole
// text.
std::string make_encoded_words(std::string_view utf8, bool fold);

}  // namespace dhii::mime

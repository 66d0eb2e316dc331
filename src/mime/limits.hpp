// Budgets for bytes from outside. Going over one never rejects a message: it is kept whole, marked with a Defect, and
// shown as far as it was parsed.
#pragma once
#include <cstddef>

namespace dhii::mime {

inline constexpr std::size_t kMaxMessageBytes = std::size_t{1}
                                                << 30;  // offsets stay far from overflow; servers refuse far less
inline constexpr std::size_t kMaxParts = 2'000;         // digests of mailing lists reach some hundreds
inline constexpr std::size_t kMaxDepth = 64;  // real mail stays below 10; deeper multiparts are shown as files
inline constexpr std::size_t kMaxHeaderBytes =
    std::size_t{512} * 1024;                           // one entity's header block; Gmail's ARC chains reach some 60 kB
inline constexpr std::size_t kMaxHeaders = 2'000;      // fields of one entity
inline constexpr std::size_t kMaxBoundaryBytes = 512;  // RFC 2046 §5.1.1 says 70; generators exceed it
inline constexpr std::size_t kMaxAddresses = 10'000;   // of one field; a company-wide To: has some thousands
inline constexpr std::size_t kMaxAddressBytes = 4'096;  // one name or address, decoded
inline constexpr std::size_t kMaxMessageIds = 1'000;    // of one References field
inline constexpr std::size_t kMaxMessageIdBytes = 998;  // RFC 5322 §2.1.1: one line
inline constexpr std::size_t kMaxParameters =
    256;  // Content-Type parameters, RFC 2231 sections counted singly (bomb: Dovecot CVE-2026-27859)
inline constexpr std::size_t kMaxParameterBytes = std::size_t{16} * 1024;  // one joined RFC 2231 value
inline constexpr std::size_t kMaxEncodedWords = 4'000;  // RFC 2047 words of one field; the rest stays as it is
inline constexpr std::size_t kMaxHeaderTextBytes =
    std::size_t{64} * 1024;  // one decoded unstructured field (subjects are shown whole)
inline constexpr std::size_t kMaxIndexedBytes =
    std::size_t{1024} * 1024;  // body text of one message given to the index
inline constexpr std::size_t kMaxIndexedPartBytes =
    std::size_t{4} * 1024 * 1024;  // decoded bytes of one text part looked at for the index
inline constexpr std::size_t kMaxIndexedListBytes =
    std::size_t{64} * 1024;  // all names of one field, all file names, for the index
inline constexpr std::size_t kMaxHtmlTagBytes = std::size_t{64} * 1024;  // one tag; past it the '<' counts as text
inline constexpr std::size_t kMaxPreviewChars = 256;                     // RFC 8621 §4.1.4 `preview`
inline constexpr std::size_t kMaxBuildDepth = 20;                        // trees that Email/set may ask for
inline constexpr std::size_t kMaxBuildParts = 1'000;                     // likewise

}  // namespace dhii::mime

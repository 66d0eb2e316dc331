// CBOR (RFC 8949) as authenticators send it: a reader over bytes that somebody else owns, for the attestation object
// and for COSE keys (WebAuthn Level 2 §6.5). Deterministic CTAP2 encoding only: definite lengths, integers in their
// shortest form, no tags, no floats. Pure and bounded: depth, items and lengths are checked before anything is
// believed. Views live as long as the input.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace dhii::crypto {

inline constexpr std::size_t kMaxCborBytes = 64 * 1024;  // an attestation with a chain of certificates has about 4 KB
inline constexpr int kMaxCborDepth = 6;            // CTAP2 §8: four; attestation statements of some vendors have five
inline constexpr std::size_t kMaxCborItems = 512;  // of one document, all levels together

struct CborValue;
struct CborBytes {
  std::string_view bytes;
};
struct CborText {
  std::string_view text;  // UTF-8 as it came, not checked
};
struct CborNull {};
using CborArray = std::vector<CborValue>;
struct CborMap {  // in the order of the bytes
  std::vector<CborValue> keys, values;
};

struct CborValue {
  std::variant<CborNull, bool, std::int64_t, CborBytes, CborText, CborArray, CborMap> value;

  // Nothing when it is of another type.
  std::optional<std::int64_t> integer() const;
  std::optional<std::string_view> bytes() const;
  std::optional<std::string_view> text() const;
  const CborArray* array() const;
  const CborMap* map() const;
  // Of a map; null when there is no such key or it is no map.
  const CborValue* find(std::int64_t key) const;
  const CborValue* find(std::string_view key) const;
};

struct CborRead {
  CborValue value;
  std::size_t used = 0;  // bytes; extensions may follow
};
// One item from the front. Nothing when it is malformed, not in the deterministic form, or over a limit; maps with a
// key twice too.
std::optional<CborRead> read_cbor(std::string_view bytes);

}  // namespace dhii::crypto

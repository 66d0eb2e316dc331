// "value; name=value" header fields (RFC 2045 §5.1) with RFC 2231 continuations and charsets, as broken as they come.
// Internal to src/mime. Linear; at most kMaxParameters are kept.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dhii::mime {

class ParameterizedValue {
 public:
  // `raw` must outlive this object.
  explicit ParameterizedValue(std::string_view raw);

  // Lower case, without white space: "text/plain", "attachment".
  const std::string& value() const { return value_; }
  // Undecoded, as the boundary needs it; empty = absent.
  std::string plain(std::string_view lower_name) const;
  // RFC 2231 joined and decoded; RFC 2047 words, which many programs write here, decoded too. Valid UTF-8; empty =
  // absent.
  std::string text(std::string_view lower_name) const;

 private:
  struct Item {
    std::string name;           // lower case, without *0*
    std::string value;          // unquoted
    std::int32_t section = -1;  // -1 = whole
    bool is_extended = false;   // percent-encoded
  };
  void add(std::string_view name, std::string value);
  std::string value_;
  std::vector<Item> items_;
};

}  // namespace dhii::mime

// JsonWriter: JSON straight into one string, for answers that are made thousands of times a second. It writes what it
// is told: names are literals, commas are its own affair. Pure.
#pragma once
#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace dhii::api {

class JsonWriter {
 public:
  explicit JsonWriter(std::size_t expected_bytes = 512) { out_.reserve(expected_bytes); }

  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  // `name`: a literal that needs no escape.
  JsonWriter& key(std::string_view name) {
    comma();
    out_ += '"';
    out_ += name;
    out_ += "\":";
    first_ = true;
    return *this;
  }
  // UTF-8; control characters, quotes and backslashes are escaped.
  JsonWriter& text(std::string_view value) {
    comma();
    out_ += '"';
    escape(value);
    out_ += '"';
    return *this;
  }
  // Known to need no escape: ids, times, keywords of our own.
  JsonWriter& plain(std::string_view value) {
    comma();
    out_ += '"';
    out_ += value;
    out_ += '"';
    return *this;
  }
  JsonWriter& number(std::int64_t value) {
    comma();
    char digits[24];
    out_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
    return *this;
  }
  JsonWriter& boolean(bool value) {
    comma();
    out_ += value ? "true" : "false";
    return *this;
  }
  // "e17" and the like.
  JsonWriter& id(char prefix, std::int64_t value) {
    comma();
    char digits[24];
    out_ += '"';
    out_ += prefix;
    out_.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
    out_ += '"';
    return *this;
  }
  // JSON that is ready.
  JsonWriter& raw(std::string_view json) {
    comma();
    out_ += json;
    return *this;
  }
  std::string take() { return std::move(out_); }
  const std::string& view() const { return out_; }

 private:
  JsonWriter& open(char c) {
    comma();
    out_ += c;
    first_ = true;
    return *this;
  }
  JsonWriter& close(char c) {
    out_ += c;
    first_ = false;
    return *this;
  }
  void comma() {
    if (!first_) out_ += ',';
    first_ = false;
  }
  void escape(std::string_view value) {
    std::size_t done = 0;
    for (std::size_t i = 0; i < value.size(); ++i) {
      const auto c = static_cast<unsigned char>(value[i]);
      if (kPlain[c]) continue;
      out_.append(value, done, i - done);
      done = i + 1;
      out_ += '\\';
      if (c == '"' || c == '\\') {
        out_ += static_cast<char>(c);
      } else if (c == '\n') {
        out_ += 'n';
      } else {
        constexpr char kHex[] = "0123456789abcdef";
        out_ += "u00";
        out_ += kHex[c >> 4U];
        out_ += kHex[c & 15U];
      }
    }
    out_.append(value, done, value.size() - done);
  }

  // What stands in a string as it is (RFC 8259 §7).
  static constexpr std::array<bool, 256> kPlain = [] {
    std::array<bool, 256> out{};
    for (std::size_t c = 0x20; c < out.size(); ++c) out[c] = c != '"' && c != '\\';
    return out;
  }();

  std::string out_;
  bool first_ = true;
};

}  // namespace dhii::api

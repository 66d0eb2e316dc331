#include "net/http_response.hpp"

// The outcome must not depend on how the bytes are split, and never go over the limit.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using dhii::net::HttpResponseReader;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  HttpResponseReader whole(1000);
  HttpResponseReader split(1000);
  const bool whole_ok = whole.feed(text).has_value() && whole.finish().has_value();
  bool split_ok = true;
  for (std::size_t i = 0; i < size && split_ok; ++i) split_ok = split.feed(text.substr(i, 1)).has_value();
  split_ok = split_ok && split.finish().has_value();
  if (whole_ok && !split_ok) __builtin_trap();
  if (!whole_ok) return 0;
  const auto body = whole.take_body();
  if (body.size() > 1000 || body != split.take_body() || whole.status() != split.status()) __builtin_trap();
  return 0;
}

#include "jmap/core/json.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <cmath>

namespace dhii::jmap {
namespace {

constexpr std::int64_t kMaxSafeInt = (std::int64_t{1} << 53) - 1;  // RFC 8620 §1.3

// Feeds boost.json's value_stack, and remembers the names of the objects that are open.
class Handler {
 public:
  static constexpr std::size_t max_array_size = 1'000'000;  // the request is at most some megabytes: just not absurd
  static constexpr std::size_t max_object_size = 1'000'000;
  static constexpr std::size_t max_string_size = json::string::max_size();
  static constexpr std::size_t max_key_size = 4'096;  // ids have 255, patch pointers a few more

  explicit Handler(json::storage_ptr storage) { stack_.reset(std::move(storage)); }
  json::value release() { return stack_.release(); }
  bool duplicate() const { return duplicate_; }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) {
    starts_.push_back(names_.size());
    return true;
  }
  bool on_object_end(std::size_t n, json::error_code& ec) {
    if (has_duplicate()) {
      duplicate_ = true;
      ec = json::error::syntax;
      return false;
    }
    names_.resize(starts_.back());
    starts_.pop_back();
    stack_.push_object(n);
    return true;
  }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t n, json::error_code&) {
    stack_.push_array(n);
    return true;
  }
  bool on_key_part(json::string_view s, std::size_t, json::error_code&) {
    name_.append(s.data(), s.size());
    stack_.push_chars(s);
    return true;
  }
  bool on_key(json::string_view s, std::size_t, json::error_code&) {
    name_.append(s.data(), s.size());
    names_.push_back(std::move(name_));
    name_.clear();
    stack_.push_key(s);
    return true;
  }
  bool on_string_part(json::string_view s, std::size_t, json::error_code&) {
    stack_.push_chars(s);
    return true;
  }
  bool on_string(json::string_view s, std::size_t, json::error_code&) {
    stack_.push_string(s);
    return true;
  }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t i, json::string_view, json::error_code&) {
    stack_.push_int64(i);
    return true;
  }
  bool on_uint64(std::uint64_t u, json::string_view, json::error_code&) {
    stack_.push_uint64(u);
    return true;
  }
  bool on_double(double d, json::string_view, json::error_code&) {
    stack_.push_double(d);
    return true;
  }
  bool on_bool(bool b, json::error_code&) {
    stack_.push_bool(b);
    return true;
  }
  bool on_null(json::error_code&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

 private:
  bool has_duplicate() {
    auto begin = names_.begin() + static_cast<std::ptrdiff_t>(starts_.back());
    std::sort(begin, names_.end());
    return std::adjacent_find(begin, names_.end()) != names_.end();
  }

  json::value_stack stack_;
  std::string name_;
  std::vector<std::string> names_;   // of all open objects
  std::vector<std::size_t> starts_;  // where each open object's names begin
  bool duplicate_ = false;
};

}  // namespace

std::string_view json_problem_text(JsonProblem problem) {
  switch (problem) {
    case JsonProblem::kNotJson:
      return "The request is not valid JSON in UTF-8.";
    case JsonProblem::kTooDeep:
      return "The JSON of the request is nested too deeply.";
    case JsonProblem::kDuplicateName:
      return "An object in the request has the same name twice (RFC 7493 §2.3).";
  }
  return "The request could not be read.";
}

std::expected<json::value, JsonProblem> parse_ijson(std::string_view text, std::size_t max_depth,
                                                    json::storage_ptr storage) {
  json::parse_options options;
  options.max_depth = max_depth;
  json::basic_parser<Handler> parser(options, std::move(storage));
  json::error_code ec;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), ec);
  if (parser.handler().duplicate()) return std::unexpected(JsonProblem::kDuplicateName);
  if (ec == json::error::too_deep) return std::unexpected(JsonProblem::kTooDeep);
  if (ec || used != text.size()) return std::unexpected(JsonProblem::kNotJson);
  return parser.handler().release();
}

std::optional<std::int64_t> as_int(const json::value& value) {
  std::int64_t out = 0;
  if (const auto* i = value.if_int64()) {
    out = *i;
  } else if (const auto* d = value.if_double()) {
    if (!(std::abs(*d) <= static_cast<double>(kMaxSafeInt)) || std::trunc(*d) != *d) return std::nullopt;
    out = static_cast<std::int64_t>(*d);
  } else {
    return std::nullopt;
  }
  if (out > kMaxSafeInt || out < -kMaxSafeInt) return std::nullopt;
  return out;
}

json::value text_value(std::string_view text, const json::storage_ptr& storage) {
  return json::value(json::string(key(text), storage));
}

json::value text_or_null(std::string_view text, const json::storage_ptr& storage) {
  return text.empty() ? json::value(nullptr, storage) : text_value(text, storage);
}

json::array text_array(const std::vector<std::string>& texts, const json::storage_ptr& storage) {
  json::array out(storage);
  out.reserve(texts.size());
  for (const auto& text : texts) out.push_back(text_value(text, storage));
  return out;
}

std::string to_text(const json::value& value) {
  json::serializer serializer;
  serializer.reset(&value);
  std::string out;
  constexpr std::size_t kChunk = 64 * 1024;  // most answers are one chunk
  while (!serializer.done()) {
    const std::size_t before = out.size();
    std::size_t written = 0;
    out.resize_and_overwrite(before + kChunk, [&](char* data, std::size_t) {
      written = serializer.read(data + before, kChunk).size();
      return before + written;
    });
  }
  return out;
}

}  // namespace dhii::jmap

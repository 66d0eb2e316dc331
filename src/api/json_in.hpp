// JsonInput: a request's JSON object, field by field, with every problem of the body told at once: missing, wrong type,
// too long, and unknown fields by name (mass assignment never happens silently). Pure; strings must be UTF-8 without
// NUL, CR or LF unless asked for.
#pragma once
#include <boost/json.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/account_service.hpp"
#include "base/clock.hpp"
#include "base/secret.hpp"
#include "http/problem.hpp"

namespace dhii::api {

inline constexpr std::size_t kMaxInputDepth = 8;      // ours have 2
inline constexpr std::size_t kMaxTextBytes = 1024;    // names, hosts, logins
inline constexpr std::size_t kMaxSecretBytes = 2048;  // passwords, tokens

class JsonInput {
 public:
  // An empty body is an empty object.
  explicit JsonInput(const std::string& body);

  std::string text(std::string_view name, std::size_t max = kMaxTextBytes);  // required, not empty
  std::optional<std::string> optional_text(std::string_view name, std::size_t max = kMaxTextBytes);
  // Required: a list of at most `max_items` strings; empty ones are refused.
  std::vector<std::string> texts(std::string_view name, std::size_t max_items, std::size_t max = kMaxTextBytes);
  std::optional<std::int64_t> optional_integer(std::string_view name, std::int64_t least, std::int64_t most);
  Secret secret(std::string_view name);  // required, not empty
  std::optional<Secret> optional_secret(std::string_view name);
  ServerSettings server(std::string_view name);  // required
  std::optional<ServerSettings> optional_server(std::string_view name);
  // An object that holds texts only, in the order of `fields`; "" for those left out. Nothing when it isn't there.
  struct TextField {
    std::string_view name;
    std::size_t max;
    enum class Need : std::uint8_t { kRequired, kOptional } need = Need::kRequired;
  };
  std::optional<std::vector<std::string>> optional_texts_of(std::string_view name,
                                                            std::initializer_list<TextField> fields);
  std::vector<std::string> optional_list(std::string_view name, std::size_t max_items, std::size_t max_bytes);
  // An address that can be an account's: one @, no spaces or controls.
  std::string email(std::string_view name);
  // An array of strings, each of at most `max` bytes; [] is an answer, null and missing are none.
  std::optional<std::vector<std::string>> optional_texts(std::string_view name, std::size_t max_items, std::size_t max);
  std::optional<bool> optional_flag(std::string_view name);
  // RFC 3339 in UTC: "2027-01-01T00:00:00Z".
  std::optional<Timestamp> optional_time(std::string_view name);
  // The field was optional for the reader, but not here.
  void require(std::string_view name);
  void reject(std::string_view name, std::string detail);
  void reject_at(std::string pointer, std::string detail);

  // Call last: names the fields that nobody asked for. Nothing when the body is right, else the 400 or 422.
  std::optional<http::Response> refusal(const http::Request& request);

 private:
  const boost::json::value* take(std::string_view name);
  const boost::json::value* need(std::string_view name);
  std::optional<std::string> as_text(const boost::json::value& value, const std::string& pointer, std::size_t max);
  ServerSettings as_server(const boost::json::value& value, const std::string& pointer);

  boost::json::object object_;
  bool malformed_ = false;
  std::vector<std::string> taken_;
  std::vector<http::FieldProblem> problems_;
};

// RFC 6901 §3: "~" and "/" in names.
std::string pointer_to(std::string_view name);

}  // namespace dhii::api

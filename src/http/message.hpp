// Request and Response as the handlers see them: plain values, no Beast. A Request lives for one handler call, on the
// io thread. Header values that go out can't carry CR, LF or NUL (THREATS.md: header injection): Headers::add refuses
// them.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.hpp"
#include "http/principal.hpp"

namespace dhii::http {

class EventStream;

enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions, kOther };
std::string_view method_name(Method method);
Method parse_method(std::string_view name);  // case-sensitive, RFC 9110 §9.1
bool is_safe(Method method);                 // RFC 9110 §9.2.1: changes nothing

// Field lines in order; names compare without case.
class Headers {
 public:
  using Field = std::pair<std::string, std::string>;
  // Control characters in the value become spaces; a bad name throws (it is always ours).
  void add(std::string_view name, std::string_view value);
  // For a reader that has looked at every character already.
  void add_checked(std::string_view name, std::string_view value) { fields_.emplace_back(name, value); }
  void set(std::string_view name, std::string_view value);
  void remove(std::string_view name);
  // The first one; nullopt when there is none.
  std::optional<std::string_view> find(std::string_view name) const;
  std::string_view value(std::string_view name) const { return find(name).value_or(std::string_view()); }
  bool has(std::string_view name) const { return find(name).has_value(); }
  std::size_t count(std::string_view name) const;
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  std::size_t size() const { return fields_.size(); }

 private:
  std::vector<Field> fields_;
};

using Pairs = std::vector<std::pair<std::string, std::string>>;

struct Request {
  Method method = Method::kGet;
  std::string path;  // as sent, before '?', still percent-encoded
  Pairs query;       // decoded
  Pairs parameters;  // of the route's pattern, decoded
  Headers headers;
  std::string body;
  std::string request_id;              // finds the log line; in every answer as X-Request-Id and in problem details
  std::string client_address;          // behind declared proxies: the client's, not the proxy's
  std::string origin;                  // how the client reached us: "https://mail.example.org", "http://127.0.0.1:8080"
  bool secure = false;                 // TLS here or at a declared proxy
  std::optional<Principal> principal;  // set on every route but kPublic ones

  std::string_view parameter(std::string_view name) const;
  std::optional<std::string_view> query_value(std::string_view name) const;
  UserId user() const { return principal->user; }
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  std::string_view static_body;         // lives for ever (embedded files); used when `body` is empty
  std::shared_ptr<EventStream> stream;  // set: the connection becomes an event stream
  std::string_view problem_code;        // of problem details, for observers; static storage
  std::string_view payload() const { return body.empty() ? static_body : std::string_view(body); }
};

Response json_response(int status, std::string body);
Response no_content();

std::string_view status_text(int status);

}  // namespace dhii::http

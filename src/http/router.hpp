// Router: the table of routes. Denies by default: a route can't be declared without its access, rate class and body
// rule, and what is not in the table is 404. Filled once at start, read-only afterwards; matching is pure.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "http/access.hpp"
#include "http/message.hpp"
#include "http/path.hpp"

namespace dhii::http {

// Which leaky bucket a request drips into (rate_limit.hpp).
enum class RateClass : std::uint8_t { kNone, kApi, kAuth, kDownload };

struct BodyRule {
  enum class Type : std::uint8_t { kNone, kJson, kForm, kAny };
  Type type;
  std::size_t limit;
  static constexpr BodyRule none() { return {Type::kNone, 0}; }
  static constexpr BodyRule json(std::size_t limit) { return {Type::kJson, limit}; }
  static constexpr BodyRule form(std::size_t limit) { return {Type::kForm, limit}; }
  static constexpr BodyRule any(std::size_t limit) { return {Type::kAny, limit}; }
};
inline constexpr std::size_t kMaxSmallBodyBytes = 64 * 1024;  // credentials, settings
inline constexpr std::size_t kMaxBodyBytes = 64U << 20;       // no route may allow more: bodies are held in memory

using Handler = std::function<boost::asio::awaitable<Response>(Request&)>;

struct Route {
  // No defaults on purpose: whoever adds a route decides each of these.
  Route(Method method_, std::string pattern_, Access access_, RateClass rate_, BodyRule body_, Handler handler_);
  Method method;
  std::string pattern;  // "/api/v1/accounts/{id}"
  Access access;        // who may call it, with which scope, and whether it needs step-up
  RateClass rate;
  BodyRule body;
  Handler handler;
};

struct Match {
  const Route* route = nullptr;  // null: 404, or 405 when `allowed` isn't empty
  Pairs parameters;
  std::string allowed;  // "GET, HEAD, OPTIONS": the methods that this path knows
};

class Router {
 public:
  // Throws when the same method and pattern is there already, or a body rule is over the ceiling: both are bugs.
  void add(Route route);
  // HEAD is answered by GET's route.
  Match match(Method method, const Target& target) const;
  const std::vector<Route>& routes() const { return routes_; }
  // While the table is being filled: puts something before each handler.
  void each(const std::function<void(Route&)>& change) {
    for (Route& route : routes_) change(route);
  }

 private:
  struct Segment {
    bool parameter;
    std::string text;  // literal, or the parameter's name
  };
  static std::vector<Segment> compile(std::string_view pattern);
  static bool matches(const std::vector<Segment>& pattern, const Target& target);
  std::vector<Route> routes_;
  std::vector<std::vector<Segment>> compiled_;
};

}  // namespace dhii::http

#include "http/router.hpp"

#include <algorithm>
#include <stdexcept>

namespace dhii::http {

Route::Route(Method method_, std::string pattern_, Access access_, RateClass rate_, BodyRule body_, Handler handler_)
    : method(method_),
      pattern(std::move(pattern_)),
      access(access_),
      rate(rate_),
      body(body_),
      handler(std::move(handler_)) {}

void Router::add(Route route) {
  if (route.body.limit > kMaxBodyBytes) throw std::invalid_argument("body limit over the ceiling: " + route.pattern);
  const bool there = std::ranges::any_of(
      routes_, [&](const Route& r) { return r.method == route.method && r.pattern == route.pattern; });
  if (there || !route.pattern.starts_with('/'))
    throw std::invalid_argument("route twice or without slash: " + route.pattern);
  compiled_.push_back(compile(route.pattern));
  routes_.push_back(std::move(route));
}

std::vector<Router::Segment> Router::compile(std::string_view pattern) {
  std::vector<Segment> out;
  std::size_t start = 1;
  while (true) {
    const auto end = std::min(pattern.find('/', start), pattern.size());
    const std::string_view text = pattern.substr(start, end - start);
    const bool parameter = text.starts_with('{') && text.ends_with('}');
    out.push_back({parameter, std::string(parameter ? text.substr(1, text.size() - 2) : text)});
    if (end == pattern.size()) return out;
    start = end + 1;
  }
}

bool Router::matches(const std::vector<Segment>& pattern, const Target& target) {
  if (pattern.size() != target.segments.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool fits = pattern[i].parameter ? !target.segments[i].empty() : target.segments[i] == pattern[i].text;
    if (!fits) return false;
  }
  return true;
}

Match Router::match(Method method, const Target& target) const {
  const Method wanted = method == Method::kHead ? Method::kGet : method;
  Match out;
  for (std::size_t i = 0; i < routes_.size(); ++i) {
    if (!matches(compiled_[i], target)) continue;
    out.allowed += (out.allowed.empty() ? "" : ", ") + std::string(method_name(routes_[i].method));
    if (routes_[i].method == Method::kGet) out.allowed += ", HEAD";
    if (routes_[i].method != wanted || out.route != nullptr) continue;
    out.route = &routes_[i];
    for (std::size_t s = 0; s < compiled_[i].size(); ++s) {
      if (compiled_[i][s].parameter)
        out.parameters.emplace_back(compiled_[i][s].text, percent_decode(target.segments[s]).value_or(""));
    }
  }
  if (!out.allowed.empty()) out.allowed += ", OPTIONS";
  return out;
}

}  // namespace dhii::http

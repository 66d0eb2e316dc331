// RequestEvents: turns refused and failed requests into security events, by the code of their problem. What a handler
// or auth/ knows better it reports itself. Io thread.
#pragma once
#include <functional>
#include <optional>
#include <string_view>

#include "app/foreign_objects.hpp"
#include "event/event.hpp"
#include "http/dispatcher.hpp"

namespace dhii::app {

class RequestEvents final : public http::RequestObserver {
 public:
  // `look`: told of what was asked for and not found, with the event to record if it is somebody else's.
  using Look = std::function<void(Thing, event::Event)>;
  explicit RequestEvents(event::Sink& sink, Look look = {}) : sink_(sink), look_(std::move(look)) {}
  void finished(const http::Request& request, std::string_view route, const http::Response& response,
                std::chrono::microseconds took) override;

 private:
  event::Sink& sink_;
  Look look_;
};

// Pure: which event a problem code is, if any. `path` is as sent.
std::optional<event::Kind> event_of(std::string_view problem_code, std::string_view path, bool upload);

// "../", "..%2f", "%2e%2e/", "..\" and what decodes to them once or twice.
bool leaves_its_folder(std::string_view path);

}  // namespace dhii::app

#include "http/event_stream.hpp"

#include <utility>

namespace dhii::http {
namespace {

std::string one_line(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c == '\r' || c == '\n' || c == '\0') c = ' ';
  }
  return out;
}

}  // namespace

std::string format_event(std::string_view event, std::string_view data, std::string_view id) {
  std::string out;
  if (!event.empty()) out += "event: " + one_line(event) + "\n";
  if (!id.empty()) out += "id: " + one_line(id) + "\n";
  while (true) {
    const auto end = std::min(data.find_first_of("\r\n"), data.size());
    out += "data: ";
    out += data.substr(0, end);
    out += '\n';
    if (end == data.size()) break;
    const bool crlf = data[end] == '\r' && end + 1 < data.size() && data[end + 1] == '\n';
    data.remove_prefix(end + (crlf ? 2 : 1));
  }
  return out + "\n";
}

EventStream::EventStream(boost::asio::any_io_executor executor, std::chrono::seconds ping)
    : wake_(std::move(executor)), ping_(ping) {}

bool EventStream::append(std::string text) {
  if (closed_) return false;
  if (queue_.size() + text.size() > kMaxStreamQueueBytes) {
    queue_.clear();
    close();
    return false;
  }
  queue_ += text;
  wake_.notify();
  return true;
}

bool EventStream::push(std::string_view event, std::string_view data, std::string_view id) {
  return append(format_event(event, data, id));
}
void EventStream::comment(std::string_view text) { append(": " + one_line(text) + "\n\n"); }

void EventStream::close() {
  closed_ = true;
  wake_.notify();
}

boost::asio::awaitable<std::string> EventStream::next() {
  while (queue_.empty() && !closed_) {  // a wake-up may be left over from what was taken before
    const auto notified = co_await wake_.wait_for(ping_);
    if (!notified) co_return std::string();  // cancelled
    if (!*notified) co_return format_event("ping", "{\"interval\":" + std::to_string(ping_.count()) + "}", {});
  }
  co_return std::exchange(queue_, std::string());
}

}  // namespace dhii::http

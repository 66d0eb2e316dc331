// Collapse: keeps floods out of the journal without losing a count. The first of its kind is written at once; the same
// thing again within a window only counts, and one record with the count follows when the window ends. A single address
// gets so many different records of a kind in a window, a harmless kind so many altogether: beyond, they count too.
// Pure: events and time in, records out. One thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "event/follower.hpp"

namespace dhii::security {

struct CollapseLimits {
  std::chrono::milliseconds window = std::chrono::minutes(1);
  std::uint32_t per_address = 100;       // different records of one failing kind from one address in a window
  std::uint32_t per_minor_kind = 6'000;  // records of one kind below warning in a window
  std::size_t open = 50'000;             // windows at once, some 300 bytes each; beyond, events are written uncollapsed
};

class Collapse {
 public:
  explicit Collapse(CollapseLimits limits = {}, std::size_t seed = 0) : limits_(limits), windows_(0, Hash{seed}) {}

  void add(event::Event&& event, Timestamp now, std::vector<event::Entry>& out);
  // Writes what was counted in windows that are over. Cheap when none is.
  void expire(Timestamp now, std::vector<event::Entry>& out);
  void flush(std::vector<event::Entry>& out);

 private:
  struct Hash {  // seeded: strangers choose names, and must not be able to put all of them into one bucket
    std::size_t seed;
    std::size_t operator()(const std::string& text) const noexcept {
      return std::_Hash_bytes(text.data(), text.size(), seed);
    }
  };
  struct Window {
    Timestamp ends{};
    std::uint32_t records = 0;  // different ones within (per address, per kind)
    std::uint32_t repeats = 0;
    Timestamp first_at{};
    event::Event last;  // with repeats only
  };
  Window* window(const std::string& key, Timestamp now);  // nullptr: too many are open
  bool over_limit(const std::string& key, std::uint32_t limit, event::Event& event, Timestamp now);
  static void count(Window& window, event::Event&& event);
  static void close(Window& window, std::vector<event::Entry>& out);

  CollapseLimits limits_;
  std::unordered_map<std::string, Window, Hash> windows_;
  std::deque<std::pair<Timestamp, std::string>> ends_;  // in order, since all windows last equally long
};

}  // namespace dhii::security

// Registry: the numbers that dhii-mail shows to Prometheus, a thin wrapper over prometheus-cpp. It stands just above
// base so that every layer may count: a layer takes handles (Counter, Gauge, Histogram) as values; a default-made
// handle counts nothing, so tests and the command line need no registry. Counting is thread-safe and lock-free but for
// the histograms. Names and units follow Prometheus: dhii_..., seconds, bytes, _total. Labels must be bounded: route
// patterns, never paths; states, never names of people. What is over kMaxSeriesPerFamily is counted under "other", so
// that nobody outside can grow the memory with labels.
#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace dhii::metrics {

// Routes x methods x statuses are about a thousand; Prometheus takes ten times that from one target without effort.
inline constexpr std::size_t kMaxSeriesPerFamily = 2000;

using Labels = std::map<std::string, std::string>;

class Counter {
 public:
  Counter() = default;
  void add(double amount = 1) const;

 private:
  friend class Registry;
  explicit Counter(prometheus::Counter* counter) : counter_(counter) {}
  prometheus::Counter* counter_ = nullptr;
};

class Gauge {
 public:
  Gauge() = default;
  void set(double value) const;
  void add(double amount) const;

 private:
  friend class Registry;
  explicit Gauge(prometheus::Gauge* gauge) : gauge_(gauge) {}
  prometheus::Gauge* gauge_ = nullptr;
};

class Histogram {
 public:
  Histogram() = default;
  void observe(double value) const;
  void observe(std::chrono::nanoseconds took) const { observe(std::chrono::duration<double>(took).count()); }

 private:
  friend class Registry;
  explicit Histogram(prometheus::Histogram* histogram) : histogram_(histogram) {}
  prometheus::Histogram* histogram_ = nullptr;
};

// Observes how long a scope took.
class Timer {
 public:
  explicit Timer(Histogram histogram) : histogram_(histogram), start_(std::chrono::steady_clock::now()) {}
  ~Timer() { histogram_.observe(std::chrono::steady_clock::now() - start_); }
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

 private:
  Histogram histogram_;
  std::chrono::steady_clock::time_point start_;
};

// Bounds around the aims of DESIGN.md §6: 3 ms and 5 ms are where a request or query stops being fast.
const std::vector<double>& request_buckets();
const std::vector<double>& database_buckets();

class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // The same name and labels give the same series. Handles live as long as the registry. A malformed name or label, or
  // the same name for two types, throws: a bug.
  Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  Histogram histogram(const std::string& name, const std::string& help, const std::vector<double>& bounds,
                      const Labels& labels = {});
  // Called before each text(), on its thread, to set gauges from what is cheap to look up.
  void on_collect(std::function<void()> collector);
  // Text exposition format 0.0.4. One thread at a time.
  std::string text();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dhii::metrics

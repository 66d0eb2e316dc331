#include "metrics/registry.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>
#include <sstream>
#include <unordered_map>

namespace dhii::metrics {

void Counter::add(double amount) const {
  if (counter_ != nullptr) counter_->Increment(amount);
}
void Gauge::set(double value) const {
  if (gauge_ != nullptr) gauge_->Set(value);
}
void Gauge::add(double amount) const {
  if (gauge_ != nullptr) gauge_->Increment(amount);
}
void Histogram::observe(double value) const {
  if (histogram_ != nullptr) histogram_->Observe(value);
}

const std::vector<double>& request_buckets() {
  static const std::vector<double> kBounds{0.001, 0.003, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};
  return kBounds;
}

const std::vector<double>& database_buckets() {
  static const std::vector<double> kBounds{0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5};
  return kBounds;
}

struct Registry::Impl {
  prometheus::Registry registry;
  std::mutex mutex;
  std::unordered_map<std::string, std::size_t> series;  // per family
  std::vector<std::function<void()>> collectors;

  // `labels` as they are, or "other" where the family is full.
  template <class T>
  Labels bounded(const std::string& name, prometheus::Family<T>& family, const Labels& labels) {
    if (family.Has(labels)) return labels;
    const std::scoped_lock lock(mutex);
    if (std::size_t& count = series[name]; count < kMaxSeriesPerFamily) {
      ++count;
      return labels;
    }
    Labels other = labels;
    for (auto& [key, value] : other) value = "other";
    return other;
  }
};

Registry::Registry() : impl_(std::make_unique<Impl>()) {}
Registry::~Registry() = default;

Counter Registry::counter(const std::string& name, const std::string& help, const Labels& labels) {
  auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(impl_->registry);
  return Counter(&family.Add(impl_->bounded(name, family, labels)));
}

Gauge Registry::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(impl_->registry);
  return Gauge(&family.Add(impl_->bounded(name, family, labels)));
}

Histogram Registry::histogram(const std::string& name, const std::string& help, const std::vector<double>& bounds,
                              const Labels& labels) {
  auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(impl_->registry);
  return Histogram(&family.Add(impl_->bounded(name, family, labels), bounds));
}

void Registry::on_collect(std::function<void()> collector) { impl_->collectors.push_back(std::move(collector)); }

std::string Registry::text() {
  for (const auto& collector : impl_->collectors) collector();
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, impl_->registry.Collect());
  return out.str();
}

}  // namespace dhii::metrics

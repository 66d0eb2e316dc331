// How long transactions take, waiting for their turn included: one pair of histograms for each database.
#pragma once
#include "metrics/registry.hpp"

namespace dhii::store {

struct TransactionTimes {
  metrics::Histogram read, write;
};

}  // namespace dhii::store

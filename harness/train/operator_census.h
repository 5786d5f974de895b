#pragma once

#include <memory>

#include "harness/record/training_record.h"

namespace harness {

/// Counts in which dtypes the operators that matter really ran, on any thread of this process while
/// it lives: what LibTorch dispatched, not what a flag asked for. Costs some microseconds for every
/// operator meanwhile and nothing before and after.
class OperatorCensus {
 public:
  OperatorCensus();
  ~OperatorCensus();
  OperatorCensus(const OperatorCensus&) = delete;
  OperatorCensus& operator=(const OperatorCensus&) = delete;

  /// {"convolution": {"float16": 69}, "convolution_backward": ..., "batch_norm": ...,
  /// "batch_norm_backward": ..., "resize": ..., "resize_backward": ..., "loss": ...}: for each kind
  /// of operator the dtype of its first tensor, and how often.
  OperatorCounts counts() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace harness

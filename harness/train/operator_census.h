#pragma once

#include <memory>

#include "harness/record/training_record.h"

namespace harness {

/// Counts the dtypes in which the relevant operators really ran, on any thread of this process
/// while it exists: what LibTorch dispatched, not what an option asked for. Costs some microseconds
/// for every operator during that time and nothing before and after.
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

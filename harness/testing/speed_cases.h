#pragma once

#include <functional>
#include <utility>

#include "harness/judge/rules/evaluated/row_model.h"
#include "harness/table/model_cost.h"
#include "harness/testing/speed_records.h"

/// Results of the stage speed that pass, for tests of its claims to break one thing at a time.
namespace harness::sample::speed_cases {

/// The half result is results[0], FP32's results[1].
inline Case timed(Claim claim) {
  Case sample;
  sample.claim = std::move(claim);
  sample.results = {sample::speed("fp16"), sample::speed("fp32")};
  return sample;
}

/// The worker sets cuDNN's switch as its setup says.
inline void change(Case& sample, const std::function<void(SpeedRecord&)>& how,
                   std::size_t number = 0) {
  RunResult& result = sample.results.at(number);
  sample::change_record<SpeedRecord>(result, how);
  result.environment.library->cudnn.benchmark =
      measurements_of<SpeedRecord>(result).setup.cudnn_benchmark;
}

/// Half the pixels, and what they cost.
inline void halve_height(SpeedRecord& record) {
  record.setup.height = 512;
  const ForwardCost cost = forward_cost(resolve_model(sample::row(), Json()), 512, 2048);
  record.image.convolution_flops = cost.convolution_flops;
  record.image.logits_elements = cost.logits_elements;
}

inline Case fps(double value = 8.64) {
  Case sample = timed(sample::claim("fps", "evaluated", value, 2));
  sample.claim.tolerance = Tolerance{0.0, 0.1, "clocks and drivers"};
  sample.claim.conditions = {
      {"hardware", "V100"}, {"stage", "evaluate"}, {"resolution", {1024, 2048}}};
  return sample;
}

/// What a CPU leaves.
inline void move_to_cpu(RunResult& result) {
  result.device = "cpu";
  result.environment.gpu.reset();
  sample::change_record<SpeedRecord>(result, [](SpeedRecord& record) {
    record.kernels.reset();
    record.roof_before.reset();
    record.roof_after.reset();
    record.source->clocks.reset();
    record.own->clocks.reset();
  });
}

}  // namespace harness::sample::speed_cases

#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "harness/base/system/gpu_monitor.h"
#include "harness/record/speed_record.h"
#include "harness/speed/timed_network.h"

namespace harness {

struct SourceProtocolOptions {
  std::int64_t images = 200;  ///< Warm-up included, as in the source.
  /// No further image is begun after so many seconds and two images. The record then has fewer
  /// images than it wanted.
  double limit_seconds = 60.0;
  const GpuMonitor* monitor = nullptr;
  std::function<void(std::int64_t done)> progress;  ///< After each image, outside of its time.
};

/// Times a network, alone, by the protocol of the source (SourceProtocolRecord). Images are taken
/// in turn. Up to 5 of them are discarded, but one is left.
SourceProtocolRecord run_source_protocol(TimedNetwork& network,
                                         const std::vector<torch::Tensor>& images,
                                         const SourceProtocolOptions& options);

}  // namespace harness

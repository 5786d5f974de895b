#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "harness/base/system/gpu_monitor.h"
#include "harness/record/speed_record.h"
#include "harness/speed/timed_network.h"

namespace harness {

struct OwnProtocolOptions {
  double seconds = 4.0;  ///< For each network on average; at least two rounds are run.
  double warmup_seconds =
      1.0;  ///< For all together, until clocks are up; two images each at least.
  std::int64_t largest_block = 10;  ///< Images.
  bool cudnn_benchmark = false;
  const GpuMonitor* monitor = nullptr;
  std::function<void(double done, double total)> progress;  ///< Seconds, after each round.
};

/// Times several precisions of one network in turn, so that what changes slowly concerns all of
/// them: rounds of one block of images for each, every other round in the opposite order. A block
/// takes about a sixteenth of `seconds`. The first network is the reference that the speed-ups of
/// the others are over. Returns one record for each network.
std::vector<OwnProtocolRecord> run_own_protocol(
    const std::vector<std::unique_ptr<TimedNetwork>>& networks,
    const std::vector<torch::Tensor>& images, const OwnProtocolOptions& options);

}  // namespace harness

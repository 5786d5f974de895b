#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/base/json.h"
#include "harness/record/speed_record.h"
#include "harness/speed/timed_network.h"
#include "harness/worker/row_job.h"

namespace harness {

/// The worker's input in the mode "speed": a row, the precisions to time, and how.
struct SpeedJob : RowJob {
  /// The key "speed" of the job; each of its keys may be absent and has this default then.
  struct Options {
    Layout layout = Layout::kContiguous;
    bool cudnn_benchmark = false;    ///< Leaves the source's protocol out, which has it off.
    bool pinned = false;             ///< Images lie in page-locked memory (cuda only).
    bool source = true;              ///< Time by the source's protocol.
    bool own = true;                 ///< Time by our own protocol.
    bool roof = true;                ///< Measure what the device achieves (cuda only).
    std::int64_t images = 200;       ///< Of the source's protocol.
    double source_seconds = 60.0;    ///< Its limit in the row's own precision,
    double reference_seconds = 3.0;  ///< and in the others, which nobody published.
    double seconds = 4.0;            ///< Of our own protocol, for each precision.
    std::int64_t seed = 0;           ///< Of weights and images.
  };
  std::vector<WantedResult> results;  ///< Of "speed".
  Options options;
};

/// Throws Error(kInvalidSuite) for a job that is not as the command writes it.
SpeedJob speed_job_from_json(const Json& value);

/// Times one row without files: weights and images are drawn. FP32 is run beside the others by our
/// own protocol even where it is not wanted: they are compared with it. Writes one RunResult of the
/// stage "speed" for each wanted precision to job.out and sends events {"event": "progress",
/// "label", "done", "total"}. Throws Error(kInvalidData) where logits are not finite, and
/// Error(kInvalidSuite) for a suite that does not say how large images are.
void speed_job(const SpeedJob& job);

}  // namespace harness

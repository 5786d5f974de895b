#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "harness/checkpoint/checkpoint.h"
#include "harness/report/inspect.h"
#include "harness/report/inspect_text.h"
#include "harness/testing/fuzz_target.h"

namespace harness {

/// Reads all that a checkpoint holds, as `halfproof inspect` and `halfproof verify` do.
inline void read_whole_checkpoint(std::span<const std::byte> bytes) {
  // A view may repeat a small file's elements 8 Mi times, which is allowed and slow.
  constexpr std::size_t kMaxPacked = std::size_t{1} << 20;
  const Checkpoint checkpoint = Checkpoint::read(bytes, "x.pth");
  std::size_t packed = 0;
  for (const auto* tensors : {&checkpoint.state_dict(), &checkpoint.other_tensors()}) {
    for (const TensorView& tensor : *tensors) {
      packed += tensor.packed_size();
      if (packed > kMaxPacked) return;
      if (tensor_digest(tensor).size() != 64) report_finding("expected a digest", tensor.name);
    }
  }
  inspect_text(inspect_checkpoint(checkpoint, "x.pth"));
}

}  // namespace harness

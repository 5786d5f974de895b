#pragma once

#include <cstdint>

namespace harness {

/// Of how many images, the first ones, the stage parity compares logits with FP64's; of all where
/// there are fewer.
inline constexpr std::int64_t kYardstickImages = 2;

/// On how many images, the first ones, the stage evaluate counts every activation; on all where
/// there are fewer.
inline constexpr std::int64_t kCensusImages = 4;

}  // namespace harness

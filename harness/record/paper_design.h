#pragma once

#include <array>
#include <cstdint>
#include <utility>

/// What the experiments on arXiv 1710.03740v3 do with every row (docs/paper.md): the constants that
/// harness/paper/ measures with. Their records must be of these to be judged.
namespace harness {

/// Batches that are read; steps use them in turn.
inline constexpr std::int64_t kPaperBatches = 4;

// master-weights

inline constexpr std::int64_t kMasterWeightsSteps = 10;  ///< In each phase.
/// The parts of a training, 0 to 1, whose learning rates the phases have.
inline constexpr double kPartOfStart = 0.0;
inline constexpr double kPartOfPublished = 0.9;

// loss-scaling

inline constexpr std::int64_t kExaminedBatches = 2;  ///< In each phase.

// fp32-accumulation

/// 1 %: a tenth of batch norm's momentum, and twenty times what one rounding to half costs. A
/// channel whose statistics have a larger error is off.
inline constexpr double kOffChannel = 0.01;
inline constexpr std::uint32_t kDotProductSeed = 1;
inline constexpr std::array<std::int64_t, 7> kDotProductLengths = {16,   64,    256,  1024,
                                                                   4096, 16384, 65536};
/// Equal values whose means are computed: the value and how many there are, as many as one channel
/// of a map has.
inline constexpr std::array<std::pair<double, std::int64_t>, 4> kEqualValues = {
    {{1.0, 1024}, {1.0, 32768}, {4.0, 32768}, {32.0, 32768}}};
/// Sums of the kernels that half cannot hold: a dot product of so many ones ...
inline constexpr std::int64_t kKernelOnes = 8192;
/// ... and a channel of a map of this size with this value everywhere.
inline constexpr std::array<std::int64_t, 2> kKernelMap = {128, 256};
inline constexpr double kKernelValue = 4.0;

// overflow

/// Too large: PyTorch's scaler starts with 2^16, mmcv's with 2^32.
inline constexpr double kTooLargeScale = 0x1p24;
/// As many as a dynamic scale needs to fall and to train on.
inline constexpr std::int64_t kDynamicSteps = 24;
inline constexpr std::int64_t kStaticSteps = 8;

}  // namespace harness

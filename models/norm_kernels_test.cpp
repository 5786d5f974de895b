#include "models/norm_kernels.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include <gtest/gtest.h>
#include <torch/types.h>

namespace models {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// LibTorch's rounding to half.
float half_of(float value) {
  return static_cast<float>(static_cast<c10::Half>(value));
}

float expected_of(float value, float identity, float slope, float constant, bool adds,
                  const NormSteps& steps) {
  const auto round = [&](float x) { return steps.rounds_to_half ? half_of(x) : x; };
  float result = round(std::fma(round(value), slope, constant));
  if (adds) result = round(result + identity);
  return steps.relu && result < 0 ? 0.0F : result;
}

/// Values of every kind: ordinary, tiny, at the edges of half, infinite.
std::vector<float> drawn(std::size_t count, std::uint32_t seed) {
  std::vector<float> values = {0.0F,      -0.0F,      1.0F,       -1.0F,
                               65504.0F,  65519.9F,   65520.0F,   -65520.0F,
                               kInfinity, -kInfinity, 0x1p-14F,   0x1.ffcp-15F,
                               0x1p-24F,  0x1p-25F,   0x1.8p-25F, 1.00048828125F};
  std::uint32_t state = seed;
  while (values.size() < count) {
    state = state * 1664525U + 1013904223U;
    const auto exponent = static_cast<int>(state % 44U) - 28;
    values.push_back(std::ldexp(static_cast<float>(state >> 8U) * 0x1p-23F - 1.0F, exponent));
  }
  values.resize(count);
  return values;
}

void expect_same_bits(const std::vector<float>& found, const std::vector<float>& expected,
                      const char* what) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (std::isnan(expected[i])) {
      EXPECT_TRUE(std::isnan(found[i])) << what << ", element " << i;
    } else {
      EXPECT_EQ(std::bit_cast<std::uint32_t>(found[i]), std::bit_cast<std::uint32_t>(expected[i]))
          << what << ", element " << i << ": " << found[i] << " for " << expected[i];
    }
  }
}

struct Case {
  NormSteps steps;
  bool adds;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const bool half : {false, true}) {
    for (const bool relu : {false, true}) {
      for (const bool adds : {false, true}) all.push_back({{half, relu}, adds});
    }
  }
  return all;
}

TEST(NormKernels, ComputeEachPlaneAsOneElementAfterTheOther) {
  for (const auto& [steps, adds] : cases()) {
    const auto values = drawn(1003, 1);
    auto identity = drawn(1003, 2);
    if (steps.rounds_to_half) {
      for (auto& value : identity) value = half_of(value);
    }
    auto found = values;
    normalize_plane(found.data(), adds ? identity.data() : nullptr, 1.7F, -0.3F, found.size(),
                    steps);
    std::vector<float> expected;
    for (std::size_t i = 0; i < values.size(); ++i) {
      expected.push_back(expected_of(values[i], identity[i], 1.7F, -0.3F, adds, steps));
    }
    expect_same_bits(found, expected, "plane");
  }
}

TEST(NormKernels, GiveEachChannelOfABlockItsOwnTerms) {
  constexpr std::size_t kPixels = 37;
  const auto slopes = drawn(kBlock + 16, 3);
  const auto constants = drawn(kBlock + 16, 4);
  for (const auto& [steps, adds] : cases()) {
    const auto values = drawn(kPixels * kBlock, 5);
    auto identity = drawn(kPixels * kBlock, 6);
    if (steps.rounds_to_half) {
      for (auto& value : identity) value = half_of(value);
    }
    auto found = values;
    normalize_block(found.data(), adds ? identity.data() : nullptr, slopes.data() + 16,
                    constants.data() + 16, kPixels, steps);
    std::vector<float> expected;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto c = 16 + i % kBlock;
      expected.push_back(expected_of(values[i], identity[i], slopes[c], constants[c], adds, steps));
    }
    expect_same_bits(found, expected, "block");
  }
}

TEST(NormKernels, RoundEveryKindOfValueToHalfAsLibTorchDoes) {
  std::vector<float> values;
  // Every half, and the floats around the middle between it and the next.
  for (std::uint32_t bits = 0; bits < 0x7c00U; ++bits) {
    const float low =
        static_cast<float>(c10::Half(static_cast<std::uint16_t>(bits), c10::Half::from_bits()));
    const float high =
        static_cast<float>(c10::Half(static_cast<std::uint16_t>(bits + 1), c10::Half::from_bits()));
    const float middle = std::isinf(high) ? 65520.0F : low + (high - low) / 2;
    for (const float value :
         {low, std::nextafter(middle, 0.0F), middle, std::nextafter(middle, kInfinity)}) {
      values.push_back(value);
      values.push_back(-value);
    }
  }
  values.push_back(kInfinity);
  values.push_back(std::nanf(""));
  std::vector<float> expected;
  for (const float value : values) expected.push_back(half_of(value));
  auto found = values;
  // Times one plus zero is not exact for -0, which becomes 0.
  normalize_plane(found.data(), nullptr, 1.0F, -0.0F, found.size(), {true, false});
  expect_same_bits(found, expected, "rounding");
}

TEST(NormKernels, KeepWhatIsNotANumberBehindRelu) {
  std::vector<float> values = {std::nanf(""), -1.0F, 2.0F};
  normalize_plane(values.data(), nullptr, 1.0F, 0.0F, values.size(), {false, true});
  EXPECT_TRUE(std::isnan(values[0]));
  EXPECT_EQ(values[1], 0.0F);
  EXPECT_EQ(values[2], 2.0F);
}

}  // namespace
}  // namespace models

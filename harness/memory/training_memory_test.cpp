#include "harness/memory/training_memory.h"

#include <map>
#include <numeric>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/precision/half_convolution.h"
#include "harness/record/fields.h"
#include "harness/testing/minizoo_rows.h"
#include "models/activation_observer.h"

namespace harness {
namespace {

Row fcn() {
  return minizoo_row("fcn_fp16").row;
}

MemoryRecord measured(const Row& row, const std::string& precision) {
  register_half_convolution();
  return measure_training_memory(row, precision, torch::kCPU);
}

/// Sums the elements that the layers of some type put out.
template <typename Layer>
class OutputElements : public models::ActivationObserver {
 public:
  explicit OutputElements(const torch::nn::Module& root) {
    for (const auto& entry : root.named_modules()) {
      if (entry.value()->as<Layer>() != nullptr) names_.insert(entry.key());
    }
  }
  void observe(std::string_view layer, const torch::Tensor& activation) override {
    if (names_.contains(std::string(layer))) elements[std::string(layer)] = activation.numel();
  }

  std::map<std::string, std::int64_t> elements;

 private:
  std::set<std::string> names_;
};

template <typename Layer>
std::map<std::string, std::int64_t> output_elements(const Row& row) {
  models::EncoderDecoder model(to_options(resolve_model(row, Json())));
  OutputElements<Layer> outputs(*model);
  const models::ObservationScope scope(*model, outputs);
  const auto features = model->forward_features(torch::rand({4, 3, 64, 128}));
  model->forward_decode(features);
  model->forward_auxiliary(features);
  return outputs.elements;
}

TEST(TrainingMemory, SaysWhatWasTrained) {
  const MemoryRecord record = measured(fcn(), "fp16");
  EXPECT_EQ(record.policy, "fp16-master");
  EXPECT_EQ(record.scaler, "static");
  EXPECT_EQ(record.sgd_momentum, 0.9);
  EXPECT_EQ(record.batch, 4);
  EXPECT_THAT(record.crop, testing::ElementsAre(64, 128));
  EXPECT_EQ(record.classes, 19);
  EXPECT_EQ(record.steps, kMemorySteps);
  EXPECT_FALSE(record.allocator.has_value());
}

TEST(TrainingMemory, TheStateIsThatOfThePolicy) {
  const MemoryRecord half = measured(fcn(), "fp16");
  const StandingMemory& standing = half.tensors.standing;
  // Buffers of all parameters leave gaps of at most 31 elements after each.
  const auto is_near = [&](std::int64_t bytes_each) {
    return testing::AllOf(testing::Ge(bytes_each * half.parameters),
                          testing::Le(bytes_each * half.parameters * 5 / 4));
  };
  EXPECT_THAT(standing.masters, is_near(4));
  EXPECT_THAT(standing.master_gradients, is_near(4));
  EXPECT_THAT(standing.momentum, is_near(4));
  EXPECT_THAT(standing.weights, is_near(2));
  EXPECT_EQ(standing.gradients, standing.weights);
  EXPECT_EQ(standing.input, 4 * 64 * 128 * (3 * 4 + 8));
  EXPECT_EQ(standing.other, 0);
  const StandingMemory single = measured(fcn(), "fp32").tensors.standing;
  EXPECT_EQ(single.masters, 0);
  EXPECT_EQ(single.master_gradients, 0);
  EXPECT_THAT(single.weights, is_near(4));
  EXPECT_THAT(single.momentum, is_near(4));
}

TEST(TrainingMemory, EveryConvolutionBeforeANormIsKept) {
  std::int64_t expected = 0;
  for (const auto& [name, elements] : output_elements<torch::nn::Conv2dImpl>(fcn())) {
    if (!name.ends_with("conv_seg")) expected += elements;
  }
  ASSERT_GT(expected, 0);
  EXPECT_EQ(measured(fcn(), "fp16").kept.at("convolution"), 2 * expected);
  EXPECT_EQ(measured(fcn(), "fp32").kept.at("convolution"), 4 * expected);
}

TEST(TrainingMemory, PartsAddUpAndHalfIsSmaller) {
  const MemoryRecord half = measured(fcn(), "fp16");
  const auto sum = [](const BytesByKind& bytes) {
    return std::accumulate(bytes.begin(), bytes.end(), std::int64_t{0},
                           [](auto all, const auto& one) { return all + one.second; });
  };
  for (const auto* peak : {&half.peak, &half.tensors}) {
    EXPECT_EQ(peak->bytes, peak->standing.sum() + sum(peak->activations) + sum(peak->temporaries) +
                               sum(peak->workspaces));
  }
  EXPECT_GT(half.peak.bytes, half.tensors.bytes) << "half convolutions widen their operands";
  EXPECT_LT(half.tensors.bytes, measured(fcn(), "fp32").tensors.bytes);
}

TEST(TrainingMemory, IsTheSameEveryTime) {
  EXPECT_EQ(record_to_json(measured(fcn(), "fp16")), record_to_json(measured(fcn(), "fp16")));
}

TEST(TrainingMemory, ARowOfNoKnownMethodIsRefused) {
  Row row;
  row.id = "unknown";
  row.method = "Mystery";
  try {
    measured(row, "fp32");
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidSuite);
  }
}

}  // namespace
}  // namespace harness

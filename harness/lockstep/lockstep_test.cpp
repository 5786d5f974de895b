#include "harness/lockstep/lockstep.h"

#include <functional>

#include <gtest/gtest.h>

#include "harness/precision/half_convolution.h"
#include "harness/testing/minizoo_rows.h"

namespace harness {
namespace {

/// The published FCN, trained on from its FP32 weights for a few steps on small noise.
class LockstepTest : public testing::Test {
 protected:
  LockstepTest() {
    register_half_convolution();
    arithmetic_.policy = Policy::kFp16Master;
    arithmetic_.scaler = default_scaler(arithmetic_.policy);
  }

  /// after: what is done to the policy's model between the steps.
  Json run(const std::function<void(Lockstep&)>& before = {},
           const std::function<void(torch::nn::Module&)>& after = {}) const {
    LockstepOptions options;
    options.arithmetic = arithmetic_;
    const MinizooRow row = minizoo_rows().at(4);
    auto spec = row.spec();
    spec.decode_head.dropout_ratio = spec.auxiliary_head.dropout_ratio = 0.0;
    Lockstep lockstep(to_options(spec), to_torch(Checkpoint::open(row.checkpoint).state_dict()),
                      options);
    if (before) before(lockstep);
    Json series = Json::array();
    for (int i = 0; i < 3; ++i) {
      torch::manual_seed(i);
      const auto images = torch::randn({2, 3, 64, 64});
      series.push_back(lockstep.run(images, torch::randint(0, 19, {2, 64, 64}), 0.01));
      const torch::NoGradGuard no_grad;
      if (after) after(*lockstep.model());
    }
    return series;
  }
  static double ratio(const Json& series, const char* part) {
    double largest = 0.0;
    for (const auto& step : series) {
      const Json& found = step.at("distance").at(part);
      largest =
          std::max(largest, found.at("policy").get<double>() / found.at("twin").get<double>());
    }
    return largest;
  }

  TrainingOptions arithmetic_;
};

TEST_F(LockstepTest, HalfLiesWhereItsRoundingTakesIt) {
  const Json series = run();
  for (const auto* part : {"gradient", "weights", "statistics"}) {
    EXPECT_LT(ratio(series, part), 1.8) << part;
    EXPECT_GT(ratio(series, part), 0.5) << part;
    const Json& first = series.at(0).at("distance").at(part);
    EXPECT_LT(first.at("fp32"), first.at("twin").get<double>() / 10) << part;
    EXPECT_LT(first.at("fp32_twin"), first.at("twin").get<double>() / 10) << part;
  }
  EXPECT_EQ(series.at(2).at("step"), 2);
  EXPECT_EQ(series.at(2).at("scale"), 512.0);
  EXPECT_GT(series.at(0).at("gradients").at("looked_at"), 100000);
}

TEST_F(LockstepTest, AnotherRuleOfUpdatingShowsInTheUpdate) {
  const auto right = arithmetic_;
  EXPECT_LT(ratio(run(), "update"), 3.0);
  arithmetic_.sgd.weight_decay *= 1.01;
  EXPECT_GT(ratio(run(), "update"), 4.0);
  arithmetic_ = right;
  arithmetic_.keep_masters = false;
  EXPECT_GT(ratio(run(), "update"), 10.0);
}

TEST_F(LockstepTest, OneLayerThatIsNotUnscaledShowsInTheGradient) {
  const auto series = run([](Lockstep& lockstep) {
    lockstep.set_gradient_hook([](const StepGradients& gradients) {
      for (const auto& [name, gradient] : gradients.named) {
        if (name == "backbone.layer2.0.bn2.weight") torch::Tensor(gradient).mul_(gradients.scale);
      }
    });
  });
  EXPECT_GT(ratio(series, "gradient"), 3.0);
  EXPECT_EQ(series.at(0).at("distance").at("gradient").at("worst").at("tensor"),
            "backbone.layer2.0.bn2.weight");
}

TEST_F(LockstepTest, BatchNormInHalfShowsInItsStatistics) {
  const auto series = run({}, [](torch::nn::Module& model) {
    for (auto& buffer : model.buffers()) {
      if (buffer.is_floating_point()) buffer.copy_(buffer.to(torch::kHalf));
    }
  });
  EXPECT_GT(ratio(series, "statistics"), 3.0);
}

TEST_F(LockstepTest, AStepThatIsSkippedIsSkippedByAll) {
  arithmetic_.scaler = ScalerOptions::defaults(ScalerType::kMmcvDynamic);  // Starts at 2^32.
  const Json series = run();
  for (const auto& step : series) {
    EXPECT_TRUE(step.at("skipped").get<bool>());
    for (const auto* name : {"norm", "policy", "twin", "fp32"}) {
      EXPECT_EQ(step.at("distance").at("weights").at(name), 0.0) << name;
    }
    EXPECT_GT(step.at("distance").at("statistics").at("twin"), 0.0);
  }
  EXPECT_LT(series.at(2).at("scale"), series.at(0).at("scale"));
}

}  // namespace
}  // namespace harness

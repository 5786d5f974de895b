#include "harness/lockstep/lockstep.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "harness/judge/rules/retrained/lockstep_series.h"
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
  LockstepRecord run(const std::function<void(Lockstep&)>& before = {},
                     const std::function<void(torch::nn::Module&)>& after = {}) const {
    LockstepOptions options;
    options.arithmetic = arithmetic_;
    const MinizooRow row = minizoo_row("fcn_fp32");
    auto spec = row.spec();
    spec.decode_head.dropout_ratio = spec.auxiliary_head.dropout_ratio = 0.0;
    Lockstep lockstep(to_options(spec), to_torch(Checkpoint::open(row.checkpoint).state_dict()),
                      options);
    if (before) before(lockstep);
    LockstepRecord record{"fp16-master", "static", 11, 2, {}, kSteps, {}};
    for (int i = 0; i < kSteps; ++i) {
      torch::manual_seed(i);
      const auto images = torch::randn({2, 3, 64, 64});
      record.series.push_back(lockstep.run(images, torch::randint(0, 19, {2, 64, 64}), 0.01));
      const torch::NoGradGuard no_grad;
      if (after) after(*lockstep.model());
    }
    return record;
  }
  static double ratio(const LockstepRecord& record, LockstepDistance LockstepDistances::*part) {
    double largest = 0.0;
    for (const auto& step : record.series) {
      const LockstepDistance& found = step.distance.*part;
      largest = std::max(largest, found.policy / found.twin);
    }
    return largest;
  }
  /// By the mini zoo's tolerance: three times what rounding costs.
  static Finding judge(const LockstepRecord& record) {
    Claim claim;
    claim.id = "retrain.lockstep";
    claim.value = 1;
    claim.tolerance = Tolerance{.abs = 2.0, .rel = 0.0, .reason = "a reason"};
    return judge_lockstep_records({{0, record}}, {claim, true});
  }

  static constexpr int kSteps = 3;
  TrainingOptions arithmetic_;
};

TEST_F(LockstepTest, HalfLiesWhereItsRoundingTakesIt) {
  const auto record = run();
  for (const auto part : {&LockstepDistances::gradient, &LockstepDistances::weights,
                          &LockstepDistances::statistics}) {
    const LockstepDistance& first = record.series.at(0).distance.*part;
    EXPECT_LT(ratio(record, part), 1.8) << first.worst.tensor;
    EXPECT_GT(ratio(record, part), 0.5) << first.worst.tensor;
    EXPECT_LT(first.fp32, first.twin / 10);
    EXPECT_LT(first.fp32_twin, first.twin / 10);
  }
  EXPECT_EQ(record.series.at(2).step, 2);
  EXPECT_EQ(record.series.at(2).scale, 512.0);
  EXPECT_GT(record.series.at(0).gradients.looked_at, 100000);
  const auto finding = judge(record);
  EXPECT_EQ(finding.verdict, Verdict::kPass) << finding.reason;
}

/// What is wrong with a training, where it shows and by how much at least.
struct Fault {
  const char* what;
  LockstepDistance LockstepDistances::*part;
  double at_least;
  std::function<void(TrainingOptions&)> arithmetic;
  std::function<void(Lockstep&)> before;
  std::function<void(torch::nn::Module&)> after;
};

constexpr const char* kUnscaled = "backbone.layer2.0.bn2.weight";

void forget_to_unscale(Lockstep& lockstep) {
  lockstep.set_gradient_hook([](const StepGradients& gradients) {
    for (const auto& [name, gradient] : gradients.named) {
      if (name == kUnscaled) torch::Tensor(gradient).mul_(gradients.scale);
    }
  });
}

void round_statistics(torch::nn::Module& model) {
  for (auto& buffer : model.buffers()) {
    if (buffer.is_floating_point()) buffer.copy_(buffer.to(torch::kHalf));
  }
}

TEST_F(LockstepTest, EachOfTheseFaultsShowsAndFails) {
  const auto faults = std::to_array<Fault>({
      {"a weight decay that is one percent off",
       &LockstepDistances::update,
       4.0,
       [](TrainingOptions& options) { options.sgd.weight_decay *= 1.01; },
       {},
       {}},
      {"no masters",
       &LockstepDistances::update,
       10.0,
       [](TrainingOptions& options) { options.keep_masters = false; },
       {},
       {}},
      {"a layer that is not unscaled",
       &LockstepDistances::gradient,
       3.0,
       {},
       forget_to_unscale,
       {}},
      {"batch norm's statistics in half",
       &LockstepDistances::statistics,
       3.0,
       {},
       {},
       round_statistics},
  });
  const TrainingOptions right = arithmetic_;
  for (const auto& fault : faults) {
    arithmetic_ = right;
    if (fault.arithmetic) fault.arithmetic(arithmetic_);
    const auto record = run(fault.before, fault.after);
    EXPECT_GT(ratio(record, fault.part), fault.at_least) << fault.what;
    const auto finding = judge(record);
    EXPECT_EQ(finding.verdict, Verdict::kFail) << fault.what << ": " << finding.reason;
    EXPECT_TRUE(finding.compared) << fault.what << ": " << finding.reason;
  }
}

TEST_F(LockstepTest, TheTensorThatIsFarthestIsNamed) {
  const auto record = run(forget_to_unscale);
  EXPECT_EQ(record.series.at(0).distance.gradient.worst.tensor, kUnscaled);
}

TEST_F(LockstepTest, ATensorThatIsNotANumberIsTheFarthest) {
  const auto record = run([](Lockstep& lockstep) {
    lockstep.set_gradient_hook([](const StepGradients& gradients) {
      for (const auto& [name, gradient] : gradients.named) {
        if (name == kUnscaled) gradient[0].fill_(NAN);
      }
    });
  });
  const LockstepWorstTensor& worst = record.series.at(0).distance.gradient.worst;
  EXPECT_EQ(worst.tensor, kUnscaled);
  EXPECT_TRUE(std::isnan(worst.ratio));
}

TEST_F(LockstepTest, AStepThatIsSkippedIsSkippedByAllAndASeriesOfThemFails) {
  arithmetic_.scaler = ScalerOptions::defaults(ScalerType::kMmcvDynamic);  // Starts at 2^32.
  const auto record = run();
  for (const auto& step : record.series) {
    EXPECT_TRUE(step.skipped);
    const LockstepDistance& weights = step.distance.weights;
    for (const double distance : {weights.norm, weights.policy, weights.twin, weights.fp32}) {
      EXPECT_EQ(distance, 0.0);
    }
    EXPECT_GT(step.distance.statistics.twin, 0.0);
  }
  EXPECT_LT(record.series.at(2).scale, record.series.at(0).scale);
  EXPECT_EQ(judge(record).verdict, Verdict::kFail);
}

}  // namespace
}  // namespace harness

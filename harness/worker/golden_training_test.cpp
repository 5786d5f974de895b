// Trainings of twelve steps against what the real MMSegmentation with mmcv and PyTorch did from the
// same state on the same batches, in every policy and with every scaler.

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "harness/precision/half_convolution.h"
#include "harness/worker/training_goldens.h"

namespace harness {
namespace {

using Values = std::vector<double>;

/// What has to agree exactly: none of it depends on rounding.
const std::vector<std::string> kExact{"scale", "overflow", "growth_tracker", "bn_batches"};
const std::vector<std::string> kMeasured{
    "loss",        "decode.loss_seg", "decode.acc_seg",      "aux.loss_seg",
    "aux.acc_seg", "grad_norm",       "bn_running_mean_norm"};

double rms(const Values& left, const Values& right) {
  double sum = 0.0;
  for (std::size_t i = 0; i < left.size(); ++i) sum += std::pow(left[i] - right[i], 2);
  return std::sqrt(sum / static_cast<double>(left.size()));
}

Values values_of(const torch::Tensor& tensor) {
  const auto flat = tensor.to(torch::kDouble).contiguous().view(-1);
  return {flat.const_data_ptr<double>(), flat.const_data_ptr<double>() + flat.numel()};
}

/// Leaves out where the reference has none; ours may not have one there either.
void keep_present(Values& reference, Values& ours, Values& exact) {
  Values kept[3];
  for (std::size_t i = 0; i < reference.size(); ++i) {
    EXPECT_EQ(std::isnan(reference[i]), std::isnan(ours[i])) << "in place " << i;
    if (std::isnan(reference[i])) continue;
    kept[0].push_back(reference[i]);
    kept[1].push_back(ours[i]);
    kept[2].push_back(exact[i]);
  }
  reference = kept[0];
  ours = kept[1];
  exact = kept[2];
}

class GoldenTraining : public testing::TestWithParam<std::string> {
 protected:
  GoldenTraining() : goldens_(GetParam()) { register_half_convolution(); }

  void compare(const std::string& name, Values reference, Values ours, Values exact) {
    SCOPED_TRACE(name);
    ASSERT_EQ(reference.size(), ours.size());
    ASSERT_EQ(reference.size(), exact.size());
    keep_present(reference, ours, exact);
    if (reference.empty()) return;
    const double own = rms(reference, exact), distance = rms(ours, exact);
    std::fprintf(stderr, "MEASURE %s %s %s own %.3g ours %.3g ratio %.3f\n", GetParam().c_str(),
                entry_.c_str(), name.c_str(), own, distance, distance / own);
    compared_ += reference.size();
  }

  TrainingGoldens goldens_;
  std::string entry_;
  std::size_t compared_ = 0;
};

TEST_P(GoldenTraining, IsAsCloseToFp64AsTheReference) {
  for (const auto& entry : goldens_.entries()) {
    entry_ = entry.at("final");
    SCOPED_TRACE(entry_);
    const auto reference = goldens_.reference(entry);
    const auto ours = goldens_.run(entry, torch::kCPU);
    const auto exact = goldens_.run_exactly(entry, torch::kCPU);
    for (const auto& name : kExact) {
      if (reference.series.count(name) == 0) continue;
      EXPECT_EQ(ours.series.at(name), reference.series.at(name)) << name;
    }
    for (const auto& name : kMeasured) {
      if (reference.series.count(name) == 0) continue;
      compare(name, reference.series.at(name), ours.series.at(name), exact.series.at(name));
    }
    Values norms[3];
    for (const auto& [name, norm] : reference.first_gradients) {
      norms[0].push_back(norm);
      norms[1].push_back(ours.first_gradients.at(name));
      norms[2].push_back(exact.first_gradients.at(name));
    }
    compare("first gradients", norms[0], norms[1], norms[2]);
    for (const auto& [name, tensor] : reference.finals) {
      compare(name, values_of(tensor), values_of(ours.finals.at(name)),
              values_of(exact.finals.at(name)));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Minizoo, GoldenTraining,
                         testing::Values("fcn", "pspnet", "deeplabv3", "deeplabv3plus"),
                         [](const auto& row) { return row.param; });

}  // namespace
}  // namespace harness

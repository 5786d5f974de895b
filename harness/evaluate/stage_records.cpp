#include "harness/evaluate/stage_records.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include <torch/types.h>

#include "harness/base/statistics/median.h"

namespace harness {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double images_per_second(const ForwardResult& forward) {
  const double sum = std::accumulate(forward.seconds.begin(), forward.seconds.end(), 0.0);
  return forward.seconds.empty() ? kNan : static_cast<double>(forward.seconds.size()) / sum;
}

SecondsRecord seconds_record(const ForwardResult& forward) {
  const auto& seconds = forward.seconds;
  const auto bounds = std::minmax_element(seconds.begin(), seconds.end());
  SecondsRecord record;
  record.median = median(seconds);
  record.min = seconds.empty() ? kNan : *bounds.first;
  record.max = seconds.empty() ? kNan : *bounds.second;
  record.images = static_cast<std::int64_t>(seconds.size());
  record.warmup = forward.warmup;
  return record;
}

std::vector<std::vector<std::int64_t>> rows_of(const ConfusionMatrix& matrix) {
  std::vector<std::vector<std::int64_t>> rows;
  for (std::int64_t label = 0; label < matrix.num_classes(); ++label) {
    const auto row = matrix.counts().begin() + label * matrix.num_classes();
    rows.emplace_back(row, row + matrix.num_classes());
  }
  return rows;
}

std::string segmentation_of(const EvaluationResult& result) {
  return result.fused_segmentation ? kFusedSegmentation : "";
}

}  // namespace

EvaluationRecord evaluation_record(const EvaluationResult& result, std::size_t forward,
                                   Protocol protocol) {
  const auto& one = result.forwards.at(forward);
  const auto& confusion = one.confusion;
  EvaluationRecord record;
  record.protocol = protocol == Protocol::kWholeImage ? "whole" : "ms_flip";
  record.images = result.images;
  record.pixels = confusion.pixels();
  record.classes = confusion.num_classes();
  record.confusion = rows_of(confusion);
  record.miou = confusion.miou();
  record.macc = confusion.macc();
  record.aacc = confusion.aacc();
  record.iou = confusion.iou();
  record.acc = confusion.acc();
  record.images_per_second = images_per_second(one);
  record.seconds_per_image = seconds_record(one);
  record.logits = {one.logits_elements, one.logits_non_finite};
  // Probabilities are averaged over scales, so that no kernel ends in classes.
  if (protocol == Protocol::kWholeImage) record.segmentation.value = segmentation_of(result);
  return record;
}

ParityRecord parity_record(const EvaluationResult& result, std::size_t forward) {
  TORCH_CHECK(forward > 0 && forward < result.forwards.size(),
              "parity compares a forward with the first one, got number ", forward);
  const auto& reference = result.forwards.front();
  const auto& one = result.forwards[forward];
  ParityRecord record;
  record.images = result.images;
  record.pixels = one.confusion.pixels();
  record.changed_pixels = one.changed_pixels;
  record.miou_reference = reference.confusion.miou();
  record.miou = one.confusion.miou();
  record.difference = record.miou - record.miou_reference;
  record.logits = {result.yardstick_images, one.logits_rmse, reference.logits_rmse,
                   result.yardstick_rms};
  for (std::size_t i = 0; i < one.per_image.size(); ++i) {
    record.per_image.push_back({one.per_image[i].intersect, one.per_image[i].unite,
                                reference.per_image[i].intersect, reference.per_image[i].unite});
  }
  record.segmentation.value = segmentation_of(result);
  return record;
}

}  // namespace harness

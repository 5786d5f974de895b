#include "harness/evaluate/evaluation_record.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include <torch/torch.h>

#include "harness/base/median.h"

namespace harness {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double images_per_second(const ForwardResult& forward) {
  const double sum = std::accumulate(forward.seconds.begin(), forward.seconds.end(), 0.0);
  return forward.seconds.empty() ? kNan : static_cast<double>(forward.seconds.size()) / sum;
}

}  // namespace

Json seconds_record(const ForwardResult& forward) {
  const auto& seconds = forward.seconds;
  const auto bounds = std::minmax_element(seconds.begin(), seconds.end());
  return {{"median", number_or_null(median(seconds))},
          {"min", number_or_null(seconds.empty() ? kNan : *bounds.first)},
          {"max", number_or_null(seconds.empty() ? kNan : *bounds.second)},
          {"images", seconds.size()},
          {"warmup", forward.warmup}};
}

Json evaluation_record(const EvaluationResult& result, std::size_t forward) {
  const auto& one = result.forwards.at(forward);
  Json record = {{"images", result.images}};
  record.update(to_json(one.confusion));
  record["images_per_second"] = number_or_null(images_per_second(one));
  record["seconds_per_image"] = seconds_record(one);
  record["forward"] = {{"logits_elements", one.logits_elements},
                       {"logits_non_finite", one.logits_non_finite}};
  return record;
}

Json parity_record(const EvaluationResult& result, std::size_t forward) {
  TORCH_CHECK(forward > 0 && forward < result.forwards.size(),
              "parity compares a forward with the first one, got number ", forward);
  const auto& reference = result.forwards.front();
  const auto& one = result.forwards[forward];
  Json per_image = Json::array();
  for (std::size_t i = 0; i < one.per_image.size(); ++i) {
    per_image.push_back({{"intersect", one.per_image[i].intersect},
                         {"union", one.per_image[i].unite},
                         {"intersect_reference", reference.per_image[i].intersect},
                         {"union_reference", reference.per_image[i].unite}});
  }
  return {{"images", result.images},
          {"pixels", one.confusion.pixels()},
          {"changed_pixels", one.changed_pixels},
          {"miou_reference", number_or_null(reference.confusion.miou())},
          {"miou", number_or_null(one.confusion.miou())},
          {"difference", number_or_null(one.confusion.miou() - reference.confusion.miou())},
          {"logits",
           {{"images", result.yardstick_images},
            {"rmse", number_or_null(one.logits_rmse)},
            {"rmse_reference", number_or_null(reference.logits_rmse)},
            {"rms", number_or_null(result.yardstick_rms)}}},
          {"per_image", std::move(per_image)}};
}

}  // namespace harness

#include "harness/evaluate/counted_classes.h"

#include <stdexcept>
#include <vector>

#include <fmt/format.h>
#include <torch/types.h>

namespace harness {

torch::Tensor on_device(const LabelMap& map, const torch::Device& device) {
  // Read only; from_blob takes no const.
  auto* data = const_cast<std::uint8_t*>(map.classes.data());
  const auto bytes =
      torch::from_blob(data, {1, map.size.height, map.size.width}, torch::dtype(torch::kByte));
  return device.is_cpu() ? bytes : bytes.to(device);
}

CountedClasses count_classes(const torch::Tensor& predictions, const torch::Tensor& label,
                             const torch::Tensor& reference, std::int64_t num_classes) {
  TORCH_CHECK(label.sizes() == predictions.sizes() && num_classes >= 1 && num_classes <= 255,
              "expected as many labels as predictions, of 1 to 255 classes, got ", label.sizes(),
              ", ", predictions.sizes(), " and ", num_classes);
  const auto cells = num_classes * num_classes;
  const auto is_counted = label.ne(kIgnoredClass);
  const auto cell = label.to(torch::kLong).mul_(num_classes).add_(predictions);
  // One cell more for what is ignored and one for what no class is.
  const auto is_known = label.lt(num_classes).logical_and_(predictions.lt(num_classes));
  const auto place = torch::where(is_known, cell, is_counted.to(torch::kLong) + cells);
  const auto counts = torch::bincount(place.flatten(), /*weights=*/{}, cells + 2);
  const auto changed = reference.defined()
                           ? predictions.ne(reference).logical_and_(is_counted).sum()
                           : torch::zeros({}, counts.options());
  // One transfer.
  const auto host = torch::cat({counts, changed.view({1})}).cpu();
  const auto* number = host.const_data_ptr<std::int64_t>();
  if (const auto unknown = number[cells + 1]; unknown > 0) {
    throw std::invalid_argument(
        fmt::format("expected classes below {} or {}, got others at {} pixels", num_classes,
                    kIgnoredClass, unknown));
  }
  return {ConfusionMatrix::of_counts(num_classes, {number, number + cells}), number[cells + 2]};
}

}  // namespace harness

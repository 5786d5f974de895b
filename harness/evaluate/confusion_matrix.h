#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace harness {

/// Counts of (label, predicted class) over a data set, added image by image.
///
/// Source: mmseg 0.17.0, mmseg/core/evaluation/metrics.py. Not rounded: MMSegmentation rounds to
/// 0.01 points, so a published 76.80 is 76.80 +- 0.005. Counts are integers, where its `pre_eval`
/// sums float32.
class ConfusionMatrix {
 public:
  /// num_classes: 1 to 255 (a class is a byte, 255 the ignored one), else throws
  /// std::invalid_argument.
  explicit ConfusionMatrix(std::int64_t num_classes);

  /// Of counts as counts() gives them. Throws std::invalid_argument for a number of classes out of
  /// range, another number of counts or one below 0.
  static ConfusionMatrix of_counts(std::int64_t num_classes, std::vector<std::int64_t> counts);

  /// Adds one image. prediction: classes below num_classes. label: classes below num_classes, or
  /// `ignored` for pixels that are not counted (whose prediction may be anything).
  /// Throws std::invalid_argument and counts nothing when the lengths differ or a class is out of
  /// range; says which pixel.
  void add(std::span<const std::uint8_t> prediction, std::span<const std::uint8_t> label,
           std::uint8_t ignored = 255);

  /// Adds another matrix of as many classes; std::invalid_argument for another number.
  void merge(const ConfusionMatrix& other);

  std::int64_t num_classes() const noexcept { return num_classes_; }
  std::int64_t count(std::int64_t label, std::int64_t prediction) const;
  /// Row-major, row: label, column: prediction.
  const std::vector<std::int64_t>& counts() const noexcept { return counts_; }
  /// Counted pixels.
  std::int64_t pixels() const noexcept;

  /// Per class: pixels that are this class in both; in either.
  std::vector<std::int64_t> intersect() const;
  std::vector<std::int64_t> unite() const;

  /// Percent per class, intersection over union and over the label's pixels; NaN where a class
  /// occurs in neither (iou), or not in the labels (acc).
  std::vector<double> iou() const;
  std::vector<double> acc() const;

  /// Percent. Means leave out the classes that are NaN; NaN when nothing was counted.
  double miou() const;
  double macc() const;
  double aacc() const;

  bool operator==(const ConfusionMatrix&) const = default;

 private:
  std::int64_t num_classes_;
  std::vector<std::int64_t> counts_;
};

}  // namespace harness

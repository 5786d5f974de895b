#include "harness/judge/evaluation_consistency.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "harness/base/number_text.h"
#include "harness/judge/counts.h"
#include "harness/record/yardstick.h"

namespace harness {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kLargestHalf = 65504.0;

using Counts = std::vector<double>;  ///< By class. Exact up to 2^53, and sums cannot overflow.

double percent(double part, double whole) {
  return whole > 0.0 ? 100.0 * part / whole : kNan;
}

/// Of the classes that exist.
double mean_percent(const Counts& parts, const Counts& wholes) {
  double sum = 0.0;
  double numbers = 0.0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!(wholes[i] > 0.0)) continue;
    sum += percent(parts[i], wholes[i]);
    ++numbers;
  }
  return numbers > 0.0 ? sum / numbers : kNan;
}

double sum_of(const Counts& counts) {
  double sum = 0.0;
  for (const double count : counts) sum += count;
  return sum;
}

std::string other_number(std::string_view name, double recorded, double computed) {
  if (std::isnan(recorded) && std::isnan(computed)) return "";
  if (std::abs(recorded - computed) <= kLastPoints) return "";
  return fmt::format("{} is {}, and its counts give {}", name, short_text(recorded, 8),
                     short_text(computed, 8));
}

/// By class: pixels that both have, that either has, and that the label has.
struct ClassCounts {
  Counts both;
  Counts either;
  Counts label;
};

ClassCounts class_counts(const EvaluationRecord& record) {
  const std::size_t classes = record.confusion.size();
  ClassCounts counts{Counts(classes), Counts(classes), Counts(classes)};
  for (std::size_t label = 0; label < classes; ++label) {
    for (std::size_t prediction = 0; prediction < classes; ++prediction) {
      const auto count = static_cast<double>(record.confusion[label][prediction]);
      counts.label[label] += count;
      counts.either[label] += count;
      if (label == prediction) {
        counts.both[label] += count;
      } else {
        counts.either[prediction] += count;
      }
    }
  }
  return counts;
}

std::string matrix_defect(const EvaluationRecord& record) {
  const auto classes = std::ssize(record.confusion);
  const bool is_square =
      classes == record.classes && std::ranges::all_of(record.confusion, [&](const auto& row) {
        return std::ssize(row) == classes;
      });
  if (!is_square) return fmt::format("the confusion matrix is not of {} classes", record.classes);
  for (const auto& row : record.confusion) {
    if (!std::ranges::all_of(row, is_count)) return "the confusion matrix holds less than 0";
  }
  return "";
}

std::string class_defect(std::string_view name, const std::vector<double>& recorded,
                         const Counts& parts, const Counts& wholes) {
  if (recorded.size() != parts.size()) {
    return fmt::format("{} is given for {} of {} classes", name, recorded.size(), parts.size());
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    auto defect = other_number(fmt::format("{} of class {}", name, i), recorded[i],
                               percent(parts[i], wholes[i]));
    if (!defect.empty()) return defect;
  }
  return "";
}

std::string metrics_defect(const EvaluationRecord& record) {
  const ClassCounts counts = class_counts(record);
  const double pixels = sum_of(counts.label);
  return first_of(
      {pixels == static_cast<double>(record.pixels)
           ? ""
           : fmt::format("{} are said, the confusion matrix holds {}",
                         plural(record.pixels, "pixel"), short_text(pixels, 12)),
       class_defect("the IoU", record.iou, counts.both, counts.either),
       class_defect("the accuracy", record.acc, counts.both, counts.label),
       other_number("the mIoU", record.miou, mean_percent(counts.both, counts.either)),
       other_number("the mean accuracy", record.macc, mean_percent(counts.both, counts.label)),
       other_number("the accuracy", record.aacc, percent(sum_of(counts.both), pixels))});
}

std::string time_defect(const EvaluationRecord& record) {
  const SecondsRecord& time = record.seconds_per_image;
  if (!is_count(time.images) || !is_count(time.warmup) ||
      time.images > record.images - time.warmup) {
    return fmt::format("{} of {} were timed after {} of warm-up", time.images,
                       plural(record.images, "image"), time.warmup);
  }
  if (time.images == 0) {
    const bool is_empty = std::isnan(record.images_per_second) && std::isnan(time.median);
    return is_empty ? "" : "no image was timed, and yet there is a time";
  }
  const double mean = 1.0 / record.images_per_second;
  const double slack = 1e-9 * time.max;
  const auto is_between = [&](double seconds) {
    return time.min - slack <= seconds && seconds <= time.max + slack;
  };
  if (time.min > 0.0 && is_between(time.median) && is_between(mean)) return "";
  return fmt::format("{} images per second, with {} to {} s for one and {} for the median",
                     short_text(record.images_per_second), short_text(time.min),
                     short_text(time.max), short_text(time.median));
}

/// Results are seen before their ReLU, and norms and heads add a bias: a number that is 0 was
/// rounded to it (in the mini zoo 0.03 to 2 % of all are).
std::string zeros_defect(const ActivationsRecord& seen) {
  if (seen.zeros <= seen.elements / 2) return "";
  return fmt::format("{} of {} are 0, of a network that computes", count_text(seen.zeros),
                     plural(seen.elements, "activation"));
}

std::string magnitude_defect(const ActivationsRecord& seen) {
  const bool exceeds = seen.max_abs > kLargestHalf;
  const bool has_some = seen.elements - seen.zeros - seen.non_finite > 0;
  if (seen.max_abs < 0.0 || (std::isfinite(seen.max_abs) && has_some != (seen.max_abs > 0.0)) ||
      (std::isfinite(seen.max_abs) && exceeds != (seen.above_half_max > 0))) {
    return fmt::format("{} of {} above {}, {} zero, with a largest one of {}",
                       count_text(seen.above_half_max), plural(seen.elements, "activation"),
                       kLargestHalf, count_text(seen.zeros), short_text(seen.max_abs));
  }
  if (seen.first_non_finite_layer.has_value() == (seen.non_finite > 0)) return "";
  return fmt::format("{} not finite, and {} layer is named as the first with such",
                     plural(seen.non_finite, "activation"),
                     seen.first_non_finite_layer ? "a" : "no");
}

std::string forward_defect(const EvaluationRecord& record) {
  if (!record.forward) return "";
  const auto& [seen, census, peak_bytes] = *record.forward;
  const std::int64_t images = std::min(kCensusImages, record.images);
  if (images <= 0 || seen.images != images) {
    return fmt::format("activations of {} of {}, expected {}", seen.images,
                       plural(record.images, "image"), images);
  }
  return first_of(
      {parts_defect("activation", seen.elements,
                    {seen.non_finite, seen.above_half_max, seen.half_subnormals, seen.zeros}),
       zeros_defect(seen), magnitude_defect(seen), census_defect(census),
       peak_bytes > 0 ? "" : "the peak of its memory is not above 0"});
}

/// Counts of all images together.
struct PairedSums {
  Counts intersect, unite, intersect_reference, unite_reference;
};

void add(Counts& sums, const std::vector<std::int64_t>& counts) {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += static_cast<double>(counts[i]);
}

bool is_part(const std::vector<std::int64_t>& part, const std::vector<std::int64_t>& whole,
             std::size_t classes) {
  if (part.size() != classes || whole.size() != classes) return false;
  for (std::size_t i = 0; i < classes; ++i) {
    if (!is_count(part[i]) || part[i] > whole[i]) return false;
  }
  return true;
}

std::string images_defect(const ParityRecord& record) {
  if (std::ssize(record.per_image) != record.images) {
    return fmt::format("{} are said, {} have counts", plural(record.images, "image"),
                       record.per_image.size());
  }
  const std::size_t classes =
      record.per_image.empty() ? 0 : record.per_image.front().intersect.size();
  for (std::size_t i = 0; i < record.per_image.size(); ++i) {
    const auto& image = record.per_image[i];
    if (is_part(image.intersect, image.unite, classes) &&
        is_part(image.intersect_reference, image.unite_reference, classes)) {
      continue;
    }
    return fmt::format("image {}: expected intersections within unions of {} classes", i, classes);
  }
  return "";
}

PairedSums sums_of(const ParityRecord& record) {
  const std::size_t classes =
      record.per_image.empty() ? 0 : record.per_image.front().intersect.size();
  const Counts none(classes);
  PairedSums sums{none, none, none, none};
  for (const auto& image : record.per_image) {
    add(sums.intersect, image.intersect);
    add(sums.unite, image.unite);
    add(sums.intersect_reference, image.intersect_reference);
    add(sums.unite_reference, image.unite_reference);
  }
  return sums;
}

std::string pixels_defect(const ParityRecord& record, const PairedSums& sums) {
  const double twice = 2.0 * static_cast<double>(record.pixels);
  const double ours = sum_of(sums.intersect);
  const double reference = sum_of(sums.intersect_reference);
  if (sum_of(sums.unite) + ours != twice || sum_of(sums.unite_reference) + reference != twice) {
    return fmt::format("the counts of the images are not those of {}",
                       plural(record.pixels, "pixel"));
  }
  if (is_count(record.changed_pixels) && record.changed_pixels <= record.pixels) return "";
  return fmt::format("{} changed of {} cannot be", count_text(record.changed_pixels),
                     plural(record.pixels, "pixel"));
}

/// How many pixels must have changed class for the counts of one image to differ as they do. One
/// that changes is won or lost by the class of its label, and goes from one predicted class to
/// another: of the predictions of all classes, union + intersection - label, it changes two.
struct LeastChanges {
  double of_hits = 0.0;
  double of_predictions = 0.0;  ///< Both classes of each.
};

LeastChanges least_changes(const PairedCounts& image) {
  LeastChanges least;
  for (std::size_t i = 0; i < image.intersect.size(); ++i) {
    const auto hits = static_cast<double>(image.intersect[i] - image.intersect_reference[i]);
    const auto unions = static_cast<double>(image.unite[i] - image.unite_reference[i]);
    least.of_hits += std::abs(hits);
    least.of_predictions += std::abs(hits + unions);
  }
  return least;
}

/// What is right in both arithmetics did not change: of each class at least as many pixels as its
/// hits in both exceed its label, which is part of either union.
double least_unchanged(const PairedCounts& image) {
  double unchanged = 0.0;
  for (std::size_t i = 0; i < image.intersect.size(); ++i) {
    const auto most_labels = std::min(image.unite[i], image.unite_reference[i]);
    const auto hits = image.intersect[i] + image.intersect_reference[i];
    unchanged += static_cast<double>(std::max<std::int64_t>(hits - most_labels, 0));
  }
  return unchanged;
}

std::string changes_defect(const ParityRecord& record) {
  double changes = 0.0;
  double most = static_cast<double>(record.pixels);
  for (const auto& image : record.per_image) {
    most -= least_unchanged(image);
    const auto [of_hits, of_predictions] = least_changes(image);
    changes += std::max(of_hits, of_predictions / 2.0);
  }
  if (static_cast<double>(record.changed_pixels) > most) {
    return fmt::format("{} pixels changed, by the counts of the images at most {} did",
                       count_text(record.changed_pixels), short_text(most, 12));
  }
  if (changes <= static_cast<double>(record.changed_pixels)) return "";
  return fmt::format("the counts of the images differ in {} pixels, {} changed",
                     short_text(changes, 12), count_text(record.changed_pixels));
}

std::string comparison_defect(const ParityRecord& record) {
  const PairedSums sums = sums_of(record);
  return first_of(
      {pixels_defect(record, sums), changes_defect(record),
       other_number("the mIoU", record.miou, mean_percent(sums.intersect, sums.unite)),
       other_number("FP32's mIoU", record.miou_reference,
                    mean_percent(sums.intersect_reference, sums.unite_reference)),
       other_number("the difference", record.difference, record.miou - record.miou_reference),
       record.logits.images == 0 ||
               record.logits.images == std::min(kYardstickImages, record.images)
           ? ""
           : fmt::format("logits of {} of {}", record.logits.images,
                         plural(record.images, "image"))});
}

}  // namespace

std::string inconsistency(const EvaluationRecord& record) {
  auto defect = matrix_defect(record);
  if (!defect.empty()) return defect;
  return first_of({metrics_defect(record), time_defect(record),
                   parts_defect("logit", record.logits.elements, {record.logits.non_finite}),
                   forward_defect(record)});
}

std::string inconsistency(const ParityRecord& record) {
  auto defect = images_defect(record);
  return defect.empty() ? comparison_defect(record) : defect;
}

}  // namespace harness

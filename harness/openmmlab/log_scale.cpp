#include "harness/openmmlab/log_scale.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <optional>

#include "harness/openmmlab/log_line.h"

namespace harness {
namespace {

/// The means of one line; nothing for what it lacks.
struct Means {
  std::optional<double> miou;
  std::optional<double> macc;
  std::optional<double> aacc;

  /// Of the smallest and the largest, and of all.
  std::vector<double> values() const {
    std::vector<double> all;
    for (const auto& mean : {miou, macc, aacc}) {
      if (mean) all.push_back(*mean);
    }
    return all;
  }
  /// mIoU over that of a class predicted everywhere, were all three fractions.
  std::optional<double> quality() const {
    if (!miou || !macc || !aacc || !(*macc > 0.0) || !(*aacc > 0.0)) return std::nullopt;
    return *miou / (*aacc * *macc);
  }
};

std::optional<double> mean_of(const Json& line, std::string_view name) {
  const std::string key = mean_key(line, name);
  if (key.empty() || !line[key].is_number()) return std::nullopt;
  return line[key].get<double>();
}

Means means_of(const Json& line) {
  return {mean_of(line, "mIoU"), mean_of(line, "mAcc"), mean_of(line, "aAcc")};
}

bool is_whole_hundredth(double value) {
  constexpr double kSlack = 1e-6;
  return std::abs(100.0 * value - std::round(100.0 * value)) < kSlack;
}

// A ratio of at least this share of what a class predicted everywhere has is one that networks
// have; one of less than a quarter of it, in the other unit, is not.
constexpr double kLeastQuality = 0.2;
constexpr double kPercentQuality = 0.05;
// A network whose pixels are right less often than that is too broken to tell anything by.
constexpr double kLeastAccuracy = 0.05;

class ScaleFinder {
 public:
  ScaleFinder(const std::vector<const Json*>& lines, bool of_mmengine) : of_mmengine_(of_mmengine) {
    for (const Json* line : lines) lines_.push_back(means_of(*line));
  }

  ScaleOfLog find() const {
    std::optional<std::size_t> percent;
    std::optional<std::size_t> fraction;
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (is_above_one(lines_[i])) {
        if (contradicts_itself(lines_[i])) {
          return {LogScale::kUnknown,
                  "its mIoU and its accuracies are not of one scale: the log's mIoU is left out",
                  i};
        }
        if (!percent) percent = i;
      } else if (!fraction && can_only_be_fractions(lines_[i])) {
        fraction = i;
      }
    }
    if (percent && fraction) {
      return {
          LogScale::kUnknown,
          "these means are fractions, those of other lines percentages: the log's mIoU is left out",
          *fraction};
    }
    if (percent) return {LogScale::kPercent, of_mmengine_ ? "" : kAboveOne, *percent};
    if (fraction) return {LogScale::kFraction, of_mmengine_ ? kFractions : "", *fraction};
    return usual();
  }

 private:
  static constexpr const char* kAboveOne = "a mean is above 1: those of this log are percentages";
  static constexpr const char* kFractions =
      "mIoU, mAcc and aAcc are to each other as fractions are: those of this log are fractions";
  static constexpr const char* kNothingTells =
      "nothing in this log tells whether its mIoU is a fraction or a percentage below 1: it is "
      "left out";

  static bool is_above_one(const Means& means) {
    const auto values = means.values();
    return std::ranges::any_of(values, [](double value) { return value > 1.0; });
  }

  /// A mIoU of at most 1 beside accuracies of percent, and far below what those allow.
  static bool contradicts_itself(const Means& means) {
    constexpr double kPerCent = 100.0;
    const auto quality = means.quality();
    return quality && *means.miou > 0.0 && *means.miou <= 1.0 &&
           *quality * kPerCent < kPercentQuality;
  }

  static bool can_only_be_fractions(const Means& means) {
    const auto quality = means.quality();
    return quality && *quality >= kLeastQuality && *means.aacc >= kLeastAccuracy;
  }

  bool every_value(bool (*predicate)(double)) const {
    return std::ranges::all_of(lines_, [predicate](const Means& means) {
      return std::ranges::all_of(means.values(), predicate);
    });
  }

  /// Where every value is at most 1 and no line tells.
  ScaleOfLog usual() const {
    const LogScale usual = of_mmengine_ ? LogScale::kPercent : LogScale::kFraction;
    const auto about_miou =
        std::ranges::find_if(lines_, [](const Means& means) { return means.miou.has_value(); });
    const bool is_zero = std::ranges::all_of(
        lines_, [](const Means& means) { return means.miou.value_or(0.0) == 0.0; });
    if (is_zero) return {usual, "", 0};
    const bool is_printed_as_percent = every_value(is_whole_hundredth);
    if (of_mmengine_) {
      const bool has_all = std::ranges::all_of(
          lines_, [](const Means& means) { return !means.miou || means.quality().has_value(); });
      if (has_all && is_printed_as_percent) return {usual, "", 0};
    } else if (!is_printed_as_percent) {
      return {usual, "", 0};
    }
    return {LogScale::kUnknown, kNothingTells,
            static_cast<std::size_t>(about_miou - lines_.begin())};
  }

  bool of_mmengine_;
  std::vector<Means> lines_;
};

}  // namespace

std::string to_string(LogScale scale) {
  switch (scale) {
    case LogScale::kFraction:
      return "fraction";
    case LogScale::kPercent:
      return "percent";
    case LogScale::kUnknown:
      break;
  }
  return "unknown";
}

ScaleOfLog scale_of_log(const std::vector<const Json*>& validation_lines, bool of_mmengine) {
  return ScaleFinder(validation_lines, of_mmengine).find();
}

}  // namespace harness

#include "harness/judge/rules/file/log_claims.h"

#include <fmt/format.h>

#include <cmath>

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/base/text.h"
#include "harness/judge/counts.h"
#include "harness/judge/number_claim.h"

namespace harness {
namespace {

/// How the configs of log and checkpoint compare: agreement in words, or the first difference.
struct ConfigComparison {
  std::string words;
  std::string difference;
};

ConfigComparison compare_configs(const LogRecord& log, const CheckpointRecord* checkpoint) {
  if (!log.config.is_object()) return {"the log holds no config to compare", ""};
  if (checkpoint == nullptr || !checkpoint->config.is_object()) {
    return {"there is no checkpoint config to compare", ""};
  }
  return {"its config is the checkpoint's", first_difference(log.config, checkpoint->config)};
}

/// The unit of the last validation line, in percent: mmcv's lines hold fractions, mmengine's
/// percentages.
double percent_of_unit(const LogRecord& log) {
  const auto miou = number_at(log.last_validation, {"mIoU"});
  const bool is_percent = !miou || (*miou > 0.0 && *miou > 0.5 * log.last_miou);
  return is_percent ? 1.0 : 100.0;
}

bool is_share(const std::string& key) {
  return key == "mIoU" || key == "mAcc" || key == "aAcc" || key.starts_with("IoU.") ||
         key.starts_with("Acc.");
}

std::string share_defect(const LogRecord& log) {
  const double percent = percent_of_unit(log);
  for (const auto& [key, value] : log.last_validation.items()) {
    if (!is_share(key) || value.is_null()) continue;
    const double share = value.is_number() ? percent * value.get<double>() : NAN;
    if (0.0 <= share && share <= 100.0) continue;
    return fmt::format("its {} is {}, which is no share", key, value.dump());
  }
  return "";
}

/// The mean of the numbers by class, of which mmseg leaves out those that are NaN (null). It writes
/// them and their mean to 0.01 points (0.17.0, datasets/custom.py, evaluate).
std::string mean_defect(const LogRecord& log, const std::string& name, const std::string& prefix) {
  constexpr double kRounding = 0.01 + 1e-6;  // Half a digit of the mean, and of what it is of.
  const double percent = percent_of_unit(log);
  const auto mean = number_at(log.last_validation, {name});
  double sum = 0.0;
  double classes = 0.0;
  for (const auto& [key, value] : log.last_validation.items()) {
    if (!key.starts_with(prefix) || !value.is_number()) continue;
    sum += percent * value.get<double>();
    ++classes;
  }
  if (!mean || classes == 0.0) return "";
  if (std::abs(sum / classes - percent * *mean) <= kRounding) return "";
  return fmt::format("its {} is {} %, the mean of its classes {} %", name,
                     short_text(percent * *mean, 6), short_text(sum / classes, 6));
}

/// mmseg writes both numbers of a class, or none of any.
std::string class_defect(const LogRecord& log) {
  for (const auto& [key, value] : log.last_validation.items()) {
    if (!key.starts_with("Acc.")) continue;
    const std::string name = key.substr(4);
    if (!log.last_validation.contains("IoU." + name)) {
      return fmt::format("the class {} has an accuracy and no IoU", name);
    }
  }
  return "";
}

}  // namespace

Finding judge_log_config(const LogRecord& log, const CheckpointRecord* checkpoint,
                         const Claim& claim) {
  const std::string name = stem_of(log.exp_name, ".py");
  const auto configs = compare_configs(log, checkpoint);
  const Json measured = name.empty() ? Json(nullptr) : Json(name);
  if (!configs.difference.empty()) {
    return pass_or_fail(false, measured,
                        "the log's config is not the checkpoint's: " + configs.difference);
  }
  if (name.empty()) return not_verifiable("the log does not name its experiment; " + configs.words);
  if (claim.value != name) {
    return pass_or_fail(
        false, measured,
        fmt::format("expected the log of {}, this is the log of {}", published_text(claim), name));
  }
  return pass_or_fail(true, measured, "the log names the row; " + configs.words);
}

Finding judge_log_miou(const LogRecord& log, const Claim& claim) {
  if (log.validation_lines == 0) return fail_unmeasured("the log holds no validation line");
  if (!std::isfinite(log.last_miou)) {
    return fail_unmeasured("the last validation line holds no finite mIoU");
  }
  const std::string why =
      first_of({share_defect(log), class_defect(log), mean_defect(log, "mIoU", "IoU."),
                mean_defect(log, "mAcc", "Acc.")});
  if (!why.empty()) {
    return fail_unmeasured("the last validation line contradicts itself: " + why);
  }
  const std::string how =
      fmt::format("last of {}, iteration {}", plural(log.validation_lines, "validation line"),
                  log.last_iteration);
  return judge_number_claim(claim, log.last_miou, PublishedAs::kPrinted, how);
}

}  // namespace harness

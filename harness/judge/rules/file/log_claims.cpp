#include "harness/judge/rules/file/log_claims.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/base/text.h"
#include "harness/judge/counts.h"
#include "harness/judge/number_claim.h"
#include "harness/judge/rules/file/config_facts.h"

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

std::vector<std::string> keys_with(const Json& line, std::string_view prefix) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : line.items()) {
    if (key.starts_with(prefix)) keys.push_back(key.substr(prefix.size()));
  }
  std::ranges::sort(keys);
  return keys;
}

/// mmseg writes both numbers of every class, or none of any (early versions no accuracies): of
/// those that the log's first line lists, or of as many as its config says.
std::string class_defect(const LogRecord& log) {
  const auto ious = keys_with(log.last_validation, "IoU.");
  const auto accuracies = keys_with(log.last_validation, "Acc.");
  if (!accuracies.empty() && ious != accuracies) {
    return fmt::format("IoUs of {} classes and accuracies of {}", ious.size(), accuracies.size());
  }
  if (ious.empty()) return "";
  std::vector<std::string> expected;
  for (const auto& name : class_names(log.environment)) {
    if (name.is_string()) expected.push_back(name.get<std::string>());
  }
  std::ranges::sort(expected);
  if (!expected.empty()) {
    if (ious == expected) return "";
    return fmt::format("numbers of {} classes, the log trains {} or other ones", ious.size(),
                       expected.size());
  }
  const auto count = count_at(log.config, {"model", "decode_head", "num_classes"});
  if (!count || *count == std::ssize(ious)) return "";
  return fmt::format("numbers of {} classes, its config has {}", ious.size(), *count);
}

/// Of each class the union holds the label, so that no IoU is above the accuracy, and where one is
/// above 0 a pixel is right. The accuracy of all pixels is a mean of those by class.
std::string order_defect(const LogRecord& log) {
  constexpr double kRounding = 0.01 + 1e-6;
  const double percent = percent_of_unit(log);
  const auto number = [&](const std::string& key) {
    const auto found = number_at(log.last_validation, {key.c_str()});
    return found ? percent * *found : NAN;
  };
  double least = INFINITY;
  double most = -INFINITY;
  for (const auto& name : keys_with(log.last_validation, "Acc.")) {
    const double accuracy = number("Acc." + name);
    if (number("IoU." + name) > accuracy + kRounding) {
      return fmt::format("the class {} has a larger IoU than accuracy", name);
    }
    least = std::fmin(least, accuracy);
    most = std::fmax(most, accuracy);
  }
  if (number("mIoU") > number("mAcc") + kRounding) return "its mIoU is above its mAcc";
  const double all = number("aAcc");
  const bool is_mean = !(least <= most) || (least - kRounding <= all && all <= most + kRounding);
  const bool has_right = !(number("mIoU") > kRounding) || all > 0.0;
  if (std::isnan(all) || (is_mean && has_right)) return "";
  return fmt::format("its aAcc of {} % is no mean of its classes' accuracies", short_text(all, 6));
}

/// mmseg writes one dictionary into both files (0.17.0, tools/train.py, meta).
std::string other_experiment(const std::string& name, const CheckpointRecord* checkpoint) {
  if (checkpoint == nullptr) return "";
  const std::string saved = stem_of(text_at(checkpoint->meta, {"exp_name"}), ".py");
  if (saved.empty() || saved == name) return "";
  return fmt::format("expected one experiment, the log is of {} and the checkpoint of {}", name,
                     saved);
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
  if (const auto other = other_experiment(name, checkpoint); !other.empty()) {
    return pass_or_fail(false, measured, other);
  }
  return pass_or_fail(true, measured, "the log names the row; " + configs.words);
}

Finding judge_log_miou(const LogRecord& log, const Claim& claim) {
  if (log.validation_lines == 0) return fail_unmeasured("the log holds no validation line");
  if (const Json* miou = find_at(log.last_validation, {"mIoU"}); miou && miou->is_string()) {
    return not_verifiable("the log does not tell: its last mIoU is " + miou->get<std::string>());
  }
  if (!std::isfinite(log.last_miou)) {
    return fail_unmeasured("the last validation line holds no finite mIoU");
  }
  const std::string why =
      first_of({share_defect(log), class_defect(log), mean_defect(log, "mIoU", "IoU."),
                mean_defect(log, "mAcc", "Acc."), order_defect(log)});
  if (!why.empty()) {
    return fail_unmeasured("the last validation line contradicts itself: " + why);
  }
  const std::string how =
      fmt::format("last of {}, iteration {}", plural(log.validation_lines, "validation line"),
                  log.last_iteration);
  return judge_number_claim(claim, log.last_miou, PublishedAs::kPrinted, how);
}

}  // namespace harness

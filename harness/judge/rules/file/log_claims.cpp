#include "harness/judge/rules/file/log_claims.h"

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/base/text.h"
#include "harness/judge/evidence.h"
#include "harness/judge/number_claim.h"

namespace harness {
namespace {

const Json* config_of(const FileEvidence& file) {
  const Json* config =
      file.absence || file.record == nullptr ? nullptr : find_at(*file.record, {"config"});
  return config != nullptr && config->is_object() ? config : nullptr;
}

/// How the configs of log and checkpoint compare: agreement in words, or the first difference.
struct ConfigComparison {
  std::string words;
  std::string difference;
};

ConfigComparison compare_configs(const ClaimContext& context, const FileEvidence& log) {
  const Json* of_log = config_of(log);
  const Json* of_checkpoint = config_of(find_file(context, "checkpoint"));
  if (of_log == nullptr) return {"the log holds no config to compare", ""};
  if (of_checkpoint == nullptr) return {"there is no checkpoint config to compare", ""};
  return {"its config is the checkpoint's", first_difference(*of_log, *of_checkpoint)};
}

}  // namespace

Finding judge_log_config(const ClaimContext& context) {
  const auto log = find_file(context, "log");
  if (log.absence) return *log.absence;
  const std::string name = stem_of(text_at(*log.record, {"exp_name"}), ".py");
  const auto configs = compare_configs(context, log);
  const Json measured = name.empty() ? Json(nullptr) : Json(name);
  if (!configs.difference.empty()) {
    return compared(false, measured,
                    "the log's config is not the checkpoint's: " + configs.difference);
  }
  if (name.empty()) return not_verifiable("the log does not name its experiment; " + configs.words);
  if (context.claim.value != name) {
    return compared(
        false, measured,
        "expected the log of " + published_text(context.claim) + ", this is the log of " + name);
  }
  return compared(true, measured, "the log names the row; " + configs.words);
}

Finding judge_log_miou(const ClaimContext& context) {
  const auto log = find_file(context, "log");
  if (log.absence) return *log.absence;
  const auto lines = count_at(*log.record, {"validation_lines"}).value_or(0);
  if (lines == 0) return missing("the log holds no validation line");
  const auto miou = number_at(*log.record, {"last_miou"});
  if (!miou) return missing("the last validation line holds no finite mIoU");
  std::string how = "last of " + plural(lines, "validation line");
  if (const auto iteration = count_at(*log.record, {"last_iteration"})) {
    how += ", iteration " + std::to_string(*iteration);
  }
  return judge_number_claim(context, *miou, PublishedAs::kPrinted, how);
}

}  // namespace harness

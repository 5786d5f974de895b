#include "harness/judge/rules/file/log_claims.h"

#include <fmt/format.h>

#include <cmath>

#include "harness/base/measurement.h"
#include "harness/base/number_text.h"
#include "harness/base/text.h"
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
  const std::string how =
      fmt::format("last of {}, iteration {}", plural(log.validation_lines, "validation line"),
                  log.last_iteration);
  return judge_number_claim(claim, log.last_miou, PublishedAs::kPrinted, how);
}

}  // namespace harness

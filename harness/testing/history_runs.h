#pragma once

#include <filesystem>
#include <map>
#include <string>

#include <fmt/format.h>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/history/history.h"

namespace harness {

/// For tests: a run of the mini zoo on a GPU, as it was judged, and a row of it.
inline const std::string kGpuRun = "docs/evidence/2026-11-27-nvidia-h200/correctness/minizoo";
inline const std::string kRowOfGpuRun = "fcn_r50w8-d8_64x128_600_fp16_scenes";

/// Into a folder that is there and empty.
inline void copy_run(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

/// "2026-01-05T01:00:00Z" for night 4: nights count from the first of January.
inline std::string night_text(int night) {
  return fmt::format("2026-{:02}-{:02}T01:00:00Z", 1 + night / 28, 1 + night % 28);
}

/// A run of the suite "zoo" in a night, with one verdict on each of some claims: of the row "fcn",
/// measured in FP16, and passed.
inline HistoryRun run_of_night(int night, const std::map<std::string, double>& measured) {
  HistoryRun run;
  run.header.digest = fmt::format("run of night {}", night);
  run.header.verdicts_digest = fmt::format("verdicts of night {}", night);
  run.header.started = night_text(night);
  run.header.suite = "zoo";
  run.header.suite_digest = "5017e";
  run.header.commit = fmt::format("{:040x}", night);
  run.header.hardware = "NVIDIA H200";
  run.parts = {{"driver", "580.65.06"}, {"commit", run.header.commit}, {"suite", "5017e"}};
  for (const auto& [claim, value] : measured) {
    VerdictRecord record{"fcn", claim, "evaluated",   "fp16",         value,
                         value, "fps", Json(nullptr), Verdict::kPass, "as published"};
    run.verdicts.push_back({record, fmt::format("night {}", night)});
  }
  return run;
}

}  // namespace harness

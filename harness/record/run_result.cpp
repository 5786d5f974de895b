#include "harness/record/run_result.h"

#include <algorithm>

#include <fmt/format.h>

#include "harness/arithmetic/policy.h"
#include "harness/base/error.h"
#include "harness/record/schema.h"

namespace harness {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kRunResultSchema = "halfproof.run/2";

bool is_precision(std::string_view name) {
  const auto known = precision_names();
  return std::ranges::find(known, name) != known.end();
}

struct RunDocument {
  std::string schema{kRunResultSchema};
  RunResult result;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("schema", self.schema);
    visit("stage", self.result.stage);
    visit("precision", self.result.precision);
    visit("device", self.result.device);
    visit("digests", self.result.digests);
    Execution::visit_common(self.result, visit);
  }

  static FieldDefect form_defect(const RunDocument& document) {
    const RunResult& result = document.result;
    for (const auto& [name, digest] : result.digests) {
      const std::string key = "digests." + name;
      const FieldDefect defect =
          first_defect({word_defect(key, name, {"checkpoint", "log", "predictions", "weights"}),
                        sha256_defect(key, digest)});
      if (!defect.key.empty()) return defect;
    }
    return first_defect(
        {word_defect("device", result.device, {"", "cpu", "cuda"}),
         result.precision.empty() || is_precision(result.precision)
             ? FieldDefect{}
             : FieldDefect{"precision", "unknown name " + result.precision},
         result.started.empty() ? FieldDefect{} : time_defect("started", result.started),
         result.elapsed_s >= 0.0 ? FieldDefect{}
                                 : FieldDefect{"elapsed_s", "expected a time, got less than 0"}});
  }
};

}  // namespace

std::string_view to_string(RunStatus status) noexcept {
  switch (status) {
    case RunStatus::kOk:
      return "ok";
    case RunStatus::kError:
      return "error";
    case RunStatus::kSkipped:
      return "skipped";
  }
  return "error";
}

bool read_name(std::string_view name, RunStatus& status) noexcept {
  for (const auto known : {RunStatus::kOk, RunStatus::kError, RunStatus::kSkipped}) {
    if (to_string(known) != name) continue;
    status = known;
    return true;
  }
  return false;
}

std::string run_result_name(std::string_view stage, std::string_view precision,
                            std::optional<std::int64_t> seed) {
  return fmt::format("{}{}{}{}.json", stage, precision.empty() ? "" : "-", precision,
                     seed ? fmt::format("-seed{}", *seed) : "");
}

std::string execution_text(std::string_view stage, std::string_view precision,
                           std::optional<std::int64_t> seed) {
  return fmt::format("{}{}{}{}", stage, precision.empty() ? "" : " in ", precision,
                     seed ? fmt::format(", seed {}", *seed) : "");
}

Json to_json(const RunResult& result) {
  return record_to_json(RunDocument{std::string(kRunResultSchema), result});
}

RunResult run_result_from_json(const Json& value, std::string_view subject) {
  require_schema(value, kRunResultSchema, subject,
                 "results of another version must be produced again");
  return record_from_json<RunDocument>(value, subject).result;
}

std::vector<RunResult> read_run_results(const fs::path& row_folder) {
  std::vector<fs::path> files;
  if (!fs::is_directory(row_folder)) return {};
  for (const auto& entry : fs::directory_iterator(row_folder)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<RunResult> results;
  for (const auto& file : files) {
    RunResult result = run_result_from_json(read_json_file(file), file.string());
    const std::string name = run_result_name(result.stage, result.precision, result.seed);
    if (file.filename() != name) {
      throw Error(ErrorCode::kInvalidJson, file.string(),
                  fmt::format("expected the result that its name says, got that of {}", name));
    }
    results.push_back(std::move(result));
  }
  return results;
}

}  // namespace harness

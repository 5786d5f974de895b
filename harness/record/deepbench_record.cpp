#include "harness/record/deepbench_record.h"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/record/schema.h"

namespace harness {
namespace {

constexpr std::string_view kDeepbenchSchema = "halfproof.deepbench-result/1";
constexpr std::string_view kJobSchema = "halfproof.deepbench-job/1";
constexpr std::string_view kAdvice =
    "kernels of another version must be run again: choose another --out";
constexpr std::array<std::string_view, 3> kOutcomes{"right", "wrong", "mistrusted"};

struct DeepbenchDocument {
  std::string schema{kDeepbenchSchema};
  DeepbenchRecord record;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("schema", self.schema);
    DeepbenchRecord::fields(self.record, visit);
  }
};

struct DeepbenchJobDocument {
  std::string schema{kJobSchema};
  DeepbenchJobRecord job;

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("schema", self.schema);
    DeepbenchJobRecord::fields(self.job, visit);
  }
};

void refuse_contradictions(const DeepbenchRecord& record, std::string_view subject) {
  const auto refuse = [&](const std::string& detail) {
    throw Error(ErrorCode::kInvalidJson, subject, detail);
  };
  const bool is_ok = record.status == RunStatus::kOk;
  if (is_ok == record.kernels.empty()) {
    refuse(fmt::format("kernels: expected {} beside status {}, got {}", is_ok ? "some" : "none",
                       to_string(record.status), record.kernels.size()));
  }
  if (is_ok != record.reason.empty()) {
    refuse(fmt::format("reason: expected {} beside status {}, got \"{}\"",
                       is_ok ? "none" : "a reason", to_string(record.status), record.reason));
  }
  for (std::size_t i = 0; i < record.kernels.size(); ++i) {
    const ProductRecord& kernel = record.kernels[i];
    const bool is_right = kernel.check.outcome == CheckOutcome::kRight;
    if (is_right == kernel.timing.has_value()) continue;
    refuse(fmt::format("kernels[{}].timing: expected {} of a kernel that is {}", i,
                       is_right ? "a time" : "no time", to_string(kernel.check.outcome)));
  }
}

}  // namespace

std::string_view to_string(CheckOutcome outcome) noexcept {
  return kOutcomes[static_cast<std::size_t>(outcome)];
}

bool read_name(std::string_view name, CheckOutcome& outcome) noexcept {
  for (std::size_t i = 0; i < kOutcomes.size(); ++i) {
    if (kOutcomes[i] != name) continue;
    outcome = static_cast<CheckOutcome>(i);
    return true;
  }
  return false;
}

Json to_json(const DeepbenchRecord& record) {
  return record_to_json(DeepbenchDocument{std::string(kDeepbenchSchema), record});
}

DeepbenchRecord deepbench_record_from_json(const Json& value, std::string_view subject) {
  require_schema(value, kDeepbenchSchema, subject, kAdvice);
  DeepbenchRecord record = record_from_json<DeepbenchDocument>(value, subject).record;
  refuse_contradictions(record, subject);
  return record;
}

Json to_json(const DeepbenchJobRecord& job) {
  return record_to_json(DeepbenchJobDocument{std::string(kJobSchema), job});
}

DeepbenchJobRecord deepbench_job_record_from_json(const Json& value, std::string_view subject) {
  require_schema(value, kJobSchema, subject, kAdvice);
  return record_from_json<DeepbenchJobDocument>(value, subject).job;
}

std::string deepbench_record_name(std::string_view problem, std::string_view precision) {
  return fmt::format("{}-{}.json", problem, precision);
}

}  // namespace harness

#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/record/fields.h"
#include "harness/record/run_result.h"

namespace harness {

/// What became of a kernel's result when it was held against FP64.
enum class CheckOutcome {
  kRight,
  kWrong,
  kMistrusted,  ///< Too many zeros among the operands or in the result to show a mistake.
};

/// "right", "wrong", "mistrusted".
std::string_view to_string(CheckOutcome outcome) noexcept;
bool read_name(std::string_view name, CheckOutcome& outcome) noexcept;

/// Results of small integers, which every order of summation must give to the bit.
struct ExactCheckRecord {
  std::int64_t largest_operand = 0;  ///< Operands are integers from -this to this, without 0.
  std::int64_t compared = 0;         ///< Elements.
  std::int64_t different = 0;        ///< Of them.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("largest_operand", self.largest_operand);
    visit("compared", self.compared);
    visit("different", self.different);
  }
};

/// A kernel's result against the same sums in at least FP64 (harness/deepbench/kernel_check.h).
struct CheckRecord {
  CheckOutcome outcome = CheckOutcome::kWrong;
  std::string reason;
  std::int64_t elements = 0;    ///< Of the result.
  std::int64_t compared = 0;    ///< Of them, spread over all.
  std::int64_t most_terms = 0;  ///< Products in one element's sum.
  std::int64_t non_finite = 0;  ///< Of all elements.
  std::int64_t zeros = 0;       ///< Of the compared ones that are sums of any products.
  double rms_error = kNotMeasured;
  /// The error that the stated arithmetic makes when it sums in order and rounds once.
  double rms_yardstick = kNotMeasured;
  double rms_value = kNotMeasured;        ///< Of the FP64 result.
  std::optional<ExactCheckRecord> exact;  ///< Null where sums are too long to be exact.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("outcome", self.outcome);
    visit("reason", self.reason);
    visit("elements", self.elements);
    visit("compared", self.compared);
    visit("most_terms", self.most_terms);
    visit("non_finite", self.non_finite);
    visit("zeros", self.zeros);
    visit("rms_error", self.rms_error);
    visit("rms_yardstick", self.rms_yardstick);
    visit("rms_value", self.rms_value);
    visit("exact", self.exact);
  }
};

/// The time of one execution.
struct TimingRecord {
  double warmup_s = kNotMeasured;  ///< Seconds until it was steady, or given up.
  bool steady = false;             ///< Two windows in a row agreed within 5 %.
  std::int64_t calls_per_sample = 0;
  std::vector<std::vector<double>> seconds;  ///< Of one call, by block, in the order measured.
  double median_s = kNotMeasured;
  double low_s = kNotMeasured;  ///< 95 % interval of the median.
  double high_s = kNotMeasured;
  bool ambiguous = true;              ///< Too noisy to say.
  std::string reason;                 ///< Why it is ambiguous; else empty.
  double flops_per_s = kNotMeasured;  ///< By the median.
  double bytes_per_s = kNotMeasured;  ///< Bytes that have to move, by the median.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("warmup_s", self.warmup_s);
    visit("steady", self.steady);
    visit("calls_per_sample", self.calls_per_sample);
    visit("seconds", self.seconds);
    visit("median_s", self.median_s);
    visit("low_s", self.low_s);
    visit("high_s", self.high_s);
    visit("ambiguous", self.ambiguous);
    visit("reason", self.reason);
    visit("flops_per_s", self.flops_per_s);
    visit("bytes_per_s", self.bytes_per_s);
  }
};

/// The five things without which a rate says nothing.
struct KernelArithmeticRecord {
  std::string storage;     ///< Of the operands: "float16".
  std::string multiply;    ///< What factors are when they are multiplied: "float32".
  std::string accumulate;  ///< Proven by the check, as far as 3 roundings reach.
  std::string output;
  std::string scalars;  ///< "none": alpha 1 and beta 0 are not multiplied.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("storage", self.storage);
    visit("multiply", self.multiply);
    visit("accumulate", self.accumulate);
    visit("output", self.output);
    visit("scalars", self.scalars);
  }
};

/// One product of a problem, run by one kernel.
struct ProductRecord {
  std::string pass;    ///< "product" of a GEMM; "forward", "backward_data", "backward_filter".
  std::string engine;  ///< "libtorch", "libtorch, widened to float32".
  KernelArithmeticRecord arithmetic;
  std::int64_t flops = 0;  ///< Of one execution (harness/deepbench/operation_count.h).
  std::int64_t bytes = 0;
  CheckRecord check;
  std::optional<TimingRecord> timing;  ///< Null unless the check is right.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("pass", self.pass);
    visit("engine", self.engine);
    visit("arithmetic", self.arithmetic);
    visit("flops", self.flops);
    visit("bytes", self.bytes);
    visit("check", self.check);
    visit("timing", self.timing);
  }
};

/// One problem in one precision: DIR/deepbench/<problem>-<precision>.json, schema
/// "halfproof.deepbench-result/1".
struct DeepbenchRecord {
  std::string suite;
  std::string problem;    ///< Its id.
  std::string precision;  ///< "fp16", "bf16", "fp32", "fp64".
  std::string device;     ///< "cpu".
  Json work;              ///< Op and sizes, all of them.
  RunStatus status = RunStatus::kOk;
  std::string reason;  ///< Empty when status is kOk.
  std::string started;
  double elapsed_s = 0.0;
  EnvironmentRecord environment;
  std::string key;  ///< Digest of everything that determines it; equal key: reusable.
  std::vector<ProductRecord> kernels;  ///< One for each pass when status is kOk, else none.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("suite", self.suite);
    visit("problem", self.problem);
    visit("precision", self.precision);
    visit("device", self.device);
    visit("work", self.work);
    visit("status", self.status);
    visit("reason", self.reason);
    visit("started", self.started);
    visit("elapsed_s", self.elapsed_s);
    visit("environment", self.environment);
    visit("key", self.key);
    visit("kernels", self.kernels);
  }
};

Json to_json(const DeepbenchRecord& record);

/// Throws Error(kInvalidJson): a key missing, unknown or of another type, another schema, an ok
/// record without kernels or another one with any, a reason beside ok or none beside another
/// status, a speed of a kernel that is not right.
DeepbenchRecord deepbench_record_from_json(const Json& value, std::string_view subject);

/// What `halfproof deepbench` was asked for: DIR/deepbench/deepbench.json, schema
/// "halfproof.deepbench-job/1", written before the first problem.
struct DeepbenchJobRecord {
  std::string suite;
  std::string suite_file;    ///< Its name without the folder.
  std::string suite_digest;  ///< sha256 of the suite's file, of which DIR/deepbench/suite.json is a
                             ///< copy.
  std::vector<std::string> problems;
  std::vector<std::string> precisions;
  std::string device;
  std::int64_t threads = 0;  ///< Of each worker.
  std::vector<std::string> argv;
  EnvironmentRecord environment;
  std::string started;  ///< UTC.

  template <typename Self, typename Visit>
  static void fields(Self& self, Visit&& visit) {
    visit("suite", self.suite);
    visit("suite_file", self.suite_file);
    visit("suite_digest", self.suite_digest);
    visit("problems", self.problems);
    visit("precisions", self.precisions);
    visit("device", self.device);
    visit("threads", self.threads);
    visit("argv", self.argv);
    visit("environment", self.environment);
    visit("started", self.started);
  }
};

Json to_json(const DeepbenchJobRecord& job);

/// Throws Error(kInvalidJson): a key missing, unknown or of another type, or another schema.
DeepbenchJobRecord deepbench_job_record_from_json(const Json& value, std::string_view subject);

/// "gemm.training.000-fp16.json".
std::string deepbench_record_name(std::string_view problem, std::string_view precision);

}  // namespace harness

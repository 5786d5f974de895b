#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/judge/rules/retrained/trainings.h"
#include "harness/record/fields.h"
#include "harness/testing/sample_row.h"

namespace harness {

/// For tests: the census of a training whose convolutions compute in this type.
inline OperatorCounts census_of(const std::string& type) {
  return {{"convolution", {{type, 69}}}, {"convolution_backward", {{type, 69}}},
          {"batch_norm", {{type, 59}}},  {"batch_norm_backward", {{type, 59}}},
          {"resize", {{"float32", 2}}},  {"loss", {{"float32", 2}}}};
}

/// For tests: gives the training one validation, after its last iteration.
inline void set_miou(TrainingRecord& record, double miou) {
  record.validation = {{record.iterations, miou, miou, miou}};
  record.miou = record.best_miou = miou;
}

/// For tests: the record of a whole training in "fp16" or "fp32" to which nothing happened.
inline TrainingRecord training_record(const std::string& precision, double miou) {
  const bool is_half = precision == "fp16";
  TrainingRecord record;
  record.policy = is_half ? "fp16-master" : precision;
  record.scaler = is_half ? "static" : "none";
  record.iterations = record.asked_iterations = record.scheduled_iterations = record.steps = 600;
  record.batch = 4;
  const double scale = is_half ? 512.0 : 1.0;
  record.scale = {scale, scale, scale, scale, {}};
  record.loss = {is_half ? 3.0 : 3.001, 1.0};
  record.gradients = {1000, 1, 20};
  set_miou(record, miou);
  record.census = census_of(is_half ? "float16" : "float32");
  record.peak_bytes = is_half ? 600000 : 1000000;
  record.seconds = 30.0;
  record.iterations_per_second = 20.0;
  return record;
}

/// For tests: records of the seeds 0, 1, ...
inline TrainingRecords trainings(const std::vector<double>& mious,
                                 const std::string& precision = "fp16") {
  TrainingRecords records;
  for (std::size_t i = 0; i < mious.size(); ++i) {
    TrainingRecord& record = records[static_cast<std::int64_t>(i)];
    record = training_record(precision, mious[i]);
    record.loss.first += 0.01 * static_cast<double>(i);
  }
  return records;
}

/// For tests: a training's result as the worker leaves it.
inline RunResult training_result(const std::string& precision, std::int64_t seed,
                                 const TrainingRecord& record) {
  RunResult result = sample::result("train", precision, record_to_json(record));
  result.seed = seed;
  result.digests["weights"] = precision + " " + std::to_string(seed);
  return result;
}

/// For tests: a claim over trainings of the sample row, and the results that the job asked for.
struct Trained {
  Row row = sample::row();
  Claim claim;
  std::vector<RunResult> results;
  JobScope scope{{"train"}, {}, {}};

  Trained(const char* id, Json value) : claim(sample::claim(id, "retrained", std::move(value))) {}
  void add(const std::string& precision, const std::vector<double>& mious) {
    for (const auto& [seed, record] : trainings(mious, precision)) {
      results.push_back(training_result(precision, seed, record));
    }
  }
  /// The result of a training that left none.
  void add_failed(const std::string& precision, std::int64_t seed, std::string reason) {
    results.push_back(training_result(precision, seed, {}));
    results.back().status = RunStatus::kError;
    results.back().reason = std::move(reason);
    results.back().measurements = Json::object();
  }
  ClaimContext context() const { return {row, claim, results, scope}; }
  Finding judge(ClaimRule rule) const { return rule(context()); }
};

}  // namespace harness

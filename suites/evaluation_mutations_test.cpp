// Results of the stages examine and evaluate that a GPU left behind (docs/evidence), broken at
// random (harness/testing/mutated_verdicts.h), with those of another row to take for them.

#include <cmath>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/testing/mutated_run.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

const fs::path kRun = "docs/evidence/2026-11-27-nvidia-h200/correctness/minizoo";

std::string row_of(const std::string& method) {
  return method + "_r50w8-d8_64x128_600_fp16_scenes";
}

/// A value just beyond what passes.
void falsify(Json& claim) {
  Json& value = claim.at("value");
  if (value.is_string()) value = "00000000";
  if (!value.is_number()) return;
  const bool has_tolerance = claim.contains("tolerance") && claim.at("tolerance").is_object();
  const double allowed = has_tolerance ? claim.at("tolerance").value("abs", 0.0) : 1000.0;
  value = value.get<double>() + 2.5 * allowed + 0.01;
}

using Claims = std::set<std::string>;
const Claims kComparison = {"parity", "parity.pixels", "parity.logits"};
const Claims kHalf = {"miou",   "finite.forward", "range",
                      "parity", "parity.pixels",  "parity.logits"};

/// What a worker that is wrong leaves behind: one fault in one result.
struct Fault {
  const char* name;
  const char* document;  ///< Of the row.
  void (*plant)(Json& result);
  Claims robbed;
};

Json& activations(Json& result) {
  return result.at("measurements").at("forward").at("activations");
}
Json& census(Json& result) {
  return result.at("measurements").at("forward").at("census");
}
Json& logits(Json& result) {
  return result.at("measurements").at("logits");
}

const std::vector<Fault> kFaults = {
    {"another checkpoint", "evaluate-fp16",
     [](Json& result) { result["digests"]["checkpoint"] = std::string(64, '0'); }, kHalf},
    {"no digests", "evaluate-fp16", [](Json& result) { result["digests"] = Json::object(); },
     kHalf},
    {"FP32 of another checkpoint", "evaluate-fp32",
     [](Json& result) { result["digests"]["checkpoint"] = std::string(64, '0'); }, kComparison},
    {"a comparison of another checkpoint", "parity-fp16",
     [](Json& result) { result["digests"]["checkpoint"] = std::string(64, '0'); }, kComparison},
    {"other predictions", "parity-fp16",
     [](Json& result) { result["digests"]["predictions"] = std::string(64, '0'); }, kComparison},
    {"half that ran in FP32", "evaluate-fp16",
     [](Json& result) {
       census(result)["convolution"] = {{"float32", 59}};
     },
     kHalf},
    {"batch norm in FP32", "evaluate-fp16",
     [](Json& result) {
       census(result)["batch_norm"] = {{"float32", 58}};
     },
     kHalf},
    {"a hook on one layer", "evaluate-fp16",
     [](Json& result) {
       census(result) = {{"convolution", {{"float16", 1}}}};
     },
     kHalf},
    {"one activation", "evaluate-fp16",
     [](Json& result) {
       activations(result).update({{"elements", 1}, {"zeros", 0}, {"half_subnormals", 0}});
     },
     kHalf},
    {"small activations", "evaluate-fp16",
     [](Json& result) { activations(result)["max_abs"] = 0.001; }, kHalf},
    {"one logit", "evaluate-fp16", [](Json& result) { logits(result)["elements"] = 1; }, kHalf},
    {"more images", "evaluate-fp16", [](Json& result) { result["measurements"]["images"] = 1000; },
     kHalf},
    {"logits of FP32", "parity-fp16",
     [](Json& result) { logits(result)["rmse"] = logits(result)["rmse_reference"]; }, kComparison},
    {"logits of FP64", "parity-fp16", [](Json& result) { logits(result)["rmse"] = 1e-300; },
     kComparison},
    {"an FP32 that is none", "parity-fp16",
     [](Json& result) {
       Json& distance = logits(result)["rmse_reference"];
       distance = 1000.0 * distance.get<double>();
     },
     kComparison},
    {"counts of two images exchanged", "parity-fp16",
     [](Json& result) {
       Json& images = result["measurements"]["per_image"];
       for (const auto* counts : {"intersect", "union"})
         std::swap(images[0][counts], images[1][counts]);
     },
     kComparison},
    {"TF32", "evaluate-fp32",
     [](Json& result) { result["environment"]["library"]["tf32"]["cudnn"] = true; }, kComparison},
    {"no GPU", "evaluate-fp16", [](Json& result) { result["environment"]["gpu"] = nullptr; },
     kHalf},
    {"no library", "evaluate-fp16",
     [](Json& result) { result["environment"]["library"] = nullptr; }, kHalf},
    {"another GPU in FP32", "evaluate-fp32",
     [](Json& result) { result["environment"]["gpu"]["name"] = "NVIDIA A10"; }, kComparison},
    {"another program in FP32", "evaluate-fp32",
     [](Json& result) { result["environment"]["build"]["commit"] = std::string(40, 'a'); },
     kComparison},
    {"one tensor examined",
     "examine",
     [](Json& result) {
       Json& values = result["measurements"]["checkpoint"]["values"];
       for (Json* one : {&values["all"], &values["roles"]["convolution"]}) {
         one->update({{"tensors", 1}, {"elements", 9}, {"zeros", 0}, {"half_subnormals", 0}});
       }
     },
     {"finite", "tensors", "miou", "parity"}},
    {"a file of one byte",
     "examine",
     [](Json& result) { result["measurements"]["checkpoint"]["stored"]["size"] = 1; },
     {"hash", "finite", "miou"}},
    {"an examined file of another name",
     "examine",
     [](Json& result) { result["measurements"]["checkpoint"]["name"] = "other-00000000.pth"; },
     {"hash", "finite", "tensors", "miou"}}};

class EvaluationMutations : public MutatedRun {
 protected:
  void SetUp() override {
    const std::string row = row_of("fcn");
    const fs::path out = folder_.path() / "run";
    fs::create_directories(out);
    fs::copy(kRun / row, out / row);
    write_suite(out, row);
    take_run(out, row);
    take_other_row(kRun / row_of("pspnet"));
    Json suite = read_json_file(out / "suite.json");
    for (auto& claim : suite.at("rows").at(0).at("claims")) falsify(claim);
    false_suite_ = suite_from_json(suite, "suite.json");
  }

  /// The suite of the row and its claims about files and evaluations, and the job that asked for
  /// them.
  static void write_suite(const fs::path& out, const std::string& row) {
    Json suite = read_json_file(kRun / "suite.json");
    Json kept = suite.at("rows").at(0);
    EXPECT_EQ(kept.at("id"), row);
    Json claims = Json::array();
    for (const auto& claim : kept.at("claims")) {
      const std::string id = claim.at("id");
      const bool is_ours = !id.starts_with("retrain.") && id != "memory" && id != "fps";
      if (is_ours && !claim.at("value").is_null()) claims.push_back(claim);
    }
    kept.at("claims") = claims;
    suite.at("rows") = Json::array({kept});
    write_json_file(out / "suite.json", suite);
    Json job = read_json_file(kRun / "run.json");
    Json asked = Json::array();
    for (const auto& execution : job.at("asked")) {
      if (execution.at("row") == row) asked.push_back(execution);
    }
    job.at("asked") = asked;
    job.at("rows") = Json::array({row});
    job.at("suite_digest") = sha256_file(out / "suite.json");
    write_json_file(out / "run.json", job);
  }

  Mutation mutate(Random& random) override {
    const DocumentMutations documents(documents_, random);
    switch (below(random, 20)) {
      case 0:
      case 1:
      case 2:
        return take_other_rows(random);
      case 3:
        return change_identity(random, documents.some_document());
      case 4:
        return forget_to_run(random);
      case 5:
        return break_job(random);
      case 6:
      case 7:
      case 8:
      case 9:
        return plant_fault(kFaults[below(random, kFaults.size())]);
      default:
        return documents.any();
    }
  }

  Mutation plant_fault(const Fault& fault) const {
    const std::string name = fmt::format("{}/{}.json", row_, fault.document);
    Json result = documents_.at(name);
    fault.plant(result);
    Mutation mutation{fmt::format("{} in {}", fault.name, name), {{name, result}}};
    mutation.robbed = fault.robbed;
    return mutation;
  }

  TemporaryFolder folder_;
};

TEST_F(EvaluationMutations, NoneMakesAPassAndNoneThatRobsEvidenceLeavesOne) {
  const JudgedTwice whole = judge({});
  ASSERT_GE(whole.truth.size(), 15u);
  for (const auto& [claim, outcome] : whole.truth) EXPECT_TRUE(outcome.pass) << outcome.text;
  for (const auto& [claim, outcome] : whole.lies) {
    // A larger range is no lie.
    EXPECT_TRUE(claim == "range" || !outcome.pass) << outcome.text;
  }
  expect_no_wrong_pass(600);
}

TEST_F(EvaluationMutations, EveryFaultIsSeen) {
  const JudgedTwice whole = judge({});
  for (const auto& fault : kFaults) {
    const JudgedTwice judged = judge(plant_fault(fault).changed);
    for (const auto& claim : fault.robbed) {
      EXPECT_TRUE(passes(whole.truth, claim)) << claim;
      EXPECT_FALSE(passes(judged.truth, claim)) << fault.name << ": " << claim;
    }
  }
}

}  // namespace
}  // namespace harness

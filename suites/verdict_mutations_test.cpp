// A real run of every stage, broken at random (harness/testing/mutated_verdicts.h).

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "harness/base/sha256.h"
#include "harness/testing/broken_records.h"
#include "harness/testing/mutated_run.h"
#include "harness/testing/small_run.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

constexpr const char* kTrainSeeds = "0,1,2,3";
constexpr double kBytesPerGb = 1073741824.0;
constexpr double kMargin = 5.0;  ///< Of the mIoU of trainings as short as these.

/// How far off a claim's value is false, and no more than it must be: what is measured lies within
/// one tolerance of it.
double distance_to_false(const Json& claim) {
  if (claim.at("id") == "retrain.miou") return 1.6 * kMargin;
  if (!claim.contains("tolerance") || claim.at("tolerance").is_null()) return 1000.0;
  const Json& tolerance = claim.at("tolerance");
  const double allowed = tolerance.value("abs", 0.0) +
                         tolerance.value("rel", 0.0) * std::abs(claim.at("value").get<double>());
  return 2.5 * allowed + (claim.at("id") == "memory" ? 0.0 : 0.01);
}

/// Another value for every claim that has one, just beyond what passes.
Suite false_suite(const fs::path& file) {
  Json suite = read_json_file(file);
  for (auto& claim : suite.at("rows").at(0).at("claims")) {
    Json& value = claim.at("value");
    if (value.is_number()) value = value.get<double>() + distance_to_false(claim);
    if (value.is_string()) value = "00000000";
  }
  return suite_from_json(suite, "suite.json");
}

class VerdictMutations : public MutatedRun {
 protected:
  /// A run with every stage whose retrainings pass: what they reach becomes the published value.
  void SetUp() override {
    const fs::path small = folder_.path() / "small.json";
    const fs::path out = folder_.path() / "run";
    write_json_file(small, small_suite(12));
    expect_judged({"run", small, "--stage", "examine,evaluate,memory,lockstep,train", "--seeds",
                   kTrainSeeds, "--offline", "--out", out});
    publish_what_was_reached(out);
    take_run(out, kSmallRow);
    false_suite_ = false_suite(out / "suite.json");
  }

  static void publish_what_was_reached(const fs::path& out) {
    double sum = 0.0;
    for (int seed = 0; seed < 4; ++seed) {
      const auto name = "train-fp16-seed" + std::to_string(seed) + ".json";
      sum += read_json_file(out / kSmallRow / name).at("measurements").at("miou").get<double>() / 4;
    }
    Json suite = read_json_file(out / "suite.json");
    Json& claims = suite.at("rows").at(0).at("claims");
    const double half = step_bytes(out, "fp16");
    for (auto& claim : claims) {
      if (claim.at("id") == "memory") claim = step_claim("memory", half / kBytesPerGb);
      if (claim.at("id") == "retrain.miou") publish(claim, sum, kMargin);
      if (claim.at("id") == "retrain.memory") publish(claim, memory_ratio(out), 0.1);
    }
    claims.push_back(step_claim("memory.ratio", half / step_bytes(out, "fp32")));
    write_json_file(out / "suite.json", suite);
    Json job = read_json_file(out / "run.json");
    job.at("suite_digest") = sha256_file(out / "suite.json");
    write_json_file(out / "run.json", job);
  }

  static void publish(Json& claim, double value, double tolerance) {
    claim["value"] = value;
    claim["tolerance"] = {{"abs", tolerance}, {"reason", "this test trains for 12 iterations"}};
    claim.erase("conditions");
  }

  /// The zoo publishes the memory of no training step.
  static Json step_claim(const char* id, double value) {
    return {{"id", id},
            {"evidence", "evaluated"},
            {"value", value},
            {"source", {{"file", "suites/verdict_mutations_test.cpp"}}},
            {"tolerance", {{"rel", 0.015}, {"reason", "as of the published rows"}}},
            {"conditions", {{"stage", "train"}, {"gigabyte", "MB/1024"}}}};
  }

  static double step_bytes(const fs::path& out, const std::string& precision) {
    const Json result = read_json_file(out / kSmallRow / ("memory-" + precision + ".json"));
    const Json& tensors = result.at("measurements").at("tensors");
    return tensors.at("bytes").get<double>() - tensors.at("standing").at("other").get<double>();
  }

  static double memory_ratio(const fs::path& out) {
    const auto peak = [&](const char* precision) {
      const auto file = out / kSmallRow / ("train-" + std::string(precision) + "-seed0.json");
      return read_json_file(file).at("measurements").at("peak_bytes").get<double>();
    };
    return peak("fp16") / peak("fp32");
  }

  Mutation mutate(Random& random) override {
    const DocumentMutations documents(documents_, random);
    switch (below(random, 20)) {
      case 0:
        return add_stale_document(random, documents.some_document());
      case 1:
        return change_identity(random, documents.some_document());
      case 2:
        return add_noise(random);
      case 3:
        return forget_to_run(random);
      case 4:
      case 5:
        return break_one_training(random);
      case 6:
      case 7:
        return break_job(random);
      case 8:
        return break_memory(random);
      default:
        return documents.any();
    }
  }

  Mutation add_stale_document(Random& random, const std::string& name) const {
    Json document = documents_.at(name);
    document["seed"] = 77;
    document["key"] = "another";
    const auto* precision = below(random, 2) == 0 ? "fp16" : "fp32";
    return {"add " + name + " of another job",
            {{std::string(kSmallRow) + "/train-" + precision + "-seed77.json", document}}};
  }

  /// One of several trainings did not do what the claims say of all of them.
  Mutation break_one_training(Random& random) const {
    const auto name =
        std::string(kSmallRow) + "/train-fp16-seed" + std::to_string(below(random, 4)) + ".json";
    Json document = documents_.at(name);
    Json& measured = document.at("measurements");
    Mutation mutation{"", {}};
    switch (below(random, 7)) {
      case 0:
        measured.at("census").at("convolution") = {{"float32", 10}};
        mutation.robbed = {"retrain.arithmetic"};
        break;
      case 1:
        measured.at("policy") = "fp32";
        mutation.robbed = {"retrain.arithmetic"};
        break;
      case 2:
        measured.at("peak_bytes") = measured.at("peak_bytes").get<std::int64_t>() * 10;
        mutation.robbed = {"retrain.memory"};
        break;
      case 3:
        measured.at("non_finite_weights") = 3;
        mutation.robbed = {"retrain.finite"};
        break;
      case 4:
        measured.at("applied_non_finite_steps") = 2;
        mutation.robbed = {"retrain.finite"};
        break;
      case 5:
        measured.at("iterations") = measured.at("iterations").get<std::int64_t>() - 1;
        mutation.robbed = {"retrain.arithmetic", "retrain.finite",     "retrain.memory",
                           "retrain.miou",       "retrain.loss_scale", "retrain.parity"};
        break;
      default:
        measured.at("miou") = nullptr;
        mutation.robbed = {"retrain.miou", "retrain.parity"};
    }
    mutation.name = "break " + name + ": " + *mutation.robbed.begin();
    mutation.changed[name] = document;
    return mutation;
  }

  Mutation break_memory(Random& random) const {
    const bool is_half = below(random, 2) == 0;
    const auto name =
        std::string(kSmallRow) + (is_half ? "/memory-fp16" : "/memory-fp32") + ".json";
    const auto& one = broken::kMemoryBreaks[below(random, broken::kMemoryBreaks.size())];
    Mutation mutation{one.name + (" in " + name),
                      {{name, broken::changed<MemoryRecord>(documents_.at(name), one.change)}}};
    mutation.robbed = {"memory.ratio"};
    if (is_half) mutation.robbed.insert("memory");
    return mutation;
  }

  /// Trainings that scatter more, about the mean that they had: where the claim is false it stays
  /// false, and where they scatter too much nothing can be said.
  Mutation add_noise(Random& random) const {
    Mutation mutation{"noise", {}};
    std::uniform_real_distribution<double> part(0.5, 1.0);
    // Such short trainings reach 10 %: more would make negative mIoUs of some.
    const double most = 8.0 * static_cast<double>(below(random, 2));
    // The other way in the other arithmetic, or their differences might not scatter.
    for (const auto& [precision, sign] : {std::pair{"fp16", 1.0}, std::pair{"fp32", -1.0}}) {
      double moved = 0.0;
      for (int seed = 0; seed < 4; ++seed) {
        moved = seed % 2 == 0 ? sign * (0.5 + most * part(random)) : -moved;
        const auto name = std::string(kSmallRow) + "/train-" + precision + "-seed" +
                          std::to_string(seed) + ".json";
        Json noisy = documents_.at(name);
        Json& measured = noisy["measurements"];
        const double miou = measured["miou"].get<double>() + moved;
        measured["miou"] = measured["best_miou"] = miou;
        measured["validation"].back()["miou"] = miou;
        mutation.changed[name] = noisy;
      }
    }
    if (most > 0.0) mutation.robbed = {"retrain.miou", "retrain.parity"};
    return mutation;
  }

  TemporaryFolder folder_;
};

TEST_F(VerdictMutations, NoneMakesAPassAndNoneThatRobsEvidenceLeavesOne) {
  const JudgedTwice whole = judge({});
  for (const auto* claim : {"hash", "miou", "parity", "parity.logits", "memory", "memory.ratio",
                            "retrain.miou", "retrain.parity", "retrain.memory", "retrain.lockstep",
                            "retrain.arithmetic", "retrain.finite", "retrain.loss_scale"}) {
    ASSERT_TRUE(passes(whole.truth, claim)) << claim << ": " << whole.truth.at(claim).text;
  }
  for (const auto& [claim, outcome] : whole.lies) {
    // A larger range is no lie, and a claim without a value of its own cannot state a false one.
    const bool is_open = claim == "range" || claim == "config" || claim == "tensors";
    EXPECT_TRUE(is_open || !outcome.pass) << outcome.text;
  }
  expect_no_wrong_pass(10000);
}

}  // namespace
}  // namespace harness

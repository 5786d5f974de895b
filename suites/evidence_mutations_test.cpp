// Results of the stages memory and speed that a GPU left behind (docs/evidence), broken at random
// (harness/testing/mutated_verdicts.h): no claim about speed can pass on a CPU.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/base/sha256.h"
#include "harness/testing/broken_records.h"
#include "harness/testing/mutated_run.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

const fs::path kRuns = "docs/evidence/2026-11-27-nvidia-h200/published_size";
constexpr std::size_t kRounds = 5;
constexpr std::size_t kImages = 2;

/// Fewer rounds of fewer images: most of a judgement's time goes into the intervals.
void shorten(SpeedRecord& record) {
  const auto shorten_blocks = [](Blocks& blocks) {
    blocks.resize(std::min(blocks.size(), kRounds));
    for (auto& block : blocks) block.resize(std::min(block.size(), kImages));
  };
  shorten_blocks(record.own->seconds);
  if (record.own->speedup) shorten_blocks(record.own->speedup->reference_seconds);
  broken::follow(*record.own);
}

double rounded(double value, int digits) {
  const double scale = std::pow(10.0, digits);
  return std::round(value * scale) / scale;
}

class EvidenceMutations : public MutatedRun, public testing::WithParamInterface<const char*> {
 protected:
  /// A run of both stages with one row, and claims of what they measured.
  void SetUp() override {
    const std::string row = fmt::format("{}_r101-d8_512x1024_80k_fp16_cityscapes", GetParam());
    const fs::path out = folder_.path() / "run";
    fs::create_directories(out / row);
    for (const auto* stage : {"memory", "speed"}) {
      for (const auto& entry : fs::directory_iterator(kRuns / stage / row)) {
        Json result = read_json_file(entry.path());
        if (stage == std::string("speed")) result = broken::changed<SpeedRecord>(result, shorten);
        write_json_file(out / row / entry.path().filename(), result);
      }
    }
    write_suite(out, row, {});
    measured_ = measured_in(out);
    write_suite(out, row, measured_);
    take_run(out, row);
    make_false_suite(out);
  }

  /// The suite of the row's claims about memory and speed, and the job that asked for them.
  static void write_suite(const fs::path& out, const std::string& row,
                          const std::map<std::string, double>& measured) {
    Json suite = read_json_file(kRuns / "speed" / "suite.json");
    suite.erase("records");
    Json kept;
    for (auto& one : suite.at("rows")) {
      if (one.at("id") == row) kept = one;
    }
    Json claims = Json::array();
    for (auto& claim : kept.at("claims")) {
      if (is_ours(claim.at("id"))) claims.push_back(published(claim, measured));
    }
    kept.at("claims") = claims;
    suite.at("rows") = Json::array({kept});
    write_json_file(out / "suite.json", suite);
    write_job(out, row);
  }

  static bool is_ours(const std::string& id) {
    return id == "memory" || id == "memory.ratio" || id == "fps" || id == "fps.ratio" ||
           id == "kernels";
  }

  /// What was measured, as a source prints it. Nobody published the speed of this GPU.
  static Json published(Json claim, const std::map<std::string, double>& measured) {
    if (claim.at("id") == "fps") claim.at("conditions").at("hardware") = "H200";
    claim.erase("expected_failure");
    const auto found = measured.find(claim.at("id"));
    if (found != measured.end() && claim.contains("digits")) {
      claim.at("value") = rounded(found->second, claim.at("digits").get<int>());
    }
    return claim;
  }

  static void write_job(const fs::path& out, const std::string& row) {
    Json job = read_json_file(kRuns / "speed" / "run.json");
    const Json other = read_json_file(kRuns / "memory" / "run.json");
    Json asked = Json::array();
    for (const Json* one : {static_cast<const Json*>(&job), &other}) {
      for (const auto& execution : one->at("asked")) {
        if (execution.at("row") == row) asked.push_back(execution);
      }
    }
    job.at("asked") = asked;
    job.at("rows") = Json::array({row});
    job.at("stages") = Json::array({"memory", "speed"});
    job.at("suite_digest") = sha256_file(out / "suite.json");
    write_json_file(out / "run.json", job);
  }

  static std::map<std::string, double> measured_in(const fs::path& out) {
    std::map<std::string, double> measured;
    for (const auto& verdict : judge_run(out, read_suite(out / "suite.json")).verdicts) {
      if (verdict.measured.is_number()) measured[verdict.claim] = verdict.measured.get<double>();
    }
    return measured;
  }

  void make_false_suite(const fs::path& out) {
    Json suite = read_json_file(out / "suite.json");
    for (auto& claim : suite.at("rows").at(0).at("claims")) {
      const double measured = measured_.at(claim.at("id"));
      Json& tolerance = claim.at("tolerance");
      const double allowed = tolerance.value("rel", 0.0);
      if (claim.at("id") == "kernels") {
        // A larger share than 1 would be false of everything.
        tolerance.at("abs") = 0.6 * (1.0 - measured);
      } else if (claim.at("id") == "fps.ratio") {
        claim.at("value") = 1.05 * measured / (1.0 - allowed);  // One that is smaller holds.
      } else if (claim.at("id") == "fps") {
        claim.at("value") = measured * (1.0 + 2.5 * allowed);
      } else {
        // The source's software may have kept more than was measured, but not less.
        claim.at("value") = measured * (1.0 - 2.5 * allowed);
      }
    }
    false_suite_ = suite_from_json(suite, "suite.json");
  }

  std::string document(const char* stage, const char* precision) const {
    return fmt::format("{}/{}-{}.json", row_, stage, precision);
  }

  Mutation mutate(Random& random) override {
    const DocumentMutations documents(documents_, random);
    switch (below(random, 20)) {
      case 0:
        return add_stale_document(random);
      case 1:
        return change_identity(random, documents.some_document());
      case 2:
        return take_another_rows(random);
      case 3:
        return take_other_measurements(random);
      case 4:
        return below(random, 2) == 0 ? change_gpu(random) : change_machine(random);
      case 5:
        return add_noise(random);
      case 6:
        return forget_to_run(random);
      case 7:
        return break_job(random);
      case 8:
      case 9:
        return break_memory(random);
      case 10:
      case 11:
      case 12:
        return break_speed(random, broken::kSpeedBreaks, "fp16");
      case 13:
        return break_speed(random, broken::kReferenceBreaks, "fp32");
      default:
        return documents.any();
    }
  }

  /// Of another job; by it some false claims would pass.
  Mutation add_stale_document(Random& random) const {
    const bool is_speed = below(random, 2) == 0;
    const std::string name = document(is_speed ? "speed" : "memory", "fp16");
    Json stale = documents_.at(name);
    if (is_speed) {
      stale = broken::changed<SpeedRecord>(
          stale, [](SpeedRecord& record) { broken::speed_up(record, 1.25); });
    } else {
      stale = broken::changed<MemoryRecord>(stale, [](MemoryRecord& record) {
        broken::grow(record, -record.tensors.bytes * 375 / 10000);
      });
    }
    const auto* stage = is_speed ? "speed" : "memory";
    const auto file = below(random, 2) == 0 ? fmt::format("{}/{}-fp16-seed77.json", row_, stage)
                                            : fmt::format("{}/{}-bf16-amp.json", row_, stage);
    return {"add " + file, {{file, stale}}};
  }

  /// The same execution of another row, whose numbers are much the same.
  Mutation take_another_rows(Random& random) const {
    const DocumentMutations documents(documents_, random);
    const std::string& name = documents.some_document();
    const fs::path file = fs::path(name).filename();
    const auto* stage = file.string().starts_with("speed") ? "speed" : "memory";
    std::vector<fs::path> others;
    for (const auto& entry : fs::directory_iterator(kRuns / stage)) {
      if (entry.is_directory() && entry.path().filename() != row_) others.push_back(entry.path());
    }
    std::ranges::sort(others);
    const fs::path& other = others[below(random, others.size())];
    return {fmt::format("take {} of {}", name, other.filename().string()),
            {{name, read_json_file(other / file)}},
            name};
  }

  /// What the other precision or the other stage measured.
  Mutation take_other_measurements(Random& random) const {
    const DocumentMutations documents(documents_, random);
    const std::string& one = documents.some_document();
    const std::string& other = documents.some_document();
    Json result = documents_.at(one);
    result["measurements"] = documents_.at(other).at("measurements");
    return {fmt::format("give {} what {} measured", one, other),
            {{one, result}},
            one == other ? "" : one};
  }

  /// Whose speed it is, and whether it has tensor cores, is said by the GPU's record.
  Mutation change_gpu(Random& random) const {
    const bool is_half = below(random, 2) == 0;
    const std::string name = document("speed", is_half ? "fp16" : "fp32");
    Json result = documents_.at(name);
    Json& gpu = result.at("environment").at("gpu");
    Mutation mutation{"", {}};
    switch (below(random, 3)) {
      case 0:
        mutation.name = "no GPU";
        gpu = nullptr;
        mutation.robbed = is_half ? broken::kAll : broken::kKernels;
        break;
      case 1: {
        const char* const older[] = {"6.1", "", "of tomorrow", "nan"};
        mutation.name = "a GPU without tensor cores";
        gpu["compute_capability"] = older[below(random, std::size(older))];
        mutation.robbed = broken::kKernels;
        if (is_half) mutation.robbed.insert("fps.ratio");
        break;
      }
      default:
        mutation.name = "another GPU";
        gpu["name"] = "NVIDIA H100";
        if (is_half) mutation.robbed = broken::kFps;
    }
    mutation.name += " in " + name;
    mutation.changed[name] = result;
    return mutation;
  }

  /// A ratio is of one kind of card and one program.
  Mutation change_machine(Random& random) const {
    const std::string name = document("memory", below(random, 2) == 0 ? "fp16" : "fp32");
    Json result = documents_.at(name);
    Json& environment = result.at("environment");
    const std::size_t kind = below(random, 3);
    if (kind == 0) environment.at("build").at("commit") = std::string(40, 'a');
    if (kind == 1) environment.at("gpu").at("name") = "NVIDIA H100";
    if (kind == 2) environment.at("gpu") = nullptr;
    Mutation mutation{fmt::format("another machine in {}: {}", name, kind), {{name, result}}};
    mutation.robbed = {"memory.ratio"};
    return mutation;
  }

  /// Rounds that scatter more about the same median: a false claim stays one, and where they
  /// scatter too much nothing can be said.
  Mutation add_noise(Random& random) const {
    const std::string name = document("speed", "fp16");
    const bool is_much = below(random, 2) == 0;
    const double most = is_much ? 0.5 : 0.02;
    std::uniform_real_distribution<double> part(0.8, 1.0);
    const auto scatter = [&](SpeedRecord& record) {
      double factor = 1.0;
      for (std::size_t round = 0; round < record.own->seconds.size(); ++round) {
        factor = round % 2 == 0 ? 1.0 + most * part(random) : 1.0 / factor;
        for (auto& second : record.own->seconds[round]) second *= factor;
      }
      auto& seconds = record.source->seconds;
      for (std::size_t image = 0; image + 1 < seconds.size(); image += 2) {
        const double moved = most * part(random) * seconds[image];
        seconds[image] += moved;
        seconds[image + 1] = std::max(seconds[image + 1] - moved, 0.1 * seconds[image + 1]);
      }
      broken::follow(*record.own);
      broken::follow(*record.source);
    };
    Mutation mutation{"noise",
                      {{name, broken::changed<SpeedRecord>(documents_.at(name), scatter)}}};
    if (is_much) mutation.robbed = broken::kRatio;
    return mutation;
  }

  Mutation break_memory(Random& random) const {
    const bool is_half = below(random, 2) == 0;
    const std::string name = document("memory", is_half ? "fp16" : "fp32");
    const auto& breaks = below(random, 4) == 0 ? broken::kAllocatorBreaks : broken::kMemoryBreaks;
    const auto& one = breaks[below(random, breaks.size())];
    Mutation mutation{fmt::format("{} in {}", one.name, name),
                      {{name, broken::changed<MemoryRecord>(documents_.at(name), one.change)}}};
    mutation.robbed = {"memory.ratio"};
    if (is_half) mutation.robbed.insert("memory");
    return mutation;
  }

  Mutation break_speed(Random& random, const std::vector<broken::SpeedBreak>& breaks,
                       const char* precision) const {
    const std::string name = document("speed", precision);
    const auto& one = breaks[below(random, breaks.size())];
    Mutation mutation{fmt::format("{} in {}", one.name, name),
                      {{name, broken::changed<SpeedRecord>(documents_.at(name), one.change)}}};
    mutation.robbed = one.robbed;
    return mutation;
  }

  TemporaryFolder folder_;
  std::map<std::string, double> measured_;  ///< By claim.
};

TEST_P(EvidenceMutations, NoneMakesAPassAndNoneThatRobsEvidenceLeavesOne) {
  const JudgedTwice whole = judge({});
  ASSERT_EQ(whole.truth.size(), 5u);
  for (const auto& [claim, outcome] : whole.truth) EXPECT_TRUE(outcome.pass) << outcome.text;
  for (const auto& [claim, outcome] : whole.lies) EXPECT_FALSE(outcome.pass) << outcome.text;
  expect_no_wrong_pass(600);
}

INSTANTIATE_TEST_SUITE_P(Rows, EvidenceMutations,
                         testing::Values("fcn", "pspnet", "deeplabv3", "deeplabv3plus"),
                         [](const auto& tested) { return std::string(tested.param); });

}  // namespace
}  // namespace harness

// The worker writes, the judge reads: for each arithmetic that makes sense, one row is imported,
// run with every stage and judged, and no rule may miss what the worker should have recorded.

#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/small_run.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::AnyOf;
using testing::HasSubstr;
using testing::Not;

struct Arithmetic {
  const char* name;
  const char* policy;
  const char* scaler;  ///< JSON.
};

std::ostream& operator<<(std::ostream& out, const Arithmetic& arithmetic) {
  return out << arithmetic.name;
}

class WorkerContract : public testing::TestWithParam<Arithmetic> {
 protected:
  void SetUp() override {
    suite_ = folder_.path() / "small.json";
    out_ = folder_.path() / "run";
    write_json_file(folder_.path() / "overlay.json", overlay());
    import_table();
    expect_judged({"run", suite_, "--row", kSmallRow, "--stage", "examine,evaluate,lockstep,train",
                   "--seeds", "0,1", "--any-design", "--offline", "--out", out_});
    const Json document = read_json_file(out_ / "verdicts.json");
    for (const auto& verdict : document.at("verdicts")) {
      verdicts_[verdict.at("claim").get<std::string>()] = verdict;
    }
  }

  static Json overlay() {
    Json overlay = read_json_file("suites/minizoo.overlay.json");
    overlay.at("suite").at("data")["root"] = fs::absolute("fixtures/minizoo/data/scenes");
    overlay.at("defaults")["arithmetic"] = {{"policy", GetParam().policy},
                                            {"scaler", Json::parse(GetParam().scaler)}};
    overlay.at("defaults").at("recipe")["iterations"] = 4;
    return overlay;
  }

  void import_table() {
    const int status = wait_for(start_halfproof(
        {"import", "fixtures/minizoo/zoo/fp16/README.md", "fixtures/minizoo/zoo/fp16/metafile.yml",
         "--overlay", folder_.path() / "overlay.json", "-o", suite_}));
    ASSERT_TRUE(ended_with(status, 0));
  }

  std::string verdict(const std::string& claim) {
    return verdicts_.contains(claim) ? verdicts_[claim].at("verdict").get<std::string>() : "absent";
  }

  TemporaryFolder folder_;
  fs::path suite_;
  fs::path out_;
  std::map<std::string, Json> verdicts_;
};

TEST_P(WorkerContract, EachRuleFindsWhatTheWorkerRecorded) {
  ASSERT_GE(verdicts_.size(), 18u);
  for (const auto& [claim, verdict] : verdicts_) {
    const auto reason = verdict.at("reason").get<std::string>();
    for (const auto* words : {"missing", "not recorded", "no result", "cannot be read", "left none",
                              "recorded no", "expected a value", "unknown key", "never begun"}) {
      EXPECT_THAT(reason, Not(HasSubstr(words))) << claim;
    }
    EXPECT_NE(verdict.at("verdict"), "SKIPPED") << claim << ": " << reason;
  }
  // What depends on the arithmetic alone passes, however short the training.
  for (const auto* claim : {"finite.forward", "retrain.arithmetic", "retrain.finite"}) {
    EXPECT_EQ(verdict(claim), "PASS") << verdicts_[claim];
  }
  for (const auto* claim : {"retrain.loss_scale", "range", "parity.logits", "retrain.lockstep"}) {
    EXPECT_THAT(verdict(claim), AnyOf("PASS", "absent", "NOT_VERIFIABLE")) << verdicts_[claim];
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, WorkerContract,
    testing::Values(
        Arithmetic{"Fp32", "fp32", R"({"type": "none"})"},
        Arithmetic{"HalfStatic", "fp16-master", R"({"type": "static", "scale": 512})"},
        Arithmetic{"HalfDynamic", "fp16-master",
                   R"({"type": "mmcv-dynamic", "scale": 65536, "scale_window": 2})"},
        Arithmetic{"AmpDynamic", "fp16-amp", R"({"type": "grad-scaler", "init_scale": 65536})"},
        Arithmetic{"AmpPinned", "fp16-amp", R"({"type": "grad-scaler-pinned", "scale": 512})"},
        Arithmetic{"Bfloat16", "bf16-amp", R"({"type": "none"})"}),
    [](const auto& instance) { return std::string(instance.param.name); });

}  // namespace
}  // namespace harness

// Ends trainings at random moments, with kill -9 and with Ctrl-C, and lets the same command go on:
// the weights and every step must be those of a training that nobody touched.

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/record/run_result.h"
#include "harness/testing/child_process.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr const char* kRow = "fcn_r50w8-d8_64x128_600_fp16_scenes";
constexpr unsigned kSeed = 20201124;

/// Ten; HALFPROOF_TEST_KILLS says otherwise.
int kills_to_make() {
  const char* text = std::getenv("HALFPROOF_TEST_KILLS");
  return text == nullptr ? 10 : std::atoi(text);
}

pid_t start(const fs::path& out) {
  return start_halfproof({"run", "suites/minizoo.json", "--row", "fcn", "--stage", "train",
                          "--precision", "fp16", "--iters", "6", "--seeds", "5", "--digests",
                          "--save-seconds", "0", "--offline", "--out", out.string()});
}

/// What must not depend on how often a training was ended.
struct Outcome {
  std::string steps;
  std::string weights;
};

Outcome outcome_of(const fs::path& out) {
  const fs::path row = out / kRow;
  const Json result = read_json_file(row / "train-fp16-seed5.json");
  EXPECT_EQ(result.at("status"), "ok");
  return {read_file(row / "train-fp16-seed5" / "steps.jsonl"), result.at("digests").at("weights")};
}

void expect_equal(const Outcome& actual, const Outcome& expected) {
  EXPECT_EQ(actual.weights, expected.weights);
  EXPECT_EQ(actual.steps, expected.steps);
}

TEST(InterruptedTraining, EndedAtRandomMomentsItComesToTheSameWeights) {
  const TemporaryFolder folder;
  const auto begin = Clock::now();
  wait_for(start(folder.path() / "whole"));
  const std::chrono::duration<double> whole = Clock::now() - begin;
  const Outcome expected = outcome_of(folder.path() / "whole");
  ASSERT_FALSE(expected.weights.empty());

  std::mt19937 random(kSeed);
  std::uniform_real_distribution<double> moment(0.0, whole.count());
  int killed = 0;
  int resumed = 0;
  for (int training = 0; killed < kills_to_make(); ++training) {
    const fs::path out = folder.path() / std::to_string(training);
    const fs::path saved = out / kRow / "train-fp16-seed5" / "latest.pth";
    for (bool ended = false; !ended && killed < kills_to_make();) {
      resumed += fs::exists(saved) ? 1 : 0;
      const pid_t child = start(out);
      std::this_thread::sleep_for(std::chrono::duration<double>(moment(random)));
      const bool by_ctrl_c = random() % 4 == 0;
      ::kill(-child, by_ctrl_c ? SIGINT : SIGKILL);
      const int status = wait_for(child);
      ended = WIFEXITED(status) && WEXITSTATUS(status) != 130;
      killed += ended ? 0 : 1;
      expect_nothing_half_written(out);
    }
    wait_for(start(out));
    expect_equal(outcome_of(out), expected);
  }
  EXPECT_GT(resumed, killed / 4) << "of " << killed << " ended trainings";
}

}  // namespace
}  // namespace harness

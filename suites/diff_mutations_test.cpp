// Two equal runs of trainings, one of them broken at random: `halfproof diff` may never call them
// equal. HALFPROOF_TEST_SEED, HALFPROOF_TEST_MUTATIONS: as in harness/testing/mutated_verdicts.h.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "harness/cli/command.h"
#include "harness/testing/command_line.h"
#include "harness/testing/mutated_verdicts.h"
#include "harness/testing/small_run.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

using Lines = std::vector<std::string>;

Lines read_lines(const fs::path& file) {
  std::istringstream text(read_file(file));
  Lines lines;
  for (std::string line; std::getline(text, line);) lines.push_back(line);
  return lines;
}

void write_lines(const fs::path& file, const Lines& lines) {
  std::ofstream out(file);
  for (const auto& line : lines) out << line << "\n";
}

class DiffMutations : public testing::Test {
 protected:
  void SetUp() override {
    const fs::path suite = folder_.path() / "small.json";
    write_json_file(suite, small_suite(4));
    expect_judged({"run", suite, "--stage", "train", "--seeds", "0,1", "--any-design", "--offline",
                   "--out", a_});
    fs::copy(a_, b_, fs::copy_options::recursive);
    ASSERT_EQ(diff(a_, b_), 0);
    for (const auto& entry : fs::recursive_directory_iterator(a_)) {
      const auto name = entry.path().lexically_relative(a_);
      if (entry.path().filename() == "steps.jsonl") steps_.push_back(name);
      const bool is_result = name.filename().string().starts_with("train-");
      if (is_result && name.extension() == ".json") results_.push_back(name);
    }
    std::ranges::sort(steps_);
    std::ranges::sort(results_);
    ASSERT_EQ(steps_.size(), 4u);
    ASSERT_EQ(results_.size(), 4u);
  }

  int diff(const fs::path& a, const fs::path& b) const {
    return run_command_line(add_diff_command, {"diff", a.string(), b.string()}).exit_code;
  }

  /// Breaks one file of B; what it did.
  std::string break_one(Random& random) {
    const bool a_result = below(random, 3) == 0;
    changed_ =
        a_result ? results_[below(random, results_.size())] : steps_[below(random, steps_.size())];
    if (below(random, 5) == 0) {
      fs::remove(b_ / changed_);
      return "drop";
    }
    return a_result ? break_result(random) : break_steps(random);
  }

  std::string break_result(Random& random) {
    Json result = read_json_file(b_ / changed_);
    Json& digests = result.at("digests");
    if (digests.empty()) throw std::logic_error("a training without digests");
    const auto digest =
        std::next(digests.begin(), static_cast<long>(below(random, digests.size())));
    const std::string key = digest.key();
    switch (below(random, 3)) {
      case 0:
        digests[key] = std::string(64, '3');
        break;
      case 1:
        digests.erase(key);
        break;
      default:
        result["status"] = "error";
        result["reason"] = "worker: killed by signal 9";
    }
    write_json_file(b_ / changed_, result);
    return "result";
  }

  std::string break_steps(Random& random) {
    Lines lines = read_lines(b_ / changed_);
    const std::size_t at = below(random, lines.size());
    switch (below(random, 4)) {
      case 0:
        lines.resize(at);
        write_lines(b_ / changed_, lines);
        return "cut at line " + std::to_string(at);
      case 1:
        lines.erase(lines.begin() + static_cast<long>(at));
        write_lines(b_ / changed_, lines);
        return "drop line " + std::to_string(at);
      case 2:
        for (auto& line : lines) line = without_a_key(random, line);
        write_lines(b_ / changed_, lines);
        return "drop a key of each line";
      default:
        lines[at] = with_another_value(random, lines[at]);
        write_lines(b_ / changed_, lines);
        return "change line " + std::to_string(at);
    }
  }

  static std::string some_key(Random& random, const Json& step) {
    auto key = std::next(step.begin(), static_cast<long>(below(random, step.size()))).key();
    return key == "step" ? "loss" : key;
  }

  static std::string without_a_key(Random& random, const std::string& line) {
    Json step = parse_json(line, "line");
    if (below(random, 3) == 0) {
      step = {{"step", step.at("step")}};
    } else {
      step.erase(some_key(random, step));
    }
    return step.dump();
  }

  static std::string with_another_value(Random& random, const std::string& line) {
    Json step = parse_json(line, "line");
    Json& value = step[some_key(random, step)];
    value = value.is_null() ? Json(1.5) : Json();
    return step.dump();
  }

  TemporaryFolder folder_;
  fs::path a_ = folder_.path() / "a";
  fs::path b_ = folder_.path() / "b";
  std::vector<fs::path> steps_;
  std::vector<fs::path> results_;
  fs::path changed_;
};

TEST_F(DiffMutations, NoneIsEqualToWhatItWas) {
  const auto mutations = number_from_environment("HALFPROOF_TEST_MUTATIONS", 500);
  const auto first = number_from_environment("HALFPROOF_TEST_SEED", 1);
  for (auto seed = first; seed < first + mutations; ++seed) {
    Random random(seed);
    const std::string what = break_one(random);
    EXPECT_NE(diff(a_, b_), 0) << "HALFPROOF_TEST_SEED=" << seed << ": " << what << " " << changed_;
    EXPECT_NE(diff(b_, a_), 0) << "HALFPROOF_TEST_SEED=" << seed << ": " << what << " " << changed_;
    fs::copy_file(a_ / changed_, b_ / changed_, fs::copy_options::overwrite_existing);
  }
  EXPECT_EQ(diff(a_, b_), 0);
}

}  // namespace
}  // namespace harness

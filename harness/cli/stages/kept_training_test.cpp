#include "harness/cli/stages/kept_training.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/record/run_result.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class KeptTraining : public testing::Test {
 protected:
  TrainingPlace place(const std::string& key, const Json& parts) {
    return {folder_.path(), "train-fp16-seed0", key, parts};
  }
  fs::path training() { return folder_.path() / "train-fp16-seed0"; }
  fs::path result() { return folder_.path() / "train-fp16-seed0.json"; }
  void save_state(const std::string& bytes) { write_file_atomic(training() / "latest.pth", bytes); }
  void finish(const std::string& key, RunStatus status = RunStatus::kOk) {
    RunResult result;
    result.suite = "s";
    result.row = "r";
    result.stage = "train";
    result.precision = "fp16";
    result.key = key;
    result.status = status;
    write_json_file(this->result(), to_json(result));
  }
  std::string refusal(const TrainingPlace& place) {
    try {
      keep_other_training(place, /*restart=*/false);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kUsage);
      return error.detail();
    }
    return "may begin";
  }

  TemporaryFolder folder_;
  const Json parts_ = {{"program", std::string(64, 'a')}, {"LibTorch", "2.11.0"}, {"seed", 0}};
};

TEST_F(KeptTraining, OfTheSameKeyGoesOn) {
  const TrainingPlace ours = place("k", parts_);
  EXPECT_EQ(refusal(ours), "may begin");
  write_training_key(ours);
  save_state("state");
  finish("k");
  EXPECT_EQ(refusal(ours), "may begin");
  keep_other_training(ours, /*restart=*/true);
  EXPECT_EQ(read_file(training() / "latest.pth"), "state");
}

TEST_F(KeptTraining, OfAnotherKeyIsRefusedByWhatChanged) {
  write_training_key(place("k", parts_));
  save_state("state");
  Json parts = parts_;
  parts["program"] = std::string(64, 'b');
  parts["LibTorch"] = "2.12.0";
  parts["OpenCV"] = "4.6.0";
  EXPECT_THAT(refusal(place("other", parts)),
              AllOf(HasSubstr("program was aaaaaaaaaaaa, is bbbbbbbbbbbb;"),
                    HasSubstr("LibTorch was \"2.11.0\", is \"2.12.0\""),
                    HasSubstr("OpenCV was none, is \"4.6.0\""), HasSubstr("--restart"),
                    Not(HasSubstr("seed was"))));
  EXPECT_EQ(read_file(training() / "latest.pth"), "state");
}

TEST_F(KeptTraining, HoldsAStateOrAFinishedResult) {
  const TrainingPlace ours = place("k", parts_);
  write_training_key(ours);
  finish("other", RunStatus::kError);
  EXPECT_FALSE(holds_training(ours));
  finish("other");
  EXPECT_TRUE(holds_training(ours));
  fs::remove(result());
  save_state("state");
  EXPECT_TRUE(holds_training(ours));
}

TEST_F(KeptTraining, WithoutAStateOrAFinishedResultThereIsNothingToLose) {
  write_training_key(place("k", parts_));
  write_file_atomic(training() / "steps.jsonl", "{}\n");
  finish("k", RunStatus::kError);
  EXPECT_EQ(refusal(place("other", parts_)), "may begin");
  write_file_atomic(result(), "{\"schema\": ");
  EXPECT_EQ(refusal(place("other", parts_)), "may begin");
}

TEST_F(KeptTraining, AFinishedOneIsKeptToo) {
  write_training_key(place("k", parts_));
  finish("k");
  EXPECT_THAT(refusal(place("other", {{"seed", 1}})), HasSubstr("seed was 0, is 1"));
}

TEST_F(KeptTraining, AStateWithoutARecordedKeyIsAnotherOne) {
  save_state("state");
  EXPECT_THAT(refusal(place("k", parts_)), HasSubstr("not recorded"));
}

TEST_F(KeptTraining, ARestartMovesEverythingAsideAndDeletesNothing) {
  for (const std::string key : {"1", "2"}) {
    const TrainingPlace next = place(key, {{"seed", key}});
    keep_other_training(next, /*restart=*/true);
    EXPECT_FALSE(fs::exists(training()));
    EXPECT_FALSE(fs::exists(result()));
    write_training_key(next);
    save_state("state " + key);
    finish(key);
  }
  keep_other_training(place("3", parts_), /*restart=*/true);
  for (const std::string key : {"1", "2"}) {
    const fs::path aside = folder_.path() / ("train-fp16-seed0.old-" + key);
    EXPECT_EQ(read_file(aside / "latest.pth"), "state " + key);
    EXPECT_EQ(read_json_file(aside / "key.json").at("parts"), (Json{{"seed", key}}));
    EXPECT_EQ(read_json_file(aside / "train-fp16-seed0.json").at("key"), key);
    EXPECT_TRUE(is_moved_aside(aside.filename().string()));
  }
  EXPECT_FALSE(is_moved_aside("train-fp16-seed0"));
  // Results of a row are the files in its folder.
  EXPECT_TRUE(read_run_results(folder_.path()).empty());
}

TEST_F(KeptTraining, AKeyThatIsNoTextIsAnotherKey) {
  for (const Json& wrong :
       {Json(5), Json::array(), Json{{"key", 5}}, Json{{"key", Json::object()}}}) {
    save_state("state");
    write_json_file(training() / "key.json", wrong);
    EXPECT_NE(refusal(place("k", parts_)), "may begin") << wrong;
  }
}

TEST_F(KeptTraining, AResultAloneIsMovedAsideToo) {
  finish("k");
  keep_other_training(place("other", parts_), /*restart=*/true);
  EXPECT_TRUE(fs::exists(folder_.path() / "train-fp16-seed0.old-1" / "train-fp16-seed0.json"));
}

}  // namespace
}  // namespace harness

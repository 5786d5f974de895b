#include "harness/evaluate/evaluation_journal.h"

#include <cmath>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "harness/base/file.h"

namespace harness {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

class EvaluationJournalTest : public testing::Test {
 protected:
  static SceneTally scene(int number) {
    SceneTally tally;
    for (const std::int64_t forward : {0, 1}) {
      tally.forwards.push_back({ConfusionMatrix::of_counts(2, {number, forward, 3, 4}),
                                std::string(64, static_cast<char>('a' + number)), 100, forward, 7,
                                0.1 * number, forward == 0 ? 0.25 : std::nan("")});
    }
    tally.yardstick_elements = 100;
    tally.yardstick_squares = number == 2 ? kInfinity : 1.0 / 3.0;
    return tally;
  }
  std::size_t kept(const JournalIdentity& identity) const {
    return EvaluationJournal(path_, identity).done().size();
  }
  void write(int scenes) {
    EvaluationJournal journal(path_, identity_);
    for (int number = 0; number < scenes; ++number) journal.add(scene(number));
  }

  const TemporaryFolder folder_;
  const std::filesystem::path path_ = folder_.path() / "evaluate.journal";
  const JournalIdentity identity_{{"k1", "k2"}, {"fp32", "fp16"}, 2, 20};
};

TEST_F(EvaluationJournalTest, GivesBackWhatWasDoneBitForBit) {
  write(18);
  const EvaluationJournal journal(path_, identity_);
  ASSERT_EQ(journal.done().size(), 18U);
  for (int number = 0; number < 18; ++number) {
    const SceneTally expected = scene(number);
    const SceneTally& got = journal.done()[static_cast<std::size_t>(number)];
    ASSERT_EQ(got.forwards.size(), 2U);
    EXPECT_EQ(got.forwards[1].confusion, expected.forwards[1].confusion);
    EXPECT_EQ(got.forwards[1].prediction_sha256, expected.forwards[1].prediction_sha256);
    EXPECT_EQ(got.forwards[1].logits_non_finite, 1);
    EXPECT_EQ(got.forwards[1].squared_distance, expected.forwards[1].squared_distance);
    EXPECT_EQ(got.forwards[0].seconds, 0.25);
    EXPECT_TRUE(std::isnan(got.forwards[1].seconds));
    EXPECT_EQ(got.yardstick_squares, expected.yardstick_squares);
  }
}

TEST_F(EvaluationJournalTest, GoesOnBehindALineThatWasCutOff) {
  write(3);
  const std::string whole = read_file(path_);
  for (const std::size_t cut : {1U, 40U, 200U}) {
    write_file_atomic(path_, whole.substr(0, whole.size() - cut));
    EvaluationJournal journal(path_, identity_);
    ASSERT_EQ(journal.done().size(), 2U) << cut;
    journal.add(scene(2));
    EXPECT_EQ(read_file(path_), whole) << cut;
  }
}

/// After a power failure a file may have its length and not its bytes.
TEST_F(EvaluationJournalTest, ForgetsWhatFollowsALineThatCannotBe) {
  write(3);
  const std::string whole = read_file(path_);
  const std::size_t second = whole.find('\n', whole.find('\n') + 1) + 1;
  for (const std::string_view line :
       {"{}", "zeros", "[1]", "{\"forwards\": [], \"yardstick_elements\": 0}",
        "{\"forwards\": 5, \"yardstick_elements\": -1, \"yardstick_squares\": 1.0}"}) {
    std::string broken = whole;
    broken.replace(second, whole.find('\n', second) - second, line);
    write_file_atomic(path_, broken);
    EXPECT_EQ(kept(identity_), 1U) << line;
  }
  for (const auto& [from, to] : {std::pair{"\"changed\":7", "\"changed\":-7"},
                                 {"\"changed\":7", "\"changed\":0.5"},
                                 {"[1,0,3,4]", "[1,0,3]"},
                                 {"bbbbb", "bbbb"}}) {
    std::string broken = whole;
    broken.replace(broken.find(from, second), std::string_view(from).size(), to);
    write_file_atomic(path_, broken);
    EXPECT_EQ(kept(identity_), 1U) << to;
  }
}

/// Lines that are whole, but not as they were written.
TEST_F(EvaluationJournalTest, ForgetsWhatSomebodyElseWrote) {
  write(4);
  const std::string whole = read_file(path_);
  std::vector<std::string> lines;
  std::istringstream stream(whole);
  for (std::string line; std::getline(stream, line);) lines.push_back(line + "\n");
  ASSERT_EQ(lines.size(), 5U);
  const auto kept_of = [&](const std::vector<std::string>& changed) {
    std::string text;
    for (const auto& line : changed) text += line;
    write_file_atomic(path_, text);
    return kept(identity_);
  };
  EXPECT_EQ(kept_of(lines), 4U);
  EXPECT_EQ(kept_of({lines[0], lines[1], lines[2], lines[2], lines[3]}), 2U) << "repeated";
  EXPECT_EQ(kept_of({lines[0], lines[1], lines[3], lines[4]}), 1U) << "lost";
  EXPECT_EQ(kept_of({lines[0], lines[2], lines[1]}), 0U) << "swapped";
  std::string other = lines[2];
  other.replace(other.find("[1,0,3,4]"), 9, "[2,0,3,4]");
  EXPECT_EQ(kept_of({lines[0], lines[1], other, lines[3]}), 1U) << "another count";
}

/// Another number of threads adds in another order.
TEST_F(EvaluationJournalTest, IsOfOneNumberOfThreads) {
  {
    EvaluationJournal journal(path_, identity_);
    for (const int threads : {1, 1, 2}) {
      SceneTally tally = scene(0);
      tally.threads = threads;
      journal.add(tally);
    }
  }
  const EvaluationJournal journal(path_, identity_);
  ASSERT_EQ(journal.done().size(), 2U);
  EXPECT_EQ(journal.done().back().threads, 1);
}

TEST_F(EvaluationJournalTest, BeginsAnewForAnotherEvaluation) {
  for (int other = 0; other < 4; ++other) {
    JournalIdentity identity = identity_;
    if (other == 0) identity.keys[1] = "k3";
    if (other == 1) identity.forwards = {"fp16", "fp32"};
    if (other == 2) identity.classes = 3;
    if (other == 3) identity.scenes = 19;
    write(3);
    EXPECT_EQ(kept(identity), 0U) << other;
    EXPECT_EQ(kept(identity_), 0U) << other;
  }
}

TEST_F(EvaluationJournalTest, LeavesNothingBehind) {
  EvaluationJournal journal(path_, identity_);
  journal.add(scene(0));
  journal.remove();
  EXPECT_FALSE(std::filesystem::exists(path_));
}

}  // namespace
}  // namespace harness

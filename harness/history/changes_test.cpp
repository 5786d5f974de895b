#include "harness/history/changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/testing/history_runs.h"
#include "harness/testing/synthetic_series.h"

namespace harness {
namespace {
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class ChangesOfNights : public testing::Test {
 protected:
  /// A night whose speed is noisy and whose mIoU repeats.
  HistoryRun quiet_night() {
    HistoryRun run =
        run_of_night(nights_++, {{"fps", 30.0 + 0.1 * draw_.normal()}, {"miou", 52.05}});
    run.parts[1].second = "c0ffee";
    return run;
  }
  void add_quiet_nights(int count) {
    for (int i = 0; i < count; ++i) history_.add(quiet_night());
  }
  Changes last_changes() const {
    const auto runs = history_.runs();
    return changes_between(history_, runs.at(runs.size() - 2).id, runs.back().id);
  }

  SyntheticSeries draw_{11};
  int nights_ = 0;
  TemporaryFolder folder_;
  History history_ = History::open_or_create(folder_.path() / "history.sqlite");
};

TEST_F(ChangesOfNights, AQuietNightIsQuiet) {
  add_quiet_nights(12);
  const Changes changes = last_changes();
  EXPECT_TRUE(is_quiet(changes));
  EXPECT_EQ(changes.verdicts, 2U);
  EXPECT_EQ(changes.measured, 2U);
  EXPECT_EQ(changes.unknown, 0U);
  EXPECT_EQ(to_json(changes).at("quiet"), true);
}

TEST_F(ChangesOfNights, AnotherCommitAloneIsQuietAndToldAllTheSame) {
  add_quiet_nights(12);
  HistoryRun run = quiet_night();
  run.parts[1].second = "decaf";
  history_.add(run);
  EXPECT_TRUE(is_quiet(last_changes()));
  ASSERT_THAT(last_changes().parts, SizeIs(1));
  EXPECT_EQ(last_changes().parts[0].now, "decaf");
}

TEST_F(ChangesOfNights, PartsMoveComeAndGo) {
  add_quiet_nights(1);
  HistoryRun run = quiet_night();
  run.parts = {{"driver", "590.10"}, {"card", "abcd"}, {"commit", "c0ffee"}};
  history_.add(run);
  const Changes changes = last_changes();
  std::vector<std::string> told;
  for (const auto& part : changes.parts) {
    told.push_back(part.name + " " + part.before + " " + part.now);
  }
  EXPECT_THAT(told, ElementsAre("driver 580.65.06 590.10", "card  abcd", "suite 5017e "));
  EXPECT_FALSE(is_quiet(changes));
}

TEST_F(ChangesOfNights, AVerdictThatFlipsIsThereWithItsReasons) {
  add_quiet_nights(1);
  HistoryRun run = quiet_night();
  run.verdicts[1].record.verdict = Verdict::kFail;
  run.verdicts[1].record.reason = "0.1 below, allowed 0.055";
  history_.add(run);
  const Changes changes = last_changes();
  ASSERT_THAT(changes.flips, SizeIs(1));
  EXPECT_EQ(changes.flips[0].claim.claim, "miou");
  EXPECT_EQ(changes.flips[0].before, Verdict::kPass);
  EXPECT_EQ(changes.flips[0].now, Verdict::kFail);
  EXPECT_EQ(changes.flips[0].reason, "0.1 below, allowed 0.055");
  EXPECT_EQ(changes.flips[0].reason_before, "as published");
  EXPECT_FALSE(is_quiet(changes));
}

TEST_F(ChangesOfNights, RowsAndClaimsAreGainedAndLost) {
  add_quiet_nights(1);
  HistoryRun run = quiet_night();
  StoredVerdict other = run.verdicts[0];
  other.record.row = "pspnet";
  run.verdicts.push_back(other);
  run.verdicts.erase(run.verdicts.begin());  // The speed of fcn.
  history_.add(run);
  Changes changes = last_changes();
  EXPECT_THAT(changes.rows_gained, ElementsAre("pspnet"));
  EXPECT_THAT(changes.rows_lost, IsEmpty());
  ASSERT_THAT(changes.claims_lost, SizeIs(1));
  EXPECT_EQ(changes.claims_lost[0].claim, "fps");
  EXPECT_THAT(changes.claims_gained, IsEmpty()) << "they belong to the row that was gained";
  EXPECT_FALSE(is_quiet(changes));
  add_quiet_nights(1);
  changes = last_changes();
  EXPECT_THAT(changes.rows_lost, ElementsAre("pspnet"));
  ASSERT_THAT(changes.claims_gained, SizeIs(1));
}

TEST_F(ChangesOfNights, WhatFailsAndWhatNoLongerDoes) {
  add_quiet_nights(1);
  HistoryRun run = quiet_night();
  run.failed = {{"fcn", "speed in fp16", "killed"}};
  history_.add(run);
  ASSERT_THAT(last_changes().failed, SizeIs(1));
  EXPECT_FALSE(is_quiet(last_changes()));
  HistoryRun again = quiet_night();
  again.failed = {{"fcn", "speed in fp16", "killed by another"}};
  history_.add(again);
  EXPECT_TRUE(is_quiet(last_changes())) << "it failed the night before as well";
  add_quiet_nights(1);
  ASSERT_THAT(last_changes().mended, SizeIs(1));
}

TEST_F(ChangesOfNights, ANumberBeyondItsNoiseIsToldInItsNightAndStaysThen) {
  add_quiet_nights(12);
  const auto slow_night = [&] {
    HistoryRun run = quiet_night();
    auto& measured = run.verdicts[0].record.measured;
    measured = measured.get<double>() - 2.0;
    return run;
  };
  history_.add(slow_night());
  const Changes first = last_changes();
  ASSERT_THAT(first.numbers, SizeIs(1));
  EXPECT_EQ(first.numbers[0].claim.claim, "fps");
  EXPECT_NEAR(first.numbers[0].before, 30.0, 0.2);
  EXPECT_NEAR(first.numbers[0].now, 28.0, 0.5);
  EXPECT_GT(first.numbers[0].allowed, 0.2);
  EXPECT_EQ(first.numbers[0].since.id, first.now.id);
  history_.add(slow_night());
  const Changes second = last_changes();
  EXPECT_THAT(second.numbers, IsEmpty());
  ASSERT_THAT(second.stayed, SizeIs(1));
  EXPECT_EQ(second.stayed[0].since.id, first.now.id);
  EXPECT_TRUE(is_quiet(second));
}

TEST_F(ChangesOfNights, AnEarlierRunIsComparedWithWhatWasBeforeIt) {
  add_quiet_nights(12);
  HistoryRun slow = quiet_night();
  slow.verdicts[0].record.measured = 28.0;
  history_.add(slow);
  add_quiet_nights(1);
  EXPECT_THAT(changes_between(history_, 12, 13).numbers, SizeIs(1));
  EXPECT_THAT(changes_between(history_, 11, 12).numbers, IsEmpty());
}

TEST_F(ChangesOfNights, NoiseIsNotKnownAtFirst) {
  add_quiet_nights(5);
  const Changes changes = last_changes();
  EXPECT_EQ(changes.measured, 2U);
  EXPECT_EQ(changes.unknown, 1U) << "the speed; the mIoU repeats";
}

class LastNightOf : public testing::Test {
 protected:
  void add(int night, const std::string& command, const std::vector<std::string>& rows = {"fcn"}) {
    HistoryRun run = run_of_night(night, {});
    run.header.digest = std::to_string(++added_);
    run.header.command = command;
    run.header.stages = "evaluate";
    for (const auto& row : rows) {
      run.verdicts.push_back(
          {{row, "miou", "evaluated", "fp16", 1, 1, "%", Json(nullptr), Verdict::kPass, "equal"},
           ""});
    }
    history_.add(run);
  }
  /// "3 after 1" of each pair, "4 first" where there is none to compare with.
  std::vector<std::string> pairs() const {
    std::vector<std::string> texts;
    for (const auto& [before, now] : last_night(history_).pairs) {
      texts.push_back(std::to_string(now.id) +
                      (before ? " after " + std::to_string(before->id) : " first"));
    }
    return texts;
  }

  int added_ = 0;
  TemporaryFolder folder_;
  History history_ = History::open_or_create(folder_.path() / "history.sqlite");
};

TEST_F(LastNightOf, NoRunsIsNone) {
  EXPECT_THAT(pairs(), IsEmpty());
}

TEST_F(LastNightOf, EachCommandIsComparedWithItself) {
  for (const int night : {1, 2}) {
    add(night, "run zoo --row a", {"a"});
    add(night, "run zoo --row b", {"b"});
  }
  EXPECT_THAT(pairs(), ElementsAre("3 after 1", "4 after 2"));
}

TEST_F(LastNightOf, ANewCommandIsComparedWithOneThatSharesARow) {
  add(1, "run zoo --row a", {"a"});
  add(1, "run zoo --row b", {"b"});
  add(2, "run zoo --row a,c", {"a", "c"});
  EXPECT_THAT(pairs(), ElementsAre("3 after 1"));
  add(2, "run zoo --row d", {"d"});
  EXPECT_THAT(pairs(), ElementsAre("3 after 1", "4 first"));
}

TEST_F(LastNightOf, WhatWasRunTheNightBeforeAndNotInThisOneIsMissing) {
  add(1, "run zoo --row a");
  add(2, "run zoo --row b");
  add(3, "run zoo --row c");
  const LastNight night = last_night(history_);
  ASSERT_THAT(night.missing, SizeIs(1)) << "the first is two nights old";
  EXPECT_EQ(night.missing[0].command, "run zoo --row b");
}

TEST(Changes, OfRunsThatAreNotThereAreAnError) {
  const TemporaryFolder folder;
  History history = History::open_or_create(folder.path() / "history.sqlite");
  history.add(run_of_night(0, {}));
  EXPECT_THROW(changes_between(history, 1, 2), Error);
}

}  // namespace
}  // namespace harness

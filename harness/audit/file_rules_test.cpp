#include "harness/audit/file_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/audit/record_rules.h"
#include "harness/testing/audited_log.h"

namespace harness {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class FileRules : public testing::Test {
 protected:
  FileRules() {
    row_.id = "row";
    row_.recipe = {{"iterations", 400}, {"lr", 0.01}};
    files_.checkpoint = "row_20200717_230921-50245227.pth";
    files_.sha256 = "50245227" + std::string(56, '0');
    files_.meta = {{"exp_name", "configs/row.py"},
                   {"iter", 400},
                   {"mmseg_version", "0.5.0"},
                   {"time", "Sat Jul 18 01:09:21 2020"}};
    files_.checkpoint_config = good_config();
    files_.log_name = "row_20200717_230921.log.json";
    files_.log = good_log();
    files_.log_config = good_config();
  }

  std::vector<std::string> found() const { return texts_of(audit_files(row_, files_, {})); }

  Row row_;
  RowFiles files_;
};

TEST_F(FileRules, FilesOfOneRunAreNoContradiction) {
  EXPECT_THAT(found(), IsEmpty());
  EXPECT_THAT(compare_statements(statements_of_files(row_, files_)), IsEmpty());
}

TEST_F(FileRules, SeesNamesOfTwoRuns) {
  files_.log_name = "row_20200718_000000.log.json";
  EXPECT_THAT(found(), ElementsAre("time: checkpoint and log are named after two runs"));
}

TEST_F(FileRules, SeesACheckpointThatWasSavedTooEarly) {
  files_.meta["time"] = "2020-07-17 22:00:00";
  EXPECT_THAT(found(), ElementsAre(HasSubstr("saved before the run of its name began")));
  files_.meta["time"] = "2020-07-17 23:19:21";
  for (auto& entry : files_.log->train) entry.values["time"] = 2.0;
  EXPECT_THAT(found(), ElementsAre(HasSubstr("saved 600 s after the run began")));
  files_.meta["time"] = "2020-07-17 23:22:41";
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(FileRules, SeesTwoConfigsAndAnotherIteration) {
  files_.checkpoint_config["optimizer"]["lr"] = 0.02;
  EXPECT_THAT(found(), ElementsAre(HasSubstr("configs: log and checkpoint hold two configs: "
                                             "optimizer.lr")));
  EXPECT_EQ(compare_statements(statements_of_files(row_, files_)).at(0).fact, "lr");
  files_.checkpoint_config = good_config();
  files_.meta["iter"] = 399;
  EXPECT_THAT(found(), IsEmpty()) << "as mmcv 1.3 counts";
  files_.meta["iter"] = 320;
  EXPECT_THAT(found(), ElementsAre("iteration: the checkpoint is of iteration 320 of 400"));
}

TEST_F(FileRules, SaysWhatTheBytesHashTo) {
  files_.sha256 = "ffffffff" + std::string(56, '0');
  std::vector<Statement> statements = statements_of_files(row_, files_);
  Statement published = statements[0];
  published.value = "50245227";
  published.place.file = "README.md";
  statements.push_back(made(published));
  EXPECT_EQ(compare_statements(statements).at(0).rule, "hash");
}

TEST_F(FileRules, ALogWithoutAConfigIsHeldAgainstTheCheckpoints) {
  files_.log_config = nullptr;
  files_.log->train[3].values["lr"] = 0.01;
  const auto contradictions = audit_files(row_, files_, {});
  ASSERT_EQ(contradictions.size(), 1U);
  EXPECT_EQ(contradictions[0].quotes[1].column, "meta.config");
  files_.meta["cfg"] = "as mmengine has it";
  EXPECT_EQ(audit_files(row_, files_, {}).at(0).quotes[1].column, "meta.cfg");
}

TEST_F(FileRules, SaysWhatIsLeftOpen) {
  EXPECT_TRUE(unjudged_in_files(row_, files_).empty());
  files_.log_config["lr_config"]["policy"] = "step";
  const auto unjudged = unjudged_in_files(row_, files_);
  ASSERT_EQ(unjudged.size(), 1U);
  EXPECT_EQ(unjudged[0].row, "row");
  EXPECT_EQ(unjudged[0].what, "learning rate");
  EXPECT_EQ(unjudged[0].reason, "NOT_VERIFIABLE: the policy step is not known, only poly");
}

TEST_F(FileRules, MissingFilesAreNoContradiction) {
  files_ = RowFiles{};
  EXPECT_THAT(found(), IsEmpty());
  EXPECT_THAT(statements_of_files(row_, files_), IsEmpty());
  EXPECT_TRUE(unjudged_in_files(row_, files_).empty());
}

TEST(SecondsOf, KnowsStampsAndBothFormsOfMeta) {
  EXPECT_EQ(seconds_of("20200717_230921"), seconds_of("Fri Jul 17 23:09:21 2020"));
  EXPECT_EQ(seconds_of("2020-07-17 23:09:22").value() - seconds_of("20200717_230921").value(), 1.0);
  EXPECT_FALSE(seconds_of("yesterday").has_value());
}

}  // namespace
}  // namespace harness

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/audit/log_rules.h"
#include "harness/testing/audited_log.h"

namespace harness {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class LogValues : public testing::Test {
 protected:
  std::vector<std::string> found() const {
    LogContext context = context_of(log_);
    context.version = version_;
    context.version_place = {"", "row.pth", 0, "meta.mmseg_version", "", "", ""};
    if (miou_ > 0.0) {
      context.published_miou = made(
          {"row", "", "miou", miou_, 0.005, "%", "", {"", "README.md", 3, "mIoU", "", "", ""}});
    }
    return texts_of(audit_log_values(context));
  }

  TrainingLog log_ = good_log();
  std::string version_ = "0.17.0";
  double miou_ = 60.0;  // Of the last validation line.
};

TEST_F(LogValues, AWholeLogIsNoContradiction) {
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(LogValues, SeesALossThatIsNotFinite) {
  log_.train[4].values["loss"] = nullptr;
  EXPECT_THAT(found(), ElementsAre("log.loss: loss is not finite at iteration 250"));
}

TEST_F(LogValues, SeesASpike) {
  log_.train[4].values["loss"] = 2.2;
  EXPECT_THAT(found(),
              ElementsAre(HasSubstr("log.loss: the loss at iteration 250 is 3.143 times")));
  log_.train[4].values["loss"] = 2.0;
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(LogValues, SeesMemoryThatFalls) {
  log_.train[5].values["memory"] = 4000;
  EXPECT_THAT(found(), ElementsAre("log.memory: memory falls at iteration 300"));
  log_.train[5].values["memory"] = 6000;
  EXPECT_THAT(found(), ElementsAre("log.memory: memory falls at iteration 350"));
}

TEST_F(LogValues, MmenginesMemoryMayFall) {
  log_ = good_mmengine_log();
  version_ = "1.2.2";
  log_.train[5].values["memory"] = 4000;
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(LogValues, TheLastMiouIsTheLastThatWasValidated) {
  log_.validation.push_back({99, 450, {{"mode", "val"}, {"mDice", 0.5}}});
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(LogValues, SeesLossKeysOfAnotherVersion) {
  version_ = "0.18.0";
  EXPECT_THAT(found(), ElementsAre("log.keys: MMSegmentation 0.18.0 does not write loss_seg"));
  version_ = "";
  EXPECT_THAT(found(), IsEmpty());
  log_.train[5].values.erase("decode.loss_seg");
  log_.train[5].values["decode.loss_ce"] = 0.5;
  EXPECT_THAT(found(), ElementsAre("log.keys: the log changes from loss_seg to loss_ce"));
}

TEST_F(LogValues, SeesThatTheBestValidationWasPublishedAndNotTheLast) {
  log_.validation[1].values["mIoU"] = 0.6512;
  miou_ = 65.12;
  EXPECT_THAT(found(),
              ElementsAre("log.miou: the published mIoU is that of iteration 200, the best, "
                          "not of the last, 400"));
  miou_ = 57.5;
  EXPECT_THAT(found(),
              ElementsAre("log.miou: the published mIoU is that of iteration 300, not of the "
                          "last, 400"));
  miou_ = 70.0;
  EXPECT_THAT(found(), ElementsAre("log.miou: no validation line has the published mIoU"));
}

TEST_F(LogValues, JudgesALogOfMmengine) {
  log_ = good_mmengine_log();
  version_ = "1.2.2";
  EXPECT_THAT(found(), IsEmpty());
  log_.validation[1].values["mIoU"] = 65.12;
  miou_ = 65.12;
  EXPECT_THAT(found(), ElementsAre(HasSubstr("is that of iteration 200, the best, not of the")));
}

TEST_F(LogValues, ABestThatIsAlsoTheLastIsFine) {
  EXPECT_THAT(found(), IsEmpty());
  miou_ = 0.0;
  EXPECT_THAT(found(), IsEmpty()) << "nothing published, nothing to contradict";
}

}  // namespace
}  // namespace harness

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/audit/log_rules.h"
#include "harness/testing/audited_log.h"

namespace harness {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class LogProgress : public testing::Test {
 protected:
  std::vector<std::string> found() const {
    LogContext context = context_of(log_);
    context.config = config_;
    context.recipe = recipe_;
    return texts_of(audit_log_progress(context));
  }

  /// "what: why" of what is left open.
  std::string unjudged() const {
    LogContext context = context_of(log_);
    context.config = config_;
    context.recipe = recipe_;
    std::string text;
    for (const auto& [what, reason] : unjudged_in_log(context)) text += what + ": " + reason;
    return text;
  }

  TrainingLog log_ = good_log();
  Json config_ = good_config();
  Json recipe_ = Json::object();
};

TEST_F(LogProgress, AWholeLogIsNoContradiction) {
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(LogProgress, SeesMissingLines) {
  log_.train.erase(log_.train.begin() + 2);
  EXPECT_THAT(found(),
              ElementsAre("log.iterations: 1 line is missing, the first after iteration 100"));
}

TEST_F(LogProgress, AValidationLineMayStandForTheTrainingLineOfItsIteration) {
  std::erase_if(log_.train, [](const auto& entry) { return entry.iteration % 100 == 0; });
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(LogProgress, SeesALogThatEndsTooEarly) {
  log_.train.resize(6);
  log_.validation.resize(3);
  EXPECT_THAT(found(), ElementsAre("log.iterations: the log ends at iteration 300 of 400",
                                   HasSubstr("log.validation: 3 of 4")));
}

TEST_F(LogProgress, AccusesNobodyOfLoggingMoreRarelyThanTheConfigSays) {
  std::erase_if(log_.train, [](const auto& entry) { return entry.iteration % 100 != 0; });
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(LogProgress, AccusesNobodyOfWritingEachLineTwice) {
  const auto once = log_.train;
  log_.train.clear();
  for (const auto& entry : once) log_.train.insert(log_.train.end(), 2, entry);
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(LogProgress, AccusesNobodyOfCountingWithinEpochs) {
  log_.counted_within_epochs = true;
  log_.train.erase(log_.train.begin(), log_.train.begin() + 3);
  EXPECT_THAT(found(), IsEmpty());
  EXPECT_EQ(unjudged(), "iterations and learning rate: the log counts iterations within epochs");
}

TEST_F(LogProgress, AccusesNobodyOfValidatingLaterOrByEpochs) {
  log_.validation.erase(log_.validation.begin());
  EXPECT_THAT(found(), ElementsAre(HasSubstr("log.validation: 3 of 4")));
  config_["evaluation"]["start"] = 150;
  EXPECT_THAT(found(), IsEmpty()) << "the first after 150 is 200";
  config_["evaluation"].erase("start");
  config_["evaluation"]["by_epoch"] = true;
  EXPECT_THAT(found(), IsEmpty());
  config_["evaluation"].erase("by_epoch");
  log_.validation.clear();
  EXPECT_THAT(found(), IsEmpty());
  EXPECT_EQ(unjudged(), "validation lines: the log has none");
}

TEST_F(LogProgress, KnowsWhereMmengineBeginsToValidate) {
  log_ = good_mmengine_log();
  config_ = good_mmengine_config();
  log_.validation.erase(log_.validation.begin(), log_.validation.begin() + 2);
  EXPECT_THAT(found(), ElementsAre(HasSubstr("log.validation: 2 of 4")));
  config_["train_cfg"]["val_begin"] = 300;
  EXPECT_THAT(found(), IsEmpty());
  config_["train_cfg"].erase("val_begin");
  config_["train_cfg"]["dynamic_intervals"] = Json::parse("[[200, 50]]");
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(LogProgress, SeesWhatAResumedRunLeavesBehind) {
  auto again = log_.train;
  log_.train.insert(log_.train.begin() + 4, again.begin() + 2, again.begin() + 4);
  EXPECT_THAT(found(),
              ElementsAre(HasSubstr("log.resumed: after iteration 200 comes iteration 150")));
  log_ = good_log();
  log_.environment_lines = {1, 7};
  EXPECT_THAT(found(), ElementsAre("log.resumed: the log begins again in line 7"));
  log_ = good_log();
  log_.train.erase(log_.train.begin(), log_.train.begin() + 2);
  log_.validation.erase(log_.validation.begin());
  EXPECT_THAT(found(), ElementsAre("log.resumed: the log begins at iteration 150",
                                   HasSubstr("log.validation: 3 of 4")));
  log_ = good_log();
  config_["resume_from"] = "iter_200.pth";
  EXPECT_THAT(found(), ElementsAre("log.resumed: the config resumes from iter_200.pth"));
}

TEST_F(LogProgress, SeesMissingValidationLines) {
  log_.validation.erase(log_.validation.begin() + 1);
  EXPECT_THAT(found(), ElementsAre("log.validation: 3 of 4 validation lines are there, the first "
                                   "missing one is that of iteration 200"));
}

TEST_F(LogProgress, SeesALearningRateOffThePolySchedule) {
  log_.train[3].values["lr"] = 0.01;
  EXPECT_THAT(found(), ElementsAre(HasSubstr("log.schedule: the learning rate at iteration 200")));
  log_ = good_log();
  config_["optimizer"]["lr"] = 0.02;
  EXPECT_THAT(found(), ElementsAre(HasSubstr("8 of 8 lines differ")));
  config_["lr_config"]["policy"] = "step";
  EXPECT_THAT(found(), IsEmpty()) << "only the poly schedule is known";
}

TEST_F(LogProgress, SaysWhyALearningRateIsNotJudged) {
  EXPECT_EQ(unjudged(), "");
  config_["lr_config"]["policy"] = "step";
  EXPECT_EQ(unjudged(), "learning rate: the policy step is not known, only poly");
  config_ = good_config();
  config_["lr_config"]["warmup"] = "linear";
  EXPECT_EQ(unjudged(), "learning rate: it begins with a warm-up");
  config_ = good_config();
  config_["lr_config"]["by_epoch"] = true;
  EXPECT_EQ(unjudged(), "learning rate: it goes by epochs");
  config_ = good_config();
  config_["optimizer"]["paramwise_cfg"] = {{"norm_decay_mult", 0.0}};
  EXPECT_EQ(unjudged(), "learning rate: paramwise_cfg gives some parameters another one");
  config_ = good_config();
  config_.erase("lr_config");
  EXPECT_EQ(unjudged(), "learning rate: the config has no lr_config");
  config_ = nullptr;
  EXPECT_EQ(unjudged(), "learning rate: nothing says how many iterations it has");
  recipe_ = {{"iterations", 400}};
  EXPECT_EQ(unjudged(), "learning rate: nothing says where it begins");
  recipe_["lr"] = 0.01;
  EXPECT_EQ(unjudged(), "");
  for (auto& entry : log_.train) entry.values.erase("lr");
  EXPECT_EQ(unjudged(), "learning rate: no line of the log holds one");
  log_.train.clear();
  EXPECT_EQ(unjudged(), "learning rate: the log has no training line");
}

TEST_F(LogProgress, JudgesALogOfMmengine) {
  log_ = good_mmengine_log();
  config_ = good_mmengine_config();
  EXPECT_THAT(found(), IsEmpty());
  EXPECT_EQ(unjudged(), "");
  log_.train[2].values["lr"] = 0.01;
  EXPECT_THAT(found(), ElementsAre(HasSubstr("log.schedule: the learning rate at iteration 150")));
  log_.train.erase(log_.train.begin() + 2);
  log_.validation.erase(log_.validation.begin());
  EXPECT_THAT(found(), ElementsAre(HasSubstr("log.iterations: 1 line is missing"),
                                   HasSubstr("log.validation: 3 of 4")));
}

TEST_F(LogProgress, KnowsOfMmengineOnlyOnePolySchedule) {
  log_ = good_mmengine_log();
  config_ = good_mmengine_config();
  Json& schedules = config_["param_scheduler"];
  schedules[0]["type"] = "CosineAnnealingLR";
  EXPECT_EQ(unjudged(), "learning rate: the schedule CosineAnnealingLR is not known, only PolyLR");
  schedules[0]["type"] = "PolyLR";
  schedules[0]["begin"] = 100;
  EXPECT_EQ(unjudged(), "learning rate: it does not begin at the beginning");
  schedules[0]["begin"] = 0;
  schedules[0]["by_epoch"] = true;
  EXPECT_EQ(unjudged(), "learning rate: it goes by epochs");
  schedules.push_back({{"type", "LinearLR"}});
  EXPECT_EQ(unjudged(), "learning rate: it is made of 2 schedules");
  schedules = Json::array();
  EXPECT_EQ(unjudged(), "learning rate: it is made of 0 schedules");
  schedules = {{"type", "PolyLR"}, {"by_epoch", false}, {"end", 1}};
  EXPECT_EQ(unjudged(), "learning rate: it has fewer than two iterations");
  config_["optim_wrapper"]["paramwise_cfg"] = {{"norm_decay_mult", 0.0}};
  EXPECT_EQ(unjudged(), "learning rate: paramwise_cfg gives some parameters another one");
}

TEST_F(LogProgress, WithoutAConfigTheRecipeCounts) {
  config_ = nullptr;
  recipe_ = {{"iterations", 400}, {"lr", 0.01}};
  EXPECT_THAT(found(), IsEmpty());
  recipe_["lr"] = 0.02;
  EXPECT_THAT(found(), ElementsAre(HasSubstr("log.schedule")));
}

TEST_F(LogProgress, HugeNumbersAreContradictionsAndNothingWorse) {
  constexpr std::int64_t kHuge = std::numeric_limits<std::int64_t>::max();
  log_.train.back().iteration = kHuge;
  log_.validation.back().iteration = kHuge;
  EXPECT_THAT(found(), testing::Contains(HasSubstr("log.iterations")));
  config_["runner"]["max_iters"] = kHuge;
  config_["evaluation"]["interval"] = kHuge;
  config_["log_config"]["interval"] = kHuge;
  EXPECT_THAT(found(), testing::Each(testing::Not("incomplete")));
}

}  // namespace
}  // namespace harness

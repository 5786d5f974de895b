#include "harness/train/training_log_writer.h"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace {

TEST(LogAverages, AreMeansInTheOrderOfTheirNames) {
  LogAverages averages;
  averages.add({{"decode.loss_seg", 1.0}, {"loss", 3.0}});
  averages.add({{"decode.loss_seg", 2.0}, {"loss", 4.0}});
  EXPECT_EQ(averages.means(), (LogAverages::Values{{"decode.loss_seg", 1.5}, {"loss", 3.5}}));
  LogAverages restored;
  restored.restore(parse_json(averages.state().dump(), "state"));
  EXPECT_EQ(restored.means(), averages.means());
  EXPECT_EQ(restored.count(), 2);
  averages.clear();
  EXPECT_EQ(averages.count(), 0);
}

TEST(LogAverages, KeepThatALossWasNotANumber) {
  LogAverages averages;
  averages.add({{"loss", std::nan("")}});
  LogAverages restored;
  restored.restore(parse_json(averages.state().dump(), "state"));
  EXPECT_TRUE(std::isnan(restored.means().front().second));
  EXPECT_THROW(restored.restore(Json::object()), Error);
}

TEST(TrainingLogWriter, WritesTheSourcesKeysInItsOrder) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "20260101_000000.log.json";
  TrainingLogWriter log(path, 0);
  log.begin({{"seed", 0}, {"exp_name", "fcn.py"}});
  log.train({2, 75, 0.0444321}, std::nullopt,
            {{"data_time", 0.0113001}, {"decode.loss_seg", 1.4813149}, {"loss", 2.2412}});
  log.train({2, 76, 0.04}, 5370, {{"loss", std::nan("")}, {"time", HUGE_VAL}});
  log.validation({2, 76, 0.04}, 16, {{"aAcc", 0.850249}, {"mIoU", 0.31176}});
  EXPECT_EQ(read_file(path),
            "{\"seed\": 0, \"exp_name\": \"fcn.py\"}\n"
            "{\"mode\": \"train\", \"epoch\": 2, \"iter\": 75, \"lr\": 0.04443, "
            "\"data_time\": 0.0113, \"decode.loss_seg\": 1.48131, \"loss\": 2.2412}\n"
            "{\"mode\": \"train\", \"epoch\": 2, \"iter\": 76, \"lr\": 0.04, \"memory\": 5370, "
            "\"loss\": NaN, \"time\": Infinity}\n"
            "{\"mode\": \"val\", \"epoch\": 2, \"iter\": 16, \"lr\": 0.04, \"aAcc\": 0.8502, "
            "\"mIoU\": 0.3118}\n");
}

TEST(TrainingLogWriter, GoesOnWhereItWasKept) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "log.json";
  std::uintmax_t kept = 0;
  {
    TrainingLogWriter log(path, 0);
    log.begin({{"seed", 0}});
    kept = log.flush();
    log.train({1, 1, 0.1}, std::nullopt, {{"loss", 1.0}});
  }
  TrainingLogWriter log(path, kept);
  log.train({1, 1, 0.1}, std::nullopt, {{"loss", 2.0}});
  EXPECT_THAT(read_file(path), testing::EndsWith("\"loss\": 2.0}\n"));
  EXPECT_THAT(read_file(path), testing::Not(testing::HasSubstr("\"loss\": 1.0")));
}

TEST(TrainingLogWriter, SaysWhereItCannotWrite) {
  EXPECT_THROW(TrainingLogWriter("fixtures/no/such/folder/log.json", 0), Error);
}

}  // namespace
}  // namespace harness

#include "harness/openmmlab/log_line.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

/// "t", "v", "l" and "e" for training, validation, validation loss and environment.
std::string kind(const char* line) {
  const auto kind = kind_of_log_line(Json::parse(line));
  if (!kind) return "none";
  return std::string(kind->training ? "t" : "") + (kind->validation ? "v" : "") +
         (kind->validation_loss ? "l" : "") + (kind->environment ? "e" : "");
}

TEST(LogLine, IsToldByWhatItHolds) {
  EXPECT_EQ(kind(R"({"mode": "train", "iter": 50, "decode.loss_ce": 1, "loss": 1})"), "t");
  EXPECT_EQ(kind(R"({"mode": "train", "iter": 50, "lr": 1})"), "t");
  EXPECT_EQ(kind(R"({"mode": "train", "iter": 16, "lr": 1, "mIoU": 0.5, "IoU.road": 1})"), "v");
  EXPECT_EQ(kind(R"({"mode": "train", "iter": 50, "loss": 1, "mIoU": 0.5})"), "tv");
  EXPECT_EQ(kind(R"({"mode": "val", "iter": 16, "mIoU": 0.5})"), "v");
  EXPECT_EQ(kind(R"({"mode": "val", "iter": 16, "mDice": 0.5})"), "v");
  EXPECT_EQ(kind(R"({"mode": "val", "iter": 16, "loss": 0.5, "decode.acc_seg": 90})"), "l");
  EXPECT_EQ(kind(R"({"mode": "val", "iter": 16, "loss": 0.5, "mIoU": 0.5})"), "v");
  EXPECT_EQ(kind(R"({"mode": "val", "iter": 16})"), "v");
  EXPECT_EQ(kind(R"({"mode": "train", "iter": 16, "0_mIoU": 0.5, "1_mIoU": 0.5})"), "v");
  EXPECT_EQ(kind(R"({"mode": "test", "iter": 16})"), "none");
  EXPECT_EQ(kind(R"({"exp_name": "a.py"})"), "e");
}

TEST(LogLine, OfMmengineHasAStep) {
  EXPECT_EQ(kind(R"({"loss": 1, "iter": 50, "step": 50})"), "t");
  EXPECT_EQ(kind(R"({"lr": 1, "iter": 50, "step": 50})"), "t");
  EXPECT_EQ(kind(R"({"mIoU": 50, "step": 100})"), "v");
  EXPECT_EQ(kind(R"({"val/mIoU": 50, "step": 100})"), "v");
  EXPECT_EQ(kind(R"({"data_time": 1, "step": 100})"), "v");
  EXPECT_TRUE(kind_of_log_line(Json::parse(R"({"step": 1})"))->of_mmengine);
  EXPECT_EQ(kind(R"({"mIoU": 50, "time": 1})"), "v") << "of a test, without a step";
}

TEST(LogLine, FindsMeanIouUnderAPrefix) {
  EXPECT_EQ(mean_iou_key(Json::parse(R"({"mIoU": 1, "a/mIoU": 2})")), "mIoU");
  EXPECT_EQ(mean_iou_key(Json::parse(R"({"val/mIoU": 2})")), "val/mIoU");
  EXPECT_EQ(mean_iou_key(Json::parse(R"({"0_mIoU": 2})")), "0_mIoU");
  EXPECT_EQ(mean_iou_key(Json::parse(R"({"0_mIoU": 2, "1_mIoU": 3})")), "") << "of two data sets";
  EXPECT_EQ(mean_iou_key(Json::parse(R"({"mDice": 2, "xmIoU": 1})")), "");
}

TEST(LogLine, ACutOneHasNoEnd) {
  const std::string line = R"({"mode": "train", "a": [1, {"b": "}]\""}]})";
  EXPECT_FALSE(is_cut_off(line));
  for (std::size_t size = 1; size < line.size(); ++size) {
    EXPECT_TRUE(is_cut_off(line.substr(0, size))) << size;
  }
  for (const char* other : {"", "[1", "x", "\"{", "{}}", "{} {}"}) {
    EXPECT_FALSE(is_cut_off(other)) << other;
  }
  EXPECT_TRUE(is_cut_off(R"({"mode": "tr{"mode": "train"})")) << "the next run wrote on";
}

TEST(LogLine, KnowsTheTextLogBesideTheJson) {
  EXPECT_TRUE(is_text_log("2021-07-12 10:15:00,123 - mmseg - INFO - Environment info:\n"));
  EXPECT_TRUE(is_text_log("2023/01/01 10:00:00 - mmengine - INFO - \n"));
  EXPECT_TRUE(is_text_log("Iter [50/80000]\tlr: 9.994e-03, loss: 2.4\n"));
  EXPECT_TRUE(is_text_log("[2023-03-13 05:27:38,110][train.py] iter [9580/49000]"));
  EXPECT_TRUE(is_text_log("2019-07-29 20:52:15,674 segmentation INFO: Sample: 32, mIoU: 28.800"));
  EXPECT_FALSE(is_text_log("{\"mode\": \"Iter [50\"}"));
  EXPECT_FALSE(is_text_log(""));
  EXPECT_FALSE(is_text_log("[1, 2]"));
}

}  // namespace
}  // namespace harness

#include "harness/worker/evaluate_job.h"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/evaluate/evaluation_journal.h"
#include "harness/record/evaluation_record.h"
#include "harness/record/run_result.h"
#include "harness/testing/minizoo_rows.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

Json example() {
  return {{"suite", "s"},
          {"row", {{"id", "fcn"}, {"method", "FCN"}, {"claims", Json::array()}}},
          {"data", {{"root", "/data"}, {"split", "val"}, {"height", 128}, {"width", 256}}},
          {"checkpoint", "/a.pth"},
          {"checkpoint_sha256", "00"},
          {"device", "cpu"},
          {"threads", 2},
          {"results", {{{"stage", "evaluate"}, {"precision", "fp16"}, {"key", "k"}}}},
          {"out", "/out/fcn"},
          {"argv", {"halfproof", "run"}}};
}

TEST(EvaluateJob, IsReadAsTheCommandWritesIt) {
  const EvaluateJob job = evaluate_job_from_json(example());
  EXPECT_EQ(job.row.id, "fcn");
  EXPECT_EQ(job.data.width, 256);
  ASSERT_EQ(job.results.size(), 1U);
  EXPECT_EQ(job.results[0].precision, "fp16");
  EXPECT_EQ(job.argv.size(), 2U);
}

TEST(EvaluateJob, RefusesWhatItDoesNotKnow) {
  Json extra = example();
  extra["surprise"] = 1;
  EXPECT_THROW(evaluate_job_from_json(extra), Error);
  Json missing = example();
  missing.erase("device");
  EXPECT_THROW(evaluate_job_from_json(missing), Error);
}

TEST(EvaluateJob, OnlyAGpuHasKernelsToSwitchOn) {
  const std::pair<const char*, bool EvaluateJob::*> switches[] = {
      {"fused_segmentation", &EvaluateJob::fused_segmentation},
      {"fused_norm", &EvaluateJob::fused_norm}};
  for (const auto& [key, field] : switches) {
    Json job = example();
    EXPECT_FALSE(evaluate_job_from_json(job).*field);
    job[key] = true;
    EXPECT_THROW(evaluate_job_from_json(job), Error);
    job["device"] = "cuda";
    EXPECT_TRUE(evaluate_job_from_json(job).*field);
    job[key] = 1;
    EXPECT_THROW(evaluate_job_from_json(job), Error);
  }
}

TEST(RequireWholeImages, RefusesASlidingWindow) {
  EXPECT_NO_THROW(require_whole_images(nullptr, "row"));
  EXPECT_NO_THROW(require_whole_images({{"model", {{"test_cfg", {{"mode", "whole"}}}}}}, "row"));
  EXPECT_NO_THROW(require_whole_images({{"test_cfg", nullptr}}, "row"));
  for (const Json& config : {Json{{"model", {{"test_cfg", {{"mode", "slide"}}}}}},
                             Json{{"test_cfg", {{"mode", "slide"}}}}}) {
    EXPECT_THROW(require_whole_images(config, "row"), Error);
  }
}

/// The FCN row on two images.
class EvaluatedRow : public testing::Test {
 protected:
  EvaluatedRow() {
    for (const auto* name : {"frankfurt_000000_000019", "frankfurt_000001_000019"}) {
      copy("leftImg8bit", std::string(name) + "_leftImg8bit.png");
      copy("gtFine", std::string(name) + "_gtFine_labelTrainIds.png");
    }
    const MinizooRow row = minizoo_row("fcn_fp16");
    job_.suite = "minizoo";
    job_.row = row.row;
    job_.data.root = (folder_.path() / "data").string();
    job_.data.height = 128;
    job_.data.width = 256;
    job_.checkpoint = row.checkpoint;
    job_.checkpoint_sha256 = std::string(64, '0');
    job_.device = "cpu";
    job_.out = folder_.path() / "out";
  }

  void copy(const std::string& kind, const std::string& name) {
    const fs::path part = fs::path(kind) / "val" / "frankfurt";
    fs::create_directories(folder_.path() / "data" / part);
    fs::copy_file("fixtures/minizoo/data/scenes" / part / name,
                  folder_.path() / "data" / part / name);
  }

  TemporaryFolder folder_;
  EvaluateJob job_;
};

/// A worker was ended behind its first scene: what it kept of that (here made up) counts.
TEST_F(EvaluatedRow, GoesOnBehindTheScenesOfAnEarlierWorker) {
  job_.results = {{"evaluate", "fp32", "key"}};
  const auto pixels = [&](const std::string& kept_key) {
    const fs::path path = job_.out / "evaluate.journal";
    std::vector<std::int64_t> counts(19 * 19);
    counts[0] = 1'000'000'000;
    SceneTally scene;
    scene.forwards.push_back({ConfusionMatrix::of_counts(19, counts), std::string(64, 'a')});
    EvaluationJournal(path, {{kept_key}, {"fp32"}, 19, 2}).add(scene);
    testing::internal::CaptureStdout();
    evaluate_job(job_);
    testing::internal::GetCapturedStdout();
    EXPECT_FALSE(fs::exists(path));
    return measurements_of<EvaluationRecord>(read_run_results(job_.out).at(0)).pixels;
  };
  fs::create_directories(job_.out);
  EXPECT_GT(pixels("key"), 1'000'000'000);
  EXPECT_LT(pixels("another key"), 1'000'000'000);
}

TEST_F(EvaluatedRow, LeavesOneResultForEachThatIsWanted) {
  job_.results = {{"evaluate", "fp16", "a"}, {"evaluate", "fp32", "b"}, {"parity", "fp16", "c"}};
  testing::internal::CaptureStdout();
  evaluate_job(job_);
  EXPECT_THAT(testing::internal::GetCapturedStdout(), testing::HasSubstr("\"progress\""));
  const auto results = read_run_results(job_.out);
  ASSERT_EQ(results.size(), 3U);
  const auto half = measurements_of<EvaluationRecord>(results[0]);
  const auto single = measurements_of<EvaluationRecord>(results[1]);
  EXPECT_EQ(results[0].key, "a");
  EXPECT_EQ(half.images, 2);
  ASSERT_TRUE(half.forward.has_value());
  ASSERT_TRUE(single.forward.has_value());
  EXPECT_EQ(half.forward->census.at("convolution").at("float16"), 59);
  EXPECT_GT(half.forward->peak_bytes, 1000000);
  EXPECT_LT(half.forward->peak_bytes, single.forward->peak_bytes);
  ASSERT_TRUE(results[0].environment.library.has_value());
  EXPECT_EQ(results[0].environment.library->convolution_kernel, "widened fp32");
  EXPECT_FALSE(results[0].environment.gpu.has_value());
  const auto parity = measurements_of<ParityRecord>(results[2]);
  EXPECT_EQ(parity.images, 2);
  EXPECT_EQ(parity.per_image.size(), 2U);
  EXPECT_LT(parity.changed_pixels, parity.pixels);
}

TEST_F(EvaluatedRow, SeveralScalesLookAtNoActivations) {
  job_.results = {{"evaluate_ms_flip", "fp32", "a"}};
  testing::internal::CaptureStdout();
  evaluate_job(job_);
  testing::internal::GetCapturedStdout();
  const auto results = read_run_results(job_.out);
  ASSERT_EQ(results.size(), 1U);
  const auto record = measurements_of<EvaluationRecord>(results[0]);
  EXPECT_EQ(record.protocol, "ms_flip");
  EXPECT_FALSE(record.forward.has_value());
}

TEST_F(EvaluatedRow, ACheckpointOfAnotherModelIsRefusedByItsKeys) {
  job_.checkpoint = minizoo_row("pspnet_fp16").checkpoint;
  job_.results = {{"evaluate", "fp32", "a"}};
  EXPECT_THROW(evaluate_job(job_), Error);
  EXPECT_TRUE(read_run_results(job_.out).empty());
}

}  // namespace
}  // namespace harness

// The rows of the real table in the published form and size, from their URLs to their verdicts, on
// any CPU: all but the numbers that only the real weights and images have. An hour for each row, so
// only `ctest --preset release -C Slow -R full_size` runs it.

#include <sys/resource.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "harness/base/file.h"
#include "harness/openmmlab/python_config.h"
#include "harness/table/suite.h"
#include "harness/testing/child_process.h"
#include "harness/testing/loopback_server.h"
#include "harness/testing/made_zoo_files.h"
#include "harness/testing/program.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::int64_t kImages = 2;
/// Of a whole process; DESIGN of the product: one row's evaluation fits into a small machine.
constexpr double kMostGigabytes = 6.0;

/// The largest process that has ended among those started here and theirs.
double peak_gigabytes() {
  rusage usage{};
  ::getrusage(RUSAGE_CHILDREN, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024.0 / 1e9;
}

class FullSize : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (std::getenv("HALFPROOF_TEST_FULL_SIZE") == nullptr) {
      GTEST_SKIP() << "an hour for each row; ctest --preset release -C Slow -R full_size runs it";
    }
    make_data("val");
    make_data("train");
  }

  /// Makes the row's files, serves them, and writes the suite that names them.
  void publish(std::int64_t height, std::int64_t width) {
    const Suite table = read_suite("suites/mmseg_fp16.json");
    const auto row = std::ranges::find_if(table.rows, [](const Row& one) {
      return one.id.starts_with(std::string(GetParam()) + "_r101");
    });
    ASSERT_NE(row, table.rows.end());
    fs::create_directories(folder_.path() / "zoo");
    const std::string crop = fmt::format("({}, {})", height, width);
    published_.emplace(*row, crop, folder_.path() / "zoo");
    for (const auto& file : {published_->checkpoint, published_->log, published_->config}) {
      serve(file);
    }
    server_.start();
    write_suite(row->id, {height, width});
  }

  /// Cityscapes' layout: the mini zoo's scenes, enlarged to 1024x2048.
  void make_data(const std::string& split) {
    const fs::path from = "fixtures/minizoo/data/scenes";
    const fs::path images = folder_.path() / "cityscapes/leftImg8bit" / split / "frankfurt";
    const fs::path labels = folder_.path() / "cityscapes/gtFine" / split / "frankfurt";
    fs::create_directories(images);
    fs::create_directories(labels);
    for (std::int64_t i = 0; i < kImages; ++i) {
      const std::string name = "frankfurt_00000" + std::to_string(i) + "_000019";
      const auto enlarge = [&](const fs::path& source, const fs::path& target, int flags) {
        cv::Mat large;
        const cv::Mat small = cv::imread(source.string(), flags);
        ASSERT_FALSE(small.empty()) << source;
        cv::resize(small, large, {2048, 1024}, 0, 0, cv::INTER_NEAREST);
        cv::imwrite(target.string(), large);
      };
      enlarge(from / "leftImg8bit/val/frankfurt" / (name + "_leftImg8bit.png"),
              images / (name + "_leftImg8bit.png"), cv::IMREAD_COLOR);
      enlarge(from / "gtFine/val/frankfurt" / (name + "_gtFine_labelTrainIds.png"),
              labels / (name + "_gtFine_labelTrainIds.png"), cv::IMREAD_GRAYSCALE);
    }
  }

  void serve(const fs::path& file) {
    server_.on(fmt::format("/{}", file.filename().string()),
               [file](const httplib::Request&, httplib::Response& response) {
                 response.set_content(read_file(file), "application/octet-stream");
               });
  }

  std::string url(const fs::path& file) const {
    return server_.url(fmt::format("/{}", file.filename().string()));
  }

  void write_suite(const std::string& id, const Json& crop) {
    Json suite = read_json_file("suites/mmseg_fp16.json");
    suite.erase("records");
    Json row;
    for (const auto& one : suite.at("rows")) {
      if (one.at("id") == id) row = one;
    }
    row["checkpoint"]["url"] = url(published_->checkpoint);
    row["log"]["url"] = url(published_->log);
    row["config"]["url"] = url(published_->config);
    row["recipe"]["batch"] = MadeZooFiles::kBatch;
    row["recipe"]["crop"] = crop;
    for (auto& claim : row.at("claims")) {
      if (claim.at("id") == "hash") claim["value"] = published_->sha256.substr(0, 8);
    }
    suite["rows"] = Json::array({row});
    suite["data"]["root"] = (folder_.path() / "cityscapes").string();
    suite["data"]["images"] = kImages;
    write_file_atomic(suite_file(), suite.dump(1));
  }

  /// Options for a cache and a lock file of the test's own.
  std::string places() const {
    const std::string root = folder_.path().string();
    return " --cache " + root + "/cache --lock " + root + "/suite.lock.json ";
  }

  fs::path suite_file() const { return folder_.path() / "suite.json"; }

  /// Shows what is run and what it says: an hour is long.
  static ProgramEnd halfproof(const std::string& arguments) {
    const ProgramEnd end = end_of_command(std::string(HALFPROOF_PROGRAM) + " " + arguments);
    std::cout << "$ halfproof " << arguments << "\n" << end.output << std::flush;
    return end;
  }

  /// Runs stages of the row and returns verdicts by claim and precision.
  std::map<std::string, std::string> run(const std::string& arguments) const {
    const fs::path out = folder_.path() / "run";
    halfproof("run " + suite_file().string() + " --out " + out.string() + places() + arguments);
    std::map<std::string, std::string> verdicts;
    const Json document = read_json_file(out / "verdicts.json");
    for (const auto& one : document.at("verdicts")) {
      verdicts[one.at("claim").get<std::string>()] = one.at("verdict").get<std::string>();
    }
    return verdicts;
  }

  std::string reason_of(const std::string& claim) const {
    const Json document = read_json_file(folder_.path() / "run/verdicts.json");
    for (const auto& one : document.at("verdicts")) {
      if (one.at("claim") == claim) return one.at("reason");
    }
    return "";
  }

  fs::path file_of_the_run(const std::string& name) const {
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path() / "run")) {
      if (entry.path().filename() == name) return entry.path();
    }
    ADD_FAILURE() << "the run left no " << name;
    return {};
  }

  TemporaryFolder folder_;
  LoopbackServer server_;
  std::optional<MadeZooFiles> published_;
};

/// Without it every statement about sizes would be about the mini zoo's.
TEST_P(FullSize, TheMadeConfigIsTheRealRowsModel) {
  publish(512, 1024);
  const Suite suite = read_suite(suite_file());
  const Json config = parse_python_config(read_file(published_->config), "config");
  const ModelSpec made = resolve_model(suite.rows.at(0), config.at("model"));
  const ModelSpec real = resolve_model(suite.rows.at(0), nullptr);
  const auto layout = state_dict_layout(made);
  const auto expected = state_dict_layout(real);
  ASSERT_EQ(layout.size(), expected.size());
  for (std::size_t i = 0; i < layout.size(); ++i) {
    EXPECT_EQ(layout[i].name, expected[i].name);
    EXPECT_EQ(layout[i].shape, expected[i].shape) << layout[i].name;
  }
  EXPECT_EQ(made.backbone.dilations, real.backbone.dilations);
  if (real.decode_head.type.ends_with("ASPPHead")) {
    EXPECT_EQ(made.decode_head.dilations, real.decode_head.dilations);
  }
}

TEST_P(FullSize, GoesFromItsUrlsToItsVerdicts) {
  publish(512, 1024);
  EXPECT_TRUE(ended_with(halfproof("fetch " + suite_file().string() + places()).status, 0));
  const std::string file = published_->checkpoint.string();
  EXPECT_TRUE(
      ended_with(halfproof("verify " + file + " --suite " + suite_file().string()).status, 0));
  const auto verdicts = run("--stage examine,evaluate");
  std::cout << "peak of the evaluation: " << peak_gigabytes() << " GB\n";
  EXPECT_LT(peak_gigabytes(), kMostGigabytes);
  for (const auto* claim :
       {"hash", "format", "tensors", "dtypes", "config", "config.crop", "config.iterations",
        "loss_scale", "finite", "log.config", "log.miou", "finite.forward", "range"}) {
    EXPECT_EQ(verdicts.at(claim), "PASS") << claim;
  }
  EXPECT_EQ(verdicts.at("miou"), "FAIL") << "the weights are drawn";
  EXPECT_NE(verdicts.at("parity"), "NOT_VERIFIABLE");
}

TEST_P(FullSize, TrainsAStep) {
  publish(512, 1024);
  run("--stage train --iters 1 --precision fp16 --any-design");
  std::cout << "peak of the training: " << peak_gigabytes() << " GB\n";
  const Json step = parse_json(read_file(file_of_the_run("steps.jsonl")), "steps.jsonl");
  EXPECT_TRUE(step.at("loss").is_number()) << step;
  EXPECT_EQ(step.at("scale"), 512.0);
  EXPECT_EQ(step.at("overflow"), false) << step;
}

/// Of a sixteenth of the crop: the state of its five trainings alone takes 14 to 19 GB, and FP64's
/// steps of the whole would take hours. Weights are drawn, so that chaos may begin before the three
/// steps that a verdict needs: the first step, from the same weights for all, has to lie where
/// rounding takes it.
TEST_P(FullSize, TakesALockstep) {
  publish(128, 256);
  const auto verdicts = run("--stage lockstep --iters 3");
  std::cout << "peak of the lockstep: " << peak_gigabytes() << " GB\n";
  const std::string reason = reason_of("retrain.lockstep");
  if (reason.starts_with("no memory")) GTEST_SKIP() << reason;
  EXPECT_THAT(verdicts.at("retrain.lockstep"), testing::AnyOf("PASS", "AMBIGUOUS")) << reason;
  const Json record =
      read_json_file(file_of_the_run("lockstep-fp16-seed0.json")).at("measurements");
  ASSERT_EQ(record.at("series").size(), 3U);
  const Json& first = record.at("series").at(0);
  EXPECT_EQ(first.at("scale"), 512.0);
  EXPECT_EQ(first.at("skipped"), false);
  for (const auto* part : {"gradient", "weights", "update", "statistics"}) {
    const Json& distance = first.at("distance").at(part);
    const double ratio = distance.at("policy").get<double>() / distance.at("twin").get<double>();
    EXPECT_GT(ratio, 0.3) << part << " " << distance;
    EXPECT_LT(ratio, 3.0) << part << " " << distance << ": the row's tolerance";
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, FullSize,
                         testing::Values("fcn", "pspnet", "deeplabv3", "deeplabv3plus"),
                         [](const auto& row) { return std::string(row.param); });

}  // namespace
}  // namespace harness

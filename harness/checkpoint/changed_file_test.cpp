// Files that another program cuts while they are mapped.

#include <filesystem>
#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/checkpoint/checkpoint.h"
#include "harness/report/inspect.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

const fs::path kZoo = "fixtures/minizoo/zoo";
const std::string kZip =
    "fp16/fcn_r50w8-d8_64x128_600_fp16_scenes/"
    "fcn_r50w8-d8_64x128_600_fp16_scenes_20261123_232820-2eb5a165.pth";
const std::string kLegacy = "pretrain/resnet50_v1c_w8-32c09ca3.pth";

class ChangedFile : public testing::TestWithParam<std::string> {
 protected:
  fs::path fresh() const {
    fs::copy_file(kZoo / GetParam(), folder_.path() / "x.pth",
                  fs::copy_options::overwrite_existing);
    return folder_.path() / "x.pth";
  }

  void expect_change_is_seen(const std::function<void()>& use, const std::string& what) const {
    try {
      use();
      ADD_FAILURE() << what << ": expected an error, got none";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidFile) << what;
      EXPECT_EQ(error.subject(), (folder_.path() / "x.pth").string()) << what;
      EXPECT_THAT(error.detail(), testing::HasSubstr("stays as it is while it is read")) << what;
    }
  }

  TemporaryFolder folder_;
};

TEST_P(ChangedFile, IsRefusedWhenItIsCutBetweenMappingAndReading) {
  const auto whole = fs::file_size(kZoo / GetParam());
  for (const std::uintmax_t size :
       {std::uintmax_t{0}, std::uintmax_t{4096}, whole / 2, whole - 1}) {
    const fs::path path = fresh();
    MappedFile file(path);
    fs::resize_file(path, size);
    expect_change_is_seen([&] { Checkpoint::read(std::move(file), path.string()); },
                          std::to_string(size));
  }
}

TEST_P(ChangedFile, GivesNoDigestStatisticsOrElementsWhenItIsCutAfterOpening) {
  const fs::path path = fresh();
  const Checkpoint checkpoint = Checkpoint::open(path);
  const TensorView& tensor = checkpoint.state_dict().back();
  EXPECT_NO_THROW(tensor.check_file());
  fs::resize_file(path, 4096);
  expect_change_is_seen([&] { tensor_digest(tensor); }, "digest");
  expect_change_is_seen([&] { statistics_of(tensor); }, "statistics");
  expect_change_is_seen([&] { tensor.packed(); }, "packed");
  expect_change_is_seen([&] { inspect_checkpoint(checkpoint, "x.pth"); }, "inspect");
  TensorView column = checkpoint.state_dict().front();
  column.shape = {2, 2};
  column.strides = {1, 2};
  expect_change_is_seen([&] { tensor_digest(column); }, "digest of a view");
  expect_change_is_seen([&] { statistics_of(column); }, "statistics of a view");
}

INSTANTIATE_TEST_SUITE_P(BothFormats, ChangedFile, testing::Values(kZip, kLegacy));

}  // namespace
}  // namespace harness

#include "harness/checkpoint/checkpoint_format.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/testing/tar_text.h"

namespace harness {
namespace {

CheckpointFormat format_of(const std::string& bytes) {
  return read_either_format(std::as_bytes(std::span(bytes)), "x.pth").format;
}

TEST(CheckpointFormat, IsToldByTheFirstBytes) {
  const std::string zoo = "fixtures/minizoo/zoo/fp16/";
  for (const auto& entry : std::filesystem::directory_iterator(zoo)) {
    if (entry.path().extension() != ".pth") continue;
    const bool is_zip = entry.path().filename().string().starts_with("deeplabv3_");
    EXPECT_EQ(format_of(read_file(entry.path())),
              is_zip ? CheckpointFormat::kZip : CheckpointFormat::kLegacy)
        << entry.path();
  }
}

TEST(CheckpointFormat, HasANameForReports) {
  EXPECT_EQ(to_string(CheckpointFormat::kZip), "zip");
  EXPECT_EQ(to_string(CheckpointFormat::kLegacy), "legacy");
}

TEST(CheckpointFormat, RefusesWhatBeginsOtherwise) {
  EXPECT_THROW(format_of(""), Error);
  EXPECT_THROW(format_of("<html>not found</html>"), Error);
}

/// torch.load asks tarfile first, and unpickles a member of the archive.
TEST(CheckpointFormat, TakesNothingThatPyTorchTakesForATar) {
  for (const char* name : {"variety_zip_protocol2.pth", "variety_legacy_protocol2.pth"}) {
    const std::string whole = read_file(std::string("fixtures/checkpoints/") + name);
    ASSERT_GT(whole.size(), 512U);
    const std::string tar = tar_text::sealed(whole.substr(0, 512)) + whole.substr(512);
    try {
      format_of(tar);
      ADD_FAILURE() << "expected an error";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidFile);
      EXPECT_THAT(error.detail(), testing::HasSubstr("a tar archive"));
    }
  }
}

}  // namespace
}  // namespace harness

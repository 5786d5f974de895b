#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/checkpoint/checkpoint.h"

namespace harness {
namespace {

namespace fs = std::filesystem;
const fs::path kFolder = "fixtures/hostile";

/// What the files try to create (fixtures/hostile/make_hostile.py).
const fs::path kMarker = "halfproof_was_here";

void expect_refused(const fs::path& path, const Json& expected) {
  try {
    Checkpoint::open(path);
    ADD_FAILURE() << path << ": expected an error, got a checkpoint";
  } catch (const Error& error) {
    EXPECT_EQ(to_string(error.code()), expected[0].get<std::string>()) << error.what();
    EXPECT_THAT(error.detail(), testing::HasSubstr(expected[1].get<std::string>())) << path;
    EXPECT_EQ(error.subject(), path.string());
  }
}

TEST(HostileFiles, AreEachRefusedForTheRightReason) {
  const Json expected = read_json_file(kFolder / "expected.json");
  EXPECT_GE(expected.size(), 240U);
  for (const auto& [name, error] : expected.items()) expect_refused(kFolder / name, error);
}

TEST(HostileFiles, AreAllExpected) {
  const Json expected = read_json_file(kFolder / "expected.json");
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".pth") continue;
    ++files;
    EXPECT_TRUE(expected.contains(entry.path().filename().string())) << entry.path();
  }
  EXPECT_EQ(files, expected.size());
}

TEST(HostileFiles, RunNothing) {
  fs::remove(kMarker);
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (entry.path().extension() != ".pth") continue;
    EXPECT_THROW(Checkpoint::open(entry.path()), Error);
  }
  EXPECT_FALSE(fs::exists(kMarker));
}

class SmallFile : public testing::TestWithParam<const char*> {
 protected:
  std::string bytes_ = read_file(fs::path("fixtures/checkpoints") / GetParam());
};

/// Bytes that end where their memory ends, so that a sanitizer sees what is read behind them.
std::vector<std::byte> exactly(std::string_view bytes) {
  const auto view = std::as_bytes(std::span(bytes));
  return {view.begin(), view.end()};
}

/// The code of the error that reading gives; nothing when there is none.
std::optional<ErrorCode> code_of(std::string_view bytes) {
  try {
    Checkpoint::read(exactly(bytes), "x.pth");
    return std::nullopt;
  } catch (const Error& error) {
    return error.code();
  }
}

TEST_P(SmallFile, IsRefusedWhereverItIsCut) {
  for (std::size_t size = 0; size < bytes_.size(); ++size) {
    EXPECT_EQ(code_of(std::string_view(bytes_).substr(0, size)), ErrorCode::kInvalidFile)
        << "cut to " << size << " bytes";
  }
  EXPECT_EQ(code_of(bytes_), std::nullopt);
}

TEST_P(SmallFile, IsRefusedWithAnyTail) {
  for (const std::string_view tail : {std::string_view("\0", 1), std::string_view(bytes_),
                                      std::string_view("PK\x05\x06"), std::string_view(".")}) {
    EXPECT_EQ(code_of(bytes_ + std::string(tail)), ErrorCode::kInvalidFile) << tail.size();
  }
}

/// Reads all there is, so that a sanitizer sees every access; returns whether the file was refused.
bool is_refused(std::string_view bytes) {
  try {
    const std::vector<std::byte> file = exactly(bytes);
    const Checkpoint checkpoint = Checkpoint::read(file, "x.pth");
    for (const TensorView& tensor : checkpoint.state_dict()) {
      EXPECT_EQ(tensor_digest(tensor).size(), 64U);
      EXPECT_EQ(statistics_of(tensor).elements, tensor.numel());
    }
    EXPECT_NE(checkpoint.top_level().dump(), "");
    return false;
  } catch (const Error&) {
    return true;
  }
}

TEST_P(SmallFile, IsReadOrRefusedWhateverByteIsWrong) {
  std::size_t refused = 0;
  for (std::size_t at = 0; at < bytes_.size(); ++at) {
    for (const char wrong : {'\x01', '\x80', '\xff'}) {
      std::string bytes = bytes_;
      bytes[at] = static_cast<char>(bytes[at] ^ wrong);
      if (is_refused(bytes)) ++refused;
    }
  }
  EXPECT_GT(refused, bytes_.size() / 2);
}

INSTANTIATE_TEST_SUITE_P(EveryForm, SmallFile,
                         testing::Values("small_legacy.pth", "small_zip.pth",
                                         "form_1.0_python2.pth", "form_2.1_protocol5.pth"));

}  // namespace
}  // namespace harness

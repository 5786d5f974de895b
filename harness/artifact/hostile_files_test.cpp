#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/artifact/checkpoint.h"
#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"

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
  EXPECT_GE(expected.size(), 170U);
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

/// Bytes as a file that is gone with the object. A new file each time: cutting one to nothing and
/// writing it again makes some file systems wait for the disk.
class PassingFile {
 public:
  PassingFile(const TemporaryFolder& folder, std::string_view bytes)
      : path_(folder.path() / (std::to_string(++count_) + ".pth")) {
    std::ofstream(path_, std::ios::binary)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  ~PassingFile() { fs::remove(path_); }
  const fs::path& path() const { return path_; }

 private:
  static inline int count_ = 0;
  fs::path path_;
};

class SmallFile : public testing::TestWithParam<const char*> {
 protected:
  std::string bytes_ = read_file(fs::path("fixtures/checkpoints") / GetParam());
  TemporaryFolder folder_;
};

/// The code of the error that opening gives; nothing when there is none.
std::optional<ErrorCode> code_of(const fs::path& path) {
  try {
    Checkpoint::open(path);
    return std::nullopt;
  } catch (const Error& error) {
    return error.code();
  }
}

TEST_P(SmallFile, IsRefusedWhereverItIsCut) {
  for (std::size_t size = 0; size < bytes_.size(); ++size) {
    const PassingFile cut(folder_, std::string_view(bytes_).substr(0, size));
    EXPECT_EQ(code_of(cut.path()), ErrorCode::kInvalidFile) << "cut to " << size << " bytes";
  }
  EXPECT_EQ(code_of(PassingFile(folder_, bytes_).path()), std::nullopt);
}

/// Reads all there is, so that a sanitizer sees every access; returns whether the file was refused.
bool is_refused(const fs::path& path) {
  try {
    const Checkpoint checkpoint = Checkpoint::open(path);
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
      if (is_refused(PassingFile(folder_, bytes).path())) ++refused;
    }
  }
  EXPECT_GT(refused, bytes_.size());
}

INSTANTIATE_TEST_SUITE_P(BothFormats, SmallFile,
                         testing::Values("small_legacy.pth", "small_zip.pth"));

}  // namespace
}  // namespace harness

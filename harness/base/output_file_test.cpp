#include "harness/base/output_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cstdio>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/descriptor.h"
#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

class OutputFile : public testing::Test {
 protected:
  fs::path in(const std::string& name) const { return folder_.path() / name; }
  std::ptrdiff_t files() const {
    return std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator());
  }
  /// What the error says about `path`.
  static std::string refusal(const fs::path& path) {
    try {
      write_output_file(path, "new");
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kIo);
      EXPECT_EQ(error.subject(), path.string());
      return error.detail();
    }
    ADD_FAILURE() << "was written: " << path;
    return "";
  }

  TemporaryFolder folder_;
};

TEST_F(OutputFile, ARegularFileIsReplacedAtOnce) {
  write_output_file(in("file"), "old");
  const Descriptor reader = open_file(in("file"), O_RDONLY);
  write_output_file(in("file"), "new");
  std::byte first{};
  ASSERT_EQ(read_some(reader, std::span(&first, 1)), 1);
  EXPECT_EQ(static_cast<char>(first), 'o') << "the old file is as it was for who has it open";
  EXPECT_EQ(read_file(in("file")), "new");
  EXPECT_EQ(files(), 1);
}

TEST_F(OutputFile, ALinkStaysAndItsTargetIsReplaced) {
  fs::create_directory(in("deep"));
  write_file_atomic(in("deep/target"), "old");
  fs::create_symlink("deep/target", in("relative"));
  fs::create_symlink(in("relative"), in("chain"));
  write_output_file(in("chain"), "new");
  EXPECT_EQ(fs::read_symlink(in("chain")), in("relative"));
  EXPECT_EQ(fs::read_symlink(in("relative")), "deep/target");
  EXPECT_EQ(read_file(in("deep/target")), "new");
  EXPECT_EQ(files(), 3);
}

TEST_F(OutputFile, ALinkToNothingGetsItsTarget) {
  fs::create_directory(in("deep"));
  fs::create_symlink("deep/target", in("link"));
  fs::create_symlink("link", in("chain"));
  EXPECT_EQ(link_target(in("chain")), in("deep/target"));
  write_output_file(in("chain"), "new");
  EXPECT_TRUE(fs::is_symlink(in("link")));
  EXPECT_EQ(read_file(in("deep/target")), "new");
  fs::create_symlink("no/target", in("lost"));
  EXPECT_THAT(refusal(in("lost")), testing::HasSubstr((folder_.path() / "no").string()));
}

TEST_F(OutputFile, LinksInACircleLeadNowhere) {
  fs::create_symlink("b", in("a"));
  fs::create_symlink("a", in("b"));
  refusal(in("a"));
  EXPECT_THROW(link_target(in("a")), Error);
  EXPECT_EQ(files(), 2);
}

std::string read_text(const Descriptor& file) {
  std::string got(16, '\0');
  const auto count = read_some(file, std::as_writable_bytes(std::span(got)));
  got.resize(static_cast<std::size_t>(std::max<std::ptrdiff_t>(count, 0)));
  return got;
}

/// A terminal: where a fault of ours would harm, the folder of terminals takes no files.
TEST_F(OutputFile, ADeviceIsWrittenToAndStays) {
  const Descriptor terminal(::posix_openpt(O_RDWR | O_NOCTTY));
  if (!terminal.is_open()) GTEST_SKIP() << "no terminals here";
  ASSERT_EQ(::grantpt(terminal.get()), 0);
  ASSERT_EQ(::unlockpt(terminal.get()), 0);
  const fs::path device = ::ptsname(terminal.get());
  fs::create_symlink(device, in("link"));
  // A terminal whose last user closes it ends.
  const Descriptor kept = open_file(device, O_RDWR | O_NOCTTY);
  for (const fs::path& path : {device, in("link")}) {
    write_output_file(path, "new");
    EXPECT_EQ(read_text(terminal), "new");
  }
  EXPECT_TRUE(fs::is_character_file(device));
  EXPECT_TRUE(fs::is_symlink(in("link")));
}

TEST_F(OutputFile, AFullDeviceIsAnErrorAndStays) {
  // A copy of /dev/full, for a fault of ours to harm.
  constexpr unsigned kMemoryDevices = 1;
  constexpr unsigned kFull = 7;
  if (::mknod(in("full").c_str(), S_IFCHR | 0600, makedev(kMemoryDevices, kFull)) != 0) {
    GTEST_SKIP() << "needs the right to make a device";
  }
  const Descriptor opened(::open(in("full").c_str(), O_WRONLY | O_CLOEXEC));
  if (!opened.is_open()) GTEST_SKIP() << "devices cannot be used in " << folder_.path();
  EXPECT_THAT(refusal(in("full")), testing::HasSubstr("No space left"));
  EXPECT_TRUE(fs::is_character_file(in("full")));
  EXPECT_EQ(files(), 1);
}

TEST_F(OutputFile, APipeDelivers) {
  ASSERT_EQ(::mkfifo(in("pipe").c_str(), 0600), 0);
  const Descriptor reader = open_file(in("pipe"), O_RDONLY | O_NONBLOCK);
  write_output_file(in("pipe"), "new");
  EXPECT_EQ(read_text(reader), "new");
  EXPECT_TRUE(fs::is_fifo(in("pipe")));
}

TEST_F(OutputFile, StandardOutputGetsItBehindWhatWasPrinted) {
  testing::internal::CaptureStdout();
  std::printf("before, ");
  write_output_file("/dev/stdout", "file, ");
  std::printf("behind");
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "before, file, behind");
}

TEST_F(OutputFile, NoFolderIsCreatedOrReplaced) {
  EXPECT_THAT(refusal(in("no/file")), testing::HasSubstr(in("no").string()));
  EXPECT_FALSE(fs::exists(in("no")));
  fs::create_directory(in("folder"));
  fs::create_symlink("folder", in("link"));
  for (const char* name : {"folder", "folder/", "link", "no/"}) {
    EXPECT_THAT(refusal(in(name)), testing::HasSubstr("got a folder")) << name;
  }
  write_file_atomic(in("file"), "old");
  refusal(in("file/inside"));
  EXPECT_EQ(read_file(in("file")), "old");
}

TEST(OutputFileInputs, OneThatIsReadIsNotWritten) {
  const TemporaryFolder folder;
  const fs::path page = folder.path() / "page.md";
  fs::create_directory(folder.path() / "run");
  for (const char* name : {"page.md", "run/run.json", "run/report.html"}) {
    write_file_atomic(folder.path() / name, "x");
  }
  fs::create_symlink(page, folder.path() / "link");
  const std::vector<fs::path> inputs = {page, "", folder.path() / "run"};
  for (const char* name : {"page.md", "link", "run/../page.md", "run/run.json"}) {
    EXPECT_THROW(require_no_input(folder.path() / name, inputs), Error) << name;
  }
  for (const char* name : {"new.md", "run/report.html", "run/new.json"}) {
    EXPECT_NO_THROW(require_no_input(folder.path() / name, inputs)) << name;
  }
}

}  // namespace
}  // namespace harness

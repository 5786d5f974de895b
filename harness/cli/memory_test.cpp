// What `halfproof inspect` takes of memory for files that are made to take much.

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/checkpoint/pickle/pickle_value.h"
#include "harness/testing/pickle_text.h"

namespace harness {
namespace {

using namespace std::string_literals;
using pickle_text::pickled;

/// docs/checkpoint_format.md, Limits.
constexpr std::size_t kMostBeyondTheFile = std::size_t{3} << 29;

std::string legacy(const std::string& body) {
  return pickle_text::legacy_head() + pickled(body) + pickled("]");
}

std::string repeated(const std::string& head, const std::string& item, std::size_t times) {
  std::string body = head + "](";
  body.reserve(body.size() + item.size() * times + 1);
  for (std::size_t count = 0; count < times; ++count) body += item;
  return body + "e";
}

/// Bytes that the program took at most; exit codes other than 0, 1 (what is not known would be
/// called) and 2 are failures.
std::size_t peak_of_inspect(const std::filesystem::path& path) {
  const pid_t child = ::fork();
  if (child == 0) {
    const int nowhere = ::open("/dev/null", O_WRONLY);
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
    ::execl(HALFPROOF_PROGRAM, "halfproof", "inspect", path.c_str(), static_cast<char*>(nullptr));
    ::_exit(127);
  }
  int status = 0;
  rusage usage{};
  ::wait4(child, &status, 0, &usage);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) <= 2) << status;
  return static_cast<std::size_t>(usage.ru_maxrss) * 1024;
}

TEST(Memory, IsBoundedByTheFilesSizeAndAConstant) {
  const TemporaryFolder folder;
  const std::string named = pickle_text::global("a", "B") + "q\0"s + "0";
  const std::size_t most = PickleTree::kMaxValues - 300;
  const std::string bodies[] = {
      repeated("", "]", most),
      repeated("", "U\1\xff", most),
      repeated(named, "h\0)R}b"s, most / 2),
      repeated("", "X\0\0\x10\0"s + std::string(std::size_t{1} << 20, 'x'), 60),
  };
  for (const std::string& body : bodies) {
    const std::string bytes = legacy(body);
    write_file_atomic(folder.path() / "x.pth", bytes);
    EXPECT_LT(peak_of_inspect(folder.path() / "x.pth"), bytes.size() + kMostBeyondTheFile)
        << bytes.substr(90, 20);
  }
}

}  // namespace
}  // namespace harness

#include "harness/fetch/leftovers.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"

namespace harness {
namespace {
namespace fs = std::filesystem;

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename());
  return names;
}

TEST(Leftovers, AreWhatAKilledProcessLeftOfOnePath) {
  const TemporaryFolder folder;
  for (const char* name : {"a.json", "a.json.tmp17", "a.json.tmp4", "b.json.tmp17", "a.json.tmp",
                           "a.json.tmp17x", "za.json.tmp17"}) {
    write_file_atomic(folder.path() / name, "x");
  }
  remove_leftovers(folder.path() / "a.json");
  EXPECT_THAT(names_in(folder.path()),
              testing::UnorderedElementsAre("a.json", "b.json.tmp17", "a.json.tmp", "a.json.tmp17x",
                                            "za.json.tmp17"));
}

TEST(Leftovers, AreNamedAsWriteFileAtomicNamesThem) {
  const TemporaryFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    // Ends the process by a signal in the midst of its write.
    const rlimit nothing{1, 1};
    ::setrlimit(RLIMIT_FSIZE, &nothing);
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    write_file_atomic(folder.path() / "a.json", "xx");
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  ASSERT_TRUE(WIFSIGNALED(status));
  ASSERT_EQ(names_in(folder.path()).size(), 1U);
  remove_leftovers(folder.path() / "a.json");
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

TEST(Leftovers, AFolderThatIsNotThereHoldsNoneAndStaysAbsent) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "a.json.tmp17", "x");
  EXPECT_NO_THROW(remove_leftovers(folder.path() / "no" / "a.json"));
  EXPECT_THAT(names_in(folder.path()), testing::ElementsAre("a.json.tmp17"));
}

TEST(Leftovers, OfABareNameLieInTheWorkingFolder) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "a.json.tmp17", "x");
  const fs::path before = fs::current_path();
  fs::current_path(folder.path());
  remove_leftovers("a.json");
  fs::current_path(before);
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

}  // namespace
}  // namespace harness

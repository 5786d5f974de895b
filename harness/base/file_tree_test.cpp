#include "harness/base/file_tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

class ListFiles : public testing::Test {
 protected:
  fs::path root() const { return folder_.path() / "root"; }
  fs::path elsewhere() const { return folder_.path() / "elsewhere"; }
  void SetUp() override {
    write_file_atomic(root() / "b/two", "2");
    write_file_atomic(root() / "b-c/one", "1");
    write_file_atomic(elsewhere() / "city/three", "3");
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(ListFiles, AreSortedByteByByte) {
  EXPECT_THAT(list_files(root()).files, ElementsAre("b-c/one", "b/two"));
}

TEST_F(ListFiles, LinksToFilesAndFoldersAreFollowed) {
  fs::create_symlink(elsewhere() / "city/three", root() / "a");
  fs::create_directory_symlink(elsewhere() / "city", root() / "z");
  const auto tree = list_files(root());
  EXPECT_THAT(tree.files, ElementsAre("a", "b-c/one", "b/two", "z/three"));
  EXPECT_THAT(tree.broken_links, IsEmpty());
}

TEST_F(ListFiles, TheFolderItselfMayBeALink) {
  fs::create_directory_symlink(root(), elsewhere() / "link");
  EXPECT_THAT(list_files(elsewhere() / "link").files, ElementsAre("b-c/one", "b/two"));
}

TEST_F(ListFiles, LinksThatLeadNowhereAreNamedUnlessHidden) {
  fs::create_symlink("nowhere", root() / "b/lost");
  fs::create_symlink("nowhere", root() / "b/.lost");
  fs::create_symlink("itself", root() / "itself");
  const auto tree = list_files(root());
  EXPECT_THAT(tree.broken_links, ElementsAre("b/lost", "itself"));
  EXPECT_THAT(tree.files, ElementsAre("b-c/one", "b/two"));
}

TEST_F(ListFiles, ALinkToAFolderAboveHasAnEnd) {
  fs::create_directory_symlink(root(), root() / "b/up");
  const auto tree = list_files(root());
  EXPECT_TRUE(tree.broken_links.empty());
  EXPECT_THAT(tree.loops, ElementsAre("b/up"));
  EXPECT_THAT(tree.files, ElementsAre("b-c/one", "b/two"));
}

TEST_F(ListFiles, EmptyFoldersAreNamed) {
  fs::create_directories(root() / "empty/.hidden");
  fs::create_directory_symlink(root() / "empty", root() / "b/mounted");
  EXPECT_THAT(list_files(root()).empty_folders, ElementsAre("b/mounted", "empty"));
}

TEST_F(ListFiles, AMissingFolderIsAnIoError) {
  try {
    list_files(root() / "none");
    FAIL() << "nothing thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kIo);
    EXPECT_EQ(error.subject(), (root() / "none").string());
  }
}

}  // namespace
}  // namespace harness

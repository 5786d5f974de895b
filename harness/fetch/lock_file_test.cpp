#include "harness/fetch/lock_file.h"

#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/base/json.h"

namespace harness {
namespace {
namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

const std::string kDigest(64, 'a');
const std::string kOther(64, 'b');

LockEntry entry(const std::string& sha256 = kDigest) {
  return {
      sha256, 12, {"https://host/a.pth", "../zoo/a.pth"}, Trust::kNameHash, "2026-11-24T05:30:50Z"};
}

class LockFile : public testing::Test {
 protected:
  std::string refusal_of(const Json& value) const {
    write_json_file(path_, value);
    try {
      read_lock_file(path_);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kInvalidJson);
      EXPECT_EQ(error.subject(), path_.string());
      return error.detail();
    }
    ADD_FAILURE() << value << " was taken";
    return "";
  }

  Json good() const {
    write_lock_file(path_, {{"a.pth", entry()}});
    return read_json_file(path_);
  }

  TemporaryFolder folder_;
  fs::path path_ = folder_.path() / "zoo.lock.json";
};

TEST_F(LockFile, ALinkStaysAndItsTargetGetsTheEntry) {
  const fs::path link = folder_.path() / "link.json";
  fs::create_symlink("zoo.lock.json", link);
  add_to_lock_file(link, "a.pth", entry());
  EXPECT_TRUE(fs::is_symlink(link));
  add_to_lock_file(link, "b.pth", entry());
  EXPECT_EQ(read_lock_file(path_).size(), 2U);
}

TEST_F(LockFile, ReadsWhatItWrote) {
  write_lock_file(path_, {{"a.pth", entry()}});
  const LockEntries read = read_lock_file(path_);
  ASSERT_EQ(read.size(), 1U);
  const LockEntry& found = read.at("a.pth");
  EXPECT_EQ(found.sha256, kDigest);
  EXPECT_EQ(found.size, 12U);
  EXPECT_THAT(found.urls, ElementsAre("https://host/a.pth", "../zoo/a.pth"));
  EXPECT_EQ(found.trust, Trust::kNameHash);
  EXPECT_EQ(found.added, "2026-11-24T05:30:50Z");
}

TEST_F(LockFile, IsSortedByName) {
  write_lock_file(path_, {{"b.pth", entry()}, {"a.pth", entry()}, {"C.pth", entry()}});
  const Json file = read_json_file(path_);
  std::vector<std::string> names;
  for (const auto& [name, value] : file["files"].items()) names.push_back(name);
  EXPECT_THAT(names, ElementsAre("C.pth", "a.pth", "b.pth"));
}

TEST_F(LockFile, AMissingOneHoldsNothing) {
  EXPECT_TRUE(read_lock_file(path_).empty());
  EXPECT_TRUE(read_lock_file("").empty());
}

TEST_F(LockFile, RefusesUnknownKeys) {
  Json file = good();
  file["comment"] = "";
  EXPECT_THAT(refusal_of(file), HasSubstr("comment: unknown key"));
  file = good();
  file["files"]["a.pth"]["md5"] = "";
  EXPECT_THAT(refusal_of(file), HasSubstr("files[\"a.pth\"].md5: unknown key"));
}

TEST_F(LockFile, RefusesAnotherSchema) {
  Json file = good();
  file["schema"] = "halfproof.lock/2";
  EXPECT_THAT(refusal_of(file), HasSubstr("expected halfproof.lock/1, got halfproof.lock/2"));
}

TEST_F(LockFile, RefusesMalformedValues) {
  const std::vector<std::pair<const char*, Json>> cases = {
      {"sha256", "abc"},  {"sha256", std::string(64, 'A')},
      {"size", -1},       {"size", "12"},
      {"trust", "blind"}, {"urls", "https://host/a"},
      {"urls", {1}},      {"urls", {"/zoo/a.pth"}},
      {"urls", {""}},     {"added", 1}};
  for (const auto& [key, value] : cases) {
    Json file = good();
    file["files"]["a.pth"][key] = value;
    EXPECT_THAT(refusal_of(file), HasSubstr("files[\"a.pth\"]." + std::string(key)));
  }
  for (const char* key : {"sha256", "size", "urls", "trust", "added"}) {
    Json file = good();
    file["files"]["a.pth"].erase(key);
    EXPECT_THAT(refusal_of(file), HasSubstr(key));
  }
  refusal_of({{"schema", "halfproof.lock/1"}, {"files", Json::array()}});
  refusal_of({{"schema", "halfproof.lock/1"}, {"files", {{"../a", good()["files"]["a.pth"]}}}});
}

TEST_F(LockFile, AddingKeepsWhatIsThere) {
  add_to_lock_file(path_, "a.pth", entry());
  LockEntry later = entry();
  later.added = "2027-01-01T00:00:00Z";
  add_to_lock_file(path_, "a.pth", later);
  add_to_lock_file(path_, "b.pth", later);
  const LockEntries entries = read_lock_file(path_);
  EXPECT_EQ(entries.at("a.pth").added, "2026-11-24T05:30:50Z");
  EXPECT_EQ(entries.at("b.pth").added, "2027-01-01T00:00:00Z");
}

TEST_F(LockFile, AddingAnotherDigestIsAMismatch) {
  add_to_lock_file(path_, "a.pth", entry());
  try {
    add_to_lock_file(path_, "a.pth", entry(kOther));
    FAIL() << "expected an Error";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kChecksumMismatch);
    EXPECT_THAT(error.detail(), HasSubstr(kDigest));
    EXPECT_THAT(error.detail(), HasSubstr(kOther));
  }
  EXPECT_EQ(read_lock_file(path_).at("a.pth").sha256, kDigest);
}

TEST_F(LockFile, LosesNoEntryToAnotherWriter) {
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([this, writer] {
      for (int i = 0; i < 10; ++i) {
        add_to_lock_file(path_, std::to_string(writer) + "-" + std::to_string(i), entry());
      }
    });
  }
  for (auto& writer : writers) writer.join();
  EXPECT_EQ(read_lock_file(path_).size(), 40U);
}

TEST(PathForLock, IsRelativeToTheLocksFolder) {
  EXPECT_EQ(path_for_lock("checksums/a.lock.json", "fixtures/zoo/a.pth"), "../fixtures/zoo/a.pth");
  EXPECT_EQ(path_for_lock("a.lock.json", "./zoo/../a.pth"), "a.pth");
}

TEST(PathForLock, IsEmptyWhenOnlyTheRootIsShared) {
  EXPECT_EQ(path_for_lock("/one/checksums/a.lock.json", "/two/a.pth"), "");
}

TEST(Trust, HasAName) {
  EXPECT_EQ(to_string(Trust::kLocked), "locked");
  EXPECT_EQ(to_string(Trust::kNameHash), "name-hash");
  EXPECT_EQ(to_string(Trust::kFirstUse), "first-use");
}

}  // namespace
}  // namespace harness

#include "harness/checkpoint/zip/zip_checkpoint.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/testing/pickle_text.h"
#include "harness/testing/zip_text.h"

namespace harness {
namespace {

using testing::HasSubstr;
using zip_text::archive;
using zip_text::Entry;

const Entry kPickle{"x/data.pkl", pickle_text::pickled(pickle_text::tensor())};
const Entry kStorage{"x/data/0", std::string(24, '\1')};
const Entry kVersion{"x/version", "3\n"};

StoredPickle read(const std::string& bytes) {
  return read_zip_checkpoint(std::as_bytes(std::span(bytes)), "x.pth");
}

std::string refusal(const std::vector<Entry>& entries) {
  try {
    read(archive(entries));
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.subject(), "x.pth");
    return error.detail();
  }
}

TEST(ZipCheckpoint, BindsStoragesToTheirRecords) {
  const std::string bytes = archive({kPickle, kStorage, kVersion});
  const StoredPickle stored = read(bytes);
  ASSERT_EQ(stored.tree.tensors.size(), 1U);
  ASSERT_EQ(stored.storages.size(), 1U);
  EXPECT_EQ(reinterpret_cast<const char*>(stored.storages[0].data()),
            bytes.data() + bytes.find(std::string(24, '\1')));
  EXPECT_EQ(stored.storages[0].size(), 24U);
}

TEST(ZipCheckpoint, ReadsADeflatedPickle) {
  EXPECT_EQ(refusal({{kPickle.name, kPickle.content, true}, kStorage, kVersion}), "");
}

TEST(ZipCheckpoint, AStorageThatIsMissingOrTooShortIsCalledByItsTensor) {
  const Entry named{"x/data.pkl", pickle_text::pickled(std::string("}")
                                                           .append(pickle_text::text("w"))
                                                           .append(pickle_text::tensor())
                                                           .append("s"))};
  EXPECT_THAT(refusal({named, kVersion}), HasSubstr("an entry data/0 of 'w', got none"));
  EXPECT_THAT(refusal({named, {"x/data/0", std::string(20, '\1')}, kVersion}),
              HasSubstr("x/data/0 of 'w': expected 24 bytes for 6 elements, got 20"));
}

TEST(ZipCheckpoint, ACheckpointThatWasPackedOnceMoreIsNamed) {
  EXPECT_THAT(refusal({{"readme.txt", "x"}, {"zoo/fcn.PTH", "PK"}}),
              HasSubstr("no PyTorch checkpoint, but holds zoo/fcn.PTH: unpack it"));
  EXPECT_THAT(refusal({{"readme.txt", "x"}}), testing::EndsWith("no PyTorch checkpoint"));
}

TEST(ZipCheckpoint, TakesLittleEndianFilesOnly) {
  EXPECT_EQ(refusal({kPickle, kStorage, kVersion, {"x/byteorder", "little"}}), "");
  EXPECT_THAT(refusal({kPickle, kStorage, kVersion, {"x/byteorder", "big"}}), HasSubstr("got big"));
  EXPECT_THAT(refusal({kPickle, kStorage, kVersion, {"x/byteorder", "\x1b[2J"}}),
              HasSubstr("got another"));
}

TEST(ZipCheckpoint, LooksNamesUpWithoutCaseAsPyTorchDoes) {
  EXPECT_EQ(refusal({{"x/DATA.PKL", kPickle.content}, {"x/Data/0", kStorage.content}, kVersion}),
            "");
  EXPECT_THAT(refusal({kPickle, kStorage, kVersion, {"x/BYTEORDER", "big"}}), HasSubstr("got big"));
  EXPECT_THAT(refusal({{"x/DATA.PKL", "cos\nsystem\n."}, kPickle, kStorage, kVersion}),
              HasSubstr("more than case"));
  EXPECT_THAT(refusal({{"X/DATA.PKL", "cos\nsystem\n."}, kPickle, kStorage, kVersion}),
              HasSubstr("more than case"));
}

TEST(ZipCheckpoint, IsWhollyInOneFolderAsPyTorchWantsIt) {
  const Entry other{"y/version", "3\n"};
  for (const auto& entries : {std::vector<Entry>{other, kPickle, kStorage, kVersion},
                              std::vector<Entry>{kPickle, kStorage, kVersion, other}}) {
    EXPECT_THAT(refusal(entries), HasSubstr("all entries in the folder x/ of data.pkl, got y/"));
  }
}

TEST(ZipCheckpoint, PassesOverRecordsThatItDoesNotKnow) {
  EXPECT_EQ(
      refusal({kPickle, kStorage, kVersion, {"x/.data/serialization_id", "1"}, {"x/data/7", "z"}}),
      "");
}

TEST(ZipCheckpoint, RefusesWhatIsMissingOrOfAnotherSize) {
  EXPECT_THAT(refusal({kStorage, kVersion}), HasSubstr("no PyTorch checkpoint"));
  EXPECT_THAT(refusal({kPickle, kVersion}), HasSubstr("data/0, got none"));
  EXPECT_THAT(refusal({kPickle, kStorage}), HasSubstr("x/version, got none"));
  EXPECT_THAT(refusal({kPickle, {"x/data/0", "short"}, kVersion}),
              HasSubstr("expected 24 bytes for 6 elements, got 5"));
  EXPECT_THAT(refusal({kPickle, {"x/data/0", std::string(24, '\1'), true}, kVersion}),
              HasSubstr("expected stored bytes"));
}

TEST(ZipCheckpoint, UnpacksNoNoteThatIsNone) {
  const std::string megabytes(5'000'000, ' ');
  for (const char* name : {"x/version", "x/.data/version", "x/byteorder"}) {
    std::vector<Entry> entries = {kPickle, kStorage};
    if (std::string(name) != "x/version") entries.push_back(kVersion);
    entries.push_back({name, megabytes, /*deflated=*/true});
    EXPECT_THAT(refusal(entries), HasSubstr(std::string(name) + ": expected at most")) << name;
  }
}

TEST(ZipCheckpoint, ReadsTheVersionWhereNewerFilesHaveIt) {
  EXPECT_EQ(refusal({kPickle, kStorage, {"x/.data/version", "7"}}), "");
}

TEST(ZipCheckpoint, RefusesAVersionThatDoesNotExist) {
  for (const char* version : {"0", "11", "-1", "", "three"}) {
    EXPECT_THAT(refusal({kPickle, kStorage, {"x/version", version}}),
                HasSubstr("expected 1 to 10"));
  }
}

}  // namespace
}  // namespace harness

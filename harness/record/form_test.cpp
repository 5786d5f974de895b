#include "harness/record/form.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/record/examine_record.h"
#include "harness/record/lockstep_record.h"

namespace harness {
namespace {
using testing::HasSubstr;
using testing::IsEmpty;

TEST(Form, ADigestIsThatOfSha256) {
  EXPECT_THAT(sha256_defect("a", std::string(64, 'f')).key, IsEmpty());
  for (const auto& text : {std::string(), std::string("abc"), std::string(63, 'f'),
                           std::string(65, 'f'), std::string(64, 'F'), std::string(64, 'g')}) {
    EXPECT_EQ(sha256_defect("a", text).key, "a") << text;
  }
}

TEST(Form, ANameIsNotEmptyAndAWordIsOneOfThem) {
  EXPECT_THAT(name_defect("a", "b").key, IsEmpty());
  EXPECT_EQ(name_defect("a", "").key, "a");
  EXPECT_THAT(word_defect("a", "no", {"yes", "no"}).key, IsEmpty());
  EXPECT_THAT(word_defect("a", "maybe", {"yes", "no"}).detail,
              HasSubstr(R"("yes", "no", got "maybe")"));
}

TEST(Form, ATimeIsUtc) {
  EXPECT_THAT(time_defect("a", "2026-11-24T05:30:50Z").key, IsEmpty());
  for (const char* text : {"", "2026-11-24", "2026-11-24T05:30:50", "2026-11-24T05:30:50Zx",
                           "2026-11-24 05:30:50Z", "yyyy-11-24T05:30:50Z"}) {
    EXPECT_EQ(time_defect("a", text).key, "a") << text;
  }
}

TEST(Form, TheFirstDefectIsNamed) {
  EXPECT_THAT(first_defect({{}, {}}).key, IsEmpty());
  EXPECT_EQ(first_defect({{}, {"b", ""}, {"c", ""}}).key, "b");
}

/// The path that the reader names, or "".
template <Record R>
std::string refused(const R& record) {
  try {
    record_from_json<R>(record_to_json(record), "f", "measurements");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidJson);
    return error.detail().substr(0, error.detail().find(':'));
  }
  return "";
}

TEST(Form, OfAStoredFileIsRead) {
  const StoredFileRecord file{"a/b.pth", 5, std::string(64, '0'), "locked"};
  EXPECT_THAT(refused(file), IsEmpty());
  StoredFileRecord other = file;
  other.url = "";
  EXPECT_EQ(refused(other), "measurements.url");
  other = file;
  other.sha256.pop_back();
  EXPECT_EQ(refused(other), "measurements.sha256");
  other = file;
  other.trust = "blind";
  EXPECT_EQ(refused(other), "measurements.trust");
}

TEST(Form, OfACheckpointIsRead) {
  CheckpointRecord checkpoint;
  checkpoint.name = "b.pth";
  EXPECT_THAT(refused(checkpoint), IsEmpty());
  checkpoint.format = "tar";
  EXPECT_EQ(refused(checkpoint), "measurements.format");
  checkpoint.format = "zip";
  checkpoint.unknown_code = {{"os.system", "calls", "a string", true}};
  EXPECT_THAT(refused(checkpoint), IsEmpty());
  checkpoint.unknown_code[0].use = "likes";
  EXPECT_EQ(refused(checkpoint), "measurements.unknown_code[0].use");
  checkpoint.unknown_code.clear();
  checkpoint.state_dict = std::vector<TensorRecord>{{"w", "", {}}};
  EXPECT_EQ(refused(checkpoint), "measurements.state_dict[0].dtype");
  checkpoint.state_dict = std::vector<TensorRecord>{{"w", "float16", {4, -1}}};
  EXPECT_EQ(refused(checkpoint), "measurements.state_dict[0].shape");
}

TEST(Form, AnOptimizerThatIsNotThereHasNoTensors) {
  EXPECT_THAT(refused(OptimizerRecord{false, 0, 0}), IsEmpty());
  EXPECT_THAT(refused(OptimizerRecord{true, 0, 0}), IsEmpty());
  EXPECT_THAT(refused(OptimizerRecord{true, 3, 4}), IsEmpty());
  EXPECT_EQ(refused(OptimizerRecord{false, 1, 0}), "measurements.tensors");
  EXPECT_EQ(refused(OptimizerRecord{true, -1, 0}), "measurements.tensors");
  EXPECT_EQ(refused(OptimizerRecord{false, 0, 1}), "measurements.bytes");
}

TEST(Form, TheWorstTensorOfALockstepHasAName) {
  EXPECT_THAT(refused(LockstepWorstTensor{"a.weight", 1.0}), IsEmpty());
  EXPECT_EQ(refused(LockstepWorstTensor{"", 1.0}), "measurements.tensor");
}

}  // namespace
}  // namespace harness

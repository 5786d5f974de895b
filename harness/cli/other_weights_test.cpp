#include "harness/cli/other_weights.h"

#include <string>

#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/testing/pickle_text.h"
#include "harness/testing/zip_text.h"

namespace harness {
namespace {

using namespace std::string_literals;

bool has(const std::string& bytes, const std::string& name) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "part", bytes);
  return has_other_weights(folder.path() / "part", name);
}

std::string safetensors(const std::string& header) {
  return std::string(1, static_cast<char>(header.size())) + std::string(7, '\0') + header;
}

TEST(OtherWeights, ASafetensorsFileEndsWithItsLastTensor) {
  const std::string file = safetensors(
      R"({"__metadata__":{"a":"b"},"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}})");
  EXPECT_TRUE(has(file + "1234", "a.safetensors"));
  EXPECT_FALSE(has(file + "1234", "a.pth"));
  EXPECT_FALSE(has(file + "123", "a.safetensors"));
  EXPECT_FALSE(has(file + "12345", "a.safetensors"));
  for (const char* header : {"[]", "{\"w\": 1}", R"({"w":{"data_offsets":[0,-4]}})", "{"}) {
    EXPECT_FALSE(has(safetensors(header), "a.safetensors")) << header;
  }
  for (const std::string& bytes :
       {"\xff\xff\xff\xff\xff\xff\xff\xff{}"s, "12"s, ""s, "{\"message\": \"Not Found\"}"s}) {
    EXPECT_FALSE(has(bytes, "a.safetensors"));
  }
}

TEST(OtherWeights, APickleEndsWithItsLastOperation) {
  const std::string pickle = pickle_text::pickled(pickle_text::text("a"));
  EXPECT_TRUE(has(pickle, "a.pkl"));
  EXPECT_TRUE(has("(lp0\nI1\na.", "A.PKL"));
  EXPECT_FALSE(has(pickle, "a.bin"));
  EXPECT_FALSE(has(pickle.substr(0, pickle.size() - 1), "a.pkl"));
  EXPECT_FALSE(has("Not Found.", "a.pkl"));
}

TEST(OtherWeights, AnArchiveIsOfItsFormat) {
  const std::string zip = zip_text::archive({{"w.npy", "1"}});
  EXPECT_TRUE(has(zip, "a.npz"));
  EXPECT_FALSE(has(zip.substr(0, zip.size() - 1), "a.npz"));
  EXPECT_TRUE(has("\x1f\x8b\x08", "a.tar.gz"));
  EXPECT_TRUE(has("\x89HDF\r\n\x1a\n", "a.h5"));
  EXPECT_FALSE(has("\x89HDF\r\n\x1a\n", "a.pth"));
  EXPECT_FALSE(has("{}", "a.h5"));
}

}  // namespace
}  // namespace harness

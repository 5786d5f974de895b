#include <string>

#include <gtest/gtest.h>

#include "harness/base/json.h"
#include "harness/checkpoint/checkpoint.h"

namespace harness {
namespace {

/// Compares with what PyTorch reads (fixtures/digests/make_digests.py); returns how many.
std::size_t compare(const std::string& file, const Json& digests) {
  const Checkpoint checkpoint = Checkpoint::open("fixtures/minizoo/" + file);
  EXPECT_EQ(checkpoint.state_dict().size(), digests.size()) << file;
  auto expected = digests.begin();
  for (const TensorView& tensor : checkpoint.state_dict()) {
    if (expected == digests.end()) break;
    EXPECT_EQ(tensor.name, expected.key()) << file << ": order";
    EXPECT_EQ(tensor_digest(tensor), expected.value()) << file << ": " << tensor.name;
    ++expected;
  }
  return checkpoint.state_dict().size();
}

TEST(Checkpoint, ReadsEveryTensorOfTheMiniZooAsPyTorchDoes) {
  const Json digests = read_json_file("fixtures/digests/minizoo_tensors.json");
  std::size_t compared = 0;
  for (const auto& [file, tensors] : digests.items()) compared += compare(file, tensors);
  EXPECT_EQ(digests.size(), 23U);
  EXPECT_EQ(compared, 3852U);
}

}  // namespace
}  // namespace harness

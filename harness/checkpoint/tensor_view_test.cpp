#include "harness/checkpoint/tensor_view.h"

#include <array>
#include <cstring>
#include <stdexcept>

#include <gtest/gtest.h>

#include "harness/base/sha256.h"

namespace harness {
namespace {

/// 0, 1, ..., 23 as int16.
class TensorViewTest : public testing::Test {
 protected:
  TensorViewTest() {
    for (std::size_t i = 0; i < numbers_.size(); ++i) numbers_[i] = static_cast<std::int16_t>(i);
  }
  TensorView view(std::vector<std::int64_t> shape, std::vector<std::int64_t> strides,
                  std::int64_t offset = 0) const {
    return {.name = "t",
            .dtype = DType::kInt16,
            .shape = std::move(shape),
            .strides = std::move(strides),
            .offset = offset,
            .storage = 0,
            .storage_bytes = std::as_bytes(std::span(numbers_))};
  }
  static std::vector<int> packed(const TensorView& tensor) {
    const std::vector<std::byte> bytes = tensor.packed();
    std::vector<std::int16_t> values(bytes.size() / 2);
    // Not even nothing may be copied to or from a null pointer.
    if (!bytes.empty()) std::memcpy(values.data(), bytes.data(), bytes.size());
    return {values.begin(), values.end()};
  }

  std::array<std::int16_t, 24> numbers_;
};

TEST_F(TensorViewTest, PacksRowMajor) {
  EXPECT_EQ(packed(view({2, 2}, {2, 1}, 4)), (std::vector<int>{4, 5, 6, 7}));
  EXPECT_EQ(packed(view({3, 2}, {1, 3})), (std::vector<int>{0, 3, 1, 4, 2, 5}));
  EXPECT_EQ(packed(view({2, 3}, {12, 2}, 1)), (std::vector<int>{1, 3, 5, 13, 15, 17}));
  EXPECT_EQ(packed(view({2, 2, 2}, {12, 4, 1})), (std::vector<int>{0, 1, 4, 5, 12, 13, 16, 17}));
  EXPECT_EQ(packed(view({2, 3}, {0, 1}, 5)), (std::vector<int>{5, 6, 7, 5, 6, 7}));
}

TEST_F(TensorViewTest, PacksScalarsAndNothing) {
  EXPECT_EQ(packed(view({}, {}, 9)), std::vector<int>{9});
  EXPECT_EQ(packed(view({0, 3}, {3, 1})), std::vector<int>{});
  EXPECT_EQ(packed(view({2, 0, 5}, {1, 1, 1}, 23)), std::vector<int>{});
}

TEST_F(TensorViewTest, IsContiguousAsPyTorchSaysIt) {
  EXPECT_TRUE(view({2, 3}, {3, 1}).is_contiguous());
  EXPECT_TRUE(view({1, 3}, {99, 1}).is_contiguous());
  EXPECT_TRUE(view({0, 3}, {1, 7}).is_contiguous());
  EXPECT_TRUE(view({}, {}).is_contiguous());
  EXPECT_FALSE(view({2, 3}, {1, 2}).is_contiguous());
  EXPECT_FALSE(view({2}, {0}).is_contiguous());
}

TEST_F(TensorViewTest, PointsIntoTheStorageWhenContiguous) {
  const TensorView tensor = view({2}, {1}, 3);
  EXPECT_EQ(tensor.contiguous_bytes().data(), tensor.storage_bytes.data() + 6);
  EXPECT_EQ(tensor.contiguous_bytes().size(), 4U);
  EXPECT_TRUE(view({2}, {2}).contiguous_bytes().empty());
}

TEST_F(TensorViewTest, RefusesATargetOfAnotherSize) {
  std::vector<std::byte> target(3);
  EXPECT_THROW(view({2}, {1}).pack_into(target), std::invalid_argument);
}

TEST_F(TensorViewTest, HashesTypeShapeAndValuesWhateverTheStrides) {
  const std::string values("\x00\x00\x03\x00\x01\x00\x04\x00", 8);
  const std::string expected = sha256_hex("int16 [2, 2]\n" + values);
  EXPECT_EQ(tensor_digest(view({2, 2}, {1, 3})), expected);
  EXPECT_NE(tensor_digest(view({2, 2}, {3, 1})), expected);
  EXPECT_EQ(tensor_digest(view({0}, {1})), sha256_hex("int16 [0]\n"));
  EXPECT_EQ(tensor_digest(view({}, {}, 0)),
            sha256_hex(std::string("int16 []\n") + std::string(2, '\0')));
}

TEST(DType, HasPyTorchsNamesAndSizes) {
  EXPECT_EQ(to_string(DType::kBFloat16), "bfloat16");
  EXPECT_EQ(to_string(DType::kBool), "bool");
  EXPECT_EQ(item_size(DType::kFloat64), 8U);
  EXPECT_EQ(item_size(DType::kUInt8), 1U);
  EXPECT_EQ(dtype_named("float16"), DType::kFloat16);
  EXPECT_EQ(dtype_named("complex64"), DType::kComplex64);
  EXPECT_EQ(item_size(DType::kComplex64), 8U);
  EXPECT_EQ(dtype_named("float8_e4m3fn"), DType::kFloat8E4M3FN);
  EXPECT_EQ(item_size(DType::kFloat8E8M0FNU), 1U);
  EXPECT_EQ(dtype_named("bits8"), std::nullopt);
  EXPECT_EQ(describe(DType::kInt64, {2, 3}), "int64 [2, 3]");
  EXPECT_EQ(describe(DType::kInt64, {}), "int64 []");
}

}  // namespace
}  // namespace harness

#include "harness/checkpoint/pickle/python_value.h"

#include <stdexcept>

#include <gtest/gtest.h>

namespace harness {
namespace {

using Kind = PythonValue::Kind;

TEST(PythonValue, TakesItsKindFromWhatItIsMadeOf) {
  EXPECT_EQ(PythonValue().kind(), Kind::kNone);
  EXPECT_EQ(PythonValue(true).kind(), Kind::kBool);
  EXPECT_EQ(PythonValue(std::size_t{3}).integer(), 3);
  EXPECT_EQ(PythonValue(2.5).real(), 2.5);
  EXPECT_EQ(PythonValue("text").kind(), Kind::kString);
  EXPECT_EQ(PythonValue::bytes("\xff").kind(), Kind::kBytes);
  EXPECT_EQ(PythonValue::tuple({1, "a"}).items().size(), 2U);
  EXPECT_EQ(PythonValue::dtype(DType::kFloat16).dtype(), DType::kFloat16);
}

TEST(PythonValue, DictsKeepTheOrderOfTheirKeys) {
  PythonValue dict = PythonValue::dict();
  dict.set(1, "one").set("b", 2);
  EXPECT_EQ(dict.items()[0].integer(), 1);
  EXPECT_EQ(dict.items()[2].text(), "b");
  EXPECT_THROW(dict.append(1), std::invalid_argument);
  EXPECT_THROW(PythonValue::list().set("a", 1), std::invalid_argument);
  EXPECT_THROW(dict.set_attributes(PythonValue::dict()), std::invalid_argument);
}

TEST(PythonValue, JsonBecomesDictsAndLists) {
  const PythonValue value =
      PythonValue::from_json(Json::parse(R"({"z": [1, 2.5, null, true], "a": "x"})"));
  EXPECT_EQ(value.kind(), Kind::kDict);
  EXPECT_EQ(value.items()[0].text(), "z");
  const auto& list = value.items()[1].items();
  EXPECT_EQ(list[0].kind(), Kind::kInt);
  EXPECT_EQ(list[1].kind(), Kind::kFloat);
  EXPECT_EQ(list[2].kind(), Kind::kNone);
  EXPECT_EQ(list[3].kind(), Kind::kBool);
  EXPECT_THROW(PythonValue::from_json(18446744073709551615U), std::invalid_argument);
}

TEST(PythonValue, ATensorOverMemoryIsInRowMajorOrder) {
  const std::vector<std::byte> bytes(48);
  const TensorView view = row_major_tensor("w", DType::kFloat16, {2, 3, 4}, bytes);
  EXPECT_EQ(view.strides, (std::vector<std::int64_t>{12, 4, 1}));
  EXPECT_TRUE(view.is_contiguous());
  EXPECT_EQ(row_major_tensor("s", DType::kInt64, {}, std::span(bytes).first(8)).numel(), 1);
  EXPECT_THROW(row_major_tensor("w", DType::kFloat32, {2, 3, 4}, bytes), std::invalid_argument);
}

}  // namespace
}  // namespace harness

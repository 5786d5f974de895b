#include "harness/record/exact_json.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {

std::uint64_t bits_of(const Json& value) {
  EXPECT_TRUE(value.is_number_float()) << value;
  return std::bit_cast<std::uint64_t>(value.get<double>());
}

TEST(ExactJson, BringsEveryNumberBackBitForBit) {
  using Limits = std::numeric_limits<double>;
  const double payload = std::bit_cast<double>(std::uint64_t{0xfff8000000abcdef});
  const Json numbers = {Limits::infinity(),
                        -Limits::infinity(),
                        Limits::quiet_NaN(),
                        payload,
                        0.1,
                        -0.0,
                        Limits::denorm_min(),
                        0x1p64};
  const Json value = {{"numbers", numbers}, {"inside", {{"list", {{{"x", payload}}}}}}};
  const Json read = parse_exact(exact_dump(value), "text");
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    EXPECT_EQ(bits_of(read.at("numbers").at(i)), bits_of(numbers.at(i))) << i;
  }
  EXPECT_EQ(bits_of(read["inside"]["list"][0]["x"]), bits_of(payload));
}

TEST(ExactJson, LeavesEverythingElseAsItIs) {
  const Json value = {{"n", nullptr}, {"i", -7}, {"u", UINT64_MAX}, {"t", "text"}, {"b", true}};
  EXPECT_EQ(exact_dump(value), value.dump());
  EXPECT_EQ(parse_exact(value.dump(), "text"), value);
}

TEST(ExactJson, RefusesBitsThatAreNone) {
  for (const auto* text :
       {R"({"float64": "7ff"})", R"({"float64": "7ff00000000000zz"})", R"([{"float64": 1.5}])"}) {
    EXPECT_THROW(parse_exact(text, "text"), Error) << text;
  }
}

}  // namespace
}  // namespace harness

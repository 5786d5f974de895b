#include "harness/evaluate/counted_classes.h"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

namespace harness {
namespace {
using testing::ElementsAre;

LabelMap map_of(const torch::Tensor& classes) {
  const auto* first = classes.const_data_ptr<std::uint8_t>();
  return {{classes.size(1), classes.size(2)}, {first, first + classes.numel()}};
}

torch::Tensor drawn(std::int64_t below, std::uint64_t seed) {
  auto generator = at::detail::createCPUGenerator(seed);
  return torch::randint(below, {1, 23, 41}, generator, torch::kByte);
}

TEST(CountedClasses, AreThoseOfTheLoopsOverPixels) {
  for (const std::int64_t classes : {1, 19, 255}) {
    const auto prediction = drawn(classes, 1);
    const auto reference = drawn(classes, 2);
    auto label = drawn(classes, 3);
    label.masked_fill_(drawn(4, 4).eq(0), kIgnoredClass);
    ConfusionMatrix expected(classes);
    expected.add(map_of(prediction).classes, map_of(label).classes, kIgnoredClass);
    std::int64_t changed = 0;
    for (std::size_t i = 0; i < map_of(label).classes.size(); ++i) {
      changed += map_of(label).classes[i] != kIgnoredClass &&
                 map_of(prediction).classes[i] != map_of(reference).classes[i];
    }
    const auto counted = count_classes(prediction, label, reference, classes);
    EXPECT_EQ(counted.confusion, expected);
    EXPECT_EQ(counted.changed, changed);
    EXPECT_EQ(count_classes(prediction, label, {}, classes).changed, 0);
  }
}

TEST(CountedClasses, ALabelIsRowAndAPredictionColumn) {
  const auto prediction = torch::tensor({{{0, 1, 1, 1}}}, torch::kByte);
  const auto label = torch::tensor({{{0, 0, 1, 255}}}, torch::kByte);
  const auto counted = count_classes(prediction, label, prediction.eq(0).to(torch::kByte), 2);
  EXPECT_THAT(counted.confusion.counts(), ElementsAre(1, 1, 0, 1));
  EXPECT_EQ(counted.changed, 3);
}

TEST(CountedClasses, AClassThatIsNoneIsRefused) {
  const auto classes = torch::tensor({{{0, 1, 1, 2}}}, torch::kByte);
  const auto zeros = torch::zeros_like(classes);
  EXPECT_THROW(count_classes(zeros, classes, {}, 2), std::invalid_argument);
  EXPECT_THROW(count_classes(classes, zeros, {}, 2), std::invalid_argument);
  EXPECT_NO_THROW(count_classes(classes, classes, {}, 3));
}

TEST(OnDevice, KeepsSizeAndBytes) {
  const auto classes = drawn(200, 5);
  const auto map = map_of(classes);
  EXPECT_TRUE(torch::equal(on_device(map, torch::kCPU), classes));
}

}  // namespace
}  // namespace harness

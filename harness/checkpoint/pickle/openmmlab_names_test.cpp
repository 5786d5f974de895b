#include "harness/checkpoint/pickle/openmmlab_names.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {

std::string all_of(std::span<const PackageNames> lists) {
  std::string all;
  for (const PackageNames& list : lists) {
    all += ' ';
    for (const char c : list.names) all += c == '\n' ? ' ' : c;
    all += ' ';
  }
  return all;
}

TEST(OpenmmlabNames, HasTheModelsOfEachLibrary) {
  const std::string all = all_of(openmmlab_classes());
  for (const char* name : {" ConvModule ", " MMDataParallel ", " EncoderDecoder ", " RetinaNet ",
                           " ImageClassifier ", " BaseModel ", " OptimWrapper ", " Unet "}) {
    EXPECT_THAT(all, testing::HasSubstr(name));
  }
}

/// ExtendModule makes classes, LoRAModel answers for what it wraps, batched_nms evaluates a text.
TEST(OpenmmlabNames, HasNothingThatRunsWhatItFinds) {
  const std::string classes = all_of(openmmlab_classes());
  EXPECT_THAT(classes, testing::Not(testing::HasSubstr(" ExtendModule ")));
  EXPECT_THAT(classes, testing::Not(testing::HasSubstr(" LoRAModel ")));
  const std::string callables = all_of(openmmlab_callables());
  EXPECT_THAT(callables, testing::HasSubstr(" nms "));
  EXPECT_THAT(callables, testing::Not(testing::HasSubstr(" batched_nms ")));
  EXPECT_THAT(callables, testing::Not(testing::HasSubstr(" EncoderDecoder ")));
}

}  // namespace
}  // namespace harness

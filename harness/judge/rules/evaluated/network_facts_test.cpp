#include "harness/judge/rules/evaluated/network_facts.h"

#include <gtest/gtest.h>

#include "harness/testing/sample_row.h"

namespace harness {
namespace {

/// That of the mini zoo's FCN. Counted by hand: 3 convolutions in the stem, 16 blocks of 3 and 4
/// that adapt a shape, 3 in the head and its classifier.
TEST(NetworkFacts, ASmallFcnHasTheseLayers) {
  const auto facts = network_facts(resolve_model(sample::row(), sample::config().at("model")));
  EXPECT_EQ(facts.classes, 19);
  EXPECT_EQ(facts.convolutions, 3 + 16 * 3 + 4 + 3 + 1);
  EXPECT_EQ(facts.norms, facts.convolutions - 1);
  EXPECT_EQ(facts.longest_sum, (256 + 32) * 3 * 3);
  // Width 8: stem 4 + 4 + 8; a block of p planes has p + p + 4 p, and 4 p more where it adapts.
  const std::int64_t blocks = 6 * (3 * 8 + 4 * 16 + 6 * 32 + 3 * 64) + 4 * (8 + 16 + 32 + 64);
  EXPECT_EQ(facts.backbone_channels, 2 * (16 + blocks));
}

TEST(NetworkFacts, TheAuxiliaryHeadDoesNotRun) {
  ModelSpec spec;
  const auto with = network_facts(spec);
  spec.has_auxiliary_head = false;
  EXPECT_EQ(network_facts(spec).convolutions, with.convolutions);
  EXPECT_EQ(network_facts(spec).norms, with.norms);
}

TEST(NetworkFacts, DeepLabV3PlusHasLogitsOfTwiceTheSides) {
  ModelSpec spec;
  EXPECT_EQ(network_facts(spec).logits_over_backbone, 1);
  spec.decode_head.type = "DepthwiseSeparableASPPHead";
  EXPECT_EQ(network_facts(spec).logits_over_backbone, 4);
  spec.decode_head.c1_in_channels = 0;
  EXPECT_EQ(network_facts(spec).logits_over_backbone, 1);
}

}  // namespace
}  // namespace harness

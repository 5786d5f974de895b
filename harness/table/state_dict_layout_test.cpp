#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/table/model_spec.h"
#include "harness/testing/suite_documents.h"

namespace harness {
namespace {
using testing::HasSubstr;

std::string dtype_of(TensorSpec::Kind kind) {
  switch (kind) {
    case TensorSpec::Kind::kConvolution:
      return "float16";
    case TensorSpec::Kind::kNorm:
      return "float32";
    case TensorSpec::Kind::kCounter:
      return "int64";
  }
  return "";
}

/// A layout in the form of the golden files: [[name, shape, dtype], ...].
Json as_golden(const std::vector<TensorSpec>& layout) {
  Json list = Json::array();
  for (const auto& tensor : layout) {
    list.push_back({tensor.name, tensor.shape, dtype_of(tensor.kind)});
  }
  return list;
}

Row row_of(const std::string& method) {
  Row row;
  row.id = method;
  row.method = method;
  return row;
}

std::int64_t elements(const std::vector<TensorSpec>& layout, TensorSpec::Kind kind) {
  std::int64_t sum = 0;
  for (const auto& tensor : layout) {
    std::int64_t count = 1;
    for (const auto side : tensor.shape) count *= side;
    if (tensor.kind == kind) sum += count;
  }
  return sum;
}

TEST(StateDictLayout, IsThatOfTheFullSizeModels) {
  const Json golden = read_json_file("fixtures/minizoo/goldens/r101_keys.json");
  const std::map<std::string, std::string> methods = {{"fcn", "FCN"},
                                                      {"pspnet", "PSPNet"},
                                                      {"deeplabv3", "DeepLabV3"},
                                                      {"deeplabv3plus", "DeepLabV3+"}};
  ASSERT_EQ(golden.size(), methods.size());
  for (const auto& [name, method] : methods) {
    const auto layout = state_dict_layout(resolve_model(row_of(method), nullptr));
    EXPECT_EQ(as_golden(layout), golden.at(name)) << method;
  }
}

TEST(StateDictLayout, IsThatOfTheMiniZoosCheckpoints) {
  const Json golden = read_json_file("fixtures/table/minizoo_keys.json");
  const Json dilations = {1, 12, 24, 36};
  const std::map<std::string, Json> heads = {
      {"fcn", {{"type", "FCNHead"}, {"num_convs", 2}, {"concat_input", true}}},
      {"pspnet", {{"type", "PSPHead"}, {"pool_scales", {1, 2, 3, 6}}}},
      {"deeplabv3", {{"type", "ASPPHead"}, {"dilations", dilations}}},
      {"deeplabv3plus",
       {{"type", "DepthwiseSeparableASPPHead"},
        {"dilations", dilations},
        {"c1_in_channels", 32},
        {"c1_channels", 8}}}};
  ASSERT_EQ(golden.size(), heads.size());
  for (const auto& [name, head] : heads) {
    const auto layout = state_dict_layout(resolve_model(row_of("any"), minizoo_config(head)));
    EXPECT_EQ(as_golden(layout), golden.at(name + "_r50w8-d8_64x128_600_fp16_scenes")) << name;
  }
}

TEST(StateDictLayout, CountsTheElementsThatTheFactSheetCounts) {
  // mmseg_facts 2.4: half elements after the wrap; batch norm's affine and buffers.
  const auto layout = state_dict_layout(resolve_model(row_of("DeepLabV3+"), nullptr));
  EXPECT_EQ(layout.size(), 730U);
  EXPECT_EQ(elements(layout, TensorSpec::Kind::kConvolution), 62'453'302);
  EXPECT_EQ(elements(layout, TensorSpec::Kind::kCounter), 121);
  EXPECT_EQ(elements(layout, TensorSpec::Kind::kNorm), 2 * 128'704);
}

TEST(StateDictLayout, FollowsDepthAndWidth) {
  Row row = row_of("FCN");
  row.model = {{"backbone", {{"depth", 152}, {"base_channels", 4}, {"stem_channels", 8}}},
               {"auxiliary_head", nullptr}};
  const auto layout = state_dict_layout(resolve_model(row, nullptr));
  // 50 blocks of 18 entries, 4 downsamples of 6, a stem of 18, a head of 2 + 3 * 6.
  EXPECT_EQ(layout.size(), 50U * 18 + 4 * 6 + 18 + 20);
  EXPECT_EQ(layout.back().name, "decode_head.conv_cat.bn.num_batches_tracked");
}

TEST(StateDictLayout, HasNoDownsampleWhereTheShapeStays) {
  ModelSpec spec;
  spec.backbone.stem_channels = 256;
  for (const auto& tensor : state_dict_layout(spec)) {
    EXPECT_THAT(tensor.name, testing::Not(HasSubstr("layer1.0.downsample")));
  }
}

TEST(StateDictLayout, TakesOtherListsOfScalesAndDilations) {
  ModelSpec spec;
  spec.has_auxiliary_head = false;
  spec.decode_head.type = "PSPHead";
  spec.decode_head.pool_scales = {1, 4};
  auto layout = state_dict_layout(spec);
  EXPECT_EQ(layout[layout.size() - 6].shape, (std::vector<std::int64_t>{512, 3072, 3, 3}));
  spec.decode_head.type = "ASPPHead";
  spec.decode_head.dilations = {1, 6};
  layout = state_dict_layout(spec);
  EXPECT_EQ(layout[layout.size() - 6].shape, (std::vector<std::int64_t>{512, 1536, 3, 3}));
}

TEST(StateDictLayout, WorksWithoutTheLowLevelBranch) {
  Row row = row_of("DeepLabV3+");
  row.model = {{"decode_head", {{"c1_in_channels", 0}}}};
  const auto layout = state_dict_layout(resolve_model(row, nullptr));
  for (const auto& tensor : layout) {
    EXPECT_THAT(tensor.name, testing::Not(HasSubstr("c1_bottleneck")));
    if (tensor.name == "decode_head.sep_bottleneck.0.depthwise_conv.conv.weight") {
      EXPECT_EQ(tensor.shape.front(), 512);
    }
  }
}

TEST(StateDictLayout, RefusesWhatItCannotLayOut) {
  ModelSpec spec;
  spec.backbone.depth = 34;
  EXPECT_THAT(message_of([&] { state_dict_layout(spec); }), HasSubstr("50, 101 or 152, got 34"));
  spec = ModelSpec{};
  spec.decode_head.type = "UPerHead";
  EXPECT_THAT(message_of([&] { state_dict_layout(spec); }), HasSubstr("UPerHead"));
}

}  // namespace
}  // namespace harness

#include "models/encoder_decoder.h"

#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "models/registry.h"
#include "models/test_support.h"

namespace models {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using testing::StartsWith;

/// Name, shape and dtype after the half wrap of every entry of a full-size model, as JSON.
nlohmann::json entries_of(const std::string& head_type) {
  EncoderDecoderOptions options;
  options.decode_head.type = head_type;
  nlohmann::json entries;
  for (const auto& [name, tensor] : state_dict(*EncoderDecoder(options))) {
    const bool norm =
        name.find("bn") != std::string::npos || name.find("downsample.1") != std::string::npos ||
        name.find("stem.1") != std::string::npos || name.find("stem.4") != std::string::npos ||
        name.find("stem.7") != std::string::npos;
    const auto* dtype = !tensor.is_floating_point() ? "int64" : norm ? "float32" : "float16";
    entries.push_back({name, tensor.sizes().vec(), dtype});
  }
  return entries;
}

class FullSizeModel : public testing::TestWithParam<std::pair<std::string, std::string>> {};

TEST_P(FullSizeModel, HasTheKeysOrderAndShapesOfMmseg) {
  const auto& [row, head_type] = GetParam();
  std::ifstream file("fixtures/minizoo/goldens/r101_keys.json");
  const auto expected = nlohmann::json::parse(file).at(row);
  const auto actual = entries_of(head_type);
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) ASSERT_EQ(actual[i], expected[i]) << "entry " << i;
}

INSTANTIATE_TEST_SUITE_P(Rows, FullSizeModel,
                         testing::Values(std::pair("fcn", "FCNHead"),
                                         std::pair("pspnet", "PSPHead"),
                                         std::pair("deeplabv3", "ASPPHead"),
                                         std::pair("deeplabv3plus", "DepthwiseSeparableASPPHead")),
                         [](const auto& name) { return name.param.first; });

TEST(EncoderDecoder, TestTimeForwardEqualsTheDecodeHeadOnAllFeatures) {
  const auto image = torch::randn({1, 3, 32, 48});
  for (const auto& type : head_types()) {
    EncoderDecoder model(tiny_model(type));
    model->eval();
    const auto decoded = model->forward_decode(model->forward_features(image));
    EXPECT_TRUE(torch::equal(model->forward(image), decoded)) << type;
  }
}

TEST(EncoderDecoder, TestTimeForwardLeavesTheAuxiliaryHeadAlone) {
  EncoderDecoder model(tiny_model("FCNHead"));
  RecordingObserver seen;
  const ObservationScope scope(*model, seen);
  model->forward(torch::randn({2, 3, 32, 48}));
  EXPECT_THAT(seen.layers, Contains("decode_head.conv_seg"));
  EXPECT_THAT(seen.layers, Not(Contains(StartsWith("auxiliary_head"))));
}

TEST(EncoderDecoder, AuxiliaryHeadReadsTheThirdStage) {
  EncoderDecoder model(tiny_model("PSPHead"));
  const std::vector<torch::Tensor> features{{}, {}, torch::randn({2, 32, 4, 6}), {}};
  EXPECT_THAT(model->forward_auxiliary(features).sizes(), ElementsAre(2, 5, 4, 6));
}

TEST(EncoderDecoder, CanBeWithoutAnAuxiliaryHead) {
  auto options = tiny_model("FCNHead");
  options.auxiliary_head.reset();
  EncoderDecoder model(options);
  EXPECT_FALSE(model->has_auxiliary_head());
  EXPECT_THAT(keys_of(*model), Not(Contains(StartsWith("auxiliary_head"))));
  EXPECT_THROW(model->forward_auxiliary(tiny_features()), c10::Error);
}

TEST(EncoderDecoder, BothHeadsTrainEveryParameter) {
  for (const auto& type : head_types()) {
    EncoderDecoder model(tiny_model(type));
    const auto features = model->forward_features(torch::randn({2, 3, 32, 48}));
    const auto loss = model->forward_decode(features).square().mean() +
                      model->forward_auxiliary(features).square().mean();
    loss.backward();
    for (const auto& parameter : model->named_parameters()) {
      ASSERT_TRUE(parameter.value().grad().defined()) << type << ' ' << parameter.key();
    }
  }
}

}  // namespace
}  // namespace models

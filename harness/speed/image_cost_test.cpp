#include "harness/speed/image_cost.h"

#include <gtest/gtest.h>

#include "harness/precision/half_convolution.h"
#include "harness/testing/speed_networks.h"

namespace harness {
namespace {

class ImageCost : public testing::Test {
 protected:
  ImageCost() { register_half_convolution(); }
  torch::InferenceMode no_gradients_;
  torch::Tensor image_ = drawn_images(1, 64, 64, 1).front();
};

TEST_F(ImageCost, CountsTwoOperationsForEachProductOfAConvolution) {
  // The stem and the last layer by hand, at half and an eighth of the image's size; the rest in
  // proportion to the image.
  const auto network = small_network("fp32");
  const double flops = image_cost(*network, image_).convolution_flops;
  const double stem = 2.0 * 32 * 32 * (4 * 3 * 9 + 4 * 4 * 9 + 8 * 4 * 9);
  EXPECT_GT(flops, stem);
  const auto larger = drawn_images(1, 128, 128, 1).front();
  EXPECT_DOUBLE_EQ(image_cost(*network, larger).convolution_flops, 4.0 * flops);
}

TEST_F(ImageCost, TheZoosNetworkCostsWhatTheLiteratureSays) {
  // PSPNet with ResNet-101-D8: 2047 G multiplications at 1024x2048. Convolutions on pooled maps do
  // not grow with the image and are too small to show.
  Row row;
  row.id = row.method = "PSPNet";
  const ModelSpec spec = resolve_model(row, Json());
  TimedNetwork network("fp32", spec, drawn_weights(spec, 1), torch::kCPU, Layout::kContiguous);
  const auto image = drawn_images(1, 64, 128, 1).front();
  const double flops = image_cost(network, image).convolution_flops * 16 * 16;
  EXPECT_NEAR(flops / 2e9, 2047.0, 20.0);
}

TEST_F(ImageCost, HalfNeedsLessMemoryAndTheSameOperations) {
  const auto single = image_cost(*small_network("fp32"), image_);
  const auto half = image_cost(*small_network("fp16"), image_);
  EXPECT_EQ(half.convolution_flops, single.convolution_flops);
  EXPECT_LT(half.weights_bytes, single.weights_bytes);
  EXPECT_GT(half.weights_bytes, 0);
  EXPECT_GT(half.peak_bytes, half.weights_bytes);
  EXPECT_LT(half.peak_bytes, single.peak_bytes);
  EXPECT_EQ(half.logits_elements, 19 * 8 * 8);
  EXPECT_EQ(half.logits_non_finite, 0);
}

TEST_F(ImageCost, LogitsThatAreNotFiniteAreCounted) {
  const auto network = small_network("fp16");
  for (auto& parameter : network->model()->parameters()) parameter.fill_(60000.0);
  EXPECT_EQ(image_cost(*network, image_).logits_non_finite, 19 * 8 * 8);
}

}  // namespace
}  // namespace harness

#include "harness/table/import/link.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

constexpr std::string_view kModel =
    "https://x.org/v0.5/fp16/fcn_80k_fp16_cityscapes/"
    "fcn_80k_fp16_cityscapes_20200717_230921-50245227.pth";

TEST(Link, AUrlStaysAndAPathIsWrittenRelativeToTheSuite) {
  EXPECT_EQ(resolve_link("https://x.org/a%20b.py", "zoo/fp16", "suites"), "https://x.org/a%20b.py");
  EXPECT_EQ(resolve_link("configs/x.py", "zoo/fp16", "suites"), "../zoo/fp16/configs/x.py");
  EXPECT_EQ(resolve_link("../fp32/x%20y.pth", "zoo/fp16", "suites"), "../zoo/fp32/x y.pth");
  EXPECT_EQ(resolve_link("x.pth", "", ""), "x.pth");
  EXPECT_EQ(resolve_link("x.pth", "suites", "suites"), "x.pth");
}

TEST(Link, KeepsAPercentSignThatEncodesNothing) {
  EXPECT_EQ(file_name_of("a/100%"), "100%");
  EXPECT_EQ(file_name_of("a/%zz%2"), "%zz%2");
  EXPECT_EQ(file_name_of("a/%00b"), "%00b");
}

TEST(Link, AConfigsStemIsItsFileNameWithoutExtension) {
  EXPECT_EQ(config_stem("https://github.com/a/b/blob/master/configs/fp16/x_fp16.py"), "x_fp16");
  EXPECT_EQ(config_stem("configs/x.v1.py?raw=true#L3"), "x.v1");
  EXPECT_EQ(config_stem("x"), "x");
  EXPECT_EQ(config_stem("configs/"), "");
}

TEST(Link, AModelsStemHasNeitherTimeNorHash) {
  EXPECT_EQ(model_stem(kModel), "fcn_80k_fp16_cityscapes");
  EXPECT_EQ(model_stem("fcn-50245227.pth"), "fcn");
  EXPECT_EQ(model_stem("fcn-20200717.pth"), "fcn");
  EXPECT_EQ(model_stem("fcn_20200717_230921.pth"), "fcn");
  EXPECT_EQ(model_stem("fcn_2020071_230921-xyz.pth"), "fcn_2020071_230921-xyz");
}

TEST(Link, AModelsStemHasNoEndingOfWeights) {
  for (const char* name : {"fcn.pth.tar", "fcn.pt", "fcn.ckpt", "fcn.safetensors", "fcn.pkl"}) {
    EXPECT_EQ(model_stem(name), "fcn") << name;
  }
}

/// Zoos that name the folder and not the file.
TEST(Link, AFileWhoseNameSaysNothingIsCalledByItsFolder) {
  EXPECT_EQ(model_stem("https://x.org/zoo/fcn_w18_256x512/model.pdparams?v=2/3"),
            "fcn_w18_256x512");
  EXPECT_EQ(model_stem("https://x.org/zoo/fcn_r34/epoch_30.pth"), "fcn_r34");
  EXPECT_EQ(model_stem("https://x.org/zoo/fcn-r34/iter_160000.pth"), "fcn-r34");
  EXPECT_EQ(model_stem("https://x.org/releases/v1.0/model.pth"), "");
  EXPECT_EQ(model_stem("latest.pth"), "");
  EXPECT_EQ(model_stem("https://x.org/fcn_a/epoch_.pth"), "epoch_");
  EXPECT_EQ(model_stem("https://x.org/fcn_a/model_b.pth"), "model_b");
}

TEST(Link, TheSiblingOfAnFp16RowLacksThatPart) {
  EXPECT_EQ(without_fp16("fcn_80k_fp16_cityscapes"), "fcn_80k_cityscapes");
  EXPECT_EQ(without_fp16("fcn_80k_fp16"), "fcn_80k");
  EXPECT_EQ(without_fp16("fcn_fp16x_fp16_a"), "fcn_fp16x_a");
  EXPECT_EQ(without_fp16("fcn_80k"), "");
  EXPECT_EQ(without_fp16("fcn_r101-d8_4xb2-amp-80k_cityscapes-512x1024"),
            "fcn_r101-d8_4xb2-80k_cityscapes-512x1024");
  EXPECT_EQ(without_fp16("fcn_8xb1-ampere-80k"), "");
}

}  // namespace
}  // namespace harness

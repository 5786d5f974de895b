#include "harness/arithmetic/scaler.h"

#include <cmath>
#include <limits>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {

using testing::HasSubstr;

constexpr auto kInfinity = std::numeric_limits<double>::infinity();

ScalerOptions read(const Json& scaler) {
  return scaler_from_json(scaler, "suite.json", "rows[0].arithmetic.scaler");
}

ScalerOptions read_text(const char* text) {
  return read(Json::parse(text));
}

/// The message without the path up to the scaler; "" when nothing was refused.
std::string refusal(const char* text) {
  const std::string place = "rows[0].arithmetic.scaler";
  try {
    read_text(text);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidSuite) << text;
    EXPECT_EQ(error.subject(), "suite.json");
    EXPECT_THAT(error.detail(), testing::StartsWith(place));
    return error.detail().substr(place.size());
  }
  return "";
}

TEST(Scalers, HaveNamesThatReadBack) {
  EXPECT_THAT(scaler_names(), testing::ElementsAre("none", "static", "mmcv-dynamic", "grad-scaler",
                                                   "grad-scaler-pinned"));
  for (const auto name : scaler_names()) {
    const auto type = find_scaler_type(name);
    ASSERT_TRUE(type) << name;
    EXPECT_EQ(to_string(*type), name);
    EXPECT_EQ(ScalerOptions::defaults(*type).type, *type) << name;
    EXPECT_EQ(facts(*type).defaults, ScalerOptions::defaults(*type)) << name;
    EXPECT_FALSE(find_problem(ScalerOptions::defaults(*type))) << name;
  }
  EXPECT_EQ(find_scaler_type("dynamic"), std::nullopt);
}

TEST(Scalers, TwoAreDynamic) {
  EXPECT_TRUE(is_dynamic(ScalerType::kMmcvDynamic));
  EXPECT_TRUE(is_dynamic(ScalerType::kGradScaler));
  EXPECT_FALSE(is_dynamic(ScalerType::kNone));
  EXPECT_FALSE(is_dynamic(ScalerType::kStatic));
  EXPECT_FALSE(is_dynamic(ScalerType::kGradScalerPinned));
}

TEST(Scalers, WithoutArgumentsTheyHaveThoseOfTheSource) {
  EXPECT_EQ(read_text(R"({"type": "none"})"), ScalerOptions{});
  const auto mmcv = read_text(R"({"type": "mmcv-dynamic"})");
  EXPECT_EQ(mmcv.init_scale, 4294967296.0);
  EXPECT_EQ(mmcv.growth_factor, 2.0);
  EXPECT_EQ(mmcv.growth_interval, 1000);
  const auto torch = read_text(R"({"type": "grad-scaler"})");
  EXPECT_EQ(torch.init_scale, 65536.0);
  EXPECT_EQ(torch.growth_factor, 2.0);
  EXPECT_EQ(torch.backoff_factor, 0.5);
  EXPECT_EQ(torch.growth_interval, 2000);
  EXPECT_EQ(read_text(R"({"type": "grad-scaler-pinned"})").init_scale, 512.0);
}

TEST(Scalers, TakeEveryArgumentOfTheirType) {
  const auto mmcv = read_text(
      R"({"type": "mmcv-dynamic", "init_scale": 8, "scale_factor": 4, "scale_window": 3})");
  EXPECT_EQ(mmcv, (ScalerOptions{.type = ScalerType::kMmcvDynamic,
                                 .init_scale = 8.0,
                                 .growth_factor = 4.0,
                                 .growth_interval = 3}));
  const auto torch = read_text(R"({"type": "grad-scaler", "init_scale": 16, "growth_factor": 3,
                                   "backoff_factor": 0.25, "growth_interval": 7})");
  EXPECT_EQ(torch, (ScalerOptions{.type = ScalerType::kGradScaler,
                                  .init_scale = 16.0,
                                  .growth_factor = 3.0,
                                  .backoff_factor = 0.25,
                                  .growth_interval = 7}));
}

TEST(Scalers, ScaleIsAnotherWordForInitScaleInEveryTypeThatHasOne) {
  for (const auto* name : {"static", "mmcv-dynamic", "grad-scaler", "grad-scaler-pinned"}) {
    const auto short_word = read({{"type", name}, {"scale", 2048}});
    EXPECT_EQ(short_word.init_scale, 2048.0) << name;
    EXPECT_EQ(short_word, read({{"type", name}, {"init_scale", 2048.0}})) << name;
  }
}

TEST(Scalers, AreWrittenAsTheyAreRead) {
  for (const auto* text :
       {R"({"type": "none"})", R"({"type": "static", "scale": 512})",
        R"({"type": "static", "scale": 0.5})", R"({"type": "mmcv-dynamic"})",
        R"({"type": "mmcv-dynamic", "init_scale": 65536, "scale_factor": 4, "scale_window": 3})",
        R"({"type": "grad-scaler"})",
        R"({"type": "grad-scaler", "init_scale": 1024, "growth_factor": 3, "backoff_factor": 0.25,
            "growth_interval": 7})",
        R"({"type": "grad-scaler-pinned", "scale": 128})"}) {
    const Json scaler = Json::parse(text);
    const ScalerOptions options = read(scaler);
    // As text: a number that was written 512 must not come back as 512.0.
    EXPECT_EQ(to_json(options).dump(), scaler.dump());
    EXPECT_EQ(read(to_json(options)), options) << text;
  }
}

TEST(Scalers, WrittenOptionsReadBackWhateverTheirNumbers) {
  for (const auto name : scaler_names()) {
    auto options = ScalerOptions::defaults(*find_scaler_type(name));
    EXPECT_EQ(read(to_json(options)), options) << name;
    if (options.type == ScalerType::kNone) continue;
    options.init_scale = 0x1p100 / 3.0;
    EXPECT_EQ(read(to_json(options)), options) << name;
  }
}

TEST(Scalers, AnUnknownTypeIsRefusedWithTheKnownOnes) {
  EXPECT_THAT(
      refusal(R"({"type": "dynamic"})"),
      testing::AllOf(testing::StartsWith(".type: "), HasSubstr("\"dynamic\""),
                     HasSubstr("none, static, mmcv-dynamic, grad-scaler, grad-scaler-pinned")));
  EXPECT_THAT(refusal(R"({"scale": 512})"), testing::StartsWith(".type: "));
  EXPECT_THAT(refusal(R"("static")"), HasSubstr("expected an object, got a string"));
}

TEST(Scalers, AKeyThatTheTypeDoesNotHaveIsRefused) {
  const std::pair<const char*, const char*> cases[] = {{"none", "scale"},
                                                       {"none", "init_scale"},
                                                       {"static", "scale_window"},
                                                       {"mmcv-dynamic", "growth_interval"},
                                                       {"mmcv-dynamic", "backoff_factor"},
                                                       {"grad-scaler", "scale_window"},
                                                       {"grad-scaler-pinned", "growth_interval"}};
  for (const auto& [type, key] : cases) {
    Json scaler = {{"type", type}, {key, 2}};
    if (scaler["type"] == "static") scaler["scale"] = 512;
    EXPECT_THAT(refusal(scaler.dump().c_str()), testing::StartsWith("." + std::string(key) + ": "))
        << scaler;
  }
}

TEST(Scalers, TheScaleIsStatedOnce) {
  EXPECT_THAT(refusal(R"({"type": "static", "scale": 512, "init_scale": 512})"),
              testing::AllOf(testing::StartsWith(".init_scale: "), HasSubstr("got both")));
  EXPECT_THAT(refusal(R"({"type": "static"})"), testing::StartsWith(".scale: "));
}

TEST(Scalers, ArgumentsThatNoScalerCanHaveAreRefusedUnderTheirKey) {
  EXPECT_THAT(refusal(R"({"type": "static", "scale": 0})"),
              testing::AllOf(testing::StartsWith(".scale: "), HasSubstr("positive")));
  EXPECT_THAT(refusal(R"({"type": "static", "init_scale": -1})"),
              testing::StartsWith(".init_scale: "));
  EXPECT_THAT(refusal(R"({"type": "grad-scaler", "scale": 1e39})"),
              testing::StartsWith(".scale: "));
  EXPECT_THAT(refusal(R"({"type": "mmcv-dynamic", "scale_factor": 0.5})"),
              testing::StartsWith(".scale_factor: "));
  EXPECT_THAT(refusal(R"({"type": "mmcv-dynamic", "scale_window": 0})"),
              testing::StartsWith(".scale_window: "));
  EXPECT_THAT(refusal(R"({"type": "grad-scaler", "growth_factor": 0.5})"),
              testing::StartsWith(".growth_factor: "));
  EXPECT_THAT(refusal(R"({"type": "grad-scaler", "backoff_factor": 1})"),
              testing::StartsWith(".backoff_factor: "));
  EXPECT_THAT(refusal(R"({"type": "grad-scaler", "growth_interval": 2.5})"),
              testing::StartsWith(".growth_interval: "));
  EXPECT_THAT(refusal(R"({"type": "static", "scale": "512"})"), testing::StartsWith(".scale: "));
}

TEST(Scalers, AProblemNamesItsArgument) {
  for (const double scale : {0.0, -1.0, kInfinity, std::nan("")}) {
    const auto found = find_problem({.type = ScalerType::kStatic, .init_scale = scale});
    ASSERT_TRUE(found) << scale;
    EXPECT_EQ(found->argument, "init_scale");
  }
  EXPECT_FALSE(find_problem({.type = ScalerType::kStatic, .init_scale = 1e39}));
  EXPECT_TRUE(find_problem({.type = ScalerType::kGradScaler, .init_scale = 1e39}));
  EXPECT_TRUE(find_problem({.type = ScalerType::kGradScaler, .init_scale = 1e-50}));
  const ScalerOptions shrinking{.type = ScalerType::kGradScaler, .growth_factor = 0.99};
  EXPECT_EQ(find_problem(shrinking)->argument, "growth_factor");
  for (const double backoff : {0.0, 1.0, -0.5, std::nan("")}) {
    const ScalerOptions options{.type = ScalerType::kGradScaler, .backoff_factor = backoff};
    ASSERT_TRUE(find_problem(options)) << backoff;
    EXPECT_EQ(find_problem(options)->argument, "backoff_factor");
  }
  const ScalerOptions never{.type = ScalerType::kMmcvDynamic, .growth_interval = 0};
  EXPECT_EQ(find_problem(never)->argument, "growth_interval");
}

}  // namespace
}  // namespace harness

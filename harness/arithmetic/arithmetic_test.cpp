#include "harness/arithmetic/arithmetic.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"

namespace harness {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Arithmetic read(const Json& value) {
  return arithmetic_from_json(value, "suite.json", "rows[3].arithmetic");
}

/// The message without the path of the arithmetic; "" when nothing was refused.
std::string refusal(const Json& value) {
  const std::string place = "rows[3].arithmetic";
  try {
    read(value);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidSuite) << value;
    EXPECT_EQ(error.subject(), "suite.json");
    EXPECT_THAT(error.detail(), StartsWith(place));
    return error.detail().substr(place.size());
  }
  return "";
}

/// A scaler with the scale that a static one has to state.
Json scaler_of(std::string_view name) {
  Json scaler = {{"type", name}};
  if (name == "static") scaler["scale"] = 512;
  return scaler;
}

TEST(Arithmetic, IsWrittenAsItIsRead) {
  for (const auto* text :
       {R"({"policy": "fp32"})", R"({"policy": "fp32", "scaler": {"type": "none"}})",
        R"({"policy": "fp16-master", "scaler": {"type": "static", "scale": 512}})",
        R"({"policy": "fp16-master", "scaler": {"type": "static", "scale": 512},
            "quirks": ["wrap-rounds-norm", "no-overflow-check"]})",
        R"({"policy": "fp16-amp", "scaler": {"type": "grad-scaler", "growth_interval": 7}})",
        R"({"policy": "bf16-amp"})"}) {
    const Json value = Json::parse(text);
    const Arithmetic arithmetic = read(value);
    EXPECT_EQ(to_json(arithmetic).dump(), value.dump());
    EXPECT_EQ(read(to_json(arithmetic)), arithmetic) << text;
  }
}

TEST(Arithmetic, AScalerThatIsNotStatedIsTheDefaultOfThePolicy) {
  const Arithmetic silent = read({{"policy", "fp16-master"}});
  EXPECT_EQ(silent.scaler, std::nullopt);
  EXPECT_EQ(silent.scaler_or_default(), default_scaler(Policy::kFp16Master));
  const Arithmetic stated = read({{"policy", "fp16-master"}, {"scaler", {{"type", "none"}}}});
  EXPECT_EQ(stated.scaler_or_default().type, ScalerType::kNone);
}

TEST(Arithmetic, PoliciesTakeTheScalersThatMakeSense) {
  std::string allowed;
  for (const auto policy : row_policy_names()) {
    for (const auto scaler : scaler_names()) {
      const auto reason = refusal({{"policy", policy}, {"scaler", scaler_of(scaler)}});
      if (reason.empty()) {
        allowed.append(policy).append("/").append(scaler).append(" ");
        continue;
      }
      EXPECT_THAT(reason, StartsWith(".scaler: " + std::string(policy) + " with " +
                                     std::string(scaler) + ": expected none"));
    }
  }
  EXPECT_EQ(allowed,
            "fp32/none fp16-master/none fp16-master/static fp16-master/mmcv-dynamic fp16-amp/none "
            "fp16-amp/static fp16-amp/mmcv-dynamic fp16-amp/grad-scaler "
            "fp16-amp/grad-scaler-pinned bf16-amp/none ");
}

TEST(Arithmetic, APairIsRefusedWithItsReason) {
  const auto reason = [](Policy policy, ScalerType scaler) {
    const auto objection = find_objection({policy, ScalerOptions::defaults(scaler), {}});
    return objection ? objection->reason : "";
  };
  EXPECT_THAT(
      reason(Policy::kFp16Master, ScalerType::kGradScaler),
      testing::AllOf(HasSubstr("none, static and mmcv-dynamic"), HasSubstr("GradScaler refuses")));
  EXPECT_THAT(reason(Policy::kBf16Amp, ScalerType::kStatic), HasSubstr("exponents of float"));
  EXPECT_THAT(reason(Policy::kFp64, ScalerType::kMmcvDynamic), HasSubstr("do not vanish"));
  EXPECT_EQ(reason(Policy::kFp64, ScalerType::kNone), "");
}

TEST(Arithmetic, QuirksBelongToTheArithmeticThatHadThem) {
  const Json rounds = {"wrap-rounds-norm"};
  EXPECT_THAT(refusal({{"policy", "fp32"}, {"quirks", rounds}}),
              testing::AllOf(StartsWith(".quirks: "), HasSubstr("wrap-rounds-norm")));
  EXPECT_THAT(refusal({{"policy", "fp16-amp"}, {"quirks", rounds}}), StartsWith(".quirks: "));
  EXPECT_EQ(refusal({{"policy", "fp16-master"}, {"quirks", rounds}}), "");
  EXPECT_EQ(refusal({{"policy", "fp32"}, {"quirks", Json::array()}}), "");
}

TEST(Arithmetic, AnUncheckedOverflowBelongsToAStaticScale) {
  const Json unchecked = {"no-overflow-check"};
  const auto with = [&](const char* scaler) {
    return refusal(
        {{"policy", "fp16-master"}, {"scaler", scaler_of(scaler)}, {"quirks", unchecked}});
  };
  EXPECT_EQ(with("static"), "");
  EXPECT_THAT(with("mmcv-dynamic"),
              testing::AllOf(StartsWith(".quirks: "), HasSubstr("mmcv 1.2.0")));
  EXPECT_THAT(with("none"), StartsWith(".quirks: "));
  // The default scaler is static.
  EXPECT_EQ(refusal({{"policy", "fp16-master"}, {"quirks", unchecked}}), "");
}

TEST(Arithmetic, RefusesWhatItDoesNotKnowUnderItsKey) {
  EXPECT_THAT(refusal({{"policy", "fp8"}}),
              testing::AllOf(StartsWith(".policy: "), HasSubstr("\"fp8\""),
                             HasSubstr("fp32, fp16-master, fp16-amp, bf16-amp")));
  EXPECT_THAT(refusal({{"policy", "fp64"}}), StartsWith(".policy: "));
  EXPECT_THAT(refusal({{"policy", "fp16"}}), StartsWith(".policy: "));
  EXPECT_THAT(refusal(Json::object()), StartsWith(".policy: "));
  EXPECT_THAT(refusal(Json::array()), HasSubstr("expected an object"));
  EXPECT_THAT(refusal({{"policy", "fp32"}, {"scalar", 1}}), StartsWith(".scalar: "));
  EXPECT_THAT(refusal({{"policy", "fp16-amp"}, {"scaler", {{"type", "static"}, {"scale", 0}}}}),
              StartsWith(".scaler.scale: "));
  EXPECT_THAT(refusal({{"policy", "fp16-master"}, {"quirks", {"no-such-quirk"}}}),
              testing::AllOf(StartsWith(".quirks: "), HasSubstr("no-such-quirk"),
                             HasSubstr("masters-not-saved")));
  EXPECT_THAT(refusal({{"policy", "fp16-master"}, {"quirks", "masters-not-saved"}}),
              StartsWith(".quirks: "));
  EXPECT_THAT(refusal({{"policy", "fp16-master"}, {"quirks", {1}}}), StartsWith(".quirks: "));
}

}  // namespace
}  // namespace harness

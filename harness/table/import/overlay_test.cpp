#include "harness/table/import/overlay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/testing/suite_documents.h"

namespace harness {
namespace {
using testing::HasSubstr;

Overlay overlay_of(const std::string& text) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "o.json", text);
  return Overlay(folder.path() / "o.json");
}

std::string refusal(const std::string& text) {
  return message_of([&] { overlay_of(text); });
}

const Json kRow = {{"id", "fcn_fp16"}, {"method", "FCN"}, {"recipe", {{"iterations", 600}}}};

Json claims() {
  return {{"miou", {{"id", "miou"}, {"value", 1}, {"tolerance", {{"abs", 0.05}, {"reason", "a"}}}}},
          {"fps", {{"id", "fps"}, {"value", 2}}}};
}

TEST(Overlay, WithoutOneNothingChanges) {
  const Overlay none;
  EXPECT_EQ(none.patch_row(kRow), kRow);
  EXPECT_EQ(none.patch_claims("fcn_fp16", claims()), claims());
  EXPECT_EQ(none.patch_suite({{"name", "a"}}), (Json{{"name", "a"}}));
}

TEST(Overlay, PatchesTheSuiteThenEveryRowThenThatRow) {
  const Overlay overlay = overlay_of(R"({
    "suite": {"name": "b", "data": {"layout": "cityscapes"}},
    "defaults": {"recipe": {"lr": 0.05, "batch": 4}},
    "rows": {"fcn_fp16": {"recipe": {"batch": 8, "iterations": null}}}})");
  EXPECT_EQ(overlay.patch_suite({{"name", "a"}}),
            (Json{{"name", "b"}, {"data", {{"layout", "cityscapes"}}}}));
  EXPECT_EQ(overlay.patch_row(kRow)["recipe"], (Json{{"lr", 0.05}, {"batch", 8}}));
  Json other = kRow;
  other["id"] = "pspnet";
  EXPECT_EQ(overlay.patch_row(other)["recipe"],
            (Json{{"iterations", 600}, {"lr", 0.05}, {"batch", 4}}));
}

TEST(Overlay, PatchesClaimsByIdInEitherForm) {
  const Overlay overlay = overlay_of(R"({
    "defaults": {"claims": {"miou": {"tolerance": {"abs": 0.1}}, "parity": {"digits": 1}}},
    "rows": {"fcn_fp16": {"claims": [
      {"id": "miou", "tolerance": {"reason": "b"}},
      {"id": "retrain.miou", "evidence": "retrained", "value": 3}]}}})");
  const Json patched = overlay.patch_claims("fcn_fp16", claims());
  EXPECT_EQ(patched["miou"]["tolerance"], (Json{{"abs", 0.1}, {"reason", "b"}}));
  EXPECT_EQ(patched["miou"]["value"], 1);
  EXPECT_EQ(patched["retrain.miou"]["value"], 3);
  EXPECT_FALSE(patched.contains("parity"));
  EXPECT_EQ(overlay.patch_claims("other", claims())["miou"]["tolerance"],
            (Json{{"abs", 0.1}, {"reason", "a"}}));
}

TEST(Overlay, ANullRemovesAClaim) {
  const Overlay overlay = overlay_of(
      R"({"defaults": {"claims": {"fps": null}}, "rows": {"a": {"claims": {"miou": null}}}})");
  EXPECT_EQ(overlay.patch_claims("a", claims()), Json::object());
  EXPECT_TRUE(overlay.patch_claims("b", claims()).contains("miou"));
}

TEST(Overlay, AClaimThatTheRowLacksIsAnError) {
  const Overlay overlay = overlay_of(R"({"rows": {"a": {"claims": {"moiu": {"digits": 1}}}}})");
  EXPECT_THAT(message_of([&] { overlay.patch_claims("a", claims()); }),
              HasSubstr("rows.a.claims.moiu: expected a claim that the row has (miou, fps)"));
}

TEST(Overlay, DerivesASiblingFromTheRowsId) {
  const Overlay overlay = overlay_of(R"({"defaults": {"sibling": {"suite": "fp32"}}})");
  EXPECT_EQ(overlay.patch_row(kRow)["sibling"], (Json{{"suite", "fp32"}, {"row", "fcn"}}));
  Json single = kRow;
  single["id"] = "fcn";
  EXPECT_FALSE(overlay.patch_row(single).contains("sibling"));
  const Overlay named = overlay_of(R"({"defaults": {"sibling": {"suite": "s"}},
      "rows": {"fcn_fp16": {"sibling": {"row": "x"}}}})");
  EXPECT_EQ(named.patch_row(kRow)["sibling"], (Json{{"suite", "s"}, {"row", "x"}}));
}

TEST(Overlay, RefusesRowsThatNoTableHas) {
  const Overlay overlay = overlay_of(R"({"rows": {"fcn_fp61": {}}})");
  EXPECT_THAT(message_of([&] {
                overlay.require_rows({"fcn_fp16", "pspnet_fp16"});
              }),
              HasSubstr("rows: expected ids of the tables' rows (fcn_fp16, pspnet_fp16), got "
                        "\"fcn_fp61\""));
  EXPECT_EQ(message_of([&] { overlay.require_rows({"fcn_fp61"}); }), "nothing was thrown");
}

TEST(Overlay, RefusesAnotherFormOfFile) {
  EXPECT_THAT(refusal(R"({"row": {}})"),
              HasSubstr("row: unknown key; expected one of: defaults, rows, suite"));
  EXPECT_THAT(refusal(R"({"defaults": []})"), HasSubstr("defaults: expected an object"));
  EXPECT_THAT(refusal(R"({"rows": {"a": null}})"), HasSubstr("rows.a: expected an object"));
  EXPECT_THAT(refusal(R"({"suite": {"rows": []}})"), HasSubstr("suite.rows"));
  EXPECT_THAT(refusal(R"({"defaults": {"claims": "all"}})"),
              HasSubstr("defaults.claims: expected"));
  EXPECT_THAT(refusal(R"({"rows": {"a": {"claims": [{"digits": 1}]}}})"),
              HasSubstr("rows.a.claims: expected an array of objects with an id"));
  EXPECT_THAT(refusal(R"({"rows": {"a": {"claims": [{"id": "x"}, {"id": "x"}]}}})"),
              HasSubstr("\"x\" twice"));
  EXPECT_THAT(refusal("[]"), HasSubstr("expected an object, got an array"));
  EXPECT_THAT(message_of([] { Overlay("/nonexistent.json"); }), HasSubstr("cannot"));
}

TEST(Overlay, AnIdStays) {
  const Overlay overlay = overlay_of(R"({"defaults": {"id": "x"}})");
  EXPECT_THAT(message_of([&] { overlay.patch_row(kRow); }), HasSubstr("expected the id to stay"));
}

}  // namespace
}  // namespace harness

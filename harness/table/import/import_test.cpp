#include "harness/table/import/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/table/model_spec.h"
#include "harness/table/suite.h"
#include "harness/testing/suite_documents.h"

namespace harness {
namespace fs = std::filesystem;
namespace {
using testing::HasSubstr;

constexpr const char* kZoo = "fixtures/minizoo/zoo";

/// What importing again would write, as bytes.
std::string imported(const std::vector<fs::path>& tables, const fs::path& overlay,
                     const fs::path& output) {
  const TemporaryFolder folder;
  write_json_file(folder.path() / "s.json", import_suite(tables, overlay, output).suite);
  return read_file(folder.path() / "s.json");
}

/// A folder with pages in it that are imported into a suite there.
class Zoo {
 public:
  fs::path add(const std::string& name, const std::string& text) const {
    write_file_atomic(folder_.path() / name, text);
    return folder_.path() / name;
  }
  Json import(const std::vector<fs::path>& tables, const fs::path& overlay = {}) const {
    return import_suite(tables, overlay, folder_.path() / "suites" / "mine.json").suite;
  }
  std::string refusal(const std::vector<fs::path>& tables, const fs::path& overlay = {}) const {
    return message_of([&] { import(tables, overlay); });
  }

 private:
  TemporaryFolder folder_;
};

constexpr const char* kPage =
    "| Method | Crop Size | Lr schd | mIoU | config | download |\n|-|-|-|-|-|-|\n"
    "| FCN | 64x128 | 600 | 52.05 | [c](configs/fcn_fp16.py) | [model](fcn_fp16-2eb5a165.pth) |\n";

TEST(Import, TheCommittedSuitesAreWhatTheirTablesSay) {
  const fs::path zoo = kZoo;
  EXPECT_EQ(imported({zoo / "fp16/README.md", zoo / "fp16/metafile.yml"},
                     "suites/minizoo.overlay.json", "suites/minizoo.json"),
            read_file("suites/minizoo.json"));
  EXPECT_EQ(imported({zoo / "fp32/README.md", zoo / "fp32/metafile.yml"},
                     "suites/minizoo_fp32.overlay.json", "suites/minizoo_fp32.json"),
            read_file("suites/minizoo_fp32.json"));
  EXPECT_EQ(imported({"fixtures/mmseg_fp16_table.md"}, "suites/mmseg_fp16.overlay.json",
                     "suites/mmseg_fp16.json"),
            read_file("suites/mmseg_fp16.json"));
  EXPECT_EQ(imported({"fixtures/mmseg_fp16_table.md"}, "suites/mmseg_nightly.overlay.json",
                     "suites/mmseg_nightly.json"),
            read_file("suites/mmseg_nightly.json"));
}

TEST(Import, TheMiniZoosFirstRowIsThatOfTheDesign) {
  const Suite suite = read_suite("suites/minizoo.json");
  EXPECT_EQ(suite.name, "minizoo");
  EXPECT_EQ(suite.data.root, "../fixtures/minizoo/data/scenes");
  const Row& row = suite.rows.at(0);
  EXPECT_EQ(row.id, "fcn_r50w8-d8_64x128_600_fp16_scenes");
  EXPECT_EQ(row.model, parse_json(R"({"decode_head": {"type": "FCNHead", "channels": 32},
      "backbone": {"depth": 50, "base_channels": 8, "stem_channels": 8},
      "auxiliary_head": {"channels": 16}})",
                                  "test"));
  ASSERT_TRUE(row.arithmetic.has_value());
  EXPECT_EQ(row.arithmetic->policy, Policy::kFp16Master);
  EXPECT_EQ(
      row.arithmetic->scaler,
      (ScalerOptions{.type = ScalerType::kStatic, .init_scale = 512.0, .growth_interval = 1000}));
  EXPECT_EQ(row.sibling_suite, "minizoo_fp32");
  EXPECT_EQ(row.sibling_row, "fcn_r50w8-d8_64x128_600_scenes");
  EXPECT_EQ(row.recipe, parse_json(R"({"iterations": 600, "crop": [64, 128], "batch": 4,
      "lr": 0.05})",
                                   "test"));
  const Claim& miou = *row.find_claim("miou");
  EXPECT_EQ(miou.value, 52.05);
  EXPECT_EQ(miou.digits, 2);
  EXPECT_EQ(miou.source.line, 13);
}

TEST(Import, EveryLinkOfTheMiniZoosSuitesLeadsToAFile) {
  for (const char* path : {"suites/minizoo.json", "suites/minizoo_fp32.json"}) {
    const Suite suite = read_suite(path);
    for (const Row& row : suite.rows) {
      EXPECT_TRUE(fs::exists(suite.folder / row.checkpoint)) << row.checkpoint;
      EXPECT_TRUE(fs::exists(suite.folder / row.log)) << row.log;
      EXPECT_TRUE(fs::exists(suite.folder / row.config)) << row.config;
      const Suite sibling = read_suite(suite.folder / (row.sibling_suite + ".json"));
      EXPECT_EQ(select_row(sibling, row.sibling_row).id, row.sibling_row);
    }
    EXPECT_TRUE(fs::exists(suite.folder / suite.data.root));
  }
}

TEST(Import, TheSuitesModelsLayOutTheCheckpoints) {
  const Json golden = read_json_file("fixtures/table/minizoo_keys.json");
  for (const Row& row : read_suite("suites/minizoo.json").rows) {
    const auto layout = state_dict_layout(resolve_model(row, nullptr));
    const Json& expected = golden.at(row.id);
    ASSERT_EQ(layout.size(), expected.size()) << row.id;
    for (std::size_t i = 0; i < layout.size(); ++i) {
      EXPECT_EQ(layout[i].name, expected[i][0]);
      EXPECT_EQ(Json(layout[i].shape), expected[i][1]) << layout[i].name;
    }
  }
}

TEST(Import, WithoutOverlayTheSuiteIsWhatThePageSays) {
  const Zoo zoo;
  const Json suite = zoo.import({zoo.add("zoo/README.md", kPage)});
  EXPECT_EQ(suite["name"], "mine");
  EXPECT_FALSE(suite.contains("data"));
  const Json& row = suite["rows"].at(0);
  EXPECT_EQ(row["id"], "fcn_fp16");
  EXPECT_EQ(row["checkpoint"]["url"], "../zoo/fcn_fp16-2eb5a165.pth");
  EXPECT_FALSE(row.contains("arithmetic"));
  EXPECT_EQ(row["model"], (Json{{"decode_head", {{"type", "FCNHead"}}}}));
  EXPECT_EQ(row["claims"][0]["source"]["file"], "../zoo/README.md");
}

TEST(Import, ReadsWindowsPagesLikeOthers) {
  const Zoo zoo;
  std::string windows = "\xEF\xBB\xBF";
  for (const char* c = kPage; *c != '\0'; ++c) {
    if (*c == '\n') windows += '\r';
    windows += *c;
  }
  EXPECT_EQ(zoo.import({zoo.add("zoo/README.md", windows)}),
            zoo.import({zoo.add("zoo/README.md", kPage)}));
}

TEST(Import, KeepsBothNumbersWhereTableAndMetafileDiffer) {
  const Zoo zoo;
  const auto page = zoo.add("zoo/README.md", kPage);
  const auto metafile = zoo.add("zoo/metafile.yml",
                                "Models:\n- Name: fcn_fp16\n  Results:\n  - Metrics:\n"
                                "      mIoU: 52.15\n- Name: fcn_b\n  Weights: b-01234567.pth\n");
  for (const auto& tables : {std::vector{page, metafile}, std::vector{metafile, page}}) {
    const Json suite = zoo.import(tables);
    ASSERT_EQ(suite["rows"].size(), 2U);
    const Suite read = suite_from_json(suite, "mine.json");
    const Claim& miou = *read.rows[0].find_claim("miou");
    EXPECT_EQ(miou.value, 52.05);
    EXPECT_EQ(miou.conditions.at("metafile"),
              (Json{{"value", 52.15}, {"file", "../zoo/metafile.yml"}, {"line", 5}}));
    EXPECT_EQ(read.rows[1].id, "fcn_b");
    EXPECT_EQ(read.rows[1].find_claim("hash")->value, "01234567");
  }
}

TEST(Import, OneModelOnTwoPagesIsTwoRows) {
  const Zoo zoo;
  const Json suite = zoo.import({zoo.add("zoo/a.md", kPage), zoo.add("zoo/b.md", kPage)});
  ASSERT_EQ(suite["rows"].size(), 2U);
  EXPECT_EQ(suite["rows"][0]["id"], "fcn_fp16");
  EXPECT_EQ(suite["rows"][1]["id"], "fcn_fp16_2");
  EXPECT_EQ(suite["rows"][1]["claims"][0]["source"]["file"], "../zoo/b.md");
}

TEST(Import, AnUnreadableCellIsAClaimThatQuotesIt) {
  const Zoo zoo;
  const auto page =
      zoo.add("zoo/README.md",
              "| Method | Mem (GB) | Inf time (fps) | mIoU | config | download |\n|-|-|-|-|-|-|\n"
              "| FCN | 5806 | - 6.96 | 52.05 | [c](a.py) | [model](https://arxiv.org/abs/1) |\n");
  const Suite suite = suite_from_json(zoo.import({page}), "mine.json");
  const Row& row = suite.rows.at(0);
  EXPECT_EQ(row.find_claim("miou")->value, 52.05);
  EXPECT_TRUE(row.find_claim("fps")->value.is_null());
  EXPECT_EQ(row.find_claim("fps")->conditions["unread"],
            (Json{{"cell", "- 6.96"},
                  {"expected", "a number of images per second"},
                  {"file", "../zoo/README.md"},
                  {"line", 3},
                  {"column", "Inf time (fps)"}}));
  EXPECT_EQ(row.find_claim("memory")->conditions["unread"]["impossible"], true);
  EXPECT_EQ(row.checkpoint, "");
  EXPECT_TRUE(row.find_claim("hash")->value.is_null());
  EXPECT_EQ(row.find_claim("hash")->conditions["unread"]["cell"], "https://arxiv.org/abs/1");
}

TEST(Import, ANumberOnOtherImagesIsNoneOfTheTraining) {
  const Zoo zoo;
  const auto page =
      zoo.add("zoo/README.md",
              "| Method | Training Dataset | Test Dataset | mIoU | config | evaluation checkpoint "
              "|\n|-|-|-|-|-|-|\n"
              "| FCN | City training set | Night | 9.5 | [c](a_night.py) | [model](a.pth) / "
              "[log](a.log.json) |\n"
              "| FCN | City training set | City validation set | 71 | [c](a.py) | [model](a.pth) / "
              "[log](a.log.json) |\n");
  const Suite suite = suite_from_json(zoo.import({page}), "mine.json");
  ASSERT_EQ(suite.rows.size(), 2U);
  const Row& night = suite.rows[0];
  EXPECT_EQ(night.checkpoint, "../zoo/a.pth");
  EXPECT_EQ(night.find_claim("miou")->value, 9.5);
  EXPECT_EQ(night.find_claim("miou")->conditions["test_dataset"], "Night");
  EXPECT_TRUE(night.find_claim("log.miou")->value.is_null());
  EXPECT_EQ(night.find_claim("retrain.miou")->conditions["test_dataset"], "Night");
  EXPECT_EQ(suite.rows[1].find_claim("log.miou")->value, 71.0);
  EXPECT_TRUE(suite.rows[1].find_claim("retrain.miou")->conditions.empty());
}

TEST(Import, RefusesFilesOfAnotherKindAndNoFiles) {
  const Zoo zoo;
  EXPECT_THAT(zoo.refusal({}), HasSubstr("usage: import: expected at least one table"));
  EXPECT_THAT(zoo.refusal({zoo.add("README.rst", kPage)}),
              HasSubstr("expected a Markdown page (.md) or a metafile (.yml), got \".rst\""));
  EXPECT_THAT(zoo.refusal({"/nonexistent/README.md"}), HasSubstr("cannot open"));
  EXPECT_THAT(zoo.refusal({zoo.add("empty.md", "| mIoU | download |\n|-|-|\n")}),
              HasSubstr("expected at least one row in the table"));
}

TEST(Import, AnOverlayThatMakesNoSoundSuiteNamesTheKey) {
  const Zoo zoo;
  const auto page = zoo.add("zoo/README.md", kPage);
  EXPECT_THAT(
      zoo.refusal({page}, zoo.add("o.json", R"({"defaults": {"arithmetic": {"policy": "fp8"}}})")),
      HasSubstr("mine.json: rows[0].arithmetic.policy: expected one of"));
  EXPECT_THAT(zoo.refusal({page}, zoo.add("o.json", R"({"defaults": {"colour": 1}})")),
              HasSubstr("rows[0].colour: unknown key"));
  EXPECT_THAT(zoo.refusal({page}, zoo.add("o.json", R"({"rows": {"fcn": {}}})")),
              HasSubstr("expected ids of the tables' rows (fcn_fp16)"));
  EXPECT_THAT(zoo.refusal({page}, zoo.add("o.json", R"({"defaults": {"claims":
      {"miou": {"tolerance": {"reason": null}}}}})")),
              HasSubstr("tolerance.reason: expected a value"));
}

TEST(Import, AnOverlayAddsArithmeticAndItsClaims) {
  const Zoo zoo;
  const auto page = zoo.add("zoo/README.md", kPage);
  const Json arithmetic = {{"policy", "fp16-amp"}, {"scaler", {{"type", "grad-scaler"}}}};
  const Json claims = {{"parity", {{"tolerance", {{"abs", 0.2}}}}}};
  const Json overlay = {{"defaults", {{"arithmetic", arithmetic}, {"claims", claims}}}};
  const Suite suite =
      suite_from_json(zoo.import({page}, zoo.add("o.json", overlay.dump())), "mine.json");
  EXPECT_EQ(suite.rows[0].find_claim("loss_scale")->value, "grad-scaler");
  EXPECT_EQ(suite.rows[0].find_claim("loss_scale")->source.file, "../o.json");
  EXPECT_DOUBLE_EQ(suite.rows[0].find_claim("parity")->tolerance->abs, 0.2);
}

TEST(Import, EveryPairOfPolicyAndScalerThatMakesSenseBecomesASuiteAndNoOther) {
  const Zoo zoo;
  const auto page = zoo.add("zoo/README.md", kPage);
  for (const auto& policy : policies()) {
    if (!policy.in_tables) continue;
    for (const auto name : scaler_names()) {
      SCOPED_TRACE(std::string(policy.name).append(" with ").append(name));
      Json scaler = {{"type", name}};
      if (name == "static") scaler["scale"] = 512;
      const Json arithmetic = {{"policy", policy.name}, {"scaler", scaler}};
      const Json overlay = {{"defaults", {{"arithmetic", arithmetic}}}};
      const auto file = zoo.add("o.json", overlay.dump());
      const auto type = find_scaler_type(name);
      if (std::ranges::find(policy.scalers, type) == policy.scalers.end()) {
        EXPECT_THAT(zoo.refusal({page}, file), HasSubstr("mine.json: rows[0].arithmetic.scaler: "));
        continue;
      }
      const Suite suite = suite_from_json(zoo.import({page}, file), "mine.json");
      ASSERT_TRUE(suite.rows.at(0).arithmetic.has_value());
      EXPECT_EQ(suite.rows[0].arithmetic->policy, policy.policy);
      EXPECT_EQ(suite.rows[0].arithmetic->scaler, ScalerOptions::defaults(*type));
      EXPECT_EQ(suite.rows[0].find_claim("dtypes")->value, policy.name);
      EXPECT_EQ(suite.rows[0].find_claim("loss_scale") != nullptr, scales_loss(policy.policy));
      EXPECT_EQ(suite.rows[0].find_claim("parity") != nullptr, computes_in_half(policy.policy));
    }
  }
}

TEST(Import, ADynamicScalerTakesItsArgumentsFromTheOverlay) {
  const Zoo zoo;
  const auto page = zoo.add("zoo/README.md", kPage);
  const Json arithmetic = {{"policy", "fp16-master"},
                           {"scaler", {{"type", "mmcv-dynamic"}, {"scale", 65536}}}};
  const Json overlay = {{"defaults", {{"arithmetic", arithmetic}}}};
  const Json suite = zoo.import({page}, zoo.add("o.json", overlay.dump()));
  EXPECT_EQ(suite["rows"][0]["arithmetic"]["scaler"],
            (Json{{"type", "mmcv-dynamic"}, {"init_scale", 65536}}));
  EXPECT_EQ(suite_from_json(suite, "mine.json").rows[0].arithmetic->scaler->init_scale, 65536.0);
}

TEST(Import, ReadsTheDepthThatABackboneNames) {
  const Zoo zoo;
  const auto depth = [&](const std::string& backbone) -> Json {
    const Json suite = zoo.import({zoo.add(
        "a.md", "|Method|Backbone|mIoU|config|\n|-|-|-|-|\n|FCN|" + backbone + "|1|[c](a.py)|\n")});
    const Json& model = suite["rows"][0]["model"];
    return model.contains("backbone") ? model["backbone"]["depth"] : Json(nullptr);
  };
  EXPECT_EQ(depth("R-101-D8"), 101);
  EXPECT_EQ(depth("R-50w8-D8"), 50);
  EXPECT_EQ(depth("r152"), 152);
  EXPECT_TRUE(depth("R-50b-D8").is_null());
  EXPECT_TRUE(depth("R-18-D8").is_null());
  EXPECT_TRUE(depth("M-V2-D8").is_null());
}

}  // namespace
}  // namespace harness

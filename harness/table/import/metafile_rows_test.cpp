#include "harness/table/import/metafile_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/testing/suite_documents.h"

namespace harness {
namespace {
using testing::HasSubstr;

std::vector<PublishedRow> rows(const std::string& model, const PublishedPage& page) {
  return rows_of_metafile(std::string("Models:\n- Name: fcn_a\n").append(model), page).rows;
}

/// The notices that a model of the name fcn_a brings, a line each.
std::string notices(const std::string& model) {
  const PublishedRows read = rows_of_metafile(std::string("Models:\n- Name: fcn_a\n").append(model),
                                              {"m/metafile.yml", "suites"});
  std::string text;
  for (const ImportNotice& notice : read.notices) text += to_string(notice) + "\n";
  return text;
}

const PublishedPage kPage{"configs/fp16/metafile.yml", "suites"};

TEST(MetafileRows, ReadTheMiniZoos) {
  const PublishedPage page{"fixtures/minizoo/zoo/fp16/metafile.yml", "suites"};
  const auto published = rows_of_metafile(read_file(page.path), page).rows;
  ASSERT_EQ(published.size(), 4U);
  const PublishedRow& row = published[3];
  EXPECT_EQ(row.id, "deeplabv3plus_r50w8-d8_64x128_600_fp16_scenes");
  EXPECT_EQ(row.method, "DeepLabV3+");
  EXPECT_THAT(row.config,
              testing::StartsWith("../fixtures/minizoo/zoo/fp16/configs/deeplabv3plus"));
  EXPECT_THAT(row.checkpoint, testing::EndsWith("20261123_233257-2020978b.pth"));
  EXPECT_EQ(row.facts.at("hash").value, "2020978b");
  EXPECT_EQ(row.facts.at("miou").value, 37.81);
  EXPECT_EQ(row.facts.at("config.crop").value, "64x128");
  EXPECT_EQ(row.facts.at("config.iterations").value, 600);
  EXPECT_EQ(row.facts.at("fps").conditions["hardware"], "2 CPU cores");
  EXPECT_EQ(row.facts.at("fps").conditions["resolution"], (Json{128, 256}));
  EXPECT_FALSE(row.facts.contains("miou_ms_flip"));
}

TEST(MetafileRows, MillisecondsBecomeImagesPerSecond) {
  // mmseg_facts 7: 115.74 ms per image is the table's 8.64 fps.
  const auto published = rows(
      "  Metadata:\n    inference time (ms/im):\n    - value: 115.74\n"
      "    - value: 50\n      hardware: A100\n",
      kPage);
  const PublishedFact& fps = published.at(0).facts.at("fps");
  EXPECT_EQ(fps.value, 8.64);
  // 8.64 * 0.005 / 115.74 for the milliseconds, 0.005 for rounding the quotient.
  EXPECT_NEAR(fps.rounding, 0.00537, 1e-5);
  EXPECT_EQ(fps.digits, 1);
  EXPECT_EQ(fps.source.column, "Models[0].Metadata.inference time (ms/im)[0].value");
  ASSERT_EQ(published[0].other_timings.size(), 1U);
  EXPECT_EQ(published[0].other_timings[0].value, 20.0);
}

/// One model timed in two modes: only one of them can be the row's fps.
TEST(MetafileRows, AnotherTimingOfAModelIsNamed) {
  const std::string timings =
      "  Metadata:\n    inference time (ms/im):\n    - value: 80\n      mode: FP16\n"
      "    - value: 160\n      mode: FP32\n";
  const std::string text = notices(timings);
  EXPECT_THAT(text, HasSubstr("m/metafile.yml:7: Models[0].Metadata.inference time (ms/im)[1]"));
  EXPECT_THAT(text, HasSubstr("6.2 fps"));
  EXPECT_THAT(text, testing::Not(HasSubstr("12.5 fps")));
  EXPECT_EQ(notices(timings.substr(0, timings.find("    - value: 160"))), "");
}

TEST(MetafileRows, PathsCountFromTheFolderOrFromTheRepositoryThatHoldsIt) {
  EXPECT_EQ(rows("  Config: configs/fp16/fcn.py\n", kPage).at(0).config, "../configs/fp16/fcn.py");
  EXPECT_EQ(rows("  Config: sub/fcn.py\n", kPage).at(0).config, "../configs/fp16/sub/fcn.py");
  EXPECT_EQ(rows("  Config: fcn.py\n", kPage).at(0).config, "../configs/fp16/fcn.py");
  EXPECT_EQ(rows("  Config: configs/fp16/fcn.py\n", {"metafile.yml", ""}).at(0).config,
            "configs/fp16/fcn.py");
  EXPECT_EQ(rows("  Config: /a/fcn.py\n  Weights: https://x.org/w.pth\n", kPage).at(0).checkpoint,
            "https://x.org/w.pth");
}

TEST(MetafileRows, AMethodComesFromTheIdElseFromTheCollection) {
  EXPECT_EQ(rows("  In Collection: fp16\n", kPage).at(0).method, "FCN");
  EXPECT_EQ(rows("  In Collection: UPerNet\n  Config: upernet_r50.py\n", kPage).at(0).method,
            "UPerNet");
  EXPECT_EQ(rows("  Config: upernet_r50.py\n", kPage).at(0).method, "upernet_r50");
}

TEST(MetafileRows, TrainingResourcesAreTheHardwareOfTheMemory) {
  const auto published =
      rows("  Metadata:\n    Training Resources: 4x V100\n    Memory (GB): 5.37\n", kPage);
  EXPECT_EQ(published.at(0).facts.at("memory").conditions, (Json{{"hardware", "4x V100"}}));
}

TEST(MetafileRows, ImagesPerSecondStayWhatTheyAre) {
  const auto published = rows(
      "  Metadata:\n    inference time (fps):\n    - value: 8.64\n      hardware: V100\n", kPage);
  const PublishedFact& fps = published.at(0).facts.at("fps");
  EXPECT_EQ(fps.value, 8.64);
  EXPECT_EQ(fps.digits, 2);
  EXPECT_EQ(fps.conditions, (Json{{"hardware", "V100"}}));
  EXPECT_EQ(rows("  Metadata:\n    inference time (fps): 3.5\n", kPage).at(0).facts.at("fps").value,
            3.5);
}

TEST(MetafileRows, AValueThatCannotBeReadIsQuoted) {
  const std::string model =
      "  Metadata:\n    crop size: big\n    lr schd: 20e\n    memory (GB): 5806\n"
      "    inference time (ms/im):\n    - value: fast\n  Results:\n  - Metrics:\n"
      "      mIoU: 0.7225\n  Weights: https://arxiv.org/abs/1\n  Training log: configs/a.py\n";
  const PublishedRow row = rows(model, kPage).at(0);
  for (const char* claim : {"config.crop", "config.iterations", "memory", "fps", "miou"}) {
    EXPECT_TRUE(row.facts.at(claim).value.is_null()) << claim;
    EXPECT_TRUE(row.facts.at(claim).conditions.contains("unread")) << claim;
  }
  EXPECT_EQ(row.facts.at("miou").conditions["unread"]["line"], 11);
  EXPECT_EQ(row.facts.at("miou").conditions["unread"]["impossible"], true);
  EXPECT_EQ(row.checkpoint + row.log, "");
  EXPECT_EQ(row.unread_links.at("hash").text, "https://arxiv.org/abs/1");
  EXPECT_EQ(row.unread_links.at("log.config").text, "configs/a.py");
  EXPECT_THAT(notices(model),
              HasSubstr("m/metafile.yml:4: Models[0].Metadata.crop size: expected a size such as "
                        "512x1024, got \"big\""));
}

TEST(MetafileRows, KeysAreReadHoweverTheyAreSpelt) {
  const auto published = rows(
      "  Metadata:\n    Crop Size: (512,1024)\n    LR Schd: 80000\n    Memory(GB): 5.37\n"
      "    FPS: 8.64\n  Results:\n  - Metrics:\n      mean IoU: 76.8\n      mIoU (ms+flip): 77.1\n",
      kPage);
  const auto& facts = published.at(0).facts;
  EXPECT_EQ(facts.at("config.crop").value, "512x1024");
  EXPECT_EQ(facts.at("config.iterations").value, 80000);
  EXPECT_EQ(facts.at("memory").value, 5.37);
  EXPECT_EQ(facts.at("fps").value, 8.64);
  EXPECT_EQ(facts.at("miou").value, 76.8);
  EXPECT_EQ(facts.at("miou_ms_flip").value, 77.1);
}

TEST(MetafileRows, KeysThatLookKnownAreNamed) {
  const std::string text = notices(
      "  Metadata:\n    Training Memory (MB): 5370\n    inference time (s/im): 0.1\n"
      "    Training Data: Cityscapes\n");
  EXPECT_THAT(text, HasSubstr("m/metafile.yml:4: key \"Models[0].Metadata.Training Memory (MB)\""));
  EXPECT_THAT(text, HasSubstr("inference time (s/im)"));
  EXPECT_THAT(text, testing::Not(HasSubstr("Training Data")));
}

/// PyYAML takes the last value, yaml-cpp the first.
TEST(MetafileRows, AKeyThatStandsTwiceCostsItsValue) {
  const std::string twice = "  Results:\n  - Metrics:\n      mIoU: 76.8\n      mIoU: 70.1\n";
  EXPECT_TRUE(rows(twice, kPage).at(0).facts.at("miou").value.is_null());
  EXPECT_THAT(notices(twice), HasSubstr("expected the key once"));
  EXPECT_THAT(notices("  Metadata:\n    memory (GB): 5\n    memory (GB): 6\n"),
              HasSubstr("expected the key once"));
  EXPECT_THAT(notices("  Metadata:\n    memory (GB): 5\n    Memory (GB): 6\n"),
              HasSubstr("expected one memory"));
}

TEST(MetafileRows, ASecondDocumentIsRefused) {
  EXPECT_THAT(message_of([] { rows("---\nModels:\n- Name: b\n", kPage); }),
              HasSubstr("expected one document, got 2"));
}

TEST(MetafileRows, AModelThatNothingNamesIsLeftOut) {
  const std::string nameless =
      "- Name: ''\n  Config: ''\n  Weights: ''\n- Name: b\n- c\n- Name: ''\n  In Collection: fcn\n"
      "  Metadata:\n    backbone: R-50\n";
  const PublishedRows read = rows_of_metafile("Models:\n" + nameless, kPage);
  ASSERT_EQ(read.rows.size(), 2U);
  EXPECT_EQ(read.rows[0].id, "b");
  EXPECT_EQ(read.rows[1].id, "fcn_r-50");
  ASSERT_EQ(read.notices.size(), 2U);
  EXPECT_THAT(read.notices[0].detail, HasSubstr("the model is left out"));
  EXPECT_THAT(to_string(read.notices[1]), HasSubstr("metafile.yml:6: Models[2]: expected a map"));
}

}  // namespace
}  // namespace harness

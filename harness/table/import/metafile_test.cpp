#include "harness/table/import/metafile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/testing/suite_documents.h"

namespace harness {
namespace {
using testing::HasSubstr;

std::vector<MetafileModel> models_of(const std::string& text) {
  return read_metafile(text, "m.yml").models;
}

/// The values of the first model that cannot be read, "line: key: expected ..., got ..." each.
std::string unread(const std::string& text) {
  const auto models = models_of(text);
  std::string lines;
  for (const MetafileUnread& one : models.at(0).unread) {
    lines += std::to_string(one.value.line) + ": " + one.value.key + ": expected " + one.expected +
             ", got " + one.value.text + "\n";
  }
  return lines;
}

std::string refusal(const std::string& text) {
  return message_of([&] { read_metafile(text, "m.yml"); });
}

TEST(Metafile, ReadsTheMiniZoos) {
  const auto models = models_of(read_file("fixtures/minizoo/zoo/fp32/metafile.yml"));
  ASSERT_EQ(models.size(), 4U);
  const MetafileModel& fcn = models[0];
  EXPECT_EQ(fcn.name, "fcn_r50w8-d8_64x128_600_scenes");
  EXPECT_EQ(fcn.collection, "fcn");
  EXPECT_EQ(fcn.line, 20);
  EXPECT_EQ(fcn.config->text, "configs/fcn_r50w8-d8_64x128_600_scenes.py");
  EXPECT_EQ(fcn.backbone, "R-50w8-D8");
  EXPECT_EQ(fcn.crop_size->text, "(64,128)");
  EXPECT_EQ(fcn.schedule->text, "600");
  EXPECT_DOUBLE_EQ(fcn.miou->number.value, 52.96);
  EXPECT_EQ(fcn.miou->line, 37);
  EXPECT_EQ(fcn.miou->key, "Models[0].Results[0].Metrics.mIoU");
  EXPECT_DOUBLE_EQ(fcn.miou_ms_flip->number.value, 53.51);
  EXPECT_FALSE(fcn.memory.has_value());
  ASSERT_EQ(fcn.timings.size(), 1U);
  EXPECT_DOUBLE_EQ(fcn.timings[0].number.number.value, 29.14);
  EXPECT_EQ(fcn.timings[0].number.line, 27);
  EXPECT_EQ(fcn.timings[0].hardware, "2 CPU cores");
  EXPECT_EQ(fcn.timings[0].mode, "FP32");
  EXPECT_EQ(fcn.timings[0].batch_size, 1);
  EXPECT_EQ(fcn.timings[0].resolution, std::pair(128L, 256L));
}

TEST(Metafile, ReadsTheOlderAndTheNewerForm) {
  const auto older = models_of(
      "Models:\n- Name: a\n  Metadata:\n    memory (GB): 5.37\n"
      "    inference time (ms/im):\n      value: 115.74\n"
      "  Results:\n    Task: Semantic Segmentation\n    Metrics:\n      mIoU: 76.80\n");
  EXPECT_DOUBLE_EQ(older.at(0).memory->number.value, 5.37);
  EXPECT_EQ(older[0].miou->number.digits, 2);
  EXPECT_EQ(older[0].timings.size(), 1U);
  const auto newer = models_of(
      "Models:\n- Name: a\n  Training log: https://x.org/a.log.json\n  Metadata:\n"
      "    Architecture:\n    - R-101-D8\n    Training Resources: 4x V100\n    Memory (GB): 5.4\n");
  EXPECT_EQ(newer.at(0).log->text, "https://x.org/a.log.json");
  EXPECT_EQ(newer[0].backbone, "R-101-D8");
  EXPECT_EQ(newer[0].training_hardware, "4x V100");
  EXPECT_DOUBLE_EQ(newer[0].memory->number.value, 5.4);
}

TEST(Metafile, TakesBareMilliseconds) {
  const auto models = models_of(
      "Models:\n- Name: a\n  Metadata:\n    inference time (ms/im): 245.7\n"
      "- Name: b\n  Metadata:\n    inference time (ms/im): None\n    memory (GB): None\n");
  ASSERT_EQ(models.at(0).timings.size(), 1U);
  EXPECT_DOUBLE_EQ(models[0].timings[0].number.number.value, 245.7);
  EXPECT_EQ(models[0].timings[0].number.line, 4);
  EXPECT_TRUE(models[1].timings.empty());
  EXPECT_FALSE(models[1].memory.has_value());
  EXPECT_EQ(
      unread("Models:\n- Name: a\n  Metadata:\n    inference time (ms/im): fast\n"),
      "4: Models[0].Metadata.inference time (ms/im): expected milliseconds above 0, got fast\n");
}

TEST(Metafile, RefusesWhatIsNotYaml) {
  EXPECT_THAT(refusal("Models:\n- Name: [a\n"), HasSubstr("invalid table: m.yml:"));
  EXPECT_THAT(refusal("a: b: c"), HasSubstr("m.yml:1: expected YAML"));
}

TEST(Metafile, RefusesAFileWithoutModels) {
  EXPECT_THAT(refusal(""),
              HasSubstr("m.yml:1: Models: expected a list of at least one model, got nothing"));
  EXPECT_THAT(refusal("Models: []"), HasSubstr("got a list"));
  EXPECT_THAT(refusal("Models: all"), HasSubstr("m.yml:1: Models: expected a list of at least one "
                                                "model, got \"all\""));
  EXPECT_THAT(refusal("- a\n- b\n"), HasSubstr("expected a map, got a list"));
  EXPECT_THAT(refusal("Import:\n- configs/a/metafile.yml\n"), HasSubstr("that its Import lists"));
}

TEST(Metafile, TakesImagesPerSecondInEitherForm) {
  const auto models = models_of(
      "Models:\n- Name: a\n  Metadata:\n    inference time (fps): 8.64\n"
      "- Name: b\n  Metadata:\n    inference time (fps):\n    - value: 2.66\n      hardware: V100\n"
      "    - value: None\n");
  ASSERT_EQ(models.at(0).timings.size(), 1U);
  EXPECT_TRUE(models[0].timings[0].is_fps);
  EXPECT_DOUBLE_EQ(models[0].timings[0].number.number.value, 8.64);
  ASSERT_EQ(models.at(1).timings.size(), 1U);
  EXPECT_EQ(models[1].timings[0].hardware, "V100");
  EXPECT_TRUE(models[1].unread.empty());
}

TEST(Metafile, AValueOfAnotherTypeCostsThatValue) {
  EXPECT_EQ(unread("Models:\n- Name: a\n  Config:\n  - x\n"),
            "4: Models[0].Config: expected a text, got a list\n");
  EXPECT_EQ(unread("Models:\n- Name: a\n  Metadata: fast\n"),
            "3: Models[0].Metadata: expected a map, got fast\n");
  EXPECT_EQ(unread("Models:\n- Name: a\n  Results: 76.8\n"),
            "3: Models[0].Results: expected a map, got 76.8\n");
  const Metafile metafile =
      read_metafile("Models:\n- fcn\n- Name: a\n- In Collection: fcn\n", "m.yml");
  ASSERT_EQ(metafile.models.size(), 2U);
  EXPECT_EQ(metafile.models[1].name, "");
  ASSERT_EQ(metafile.no_models.size(), 1U);
  EXPECT_EQ(metafile.no_models[0].value.key, "Models[0]");
}

TEST(Metafile, ANumberThatIsNoneCostsThatNumber) {
  EXPECT_EQ(
      unread("Models:\n- Name: a\n  Results:\n  - Metrics:\n      mIoU: 7b.8\n"),
      "5: Models[0].Results[0].Metrics.mIoU: expected a percentage such as 76.80, got 7b.8\n");
  const std::string head = "Models:\n- Name: a\n  Metadata:\n    inference time (ms/im):\n    - ";
  EXPECT_EQ(unread(head + "hardware: V100\n"), "");
  EXPECT_EQ(unread(head + "value: None\n"), "");
  EXPECT_THAT(unread(head + "value: 0\n"), HasSubstr("milliseconds above 0, got 0"));
  EXPECT_THAT(unread(head + "value: .nan\n"), HasSubstr("milliseconds above 0, got .nan"));
  EXPECT_THAT(unread(head + "value: 1\n      batch size: many\n"), HasSubstr("batch size"));
  EXPECT_THAT(unread(head + "value: 1\n      resolution: big\n"), HasSubstr("resolution"));
}

TEST(Metafile, ASecondMiouOfOneModelIsNotItsMiou) {
  const std::string text =
      "Models:\n- Name: a\n  Results:\n  - Metrics: {mIoU: 1}\n  - Metrics: {mIoU: 2}\n";
  EXPECT_EQ(unread(text),
            "5: Models[0].Results[1].Metrics.mIoU: expected one mIoU for a model, got 2\n");
  EXPECT_EQ(models_of(text)[0].miou->number.value, 1.0);
}

const char* const kTwoDataSets =
    "  Results:\n  - {Task: Semantic Segmentation, Dataset: Dark Zurich, Metrics: {mIoU: 30.1}}\n"
    "  - {Task: Semantic Segmentation, Dataset: Cityscapes, Metrics: {mIoU: 76.8}}\n";

TEST(Metafile, OfSeveralDataSetsTheOneTrainedOnCounts) {
  const std::string text =
      std::string("Models:\n- Name: a\n  Metadata: {Training Data: cityscapes}\n") + kTwoDataSets;
  const auto models = models_of(text);
  ASSERT_TRUE(models.at(0).miou.has_value());
  EXPECT_DOUBLE_EQ(models[0].miou->number.value, 76.8);
  EXPECT_EQ(models[0].miou->conditions,
            (Json{{"training_dataset", "cityscapes"}, {"test_dataset", "Cityscapes"}}));
  EXPECT_THAT(unread(text),
              HasSubstr("5: Models[0].Results[0].Metrics.mIoU: expected one data set"));
}

TEST(Metafile, OfSeveralDataSetsNoneCountsWithoutTheOneTrainedOn) {
  for (const char* metadata : {"", "  Metadata: {Training Data: ADE20K}\n"}) {
    const std::string text = std::string("Models:\n- Name: a\n") + metadata + kTwoDataSets;
    const auto models = models_of(text);
    EXPECT_FALSE(models.at(0).miou.has_value());
    ASSERT_EQ(models[0].unread.size(), 2U);
    EXPECT_EQ(models[0].unread[1].claim, "miou");
    EXPECT_THAT(unread(text), HasSubstr("expected one data set"));
  }
}

TEST(Metafile, AResultOnOtherDataThanWasTrainedOnSaysSo) {
  const std::string results = "  Results:\n  - {Dataset: Dark Zurich, Metrics: {mIoU: 30.1}}\n";
  const auto other =
      models_of("Models:\n- Name: a\n  Metadata: {Training Data: Cityscapes}\n" + results);
  EXPECT_EQ(other.at(0).miou->conditions["test_dataset"], "Dark Zurich");
  const auto own =
      models_of("Models:\n- Name: a\n  Metadata: {Training Data: Dark Zurich}\n" + results);
  EXPECT_EQ(own.at(0).miou->conditions, Json::object());
}

TEST(Metafile, AnotherTaskGivesNoMiou) {
  const auto models = models_of(
      "Models:\n- Name: a\n  Results:\n  - {Task: Panoptic Segmentation, Metrics: {mIoU: 1}}\n"
      "  - {Task: semantic segmentation, Metrics: {mIoU: 2}}\n");
  EXPECT_DOUBLE_EQ(models.at(0).miou->number.value, 2.0);
  ASSERT_EQ(models[0].other_keys.size(), 1U);
  EXPECT_EQ(models[0].other_keys[0].key, "Models[0].Results[0]");
}

TEST(Metafile, OtherTasksAndUnpublishedNumbersAreNoErrors) {
  const auto models = models_of(
      "Models:\n- Name: a\n  Results:\n  - Metrics: {box AP: 40.1}\n  - Metrics: {mIoU: -}\n"
      "  Metadata: ~\n");
  EXPECT_FALSE(models.at(0).miou.has_value());
}

TEST(Metafile, HostileYamlIsAnErrorAndNotACrash) {
  EXPECT_THAT(refusal(std::string(100'000, '[')), HasSubstr("levels deep, got hundreds"));
  EXPECT_THAT(refusal("Models: " + std::string(100'000, '{')), HasSubstr("invalid table"));
  EXPECT_THAT(refusal(std::string(5U << 20U, 'x')), HasSubstr("at most 4 MiB"));
  EXPECT_THAT(refusal(std::string("Models:\n- Name: \x01\0", 18)), HasSubstr("invalid table"));
}

TEST(Metafile, AnAliasIsReadAsWhatItStandsFor) {
  const auto models = models_of(
      "Hardware: &v100 V100\nModels:\n- Name: a\n  Metadata:\n    inference time (ms/im):\n"
      "    - value: 100\n      hardware: *v100\n");
  EXPECT_EQ(models.at(0).timings.at(0).hardware, "V100");
}

TEST(Metafile, MergeKeysGiveTheirValues) {
  const auto models = models_of(
      "Common: &common\n  Training Data: Cityscapes\n  Memory (GB): 5.4\n  lr schd: 40000\n"
      "Models:\n- &first\n  Name: a\n  Weights: https://x.org/a.pth\n"
      "  Metadata: {<<: *common, lr schd: 80000}\n"
      "- {<<: *first, Name: b}\n");
  ASSERT_EQ(models.size(), 2U);
  EXPECT_DOUBLE_EQ(models[0].memory->number.value, 5.4);
  EXPECT_EQ(models[0].memory->line, 3);
  EXPECT_EQ(models[0].schedule->text, "80000");
  EXPECT_EQ(models[1].name, "b");
  EXPECT_EQ(models[1].weights->text, "https://x.org/a.pth");
}

TEST(Metafile, AMergeOfNoMapIsSaid) {
  EXPECT_EQ(unread("Models:\n- Name: a\n  Metadata:\n    <<: fast\n"),
            "4: Models[0].Metadata.<<: expected a map or a list of maps to be merged, got fast\n");
  EXPECT_EQ(unread("Models:\n- Name: a\n  <<: {Config: c.py}\n  <<: {Weights: w.pth}\n"),
            "4: Models[0].<<: expected the key once, got a map\n");
}

TEST(Metafile, OneFactUnderTwoKeysMustNotContradict) {
  const std::string head = "Models:\n- Name: a\n  Metadata:\n    ";
  EXPECT_EQ(unread(head + "lr schd: 80k\n    Iterations: 80000\n"), "");
  EXPECT_EQ(unread(head + "lr schd: 80k\n    Iterations: 40000\n"),
            "5: Models[0].Metadata.Iterations: expected the same as Models[0].Metadata.lr schd, "
            "\"80k\", got 40000\n");
  EXPECT_EQ(models_of(head + "lr schd: None\n    Iterations: 40000\n").at(0).schedule->text,
            "40000");
  EXPECT_EQ(unread(head + "Crop Size: 512x512\n    crop: (512,512)\n"), "");
  EXPECT_EQ(unread(head + "Mem (GB): 5.4\n    Memory (GB): 5.40\n"), "");
  EXPECT_THAT(unread(head + "Mem (GB): 5.4\n    Memory (GB): 5.5\n"),
              HasSubstr("5: Models[0].Metadata.Memory (GB): expected one memory for a model"));
}

TEST(Metafile, OfTwoContradictingTrainingDataNeitherCounts) {
  const std::string text =
      std::string(
          "Models:\n- Name: a\n  Metadata: {Training Data: ADE20K, Trained on: Cityscapes}\n") +
      kTwoDataSets;
  EXPECT_FALSE(models_of(text).at(0).miou.has_value());
  EXPECT_THAT(unread(text), HasSubstr("expected the same as Models[0].Metadata.Training Data"));
}

TEST(Metafile, MisspeltKeysOfAModelAreNamed) {
  const auto models = models_of(
      "Models:\n- Name: a\n  Training Log: a.log\n  Checkpoint: a.pth\n  Paper: p\n"
      "  Converted From: {Weights: w}\n");
  ASSERT_EQ(models.at(0).other_keys.size(), 2U);
  EXPECT_EQ(models[0].other_keys[0].key, "Models[0].Training Log");
  EXPECT_EQ(models[0].other_keys[1].key, "Models[0].Checkpoint");
}

TEST(Metafile, IsNotReadAsOftenAsItsAliasesSay) {
  // Two thousand times two thousand keys that look known: 16 kB that stand for 56 MB.
  std::string text = "Models:\n- &m\n  Name: a\n  Metadata:\n";
  for (int i = 0; i < 2000; ++i) text += "    mIoU " + std::to_string(i) + ": 1\n";
  for (int i = 0; i < 2000; ++i) text += "- *m\n";
  EXPECT_THAT(refusal(text), HasSubstr("with each alias (*name) written out"));
}

TEST(Metafile, IsReadInTheTimeOfItsKeys) {
  // A search through the map for each key would take ten seconds.
  constexpr int kKeys = 20000;
  std::string text = "Models:\n- Name: a\n  Metadata:\n";
  for (int i = 0; i < kKeys; ++i) text += "    mIoU " + std::to_string(i) + ": 1\n";
  EXPECT_EQ(models_of(text).at(0).other_keys.size(), kKeys);
}

}  // namespace
}  // namespace harness

#include "harness/table/import/merge_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/suite_documents.h"

namespace harness {
namespace {
using testing::HasSubstr;

PublishedRow row_of(const std::string& page, std::int64_t line) {
  PublishedRow row;
  row.id = "fcn";
  row.place = page + ":" + std::to_string(line);
  row.source = {page, line, ""};
  row.checkpoint = "fcn-2eb5a165.pth";
  row.facts["hash"] = hash_fact(row.checkpoint, row.source);
  return row;
}

PublishedRow merged(PublishedRow table, const PublishedRow& metafile) {
  std::vector<PublishedRow> rows{std::move(table)};
  merge_metafile(rows, {metafile});
  EXPECT_EQ(rows.size(), 1U);
  return rows[0];
}

PublishedFact number(double value, int digits, const std::string& file) {
  return fact_of({value, digits}, {file, 7, "mIoU"});
}

TEST(MergeRows, AMetafileAddsWhatATableLacks) {
  PublishedRow table = row_of("README.md", 3);
  table.facts["memory"] = {.source = {"README.md", 3, "Mem (GB)"}};
  table.facts["memory"].conditions["hardware"] = "A100";
  PublishedRow metafile = row_of("metafile.yml", 9);
  metafile.facts["memory"] = number(5.37, 2, "metafile.yml");
  metafile.facts["memory"].conditions = {{"hardware", "V100"}, {"mode", "FP16"}};
  metafile.facts["miou"] = number(76.8, 2, "metafile.yml");
  metafile.log = "fcn.log.json";
  const PublishedRow row = merged(table, metafile);
  EXPECT_EQ(row.facts.at("memory").value, 5.37);
  EXPECT_EQ(row.facts.at("memory").source.file, "metafile.yml");
  EXPECT_EQ(row.facts.at("memory").conditions, (Json{{"hardware", "A100"}, {"mode", "FP16"}}));
  EXPECT_EQ(row.facts.at("miou").value, 76.8);
  EXPECT_EQ(row.log, "fcn.log.json");
  EXPECT_TRUE(row.facts.at("hash").conditions.empty());
}

TEST(MergeRows, NumbersThatAgreeWithinTheirRoundingAreOne) {
  PublishedRow table = row_of("README.md", 3);
  table.facts["miou"] = number(76.80, 2, "README.md");
  PublishedRow metafile = row_of("metafile.yml", 9);
  metafile.facts["miou"] = number(76.8, 1, "metafile.yml");
  EXPECT_TRUE(merged(table, metafile).facts.at("miou").conditions.empty());
  metafile.facts["miou"] = number(76.84, 2, "metafile.yml");
  table.facts["miou"] = number(76.8, 1, "README.md");
  EXPECT_TRUE(merged(table, metafile).facts.at("miou").conditions.empty());
}

TEST(MergeRows, NumbersThatDifferAreBothKept) {
  PublishedRow table = row_of("README.md", 3);
  table.facts["miou"] = number(76.80, 2, "README.md");
  PublishedRow metafile = row_of("metafile.yml", 9);
  metafile.facts["miou"] = number(76.82, 2, "metafile.yml");
  const PublishedFact fact = merged(table, metafile).facts.at("miou");
  EXPECT_EQ(fact.value, 76.8);
  EXPECT_EQ(fact.source.file, "README.md");
  EXPECT_EQ(fact.conditions.at("metafile"),
            (Json{{"value", 76.82}, {"file", "metafile.yml"}, {"line", 7}}));
}

TEST(MergeRows, ATextThatDiffersIsKeptToo) {
  PublishedRow table = row_of("README.md", 3);
  table.facts["config.crop"] = {.value = "512x1024", .source = {"README.md", 3, "Crop Size"}};
  PublishedRow metafile = row_of("metafile.yml", 9);
  metafile.facts["config.crop"] = {.value = "64x128", .source = {"metafile.yml", 11, "crop size"}};
  const PublishedFact fact = merged(table, metafile).facts.at("config.crop");
  EXPECT_EQ(fact.value, "512x1024");
  EXPECT_EQ(fact.conditions.at("metafile")["value"], "64x128");
}

TEST(MergeRows, CheckpointsThatDifferAreNotedAtTheHash) {
  PublishedRow metafile = row_of("metafile.yml", 9);
  metafile.checkpoint = "https://x.org/fcn-fb13e883.pth";
  metafile.facts["hash"] = hash_fact(metafile.checkpoint, metafile.source);
  const PublishedRow row = merged(row_of("README.md", 3), metafile);
  EXPECT_EQ(row.checkpoint, "fcn-2eb5a165.pth");
  EXPECT_EQ(row.facts.at("hash").value, "2eb5a165");
  EXPECT_EQ(row.facts.at("hash").conditions.at("metafile"),
            (Json{{"value", "fb13e883"},
                  {"file", "metafile.yml"},
                  {"line", 9},
                  {"url", "https://x.org/fcn-fb13e883.pth"}}));
}

TEST(MergeRows, TakesTheTimingThatTheTableAgreesWith) {
  PublishedRow table = row_of("README.md", 3);
  table.facts["fps"] = number(8.64, 2, "README.md");
  PublishedRow metafile = row_of("metafile.yml", 9);
  metafile.facts["fps"] = number(2.66, 2, "metafile.yml");
  metafile.facts["fps"].conditions["mode"] = "FP32";
  metafile.other_timings = {number(8.64, 2, "metafile.yml")};
  metafile.other_timings[0].conditions["mode"] = "FP16";
  EXPECT_EQ(merged(table, metafile).facts.at("fps").conditions, (Json{{"mode", "FP16"}}));
  metafile.other_timings.clear();
  const Json conditions = merged(table, metafile).facts.at("fps").conditions;
  EXPECT_EQ(conditions.at("mode"), "FP32");
  EXPECT_EQ(conditions.at("metafile")["value"], 2.66);
}

TEST(MergeRows, AModelThatOnlyTheMetafileHasIsARow) {
  std::vector<PublishedRow> rows{row_of("README.md", 3)};
  PublishedRow other = row_of("metafile.yml", 9);
  other.id = "pspnet";
  merge_metafile(rows, {other});
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1].id, "pspnet");
}

std::vector<std::string> separated(std::vector<PublishedRow> rows) {
  separate_duplicates(rows);
  std::vector<std::string> ids;
  for (const PublishedRow& row : rows) ids.push_back(row.id);
  return ids;
}

TEST(MergeRows, FurtherRowsOfOneModelAreNumbered) {
  const PublishedRow row = row_of("a.md", 3);
  EXPECT_THAT(separated({row}), testing::ElementsAre("fcn"));
  EXPECT_THAT(separated({row, row, row}), testing::ElementsAre("fcn", "fcn_2", "fcn_3"));
  PublishedRow taken = row;
  taken.id = "fcn_2";
  EXPECT_THAT(separated({row, row, taken}), testing::ElementsAre("fcn", "fcn_3", "fcn_2"));
}

TEST(MergeRows, ManyRowsOfOneModelAreNumberedInTheTimeOfTheRows) {
  // A count that began again for each row would take a minute.
  constexpr int kRows = 20000;
  std::vector<PublishedRow> rows(kRows, row_of("README.md", 1));
  separate_duplicates(rows);
  EXPECT_EQ(rows.back().id, "fcn_" + std::to_string(kRows));
  const auto metafile = rows;
  merge_metafile(rows, metafile);
  EXPECT_EQ(rows.size(), std::size_t{kRows});
}

TEST(MergeRows, AFactThatNeitherPageCouldReadStaysQuoted) {
  const UnreadCell cell{"fast", "a number", false, {"metafile.yml", 9, "fps"}};
  PublishedRow table = row_of("README.md", 3);
  PublishedRow metafile = row_of("metafile.yml", 9);
  metafile.facts["fps"] = unread_fact(cell);
  table.facts["fps"] = {};
  EXPECT_EQ(merged(table, metafile).facts.at("fps").conditions["unread"]["cell"], "fast");
  table.facts["fps"] = number(8.64, 2, "README.md");
  EXPECT_EQ(merged(table, metafile).facts.at("fps").value, 8.64);
}

TEST(MergeRows, RowsOfOneConfigAreToldApartByTheirCheckpoints) {
  PublishedRow other = row_of("a.md", 4);
  other.checkpoint = "fcn_59_20210416_114524-86d44cd4.pth";
  EXPECT_THAT(separated({row_of("a.md", 3), other}), testing::ElementsAre("fcn", "fcn_59"));
  EXPECT_THAT(separated({other, row_of("a.md", 3)}), testing::ElementsAre("fcn_59", "fcn"));
  EXPECT_THAT(separated({other}), testing::ElementsAre("fcn")) << "no other row has its config";
  PublishedRow bare = row_of("a.md", 5);
  bare.checkpoint = "";
  EXPECT_THAT(separated({row_of("a.md", 3), bare}), testing::ElementsAre("fcn", "fcn_2"));
}

}  // namespace
}  // namespace harness

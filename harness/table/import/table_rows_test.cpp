#include "harness/table/import/table_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/testing/suite_documents.h"

namespace harness {
namespace {
using testing::HasSubstr;
using testing::SizeIs;

const PublishedPage kPage{"zoo/README.md", "suites"};
constexpr std::string_view kLine = "|---|---|---|---|---|\n";

std::vector<PublishedRow> rows(const std::string& text) {
  return rows_of_page(text, kPage);
}

/// A table of five columns with one row.
std::string table(const std::string& header, const std::string& row) {
  return std::string(header).append("\n").append(kLine).append(row).append("\n");
}

std::string refusal(const std::string& text) {
  return message_of([&] { rows(text); });
}

constexpr const char* kHeader = "| Method | Crop Size | mIoU | config | download |";

TEST(TableRows, ReadThePublishedPage) {
  const auto published =
      rows_of_page(read_file("fixtures/mmseg_fp16_table.md"), {"zoo/README.md", "suites"});
  ASSERT_EQ(published.size(), 4U);
  const PublishedRow& row = published[3];
  EXPECT_EQ(row.id, "deeplabv3plus_r101-d8_512x1024_80k_fp16_cityscapes");
  EXPECT_EQ(row.method, "DeepLabV3+");
  EXPECT_EQ(row.backbone, "R-101-D8");
  EXPECT_EQ(row.facts.at("hash").value, "cc58bc8d");
  EXPECT_EQ(row.facts.at("config.iterations").value, 80000);
  EXPECT_EQ(row.facts.at("config.crop").value, "512x1024");
  EXPECT_EQ(row.facts.at("memory").value, 6.35);
  EXPECT_EQ(row.facts.at("fps").value, 7.87);
  EXPECT_EQ(row.facts.at("miou").value, 80.46);
  EXPECT_TRUE(row.facts.at("miou_ms_flip").value.is_null());
  EXPECT_EQ(row.facts.at("miou").source.line, 34);
  EXPECT_EQ(row.facts.at("miou").source.column, "mIoU");
  EXPECT_EQ(row.files_source.column, "download");
  EXPECT_THAT(row.log, testing::EndsWith("20200717_230920.log.json"));
}

TEST(TableRows, FindColumnsInAnyOrderAmongOthers) {
  const auto published = rows(
      "| download | Pretrain | mIoU(ms+flip) | mIoU | Lr schd | Method | Device |\n"
      "|---|---|---|---|---|---|---|\n"
      "| [log](f.log.json) &#124; [model](f_20200101_000000-0123abcd.pth) | IN | **77.1** | "
      "76.80\\* "
      "| 80k | FCN | A100 |\n");
  ASSERT_THAT(published, SizeIs(1));
  EXPECT_EQ(published[0].id, "f");
  EXPECT_EQ(published[0].facts.at("miou").value, 76.8);
  EXPECT_EQ(published[0].facts.at("miou").digits, 2);
  EXPECT_EQ(published[0].facts.at("miou_ms_flip").digits, 1);
  EXPECT_EQ(published[0].facts.at("config.iterations").value, 80000);
  EXPECT_EQ(published[0].checkpoint, "../zoo/f_20200101_000000-0123abcd.pth");
  EXPECT_EQ(published[0].log, "../zoo/f.log.json");
  EXPECT_FALSE(published[0].facts.contains("fps"));
}

TEST(TableRows, TakeLinksFromSeparateOrMergedCells) {
  const auto separate = rows("| Method | mIoU | config | model | log |\n" + std::string(kLine) +
                             "| FCN | 1 | [x](c/fcn.py) | [y](w.bin) | [z](https://x.org/l) |\n");
  EXPECT_EQ(separate.at(0).id, "fcn");
  EXPECT_EQ(separate[0].checkpoint, "../zoo/w.bin");
  EXPECT_EQ(separate[0].log, "https://x.org/l");
  const auto merged = rows(
      "| Method | mIoU | download |\n|---|---|---|\n"
      "| FCN | 1 | [config](c/fcn.py) / [model](w.pth) / [text](a.log) / [log](a.log.json) |\n");
  EXPECT_EQ(merged.at(0).config, "../zoo/c/fcn.py");
  EXPECT_EQ(merged[0].checkpoint, "../zoo/w.pth");
  EXPECT_EQ(merged[0].log, "../zoo/a.log.json");
}

TEST(TableRows, DashesAndEmptyCellsAreNotPublished) {
  for (const char* absent : {"-", "", "\xE2\x80\x93", "N/A", "&ndash;", "**-**"}) {
    const auto published = rows(table(
        kHeader, "| FCN | 64x128 | " + std::string(absent) + " | [c](f.py) | [model](f.pth) |"));
    EXPECT_TRUE(published.at(0).facts.at("miou").value.is_null()) << absent;
  }
}

TEST(TableRows, PassOverTablesThatPublishNoModelsAndReadAllOthers) {
  const auto published = rows(
      "| GPU | Driver |\n|---|---|\n| V100 |\n\n| Method | mIoU | config |\n|---|---|---|\n"
      "| FCN | 1 | [c](a.py) |\n\n<details>\n\n| Method | config | mIoU |\n|---|---|---|\n"
      "| FCN | [c](b.py) | 2 |\n\n</details>\n");
  ASSERT_THAT(published, SizeIs(2));
  EXPECT_EQ(published[0].id, "a");
  EXPECT_EQ(published[1].id, "b");
  EXPECT_EQ(published[1].facts.at("miou").value, 2.0);
  EXPECT_EQ(published[1].source.line, 13);
}

TEST(TableRows, APageWithoutKnownTablesIsAnError) {
  EXPECT_THAT(refusal("# Title\n"), HasSubstr("zoo/README.md:1: expected a table"));
  EXPECT_THAT(refusal("\n| GPU | Driver |\n|---|---|\n| V100 | 1 |\n"),
              HasSubstr("zoo/README.md:2: expected a table with the columns Method, Backbone"));
}

TEST(TableRows, ANumberThatIsNoneNamesItsLineAndColumn) {
  const auto with_miou = [](const std::string& text) {
    return refusal(table(kHeader, "| FCN | 64x128 | " + text + " | [c](f.py) | |"));
  };
  EXPECT_THAT(with_miou("76.8a"), HasSubstr("zoo/README.md:3: column \"mIoU\": expected a "
                                            "percentage such as 76.80 or \"-\", got \"76.8a\""));
  EXPECT_THAT(with_miou("nan"), HasSubstr("got \"nan\""));
  EXPECT_THAT(with_miou("768.0"), HasSubstr("expected a percentage"));
  EXPECT_THAT(with_miou("TBD"), HasSubstr("got \"TBD\""));
  EXPECT_THAT(with_miou("0.7225"), HasSubstr("expected a percentage")) << "a fraction of 1";
  EXPECT_THAT(refusal(table(kHeader, "| FCN | big | 76.8 | [c](f.py) | |")),
              HasSubstr("column \"Crop Size\": expected a size such as 512x1024 or \"-\", got "
                        "\"big\""));
  EXPECT_THAT(
      refusal("| Method | Lr schd | mIoU | config |\n|-|-|-|-|\n| F | 20e | 1 | [c](f.py) |"),
      HasSubstr("expected iterations such as 80000 or 80k"));
}

TEST(TableRows, RefuseMissingAndSurplusCells) {
  EXPECT_THAT(refusal(table(kHeader, "| FCN | 64x128 | 76.8 | [c](f.py) |")),
              HasSubstr("zoo/README.md:3: expected 5 cells as in the header, got 4"));
  EXPECT_THAT(
      refusal(table(kHeader, "| FCN | 64x128 | 1 | [c](f.py) | [m](f.pth) | [l](f.json) |")),
      HasSubstr("expected 5 cells as in the header, got 6; a bar inside a cell is written"));
}

TEST(TableRows, ARowThatNamesNoModelIsAnError) {
  EXPECT_THAT(refusal(table(kHeader, "| FCN | 64x128 | 76.8 | config | model |")),
              HasSubstr("zoo/README.md:3: expected a link to a config or a model"));
  EXPECT_THAT(refusal(table(kHeader, "| FCN | 64x128 | 76.8 | [c](configs/) | |")),
              HasSubstr("expected a link to a config or a model"));
  EXPECT_THAT(refusal(table(kHeader, "| FCN | 64x128 | 76.8 | [c](a/%2e%2e.py) | |")),
              HasSubstr("got \"..\""));
}

TEST(TableRows, TwoModelsInOneRowAreAnError) {
  EXPECT_THAT(
      refusal(table(kHeader, "| F | 1x1 | 1 | [c](f.py) | [model](a.pth) [model](b.pth) |")),
      HasSubstr("column \"download\": expected one link, got \"../zoo/a.pth\" and "
                "\"../zoo/b.pth\""));
}

TEST(TableRows, AMethodComesFromItsColumnElseFromTheModelsName) {
  EXPECT_EQ(rows("|mIoU|config|\n|-|-|\n|1|[c](deeplabv3plus_r50.py)|").at(0).method, "DeepLabV3+");
  EXPECT_EQ(rows("|Model|mIoU|config|\n|-|-|-|\n|UNet|1|[c](u.py)|").at(0).method, "UNet");
  EXPECT_THAT(refusal("|mIoU|config|\n|-|-|\n|1|[c](unet_r50.py)|"),
              HasSubstr("expected a method in a column Method"));
}

TEST(TableRows, ADeviceIsTheHardwareOfSpeedAndMemory) {
  const auto published = rows(
      "| Method | Inf time (fps) | Device | mIoU | config |\n|-|-|-|-|-|\n"
      "| FCN | 8.64 | V100 | 1 | [c](f.py) |\n");
  EXPECT_EQ(published.at(0).facts.at("fps").conditions, (Json{{"hardware", "V100"}}));
  EXPECT_FALSE(published[0].facts.contains("memory"));
}

}  // namespace
}  // namespace harness

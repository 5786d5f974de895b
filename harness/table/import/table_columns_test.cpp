#include "harness/table/import/table_columns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/testing/suite_documents.h"

namespace harness {
namespace {
using testing::HasSubstr;

const PublishedPage kPage{"README.md", "suites"};

MarkdownRow header_of(const std::vector<std::string>& texts) {
  MarkdownRow header{.line = 7, .cells = {}, .written_cells = texts.size()};
  for (const auto& text : texts) header.cells.push_back({text, {}});
  return header;
}

using Places = std::vector<std::size_t>;

Columns found(const std::vector<std::string>& texts) {
  std::vector<ImportNotice> notices;
  return columns_of(header_of(texts), kPage, notices);
}

TEST(TableColumns, KnowsHeadersInAnySpelling) {
  const Columns columns = found({" METHOD", "Mem(GB)", "Inf Time (fps)", "**mIoU**",
                                 "mIoU (ms + flip)", "Lr Schd", "crop size", "Config", "Download"});
  EXPECT_EQ(columns.size(), 9U);
  EXPECT_EQ(columns.at(Column::kMemory), (Places{1}));
  EXPECT_EQ(columns.at(Column::kMiouMsFlip), (Places{4}));
  EXPECT_EQ(columns.at(Column::kDownload), (Places{8}));
}

TEST(TableColumns, KnowsMeanIouByItsOtherNames) {
  for (const char* header :
       {"mIoU", "mIOU (%)", "Mean IoU (%)", "mean-IoU", "mIoU [%]", "val mIoU", "mIoU (val)",
        "mIoU(ss)", "Mean Intersection over Union", "mIoU*", "mIoU \xE2\x86\x91"}) {
    EXPECT_EQ(found({header}), (Columns{{Column::kMiou, {0}}})) << header;
  }
  for (const char* header : {"mIoU(ms+flip)", "mIoU (MS + Flip) (%)", "mIoU(multi scale + flip)"}) {
    EXPECT_EQ(found({header}), (Columns{{Column::kMiouMsFlip, {0}}})) << header;
  }
}

TEST(TableColumns, PassesOverOtherColumns) {
  EXPECT_EQ(found({"Pretrain", "mIoU", "Params (M)"}), (Columns{{Column::kMiou, {1}}}));
}

TEST(TableColumns, NamesAColumnThatLooksKnownAndIsNotRead) {
  for (const char* header : {"mIoU (multi scale)", "mIoU (Cityscapes)", "IoU", "Mem (MB)", "Mem",
                             "Lr schd (Epoch)", "FPS (V100)", "Latency (ms)", "Test mIoU"}) {
    std::vector<ImportNotice> notices;
    EXPECT_TRUE(columns_of(header_of({header}), kPage, notices).empty()) << header;
    ASSERT_EQ(notices.size(), 1U) << header;
    EXPECT_EQ(notices[0].kind, ImportNotice::Kind::kUnread);
    EXPECT_THAT(to_string(notices[0]), HasSubstr("README.md:7: column")) << header;
    EXPECT_THAT(notices[0].detail, HasSubstr(header));
  }
  for (const char* header : {"Pre-training epochs", "#params", "FLOPs", "Dice", "Stride", "Loss",
                             "Pre-trained", "Pixel Acc. (%)", "Batch Size"}) {
    std::vector<ImportNotice> notices;
    columns_of(header_of({header}), kPage, notices);
    EXPECT_TRUE(notices.empty()) << header;
  }
}

TEST(TableColumns, ALetterOrSignBeyondTheNameMakesItAnotherColumn) {
  for (const char* header :
       {"\u0394mIoU", "mIoU\uFF08\u6D4B\u8BD5\u96C6\uFF09", "mIoU \u63D0\u5347", "\u8BAD\u7EC3 fps",
        "\u00B1 mIoU", "\u0394 Mem (GB)", "-mIoU", "mIoU>", "mIoU -", "~ fps",
        "\u65B9\u6CD5 Method", "mIoU \xFF"}) {
    std::vector<ImportNotice> notices;
    EXPECT_TRUE(columns_of(header_of({header}), kPage, notices).empty()) << header;
    ASSERT_EQ(notices.size(), 1U) << header;
    EXPECT_EQ(notices[0].kind, ImportNotice::Kind::kUnread);
  }
  for (const char* header : {"mIoU\u2021", "mIoU\u00B9", "mIoU\u00A0(%)", "mIoU\uFF08%\uFF09",
                             "mean-IoU", "mIoU\u2020", "mIoU / %", "mIoU \u2B06\uFE0F"}) {
    EXPECT_EQ(found({header}), (Columns{{Column::kMiou, {0}}})) << header;
  }
}

TEST(TableColumns, AColumnWithAnAsteriskBesideOneWithoutIsAnotherMeasure) {
  std::vector<ImportNotice> notices;
  const Columns columns = columns_of(header_of({"mIoU", "mIoU*"}), kPage, notices);
  EXPECT_EQ(columns, (Columns{{Column::kMiou, {0}}}));
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_THAT(notices[0].detail, HasSubstr("column \"mIoU*\" is not read"));
}

TEST(TableColumns, AColumnThatOccursTwiceIsAmbiguous) {
  std::vector<ImportNotice> notices;
  const Columns columns = columns_of(header_of({"mIoU", "config", "mIoU (%)"}), kPage, notices);
  EXPECT_EQ(columns.at(Column::kMiou), (Places{0, 2}));
  ASSERT_EQ(notices.size(), 1U);
  EXPECT_EQ(to_string(notices[0]),
            "README.md:7: expected each column once, got a second one for \"mIoU (%)\"");
  notices.clear();
  columns_of(header_of({"Model", "mIoU", "Model"}), kPage, notices);
  EXPECT_TRUE(notices.empty()) << "names and links may stand twice";
}

TEST(TableColumns, ModelsArePublishedByMiouOrDownloads) {
  EXPECT_TRUE(publishes_models(found({"a", "mIoU"})));
  EXPECT_TRUE(publishes_models(found({"download"})));
  EXPECT_FALSE(publishes_models(found({"Model", "Params", "config"})));
}

TEST(TableColumns, SaysWhichColumnsWereExpectedAndWhichAreThere) {
  const MarkdownTable table{header_of({"GPU", "Driver"}), {}};
  EXPECT_THAT(message_of([&] {
                fail_without_models(MarkdownTables{{table}, {}}, kPage);
              }),
              testing::AllOf(HasSubstr("README.md:7: expected a table with the columns Method, "),
                             HasSubstr("got a table in line 7 with \"GPU\" \"Driver\"")));
  EXPECT_THAT(message_of([] { fail_without_models(MarkdownTables{}, kPage); }),
              testing::AllOf(HasSubstr("README.md:1: "), HasSubstr("got no table")));
}

}  // namespace
}  // namespace harness

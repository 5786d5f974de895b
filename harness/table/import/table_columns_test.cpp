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

TEST(TableColumns, KnowsHeadersInAnySpelling) {
  const Columns columns =
      columns_of(header_of({" METHOD", "Mem(GB)", "Inf Time (fps)", "**mIoU**", "mIoU (ms + flip)",
                            "Lr Schd", "crop size", "Config", "Download"}),
                 kPage);
  EXPECT_EQ(columns.size(), 9U);
  EXPECT_EQ(columns.at(Column::kMemory), 1U);
  EXPECT_EQ(columns.at(Column::kMiouMsFlip), 4U);
  EXPECT_EQ(columns.at(Column::kDownload), 8U);
}

TEST(TableColumns, PassesOverOtherColumns) {
  const Columns columns = columns_of(header_of({"Pretrain", "mIoU", "Params (M)"}), kPage);
  EXPECT_EQ(columns, (Columns{{Column::kMiou, 1}}));
}

TEST(TableColumns, RefusesAColumnThatOccursTwice) {
  EXPECT_THAT(
      message_of([] {
        columns_of(header_of({"mIoU", "config", "mIoU (%)"}), kPage);
      }),
      HasSubstr("README.md:7: expected each column once, got a second one for \"mIoU (%)\""));
}

TEST(TableColumns, ModelsArePublishedByMiouOrDownloads) {
  EXPECT_TRUE(publishes_models(columns_of(header_of({"a", "mIoU"}), kPage)));
  EXPECT_TRUE(publishes_models(columns_of(header_of({"download"}), kPage)));
  EXPECT_FALSE(publishes_models(columns_of(header_of({"Model", "Params", "config"}), kPage)));
}

TEST(TableColumns, SaysWhichColumnsWereExpectedAndWhichAreThere) {
  const MarkdownTable table{header_of({"GPU", "Driver"}), {}};
  EXPECT_THAT(message_of([&] { fail_without_models({table}, kPage); }),
              testing::AllOf(HasSubstr("README.md:7: expected a table with the columns Method, "),
                             HasSubstr("got a table in line 7 with \"GPU\" \"Driver\"")));
  EXPECT_THAT(message_of([] { fail_without_models({}, kPage); }),
              testing::AllOf(HasSubstr("README.md:1: "), HasSubstr("got no table")));
}

}  // namespace
}  // namespace harness

#include "harness/table/import/markdown_table.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/testing/suite_documents.h"

namespace harness {
namespace {
using testing::HasSubstr;

std::vector<MarkdownTable> tables_of(std::string_view page) {
  return read_markdown_tables(page, "page").tables;
}

std::vector<std::string> texts(const MarkdownRow& row) {
  std::vector<std::string> texts;
  for (const auto& cell : row.cells) texts.push_back(cell.text);
  return texts;
}

TEST(MarkdownTable, ReadsThePublishedPage) {
  const std::string page = read_file("fixtures/mmseg_fp16_table.md");
  const auto tables = tables_of(page);
  ASSERT_EQ(tables.size(), 1U);
  ASSERT_EQ(tables[0].rows.size(), 4U);
  EXPECT_EQ(tables[0].header.line, 29);
  EXPECT_EQ(tables[0].header.cells.size(), 10U);
  const MarkdownRow& fcn = tables[0].rows[0];
  EXPECT_EQ(fcn.line, 31);
  EXPECT_EQ(fcn.cells[6].text, "76.80");
  EXPECT_EQ(fcn.cells[9].text, "model | log");
  ASSERT_EQ(fcn.cells[9].links.size(), 2U);
  EXPECT_EQ(fcn.cells[9].links[0].text, "model");
  EXPECT_THAT(fcn.cells[9].links[0].url, testing::EndsWith("_20200717_230921-50245227.pth"));
}

TEST(MarkdownTable, DecodesEntitiesEmphasisAndEscapes) {
  const auto tables =
      tables_of("| a | b |\n|---|:-:|\n| **76.8** &#124; x\\|y `1\\|2` &amp; | 80.97\\*<br>z |\n");
  EXPECT_EQ(texts(tables.at(0).rows.at(0)),
            (std::vector<std::string>{"76.8 | x|y 1|2 &", "80.97* z"}));
}

TEST(MarkdownTable, ReadsLinksWithTheirText) {
  const auto tables =
      tables_of("|a|\n|-|\n| [**mo**del](a&amp;b.pth \"t\") and [log](<x y.json>) |\n");
  const auto& links = tables.at(0).rows.at(0).cells.at(0).links;
  ASSERT_EQ(links.size(), 2U);
  EXPECT_EQ(links[0].text, "model");
  EXPECT_EQ(links[0].url, "a&b.pth");
  EXPECT_EQ(links[1].url, "x y.json");
}

TEST(MarkdownTable, CountsLinesWhateverEndsThemAndWhateverComesFirst) {
  const std::string unix_page = "\xEF\xBB\xBF# t\n\ntext\n| a |\n|---|\n| 1 |\n| 2 |\n";
  std::string windows_page;
  for (const char c : unix_page)
    windows_page += c == '\n' ? std::string("\r\n") : std::string(1, c);
  for (const auto& page : {unix_page, windows_page}) {
    const auto tables = tables_of(page);
    ASSERT_EQ(tables.size(), 1U);
    EXPECT_EQ(tables[0].header.line, 4);
    EXPECT_EQ(tables[0].rows.at(1).line, 7);
    EXPECT_EQ(texts(tables[0].rows[1]), (std::vector<std::string>{"2"}));
  }
}

TEST(MarkdownTable, FindsTablesInDetailsListsAndQuotesButNotInCode) {
  const auto tables = tables_of(
      "<details>\n\n| a |\n|---|\n| 1 |\n\n</details>\n\n* | b |\n  |---|\n  | 2 |\n\n"
      "> | c |\n> |---|\n> | 3 |\n\n```\n| d |\n|---|\n| 4 |\n```\n");
  ASSERT_EQ(tables.size(), 3U);
  EXPECT_EQ(tables[0].rows.at(0).line, 5);
  EXPECT_EQ(tables[1].header.cells.at(0).text, "b");
  EXPECT_EQ(tables[1].rows.at(0).written_cells, 1U);
  EXPECT_EQ(tables[2].rows.at(0).written_cells, 1U);
  EXPECT_EQ(tables[2].rows.at(0).line, 15);
}

TEST(MarkdownTable, AnOpenBlockAndAMissingLastLineEndHideNothing) {
  const auto tables = tables_of(
      "<details>\n<summary>a</summary>\n\n```\n| a |\n```\n\n## B\n  |b|c |\n  |-|- |\n  |1|2 |");
  ASSERT_EQ(tables.size(), 1U);
  ASSERT_EQ(tables[0].rows.size(), 1U);
  EXPECT_EQ(tables[0].rows[0].line, 11);
  EXPECT_EQ(tables[0].rows[0].written_cells, 2U);
  EXPECT_EQ(texts(tables[0].rows[0]), (std::vector<std::string>{"1", "2"}));
}

TEST(MarkdownTable, CountsTheCellsThatWereWritten) {
  const auto tables = tables_of(
      "| a | b | c |\n|---|---|---|\n| 1 | 2 |\n| 1 | 2 | 3 | 4 |\n1|2|3\n| 1 \\| 2 | | |\ntext\n");
  ASSERT_EQ(tables.size(), 1U);
  std::vector<std::size_t> counts;
  for (const auto& row : tables[0].rows) {
    EXPECT_EQ(row.cells.size(), 3U);
    counts.push_back(row.written_cells);
  }
  EXPECT_EQ(counts, (std::vector<std::size_t>{2, 4, 3, 3, 1}));
}

TEST(MarkdownTable, APageWithoutTablesHasNone) {
  EXPECT_TRUE(tables_of("").empty());
  EXPECT_TRUE(tables_of("# Title\n\n| not | a table |\n").empty());
}

TEST(MarkdownTable, BrokenTextIsReplacedAndNotPassedOn) {
  const auto tables = tables_of("| a |\n|---|\n| x\xFF\xC3 |\n");
  EXPECT_EQ(tables.at(0).rows.at(0).cells.at(0).text, "x\xEF\xBF\xBD\xEF\xBF\xBD");
}

std::string others_of(std::string_view page) {
  std::string text;
  for (const NoMarkdownTable& other : read_markdown_tables(page, "page").others) {
    text += fmt::format("{}: {}\n", other.line, other.what);
  }
  return text;
}

TEST(MarkdownTable, NamesWhatLooksLikeATableAndIsNone) {
  EXPECT_EQ(others_of("<table>\n<tr><td>1</td></tr>\n</table>\n"), "1: an HTML table\n");
  EXPECT_EQ(others_of("| a | b |\n|---|---|\n| 1 | 2 |\n\n| 3 | 4 |\n"),
            "5: a row apart from its table\n");
  EXPECT_EQ(
      others_of("# T\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nf(x) = |x|\n\n```\n| 3 | 4 |\n```\n"),
      "");
}

TEST(MarkdownTable, ALineOfManyBarsCostsThatLine) {
  const std::string bars(101, '|');
  const std::string page = "| a |\n|---|\n| 1 |\n\n```\n" + bars + "\n```\n\n| b |\n|---|\n| 2 |\n";
  EXPECT_EQ(tables_of(page).size(), 2U);
  EXPECT_EQ(tables_of(page).at(1).rows.at(0).line, 11);
  EXPECT_EQ(others_of(page), "6: a line of 101 bars\n");
}

TEST(MarkdownTable, KeepsWhatIsStruckOut) {
  EXPECT_EQ(texts(tables_of("| a |\n|---|\n| <del>76.8</del> |\n").at(0).rows.at(0)),
            std::vector<std::string>{"~~76.8~~"});
}

TEST(MarkdownTable, RefusesPagesThatWouldTakeGigabytes) {
  EXPECT_THAT(message_of([] { read_markdown_tables(std::string(10'001, '\n'), "page.md"); }),
              HasSubstr("10001 lines"));
  EXPECT_THAT(message_of([] { read_markdown_tables(std::string(3U << 20U, 'x'), "page.md"); }),
              HasSubstr("at most 2 MiB"));
}

}  // namespace
}  // namespace harness

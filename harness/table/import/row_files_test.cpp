#include "harness/table/import/row_files.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

const PublishedPage kPage{"README.md", ""};

PublishedRow files_of(const std::vector<MarkdownLink>& links, Column column = Column::kDownload) {
  const MarkdownCell cell{"", links};
  PublishedRow row;
  read_files({{&cell, column, "download"}}, kPage, {"README.md", 3, ""}, row);
  return row;
}

TEST(RowFiles, TakesTheFileAndNotItsMirror) {
  const PublishedRow row = files_of({{"baidu", "https://pan.example.org/s/1"},
                                     {"github", "https://x.org/a/f.pth"},
                                     {"mirror", "https://y.org/f.pth"}},
                                    Column::kModel);
  EXPECT_EQ(row.checkpoint, "https://x.org/a/f.pth");
  EXPECT_EQ(row.files_source.column, "download");
  EXPECT_TRUE(row.unread_links.empty());
}

TEST(RowFiles, AShareAloneIsTheFile) {
  EXPECT_EQ(files_of({{"baidu", "https://pan.example.org/s/1"}, {"gdrive", "https://g.org/2"}},
                     Column::kModel)
                .checkpoint,
            "https://pan.example.org/s/1");
}

TEST(RowFiles, AJsonLogIsTakenBeforeATextLog) {
  const PublishedRow row =
      files_of({{"log", "https://x.org/a.log"}, {"json", "https://x.org/a.log.json"}});
  EXPECT_EQ(row.log, "https://x.org/a.log.json");
}

TEST(RowFiles, TwoModelsInOneCellAreNeither) {
  const PublishedRow row =
      files_of({{"model", "https://x.org/a.pth"}, {"ema", "https://x.org/b.pth"}});
  EXPECT_EQ(row.checkpoint, "");
  EXPECT_EQ(row.unread_links.at("hash").text, "https://x.org/a.pth and https://x.org/b.pth");
  EXPECT_FALSE(row.unread_links.at("hash").impossible);
}

TEST(RowFiles, ARefusedLinkIsQuotedUnlessThereIsAnother) {
  const MarkdownLink paper{"model", "https://arxiv.org/abs/1"};
  const PublishedRow row = files_of({paper});
  EXPECT_EQ(row.checkpoint, "");
  EXPECT_TRUE(row.unread_links.at("hash").impossible);
  EXPECT_EQ(row.unread_links.at("hash").source.line, 3);
  const PublishedRow both = files_of({paper, {"model", "https://x.org/a.pth"}});
  EXPECT_EQ(both.checkpoint, "https://x.org/a.pth");
  EXPECT_TRUE(both.unread_links.empty());
  EXPECT_EQ(files_of({{"log", "configs/a.py"}}).unread_links.count("log.config"), 1U);
}

TEST(RowFiles, EmptyLinksLeadNowhere) {
  const PublishedRow row = files_of({{"model", ""}, {"log", ""}});
  EXPECT_EQ(row.checkpoint + row.log, "");
  EXPECT_TRUE(row.unread_links.empty());
}

}  // namespace
}  // namespace harness

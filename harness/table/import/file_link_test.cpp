#include "harness/table/import/file_link.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

FileKind kind_of(const char* text, const char* url, Column column) {
  const FileLink link = classify_link({text, url}, column);
  EXPECT_EQ(link.refusal, "") << url;
  return link.kind;
}

std::string_view refusal(const char* text, const char* url, Column column) {
  return classify_link({text, url}, column).refusal;
}

TEST(FileLink, AnEndingSaysWhatAFileIs) {
  EXPECT_EQ(kind_of("github", "a/f.pth", Column::kModel), FileKind::kCheckpoint);
  EXPECT_EQ(kind_of("x", "a/f.pth?raw=true", Column::kDownload), FileKind::kCheckpoint);
  EXPECT_EQ(kind_of("x", "a/f.safetensors", Column::kConfig), FileKind::kCheckpoint);
  EXPECT_EQ(kind_of("x", "a/f.log.json", Column::kDownload), FileKind::kLog);
  EXPECT_EQ(kind_of("x", "a/20221203_235933.json", Column::kDownload), FileKind::kLog);
  EXPECT_EQ(kind_of("x", "a/f.json", Column::kConfig), FileKind::kConfig);
  EXPECT_EQ(kind_of("x", "configs/f.json", Column::kDownload), FileKind::kConfig);
  EXPECT_EQ(kind_of("config", "a/f.py", Column::kDownload), FileKind::kConfig);
  EXPECT_EQ(kind_of("config", "a/f.pyy", Column::kConfig), FileKind::kConfig);
  EXPECT_EQ(kind_of("config", "a/f.yaml", Column::kConfig), FileKind::kConfig);
}

TEST(FileLink, WithoutAnEndingTextAndColumnSayIt) {
  EXPECT_EQ(kind_of("baidu", "https://pan.example.org/s/1", Column::kModel), FileKind::kCheckpoint);
  EXPECT_EQ(kind_of("Google Drive", "https://d.example.org/1", Column::kLog), FileKind::kLog);
  EXPECT_EQ(kind_of("ckpt", "https://x.org/1", Column::kDownload), FileKind::kCheckpoint);
  EXPECT_EQ(kind_of("notes", "https://x.org/1", Column::kDownload), FileKind::kNone);
  EXPECT_TRUE(classify_link({"x", "f.pth"}, Column::kModel).has_ending);
  EXPECT_FALSE(classify_link({"baidu", "https://x.org/1"}, Column::kModel).has_ending);
}

TEST(FileLink, ASharesTextSaysWhatItLeadsTo) {
  EXPECT_EQ(kind_of("OneDrive", "https://1drv.ms/u/1", Column::kDownload), FileKind::kCheckpoint);
  EXPECT_EQ(kind_of("a.pth", "https://pan.example.org/s/1", Column::kDownload),
            FileKind::kCheckpoint);
  EXPECT_EQ(kind_of("a.log.json", "https://pan.example.org/s/1", Column::kDownload),
            FileKind::kLog);
  EXPECT_FALSE(classify_link({"a.pth", "https://x.org/1"}, Column::kDownload).has_ending);
  EXPECT_EQ(kind_of("", "https://x.org/1", Column::kDownload), FileKind::kNone);
}

TEST(FileLink, WeightsAreNoLog) {
  EXPECT_NE(refusal("log", "a/f.pth", Column::kDownload), "");
  EXPECT_NE(refusal("model", "a/f.log.json", Column::kDownload), "");
}

TEST(FileLink, APaperOrAPageIsNoCheckpoint) {
  EXPECT_NE(refusal("DLA", "https://arxiv.org/abs/1707.00001", Column::kModel), "");
  EXPECT_NE(refusal("model", "https://arxiv.org/abs/1707.00001", Column::kDownload), "");
  EXPECT_NE(refusal("model", "https://www.arxiv.org/pdf/1707.00001", Column::kModel), "");
  EXPECT_NE(refusal("model", "paper.pdf", Column::kModel), "");
  EXPECT_NE(refusal("model", "https://github.com/someone/project", Column::kModel), "");
  EXPECT_NE(refusal("FCN-R50", "https://x.org/models/fcn", Column::kModel), "");
  EXPECT_NE(refusal("model", "a/f.log.json", Column::kDownload), "");
}

TEST(FileLink, AConfigIsNoLog) {
  EXPECT_NE(refusal("log", "configs/f.py", Column::kDownload), "");
  EXPECT_NE(refusal("x", "configs/f.json", Column::kLog), "");
  EXPECT_EQ(classify_link({"log", "configs/f.py"}, Column::kDownload).kind, FileKind::kLog);
}

}  // namespace
}  // namespace harness

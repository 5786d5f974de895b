#include "harness/base/content_kind.h"

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/error.h"
#include "harness/base/file.h"
#include "harness/testing/tar_text.h"

namespace harness {
namespace {

using testing::HasSubstr;
using namespace std::string_literals;
using namespace std::string_view_literals;

Content content(std::string_view bytes) {
  return content_of(std::as_bytes(std::span(bytes)), bytes.size());
}

TEST(ContentKind, KnowsWhatPyTorchWrites) {
  EXPECT_EQ(content("PK\x03\x04rest").kind, ContentKind::kZip);
  EXPECT_EQ(content("\x80\x02}q\x00."sv).kind, ContentKind::kPickle);
}

TEST(ContentKind, KnowsTexts) {
  EXPECT_EQ(content("").kind, ContentKind::kEmpty);
  EXPECT_EQ(content("\n <!DOCTYPE html><html>").kind, ContentKind::kWebPage);
  EXPECT_EQ(content("\xef\xbb\xbf<HTML>").kind, ContentKind::kWebPage);
  EXPECT_EQ(content("<?xml version=\"1.0\"?><Error/>").kind, ContentKind::kXml);
  EXPECT_EQ(content("{\"message\": \"Not Found\"}\n").kind, ContentKind::kJson);
  EXPECT_EQ(content("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n").kind,
            ContentKind::kLfsPointer);
  EXPECT_EQ(content("../../models/fcn.pth").kind, ContentKind::kLinkText);
  EXPECT_EQ(content("2020-07-20 - mmseg - INFO - Iter [50/600]\n").kind, ContentKind::kText);
  EXPECT_THAT(content("2020-07-20 - mmseg\nmore").text, HasSubstr("2020-07-20 - mmseg"));
  EXPECT_EQ(content("hello").kind, ContentKind::kText);
}

TEST(ContentKind, KnowsThemWithAndWithoutTheirUsualStart) {
  EXPECT_EQ(content("<head><title>403 Forbidden</title>").kind, ContentKind::kWebPage);
  EXPECT_EQ(content("<!-- cached -->\n<html>").kind, ContentKind::kWebPage);
  EXPECT_EQ(content("<!-- a comment of Markdown -->\n# FCN").kind, ContentKind::kText);
  EXPECT_EQ(content("<ListBucketResult xmlns=\"x\">").kind, ContentKind::kXml);
  EXPECT_EQ(content("[\n  {\"a\": 1}]").kind, ContentKind::kJson);
  EXPECT_EQ(content("[\"a\", 1]").kind, ContentKind::kJson);
  EXPECT_EQ(content("[2020-01-01 10:00:00] INFO").kind, ContentKind::kText);
  EXPECT_EQ(content("fcn-12345678.pth\n").kind, ContentKind::kLinkText);
  EXPECT_EQ(content("fcn.pth\npspnet.pth\n").kind, ContentKind::kText);
  EXPECT_THAT(content("2020-04-21 01:02:03,456 - mmseg - INFO").text, HasSubstr("a text log"));
  EXPECT_THAT(content("2023/01/31 01:02:03 - mmengine").text, HasSubstr("a text log"));
  EXPECT_THAT(content("2020-04-21 - FCN").text, testing::Not(HasSubstr("log")));
}

TEST(ContentKind, KnowsTextsInUtf16) {
  const auto wide = [](std::string_view text, bool little) {
    std::string bytes = little ? "\xff\xfe" : "\xfe\xff";
    for (const char c : text) bytes += little ? std::string{c, '\0'} : std::string{'\0', c};
    return bytes;
  };
  for (const bool little : {true, false}) {
    EXPECT_EQ(content(wide("<html>", little)).kind, ContentKind::kWebPage);
    EXPECT_EQ(content(wide("{\"a\": 1}", little)).kind, ContentKind::kJson);
    const Content log = content(wide("2020-04-21 01:02:03,456 - mmseg - INFO", little));
    EXPECT_EQ(log.kind, ContentKind::kText);
    EXPECT_THAT(log.text, HasSubstr("(in UTF-16)"));
  }
  EXPECT_EQ(content(wide("<html>", true) + "\x01\x00"s).kind, ContentKind::kUnknown);
}

TEST(ContentKind, Utf16IsRefusedWithItsRemedy) {
  EXPECT_NO_THROW(refuse_utf16("{}", "x"));
  EXPECT_NO_THROW(refuse_utf16("", "x"));
  try {
    refuse_utf16("\xff\xfe{\x00"sv, "a.json");
    ADD_FAILURE() << "taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.subject(), "a.json");
    EXPECT_THAT(error.detail(), HasSubstr("iconv"));
  }
}

TEST(ContentKind, NamesOtherFormats) {
  const std::string tar = tar_text::header("storages", "");
  const std::string safetensors = "\x10\x00\x00\x00\x00\x00\x00\x00{\"__metadata__\":"s + "{}}";
  const std::pair<std::string_view, const char*> known[] = {
      {"\x1f\x8b\x08\x00"sv, "gzip"},  {tar, "tar"},
      {safetensors, "safetensors"},    {"\x08\x07\x12\x07pytorch\x1a\x03"sv, "ONNX"},
      {"\x89HDF\r\n\x1a\n"sv, "HDF5"}, {"\x93NUMPY\x01\x00"sv, "numpy"},
      {"GGUF\x03\x00"sv, "GGUF"},      {"\xff\xd8\xff\xe0"sv, "JPEG"}};
  for (const auto& [bytes, name] : known) {
    const Content found = content(bytes);
    EXPECT_EQ(found.kind, ContentKind::kOtherFormat) << name;
    EXPECT_THAT(found.text, HasSubstr(name));
  }
}

TEST(ContentKind, KnowsNothingOfOtherBytes) {
  EXPECT_EQ(content("\x01\x02\x03"sv).kind, ContentKind::kUnknown);
  EXPECT_EQ(content("\xff\xfe"sv).kind, ContentKind::kUnknown);
  EXPECT_EQ(content("\0\0\0\0\0\0\0\0\0\0"sv).kind, ContentKind::kZeros);
}

TEST(ContentKind, ATextMayBeCutWithinACharacter) {
  const std::string text = std::string(1023, 'a') + "\xc3\xbc";
  EXPECT_EQ(content(text).kind, ContentKind::kText);
  EXPECT_EQ(content("a\xc3").kind, ContentKind::kUnknown);
}

TEST(ContentKind, ReadsAFile) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "a", "<html>");
  EXPECT_EQ(content_of(folder.path() / "a").kind, ContentKind::kWebPage);
  EXPECT_THROW(content_of(folder.path() / "none"), Error);
  write_file_atomic(folder.path() / "b", std::string(5000, '\n') + "<html>");
  EXPECT_EQ(content_of(folder.path() / "b").kind, ContentKind::kWebPage);
  write_file_atomic(folder.path() / "c", std::string(5000, ' '));
  EXPECT_NE(content_of(folder.path() / "c").kind, ContentKind::kWebPage);
}

}  // namespace
}  // namespace harness

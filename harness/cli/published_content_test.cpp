#include "harness/cli/published_content.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/testing/zip_text.h"

namespace harness {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

const std::string kLogLine = "{\"mode\": \"train\", \"epoch\": 1, \"iter\": 50, \"loss\": 1.0}\n";
const std::string kTextLog = "2020-04-21 01:02:03,456 - mmseg - INFO - x\n";
const std::string kError = "{\"message\": \"Not Found\"}\n";

std::string reason(FileRole role, const std::string& bytes, const std::string& name) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "part", bytes);
  return wrong_content(role, folder.path() / "part", name);
}

std::string reason(const std::string& bytes, const std::string& name) {
  return reason(FileRole::kByName, bytes, name);
}

std::string small(const std::string& format) {
  return read_file("fixtures/checkpoints/small_" + format + ".pth");
}

/// What comes in a file's place: an error, a cut body, a page, nothing but zeros.
std::vector<std::string> wrong_bytes() {
  const std::string whole = small("zip");
  return {kError,
          "Not Found",
          "hello\nworld\n",
          std::string(5000, '\0'),
          whole.substr(0, whole.size() - 1),
          small("legacy").substr(0, 300)};
}

TEST(PublishedContent, ACheckpointIsReadToItsEndWhateverItsName) {
  for (const char* name : {"a.pth", "a.PTH", "a.pth.tar", "a.bin", "download", "a.pkl", "v1.0",
                           "a.safetensors", "a.json", "a.model", "a.npz"}) {
    for (const char* format : {"legacy", "zip"}) {
      EXPECT_THAT(reason(FileRole::kCheckpoint, small(format), name), IsEmpty()) << name;
    }
    for (const std::string& wrong : wrong_bytes()) {
      EXPECT_THAT(reason(FileRole::kCheckpoint, wrong, name), HasSubstr("no checkpoint")) << name;
    }
    EXPECT_THAT(reason(FileRole::kCheckpoint, kLogLine, name), HasSubstr("no checkpoint")) << name;
  }
  EXPECT_THAT(reason(FileRole::kCheckpoint, zip_text::archive({{"w.npy", "1"}}), "a.npz"),
              IsEmpty());
}

TEST(PublishedContent, ALogHasLinesWhateverItsName) {
  for (const char* name : {"a.log.json", "a.json", "a.log", "log", "a.txt", "a.pth"}) {
    EXPECT_THAT(reason(FileRole::kLog, kLogLine, name), IsEmpty()) << name;
    EXPECT_THAT(reason(FileRole::kLog, kTextLog, name), IsEmpty()) << name;
    EXPECT_THAT(reason(FileRole::kLog, kError, name), HasSubstr("no training log")) << name;
    EXPECT_THAT(reason(FileRole::kLog, "No such", name), HasSubstr("line of a log")) << name;
    EXPECT_THAT(reason(FileRole::kLog, small("zip"), name), HasSubstr("a zip archive")) << name;
  }
}

const std::string kTable =
    "| Method | Crop Size | mIoU |\n|---|---|---|\n| FCN | 64x128 | 51.2 |\n";
const std::string kMetafile =
    "Collections:\n- Name: FCN\nModels:\n- Name: fcn_small\n  Results:\n  - Metrics:\n      mIoU: "
    "51.2\n";

TEST(PublishedContent, ATableIsOneThatAnImportReadsWhateverItsName) {
  for (const char* name : {"README", "page.md", "raw?id=3", "a.txt"}) {
    EXPECT_THAT(reason(FileRole::kTable, kTable, name), IsEmpty()) << name;
  }
  for (const char* name : {"metafile", "metafile.yml", "m.YAML"}) {
    EXPECT_THAT(reason(FileRole::kTable, kMetafile, name), IsEmpty()) << name;
  }
  for (const std::string& wrong :
       {std::string("Not Found"), std::string("# FCN\n\nNo models yet.\n"), kError, small("zip"),
        std::string("| a | b |\n|---|---|\n| 1 | 2 |\n"), kTable.substr(0, kTable.rfind("| FCN")),
        std::string("<!-- | mIoU | -->\n<p></p>\n")}) {
    for (const char* name : {"README.md", "raw", "metafile.yml"}) {
      EXPECT_THAT(reason(FileRole::kTable, wrong, name), HasSubstr("it is no table")) << wrong;
    }
  }
  EXPECT_THAT(reason(FileRole::kTable, kTable, "metafile.yml"), HasSubstr("it is no table"));
}

TEST(PublishedContent, AConfigIsPythonThatCanBeRead) {
  const std::string config = "_base_ = ['./fcn.py']\nmodel = dict(decode_head=dict(channels=32))\n";
  for (const char* name : {"fcn.py", "raw", "config.txt"}) {
    EXPECT_THAT(reason(FileRole::kConfig, config, name), IsEmpty()) << name;
    EXPECT_THAT(reason(FileRole::kConfig, config.substr(0, config.size() - 3), name),
                HasSubstr("it is no config"))
        << name;
    for (const char* wrong : {"Not Found", "# only a comment\n", "<p>a = 1</p>\n"}) {
      EXPECT_THAT(reason(FileRole::kConfig, wrong, name), HasSubstr("it is no config")) << wrong;
    }
  }
}

TEST(PublishedContent, EveryRoleThatCanBeNamedIsOne) {
  EXPECT_THAT(role_names(), testing::ElementsAre("checkpoint", "log", "table", "config"));
  for (const std::string& name : role_names()) EXPECT_NE(role_of(name), FileRole::kByName) << name;
  EXPECT_EQ(role_of("checkpoint"), FileRole::kCheckpoint);
  EXPECT_EQ(role_of("log"), FileRole::kLog);
  EXPECT_EQ(role_of(""), FileRole::kByName);
  EXPECT_EQ(role_of("Log"), FileRole::kByName);
}

TEST(PublishedContent, TheEndingDecidesWhereNobodySaysWhatAFileIs) {
  for (const char* name : {"a.pth", "a.pt", "a.CKPT", "a.pth.tar", "a.pkl", "a.safetensors",
                           "a.bin", "download", "v1.0"}) {
    EXPECT_THAT(reason(small("legacy"), name), IsEmpty()) << name;
    for (const std::string& wrong : wrong_bytes()) {
      if (wrong == "hello\nworld\n" && name[0] != 'a') continue;
      EXPECT_THAT(reason(wrong, name), HasSubstr("it is ")) << name;
    }
  }
  EXPECT_THAT(reason("hello", "a.pth"), HasSubstr("text: hello"));
  EXPECT_THAT(reason("\x01\x02\x03", "a.bin"), IsEmpty());
  EXPECT_THAT(reason("hello", "a.model"), IsEmpty());
}

TEST(PublishedContent, AFileWithoutAnEndingIsACheckpointALogOrAText) {
  EXPECT_THAT(reason(kLogLine, "log"), IsEmpty());
  EXPECT_THAT(reason(kTextLog + kTextLog, "log"), IsEmpty());
  EXPECT_THAT(reason("Copyright\nby us\n", "LICENSE"), IsEmpty());
  EXPECT_THAT(reason("\x1f\x8b\x08", "download"), IsEmpty());
  EXPECT_THAT(reason(kError, "download"), HasSubstr("no training log"));
}

TEST(PublishedContent, ALogByNameHasLines) {
  EXPECT_THAT(reason(kLogLine, "a.log.json"), IsEmpty());
  EXPECT_THAT(reason(kError, "a.json"), HasSubstr("no training log"));
  EXPECT_THAT(reason("<html>", "a.json"), HasSubstr("no training log"));
  EXPECT_THAT(reason(kError, "fcn.log"), HasSubstr("no training log"));
  EXPECT_THAT(reason("No such", "fcn.log"), HasSubstr("line of a log"));
  EXPECT_THAT(reason(kTextLog, "fcn.log"), IsEmpty());
}

/// As they come with status 200, under names of which nothing else was asked.
TEST(PublishedContent, TheTextOfAnErrorIsNoFile) {
  const std::string traceback =
      "Traceback (most recent call last):\n  File \"a.py\", line 1, in <module>\n    x = f(1)\n"
      "NameError: name 'f' is not defined\n";
  for (const std::string& body :
       {std::string("404: Not Found\n"), std::string("404 Not Found\n\nnginx\n"), traceback,
        std::string("error: no such file\nstatus: 404\n"),
        std::string("Access Denied\nRequest ID: 1\nHost ID: 2\n"),
        std::string(3000, ' ') + "<!DOCTYPE html>\n<html></html>\n", std::string("\n\n <html>\n"),
        kError, std::string("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 3\n"),
        std::string("2023/01/31 10:00:00 [error] 12#0: *1 open() failed (2: gone)\n")}) {
    for (const char* name : {"a.md", "a.yml", "a.py", "a.log", "a.log.json", "a.pth"}) {
      if (body.starts_with("2023") && name == std::string("a.md")) continue;
      EXPECT_THAT(reason(body, name), HasSubstr("it is ")) << name << ": " << body;
    }
  }
}

TEST(PublishedContent, ProseIsNeitherYamlNorPython) {
  EXPECT_THAT(reason("We moved.\nSee: the new site\nNote: soon\n", "a.yml"),
              HasSubstr("lines of YAML only"));
  EXPECT_THAT(reason("Note: the text\n  goes on\nNext: one\n", "a.yml"), IsEmpty());
  EXPECT_THAT(reason("The file was moved\nx = 1\n", "a.py"), HasSubstr("a statement of Python"));
  EXPECT_THAT(reason("# comment\nx = 1\n", "a.py"), IsEmpty());
}

/// A killed run leaves such a log; upstream has published some.
TEST(PublishedContent, ALogWhoseLastLineIsCutIsOne) {
  EXPECT_THAT(reason(kLogLine + kLogLine.substr(0, 30), "a.log.json"), IsEmpty());
  EXPECT_THAT(reason(kTextLog + "2020-04-21 01:02:0", "a.log"), IsEmpty());
}

TEST(PublishedContent, ATableOrAConfigIsText) {
  EXPECT_THAT(reason("| a | b |\n", "README.md"), IsEmpty());
  EXPECT_THAT(reason("\x80\x02.", "README.md"), HasSubstr("pickle"));
  EXPECT_THAT(reason("<html>", "fcn.yml"), HasSubstr("web page"));
  EXPECT_THAT(reason(kError, "fcn.yml"), HasSubstr("JSON"));
  EXPECT_THAT(reason("No such", "fcn.py"), HasSubstr("a statement of Python"));
  EXPECT_THAT(reason("no such", "fcn.yaml"), HasSubstr("keys or items"));
  EXPECT_THAT(reason("names\n", "classes.txt"), IsEmpty());
}

}  // namespace
}  // namespace harness

#include "harness/cli/published_text.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/base/file.h"

namespace harness {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::string_literals;

std::string lack(TextForm form, const std::string& bytes) {
  const TemporaryFolder folder;
  write_file_atomic(folder.path() / "part", bytes);
  return not_a_text_of(form, folder.path() / "part");
}

constexpr TextForm kForms[] = {TextForm::kSeveralLines, TextForm::kMarkdown, TextForm::kYaml,
                               TextForm::kPython, TextForm::kLog};

TEST(PublishedText, AnErrorOfOneLineIsOfNoForm) {
  for (const TextForm form : kForms) {
    for (const char* error :
         {"Not Found", "quota exceeded\n", "404: Not Found", "\"quota exceeded\"\n", "error: x\n",
          "\n\n Access denied \n", "../models/a.pth"}) {
      EXPECT_THAT(lack(form, error), HasSubstr("it is ")) << static_cast<int>(form) << error;
    }
  }
  EXPECT_THAT(lack(TextForm::kAny, "Not Found"), HasSubstr("the text of an error"));
  EXPECT_THAT(lack(TextForm::kAny, "../models/a.pth"), IsEmpty());
}

TEST(PublishedText, OnlyMarkdownBeginsWithMarkup) {
  for (const char* markup :
       {"<svg xmlns=\"x\">\na = 1\n</svg>", "<rss>\n- a: 1\n- b: 2\n</rss>", "<?php\n$a = 1;\n",
        "<!-- saved -->\n<p>a = 1</p>\nb: 1\nc: 1\n2020-04-21 log\n"}) {
    for (const TextForm form : kForms) {
      if (form == TextForm::kMarkdown) continue;
      EXPECT_THAT(lack(form, markup), HasSubstr("markup")) << markup;
    }
  }
  EXPECT_THAT(lack(TextForm::kMarkdown, "<div align=\"center\">\n\n# FCN\n"), IsEmpty());
  EXPECT_THAT(lack(TextForm::kYaml, "<<: *base\na: 1\n"), IsEmpty());
}

/// As a server sends for a page that is gone; what looks like Markdown in a comment is none.
TEST(PublishedText, APageOfCommentsAndMarkupIsNoMarkdown) {
  for (const char* page :
       {"<!-- mirror -->\n<!-- empty -->\n", "<!-- a\n| b | c |\n# d\n-->\n",
        "<p>gone</p>\n<p>for good</p>\n", "<!-- x -->\n<div>\n</div>\nmoved\n"}) {
    EXPECT_THAT(lack(TextForm::kMarkdown, page), HasSubstr("no markup")) << page;
  }
  EXPECT_THAT(lack(TextForm::kMarkdown, "<!-- a\nb -->\n| c | d |\n"), IsEmpty());
  EXPECT_THAT(lack(TextForm::kMarkdown, "<details>\nFCN\nPSPNet\n</details>\n"), IsEmpty());
}

TEST(PublishedText, EachFormIsKnownByWhatItCannotBeWithout) {
  EXPECT_THAT(lack(TextForm::kSeveralLines, "a\nb"), IsEmpty());
  EXPECT_THAT(lack(TextForm::kSeveralLines, "2020-04-21 01:02:03,456 - mmseg"), IsEmpty());
  EXPECT_THAT(lack(TextForm::kMarkdown, "# FCN"), IsEmpty());
  EXPECT_THAT(lack(TextForm::kMarkdown, "| a | b |\n"), IsEmpty());
  EXPECT_THAT(lack(TextForm::kYaml, "Models:\n- Name: fcn\n"), IsEmpty());
  EXPECT_THAT(lack(TextForm::kYaml, "Import:\n- configs/fcn/fcn.yml\n"), IsEmpty());
  EXPECT_THAT(lack(TextForm::kPython, "_base_ = './fcn.py'\n"), IsEmpty());
  EXPECT_THAT(lack(TextForm::kPython, "# a comment\nmodel = dict(\n    pretrained=None)\n"),
              IsEmpty());
  EXPECT_THAT(lack(TextForm::kPython, "import os\n"), IsEmpty());
  EXPECT_THAT(lack(TextForm::kPython, "cfg.model['a'] += [1]\n"), IsEmpty());
}

TEST(PublishedText, ALogHasALineOfALog) {
  EXPECT_THAT(lack(TextForm::kLog, "2020-04-21 01:02:03,456 - mmseg - INFO - x\n"), IsEmpty());
  EXPECT_THAT(lack(TextForm::kLog, "warnings first\n[2023/01/31 01:02:03] x\n"), IsEmpty());
  EXPECT_THAT(lack(TextForm::kLog, "nohup\nEpoch: [0/484] Iter: 10, Loss: 1.2\n"), IsEmpty());
  EXPECT_THAT(lack(TextForm::kLog, "a loss of data in this epoch\n"), HasSubstr("line of a log"));
  EXPECT_THAT(lack(TextForm::kLog, "Please wait\nretry in 20-04-21\n"), HasSubstr("line of a log"));
  EXPECT_THAT(lack(TextForm::kLog, "2023/01/31 10:00:00 [error] 12#0: open() failed\n"),
              HasSubstr("line of a log"));
}

TEST(PublishedText, WhatIsNoTextIsNamed) {
  EXPECT_THAT(lack(TextForm::kAny, "\x80\x02."), HasSubstr("a pickle"));
  EXPECT_THAT(lack(TextForm::kAny, "{\"a\": 1}"), HasSubstr("JSON"));
  EXPECT_THAT(lack(TextForm::kMarkdown, ""), HasSubstr("empty"));
  EXPECT_THAT(lack(TextForm::kLog, "\xff\xfe" + "2\0\n\0"s), IsEmpty());
}

}  // namespace
}  // namespace harness

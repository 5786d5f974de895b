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
  return rows_of_page(text, kPage).rows;
}

/// A table of five columns with one row.
std::string table(const std::string& header, const std::string& row) {
  return std::string(header).append("\n").append(kLine).append(row).append("\n");
}

std::string refusal(const std::string& text) {
  return message_of([&] { rows(text); });
}

/// What the page's import takes notice of, a line each.
std::string notices(const std::string& text) {
  const PublishedRows read = rows_of_page(text, kPage);
  std::string lines;
  for (const ImportNotice& notice : read.notices) lines += to_string(notice) + "\n";
  return lines;
}

/// Why a claim of the page's first row is not published.
Json unread(const std::string& text, const char* claim) {
  const auto published = rows(text);
  const PublishedFact& fact = published.at(0).facts.at(claim);
  EXPECT_TRUE(fact.value.is_null());
  return fact.conditions.value("unread", Json());
}

constexpr const char* kHeader = "| Method | Crop Size | mIoU | config | download |";

TEST(TableRows, ReadThePublishedPage) {
  const auto published = rows(read_file("fixtures/mmseg_fp16_table.md"));
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

/// Zoos of other toolboxes: each file is "model" or "epoch_30", and the columns are called
/// otherwise.
TEST(TableRows, ReadThoseOfZoosWhoseFilesHaveOneName) {
  const std::string zoo =
      "| Model | Backbone | Resolution | Training Iters | mIoU score | Links |\n"
      "|:-:|:-:|:-:|:-:|:-:|:-:|\n"
      "|FCN|NetA_W18|512x256|40000|68.97%|[model](https://x.org/fcn_neta_40k/model.pdparams) \\| "
      "[log](https://x.org/fcn_neta_40k/train.log)|\n"
      "|FCN|NetB|512x256|119548|70.70%|[model](https://x.org/v2/model.pdparams)|\n";
  const auto published = rows(zoo);
  ASSERT_THAT(published, SizeIs(2));
  EXPECT_EQ(published[0].id, "fcn_neta_40k");
  EXPECT_EQ(published[0].facts.at("miou").value, 68.97);
  EXPECT_THAT(published[0].log, testing::EndsWith("train.log"));
  EXPECT_THAT(published[1].id, testing::StartsWith("fcn_netb"));
  EXPECT_EQ(published[1].facts.at("config.iterations").value, 119548);
  EXPECT_THAT(notices(zoo), HasSubstr("column \"Resolution\" is not read"));
}

TEST(TableRows, AModelInTheColumnOfMethodsIsOfItsMethod) {
  const auto published = rows(
      "| Algorithm | Config | mIoU |\n|---|---|---|\n"
      "| fcn_r34_d8 | [fcn_r34_a](configs/fcn_r34_a.py) | 61.22 |\n"
      "| Net A | [net_a](configs/net_a.py) | 61.22 |\n");
  ASSERT_THAT(published, SizeIs(2));
  EXPECT_EQ(published[0].method, "FCN");
  EXPECT_EQ(published[1].method, "Net A");
}

/// The number of a reproduction stands beside the paper's, and links what it was measured with.
TEST(TableRows, ANumberThatLinksItsWeightsIsReadAndTheLinkIsNamed) {
  const std::string page =
      "| Model | Backbone | Mean IoU(paper) | Mean IoU(this repo) |\n|---|---|---|---|\n"
      "| NetA | r101 | 68.8 | [68.93](https://x.org/neta_r101.pth) |\n";
  const auto published = rows(page);
  ASSERT_THAT(published, SizeIs(1));
  EXPECT_EQ(published[0].facts.at("miou").value, 68.93);
  EXPECT_THAT(notices(page), HasSubstr("\"Mean IoU(paper)\" is not read"));
  EXPECT_THAT(notices(page), HasSubstr("column \"Mean IoU(this repo)\" links checkpoints"));
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

TEST(TableRows, ACellThatCannotBeReadCostsThatCell) {
  const auto with_miou = [](const std::string& text) {
    return table(kHeader, "| FCN | 64x128 | " + text + " | [c](f.py) | |");
  };
  EXPECT_EQ(notices(with_miou("76.8a")),
            "zoo/README.md:3: column \"mIoU\": expected a percentage such as 76.80 or \"-\", got "
            "\"76.8a\"\n");
  EXPECT_EQ(unread(with_miou("76.8a"), "miou")["cell"], "76.8a");
  EXPECT_EQ(unread(with_miou("76.8a"), "miou")["column"], "mIoU");
  EXPECT_FALSE(unread(with_miou("76.8a"), "miou").contains("impossible"));
  EXPECT_EQ(unread(with_miou("0.7225"), "miou")["impossible"], true) << "a fraction of 1";
  EXPECT_EQ(unread(with_miou("768.0"), "miou")["impossible"], true);
  EXPECT_EQ(rows(with_miou("TBD")).at(0).facts.at("config.crop").value, "64x128");
  EXPECT_THAT(notices(table(kHeader, "| FCN | big | 76.8 | [c](f.py) | |")),
              HasSubstr("column \"Crop Size\": expected a size such as 512x1024 or \"-\", got "
                        "\"big\""));
  EXPECT_THAT(
      notices("| Method | Lr schd | mIoU | config |\n|-|-|-|-|\n| F | 20e | 1 | [c](f.py) |"),
      HasSubstr("expected iterations such as 80000 or 80k"));
}

TEST(TableRows, TwoSwappedCellsAreSuspected) {
  const std::string page =
      "| Method | Crop Size | Lr schd | mIoU | config |\n|-|-|-|-|-|\n"
      "| FCN | 80000 | 512x1024 | 76.8 | [c](f.py) |\n";
  EXPECT_THAT(notices(page),
              HasSubstr("got \"80000\"; it would fit column \"Lr schd\": are the two "
                        "swapped?"));
  EXPECT_EQ(rows(page).at(0).facts.at("miou").value, 76.8);
}

TEST(TableRows, TwoBrokenCellsAreNoSwap) {
  // 80000 would be a schedule, and "20e" is none: but it is no size either.
  const std::string page =
      "| Method | Crop Size | Lr schd | mIoU | config |\n|-|-|-|-|-|\n"
      "| FCN | 80000 | 20e | 76.8 | [c](f.py) |\n";
  EXPECT_THAT(notices(page), HasSubstr("got \"80000\""));
  EXPECT_THAT(notices(page), testing::Not(HasSubstr("swapped")));
}

TEST(TableRows, MissingAndSurplusCellsCostTheRowsNumbers) {
  const std::string missing = table(kHeader, "| FCN | 64x128 | 76.8 | [c](f.py) |");
  EXPECT_THAT(notices(missing),
              HasSubstr("zoo/README.md:3: expected 5 cells as in the header, got 4"));
  EXPECT_EQ(rows(missing).at(0).id, "f");
  EXPECT_EQ(unread(missing, "miou")["cell"], "a row of 4 cells");
  const std::string surplus =
      table(kHeader, "| FCN | 64x128 | 1 | [c](f.py) | [m](f.pth) | [l](f.json) |");
  EXPECT_THAT(
      notices(surplus),
      HasSubstr("expected 5 cells as in the header, got 6; a bar inside a cell is written"));
  EXPECT_EQ(rows(surplus).at(0).checkpoint, "../zoo/f.pth");
}

TEST(TableRows, AnAmbiguousColumnCostsItsCells) {
  const std::string page =
      "| Method | mIoU | mIoU (%) | config |\n|-|-|-|-|\n| FCN | 70.1 | 71.2 | [c](f.py) |\n";
  EXPECT_THAT(notices(page), HasSubstr("README.md:1: expected each column once"));
  EXPECT_EQ(unread(page, "miou")["cell"], "2 columns");
}

TEST(TableRows, ARowWithoutLinksIsNamedByItsCells) {
  const auto published = rows(
      "| Method | Backbone | Crop Size | Lr schd | mIoU | download |\n|-|-|-|-|-|-|\n"
      "| FCN | R 50 D8 | 64x128 | 600 | 76.8 | model \\| log |\n"
      "| **City** | | | | | |\n| FCN | S5 | - | | 70 | [model]() |\n| | | | | 60 | |\n");
  ASSERT_THAT(published, SizeIs(2));
  EXPECT_EQ(published[0].id, "fcn_r-50-d8_64x128_600");
  EXPECT_EQ(published[1].id, "fcn_s5");
  EXPECT_EQ(published[1].checkpoint, "");
}

TEST(TableRows, ARowThatNamesNothingIsLeftOutAndNamed) {
  const std::string head = "| Method | mIoU | config |\n|-|-|-|\n| FCN | 1 | [c](f.py) |\n";
  const auto notice_of = [&](const std::string& row) {
    const PublishedRows read = rows_of_page(head + row + "\n", kPage);
    EXPECT_THAT(read.rows, SizeIs(1));
    return read.notices.empty() ? ImportNotice{} : read.notices[0];
  };
  EXPECT_EQ(notice_of("| | 2 | |").kind, ImportNotice::Kind::kRefused);
  EXPECT_EQ(notice_of("| **Part two** | | |").kind, ImportNotice::Kind::kUnread);
  EXPECT_THAT(notice_of("| | 2 | [c](a/%2e%2e.py) |").detail, HasSubstr("the row is left out"));
}

TEST(TableRows, TwoModelsInOneRowAreNeither) {
  const std::string page =
      table(kHeader, "| F | 1x1 | 1 | [c](f.py) | [model](a.pth) [model](b.pth) |");
  EXPECT_THAT(notices(page), HasSubstr("column \"download\": expected one link, got "
                                       "\"../zoo/a.pth and ../zoo/b.pth\""));
  EXPECT_EQ(rows(page).at(0).checkpoint, "");
}

TEST(TableRows, AModelsNameMayLinkItsPaper) {
  const auto published = rows(
      "| Model | mIoU | Configs |\n|-|-|-|\n"
      "| [DLA](https://arxiv.org/abs/1707.00001) | 49.57 | [dla.json](configs/dla.json) |\n");
  EXPECT_EQ(published.at(0).id, "dla");
  EXPECT_EQ(published[0].method, "DLA");
  EXPECT_EQ(published[0].checkpoint + published[0].log, "");
  EXPECT_EQ(published[0].unread_links.at("hash").source.column, "Model");
}

TEST(TableRows, ATestSetIsAConditionOfTheMiou) {
  const auto published = rows(
      "| Method | Training Dataset | Test Dataset | mIoU | config |\n|-|-|-|-|-|\n"
      "| FCN | Day | Night | 10.9 | [c](f.py) |\n");
  EXPECT_EQ(published.at(0).facts.at("miou").conditions,
            (Json{{"training_dataset", "Day"}, {"test_dataset", "Night"}}));
}

TEST(TableRows, AMethodComesFromItsColumnElseFromTheModelsName) {
  EXPECT_EQ(rows("|mIoU|config|\n|-|-|\n|1|[c](deeplabv3plus_r50.py)|").at(0).method, "DeepLabV3+");
  EXPECT_EQ(rows("|Model|mIoU|config|\n|-|-|-|\n|UNet|1|[c](u.py)|").at(0).method, "UNet");
  EXPECT_EQ(rows("|mIoU|config|\n|-|-|\n|1|[c](unet_r50.py)|").at(0).method, "unet");
  EXPECT_EQ(rows("|Model|mIoU|config|\n|-|-|-|\n|[m](pspnet_r50-01234567.pth)|1|[c](voc.py)|")
                .at(0)
                .method,
            "PSPNet");
}

TEST(TableRows, AMiouOfSeveralScalesAndFlipsIsNoOther) {
  const auto facts_of = [](const std::string& scales, const std::string& flips) {
    return rows("| Model | Multi-scale | Flip | mIoU | Link |\n|-|-|-|-|-|\n| HRNet | " + scales +
                " | " + flips +
                " | 54.1 | [Github](a.pth)/[Baidu(Code:1)](https://pan.example.org/1) |\n")
        .at(0)
        .facts;
  };
  EXPECT_EQ(facts_of("No", "No").at("miou").value, 54.1);
  EXPECT_EQ(facts_of("Yes", "Yes").at("miou_ms_flip").value, 54.1);
  EXPECT_FALSE(facts_of("Yes", "Yes").contains("miou"));
  EXPECT_TRUE(facts_of("No", "Yes").at("miou").value.is_null());
  EXPECT_TRUE(facts_of("Yes", "No").at("miou").conditions.contains("unread"));
}

TEST(TableRows, WhateverSaysYesSaysIt) {
  const auto page = [](const std::string& mark) {
    return table("| Method | Multi-scale | Flip | mIoU | download |",
                 "| A | " + mark + " | " + mark + " | 81.6 | [model](a.pth) |");
  };
  for (const char* yes : {"yes", "\xE2\x9C\x85", "[x]", "\xE2\x88\x9A", "True"}) {
    EXPECT_EQ(rows(page(yes)).at(0).facts.at("miou_ms_flip").value, 81.6) << yes;
    EXPECT_FALSE(rows(page(yes)).at(0).facts.contains("miou")) << yes;
  }
  for (const char* no : {"no", "-", "\xE2\x9C\x97", "[ ]", ""}) {
    EXPECT_EQ(rows(page(no)).at(0).facts.at("miou").value, 81.6) << no;
  }
  EXPECT_THAT(unread(page("maybe"), "miou"), testing::Contains("81.6"));
  EXPECT_THAT(notices(page("maybe")), HasSubstr("neither yes nor no"));
}

TEST(TableRows, ScalesAndFlipMayShareAColumn) {
  const auto page = [](const std::string& cell) {
    return table("| Method | TTA | Mem (GB) | mIoU | download |",
                 "| A | " + cell + " | 5 | 81.6 | [model](a.pth) |");
  };
  EXPECT_EQ(rows(page("yes")).at(0).facts.at("miou_ms_flip").value, 81.6);
  EXPECT_EQ(rows(page("no")).at(0).facts.at("miou").value, 81.6);
  const auto both = rows(page("82.1"));
  EXPECT_EQ(both.at(0).facts.at("miou").value, 81.6);
  EXPECT_EQ(both.at(0).facts.at("miou_ms_flip").value, 82.1);
}

TEST(TableRows, ASplitIsAConditionOfTheMiou) {
  const auto published = rows(table("| Method | Train Set | Test Set | mIoU | download |",
                                    "| A | Train + Val | Test | 81.6 | [model](a.pth) |"));
  EXPECT_EQ(published.at(0).facts.at("miou").conditions,
            (Json{{"training_split", "Train + Val"}, {"test_split", "Test"}}));
  const auto plain = rows(table("| Method | Dataset | Split | mIoU | download |",
                                "| A | Cityscapes | val | 81.6 | [model](a.pth) |"));
  EXPECT_EQ(plain.at(0).facts.at("miou").conditions, (Json{{"training_dataset", "Cityscapes"},
                                                           {"test_dataset", "Cityscapes"},
                                                           {"test_split", "val"}}));
}

TEST(TableRows, ARepeatedHeaderIsNoRow) {
  const std::string page = table(kHeader, "| FCN | 512x1024 | 76.80 | [c](a.py) | [m](a.pth) |") +
                           kHeader + "\n| FCN | 512x1024 | 76.90 | [c](b.py) | [m](b.pth) |\n";
  EXPECT_THAT(rows(page), SizeIs(2));
  EXPECT_THAT(notices(page), HasSubstr("zoo/README.md:4: the row repeats the header"));
}

TEST(TableRows, WhatIsNoTableIsNamed) {
  const std::string page =
      table(kHeader, "| FCN | 512x1024 | 76.80 | [c](a.py) | [m](a.pth) |") +
      "\n| PSP | 512x1024 | 78.00 | [c](b.py) | [m](b.pth) |\n\n<table>\n<tr></tr>\n</table>\n";
  EXPECT_THAT(rows(page), SizeIs(1));
  EXPECT_THAT(notices(page), HasSubstr("zoo/README.md:5: a row apart from its table is not read"));
  EXPECT_THAT(notices(page), HasSubstr("zoo/README.md:7: an HTML table is not read"));
  EXPECT_THAT(refusal("<table>\n<tr></tr>\n</table>\n"), HasSubstr("an HTML table in line 1"));
}

TEST(TableRows, ColumnsThatLookKnownAreNamed) {
  for (const char* title :
       {"VRAM (GB)", "img/s", "images/s", "Epochs", "Steps", "#iter", "Jaccard"}) {
    EXPECT_THAT(notices(table(std::string("| Method | ") + title + " | mIoU | config | download |",
                              "| A | 5 | 76.80 | [c](a.py) | [m](a.pth) |")),
                HasSubstr(std::string("column \"") + title + "\" is not read"))
        << title;
  }
}

TEST(TableRows, AnUnreadColumnOfCheckpointsIsNamed) {
  const std::string page =
      "| Model | mIoU | Pretrained | Dropbox |\n|-|-|-|-|\n"
      "| FCN | 70.1 | [w](start.pth) | [Download](https://d.example.org/best.pth?dl=0) |\n";
  EXPECT_EQ(notices(page),
            "zoo/README.md:1: column \"Dropbox\" links checkpoints, and its links are not read\n");
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

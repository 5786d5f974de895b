#include "harness/table/import/cell_value.h"

#include <gtest/gtest.h>

namespace harness {
namespace {

/// The value of a cell; "refused" or "impossible".
Json value_of(std::string_view claim, std::string_view text) {
  const CellValue cell = read_cell(claim, text);
  if (cell.fact) return cell.fact->value;
  EXPECT_FALSE(cell.expected.empty());
  return cell.impossible ? "impossible" : "refused";
}

TEST(CellValue, ReadsAPercentageHoweverItIsPrinted) {
  for (const char* text : {"76.80", "76.80%", "76.80 %", "**76.80**", " 76.80 ", "$76.80$",
                           "76.80\xE2\x80\xA0", "76.80[1]", "76.80[^2]", "76.80*",
                           "\xE2\x80\xA0"
                           "76.80",
                           "76.80 \xC2\xB1 0.30", "$76.80 \\pm 0.3$", "76.80 +/- 0.3%",
                           "76.80\xC2\xB9", "76.80^1", "76.80%*"}) {
    EXPECT_EQ(value_of("miou", text), 76.8) << text;
  }
}

TEST(CellValue, KeepsMarksAndSpread) {
  EXPECT_EQ(read_cell("miou", "76.80\xE2\x80\xA0[1]").fact->conditions,
            (Json{{"marks", "\xE2\x80\xA0[1]"}}));
  EXPECT_EQ(read_cell("miou", "76.80 \xC2\xB1 0.30*").fact->conditions,
            (Json{{"marks", "*"}, {"plus_minus", 0.3}}));
  EXPECT_TRUE(read_cell("miou", "**76.80**").fact->conditions.empty()) << "bold is no footnote";
}

TEST(CellValue, KeepsMarksOfSizesAndSchedules) {
  for (const auto& [claim, text, value] : {std::tuple{"config.iterations", "80000*", Json(80000)},
                                           {"config.iterations", "80k\xE2\x80\xA0", Json(80000)},
                                           {"config.crop", "512x1024*", Json("512x1024")},
                                           {"config.crop", "(512,1024)[1]", Json("512x1024")}}) {
    const CellValue cell = read_cell(claim, text);
    ASSERT_TRUE(cell.fact.has_value()) << text;
    EXPECT_EQ(cell.fact->value, value) << text;
    EXPECT_TRUE(cell.fact->conditions.contains("marks")) << text;
  }
  EXPECT_TRUE(read_cell("config.crop", "**512*1024**").fact->conditions.empty());
  EXPECT_TRUE(read_cell("config.iterations", "**80k**").fact->conditions.empty());
}

TEST(CellValue, RefusesWhatMayBeAnotherNumber) {
  for (const char* text : {"- 6.96",
                           "76.8a",
                           "76,80",
                           "(76.8)",
                           "76.8 (77.1)",
                           "76.8/77.9",
                           "~76.8",
                           "<76.8",
                           "+1.2",
                           "-3",
                           "76.8 77.9",
                           "76.8 GB",
                           "nan",
                           "TBD",
                           "?",
                           "1e3",
                           "76.8\xE2\x86\x91",
                           "10\xC2\xB2",
                           "10^2",
                           "\xC2\xB1 0.3",
                           "76.8 \xC2\xB1",
                           "76.8 \xC2\xB1 a",
                           "%",
                           "76.8%%"}) {
    EXPECT_EQ(value_of("miou", text), "refused") << text;
  }
}

TEST(CellValue, APercentageIsNoFractionAndAtMostHundred) {
  EXPECT_EQ(value_of("miou", "0.7225"), "impossible");
  EXPECT_EQ(value_of("miou_ms_flip", "0.72"), "impossible");
  EXPECT_EQ(value_of("miou", "768.0"), "impossible");
  EXPECT_EQ(value_of("miou", "100"), 100.0);
  EXPECT_EQ(value_of("miou", "0"), 0.0);
}

TEST(CellValue, MemoryIsInGigabytes) {
  EXPECT_EQ(value_of("memory", "5.37"), 5.37);
  EXPECT_EQ(value_of("memory", "5.37 GB"), 5.37);
  EXPECT_EQ(value_of("memory", "5.37G"), 5.37);
  EXPECT_EQ(value_of("memory", "5806"), "impossible");
  EXPECT_EQ(value_of("memory", "0"), "impossible");
  EXPECT_EQ(value_of("memory", "5806 MB"), "refused");
  EXPECT_EQ(value_of("memory", "5.37 GiB"), "refused");
  EXPECT_EQ(value_of("memory", "5,806"), "refused") << "a decimal comma, or thousands";
}

TEST(CellValue, SpeedIsInImagesPerSecond) {
  EXPECT_EQ(value_of("fps", "8.64 FPS"), 8.64);
  EXPECT_EQ(value_of("fps", "8.64 img/s"), 8.64);
  EXPECT_EQ(value_of("fps", "115.74 ms"), "refused");
  EXPECT_EQ(value_of("fps", "- 6.96"), "refused");
  EXPECT_EQ(value_of("fps", "0"), "impossible");
}

TEST(CellValue, SchedulesAreInIterations) {
  for (const char* text : {"80000", "80k", "80,000", "80 000", "80k iters", "80000 iterations"}) {
    EXPECT_EQ(value_of("config.iterations", text), 80000) << text;
  }
  for (const char* text : {"20e", "160 epochs", "80,00", "80.000", "k", "iters", "8,0000"}) {
    EXPECT_EQ(value_of("config.iterations", text), "refused") << text;
  }
}

TEST(CellValue, DashesAndWordsAreNotPublished) {
  for (const char* text : {"", "-", "--", "\xE2\x80\x93", "\xE2\x80\x94", "N/A", "n/a", "NA",
                           "None", "\xC2\xA0-\xC2\xA0", "**-**"}) {
    const CellValue cell = read_cell("fps", text);
    ASSERT_TRUE(cell.fact.has_value()) << text;
    EXPECT_TRUE(cell.fact->value.is_null()) << text;
  }
}

}  // namespace
}  // namespace harness

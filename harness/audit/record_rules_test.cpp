#include "harness/audit/record_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace harness {
namespace {

/// What page `file` says at `date`, to two digits.
Statement says(const std::string& fact, const Json& value, const std::string& file,
               const std::string& date = "", const std::string& of = "") {
  Statement statement{"row",
                      of,
                      fact,
                      value,
                      value.is_number() ? 0.005 : 0.0,
                      fact == "memory" ? "GB" : "",
                      "",
                      {"", file, 1, "", "", date, "words"}};
  return made(statement);
}

/// "rule fact: message" of each contradiction.
std::vector<std::string> found(const std::vector<Statement>& statements) {
  std::vector<std::string> texts;
  for (const auto& one : compare_statements(statements)) {
    EXPECT_GE(one.quotes.size(), 2U) << one.message;
    EXPECT_FALSE(one.reason.empty());
    texts.push_back(one.rule + " " + one.message);
  }
  return texts;
}

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(RecordRules, AgreeingSourcesAreNoContradiction) {
  EXPECT_THAT(found({}), IsEmpty());
  EXPECT_THAT(found({says("fps", 8.64, "a"), says("fps", 8.643, "b"), says("miou", 76.8, "a")}),
              IsEmpty());
  EXPECT_THAT(found({says("fps", 8.64, "a"), says("fps", nullptr, "b")}), IsEmpty());
  EXPECT_THAT(found({says("miou", 76.8, "a"), says("miou", 75.1, "b", "", "sibling")}), IsEmpty());
}

TEST(RecordRules, TwoPagesWithTwoValuesContradictEachOther) {
  EXPECT_THAT(found({says("fps.mode", "FP32", "m.yml"), says("fps.mode", "FP16", "bench.py")}),
              ElementsAre("value fps.mode: FP16 against FP32"));
}

TEST(RecordRules, OldVersionsOfAPageDoNotCountAsItsWord) {
  EXPECT_THAT(found({says("fps", 2.66, "a", "2020-07-20"), says("fps", 8.64, "a", "2021-04-24"),
                     says("fps", 8.64, "b", "2021")}),
              IsEmpty());
}

TEST(RecordRules, OneRunHasOneHash) {
  Statement old_name = says("hash", "50245227", "a");
  Statement new_name = says("hash", "fb13e883", "b");
  old_name.run = new_name.run = "20200717_230921";
  EXPECT_THAT(found({old_name, new_name}),
              ElementsAre("hash files of the run 20200717_230921 hash to 50245227 and fb13e883"));
  new_name.run = "20200718_000000";
  EXPECT_THAT(found({old_name, new_name}), ElementsAre(HasSubstr("checkpoints of 2 runs")));
}

TEST(RecordRules, MegabytesOfTwoSizesAreOneMeasurement) {
  EXPECT_THAT(found({says("memory", 5.50, "a"), says("memory", 5.37, "b")}),
              ElementsAre(HasSubstr("units memory: 5.50 GB and 5.37 GB are one measurement: they "
                                    "differ by the factor 1.024")));
  EXPECT_THAT(found({says("memory", 5.91, "a"), says("memory", 5.75, "b")}),
              ElementsAre(HasSubstr("value memory")));
  EXPECT_THAT(found({says("fps", 5.50, "a"), says("fps", 5.37, "b")}),
              ElementsAre(HasSubstr("value fps")));
}

TEST(RecordRules, APartlyRewrittenRowMixesMeasurements) {
  const std::vector<Statement> versions = {
      says("fps", 2.66, "a", "2020-07-20"),    says("fps", 8.64, "a", "2021-04-24"),
      says("memory", 5.50, "a", "2020-07-20"), says("memory", 5.37, "a", "2021-04-24"),
      says("miou", 76.8, "a", "2020-07-20"),   says("miou", 76.8, "a", "2021-04-24")};
  EXPECT_THAT(found(versions),
              ElementsAre("rewritten fps 2.66 became 8.64 on 2021-04-24; unchanged: miou 76.80, "
                          "memory (in other units)",
                          HasSubstr("units memory")));
  // A row that was measured anew as a whole is an update.
  EXPECT_THAT(found({versions[0], versions[1]}), IsEmpty());
  EXPECT_THAT(found({versions[4], versions[5]}), IsEmpty());
}

TEST(RecordRules, ANumberNeedsItsComparator) {
  EXPECT_THAT(found({says("memory", 5.37, "a"), says("fps", 8.64, "a"),
                     says("memory", nullptr, "b", "", "sibling"),
                     says("fps", nullptr, "b", "", "sibling")}),
              ElementsAre(HasSubstr("comparator memory and fps: published here")));
  EXPECT_THAT(found({says("fps", 8.64, "a"), says("fps", 2.6, "b", "", "sibling")}), IsEmpty());
  EXPECT_THAT(found({says("fps", nullptr, "a"), says("fps", nullptr, "b", "", "sibling")}),
              IsEmpty());
}

TEST(RecordRules, ParityIsHeldAgainstTheDifferenceThatASourceAllows) {
  const Statement allowed = says("parity.tolerance", 0.5, "tool.py");
  EXPECT_THAT(found({says("miou", 80.46, "a"), says("miou", 80.97, "b", "", "sibling"), allowed}),
              ElementsAre(HasSubstr("by -0.51 points, more than 0.50")));
  EXPECT_THAT(found({says("miou", 80.47, "a"), says("miou", 80.97, "b", "", "sibling"), allowed}),
              IsEmpty());
  EXPECT_THAT(found({says("miou", 80.46, "a"), says("miou", 70.0, "b", "", "sibling")}), IsEmpty());
}

TEST(RecordRules, RowsWithOneContradictionShareIt) {
  Statement a = says("fps.mode", "FP32", "m.yml");
  Statement b = says("fps.mode", "FP16", "bench.py");
  std::vector<Statement> statements = {a, b};
  a.row = b.row = "other";
  statements.push_back(a);
  statements.push_back(b);
  const auto contradictions = compare_statements(statements);
  ASSERT_EQ(contradictions.size(), 1U);
  EXPECT_THAT(contradictions[0].rows, ElementsAre("row", "other"));
}

}  // namespace
}  // namespace harness

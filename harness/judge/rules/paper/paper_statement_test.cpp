#include "harness/judge/rules/paper/paper_statement.h"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(PaperStatement, WhatIsNotMeasuredFailsAndBoundsGoIntoTheTolerance) {
  EXPECT_EQ(no_number("steps").verdict, Verdict::kFail);
  EXPECT_FALSE(no_number("steps").compared);
  EXPECT_EQ(with_bound(pass_or_fail(true, 1, "r"), "min", 5.0, "why").tolerance,
            Json({{"min", 5.0}, {"reason", "why"}}));
  EXPECT_EQ(percent(0.1234), "12.3 %");
}

template <Record R>
void add_names(std::span<const PaperRule<R>> rules, std::vector<std::string>& names) {
  for (const auto& rule : rules) {
    const std::string id = rule.statement.id;
    EXPECT_EQ(std::count(names.begin(), names.end(), id), 0) << id;
    EXPECT_LE(id.size(), 18u) << "cut off in the table";
    names.push_back(id);
  }
}

TEST(PaperStatement, EveryStatementHasItsOwnName) {
  std::vector<std::string> names;
  add_names(master_weights_statements(), names);
  add_names(loss_scaling_statements(), names);
  add_names(accumulation_statements(), names);
  add_names(overflow_statements(), names);
  EXPECT_EQ(names.size(), 19u);
}

}  // namespace
}  // namespace harness

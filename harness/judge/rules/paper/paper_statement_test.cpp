#include "harness/judge/rules/paper/paper_statement.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace harness {
namespace {

TEST(PaperStatement, WhatIsNotThereIsNoNumberAndFails) {
  const Json measured = {{"a", {{"b", 2.5}, {"c", "text"}}}};
  EXPECT_EQ(must(measured, {"a", "b"}), 2.5);
  EXPECT_TRUE(std::isnan(must(measured, {"a", "c"})));
  EXPECT_TRUE(std::isnan(must(measured, {"b"})));
  EXPECT_EQ(no_number("steps").verdict, Verdict::kFail);
  EXPECT_EQ(no_number("steps").reason, "expected steps, found none or no number");
  EXPECT_EQ(with_bound(compared(true, 1, "r"), "min", 5.0, "why").tolerance,
            Json({{"min", 5.0}, {"reason", "why"}}));
  EXPECT_EQ(percent(0.1234), "12.3 %");
}

TEST(PaperStatement, EveryStatementHasItsOwnName) {
  std::vector<std::string> names;
  for (const auto statements : {master_weights_statements(), loss_scaling_statements(),
                                accumulation_statements(), overflow_statements()}) {
    for (const auto& statement : statements) {
      EXPECT_EQ(std::count(names.begin(), names.end(), statement.id), 0) << statement.id;
      EXPECT_LE(std::string(statement.id).size(), 18u) << "cut off in the table";
      names.emplace_back(statement.id);
    }
  }
  EXPECT_EQ(names.size(), 19u);
}

}  // namespace
}  // namespace harness

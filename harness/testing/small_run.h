#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "harness/base/file.h"
#include "harness/base/json.h"
#include "harness/testing/child_process.h"

namespace harness {

/// For tests: real runs of the product that take seconds: one row of the mini zoo, trained for a
/// few iterations.
inline constexpr const char* kSmallRow = "fcn_r50w8-d8_64x128_600_fp16_scenes";

/// suites/minizoo.json with that row alone, its whole schedule shortened, and places that hold from
/// any folder. `arithmetic`: another one for the row, unless null.
inline Json small_suite(std::int64_t iterations, const Json& arithmetic = nullptr) {
  Json suite = read_json_file("suites/minizoo.json");
  const auto absolute = [](Json& place) {
    place = std::filesystem::absolute("suites/" + place.get<std::string>()).lexically_normal();
  };
  absolute(suite.at("data").at("root"));
  Json row;
  for (const auto& candidate : suite.at("rows")) {
    if (candidate.at("id") == kSmallRow) row = candidate;
  }
  for (const auto* file : {"checkpoint", "log", "config"}) absolute(row.at(file).at("url"));
  row.at("recipe")["iterations"] = iterations;
  if (!arithmetic.is_null()) row["arithmetic"] = arithmetic;
  suite["rows"] = Json::array({row});
  return suite;
}

/// Runs the command and expects it to end with an exit code of a run that was judged: 0, 1 or 3.
inline void expect_judged(std::vector<std::string> arguments) {
  const int status = wait_for(start_halfproof(std::move(arguments)));
  EXPECT_TRUE(ended_with(status, 0) || ended_with(status, 1) || ended_with(status, 3))
      << "status of wait(2): " << status;
}

}  // namespace harness

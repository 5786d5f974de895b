#pragma once

#include "harness/base/json.h"
#include "harness/table/suite.h"

namespace harness {

/// For tests: the part of a job that all kinds have, as the command writes it.
inline Json row_job_for_tests() {
  const Suite suite = read_suite("suites/minizoo.json");
  return {{"suite", "minizoo"},
          {"row", to_json(suite.rows.front())},
          {"data", {{"root", "/data"}, {"split", "val"}, {"height", 128}, {"width", 256}}},
          {"checkpoint", "a.pth"},
          {"device", "cpu"},
          {"threads", 2},
          {"out", "out"},
          {"argv", {"halfproof", "run"}}};
}

}  // namespace harness

#pragma once

#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "harness/checkpoint/checkpoint.h"
#include "harness/network/model_builder.h"
#include "harness/network/tensor_bridge.h"
#include "harness/openmmlab/python_config.h"
#include "harness/table/model_spec.h"
#include "harness/table/suite.h"

namespace harness {

/// One row of the mini zoo with what the reference computed for it, for tests.
struct MinizooRow {
  std::string golden;  ///< "fcn_fp16": the stem of its files under fixtures/minizoo/goldens/eval.
  Row row;
  std::string checkpoint;

  /// Whether it was trained in FP16. The reference evaluated only these in FP16, and only the
  /// others with six scales and flipping.
  bool is_half() const { return golden.ends_with("_fp16"); }

  ModelSpec spec() const {
    const Json config = parse_python_config(
        Checkpoint::open(checkpoint).meta().at("config").get<std::string>(), golden);
    return resolve_model(row, config.at("model"));
  }
  models::EncoderDecoder model(Policy policy) const {
    return build_model(spec(), to_torch(Checkpoint::open(checkpoint).state_dict()), policy,
                       torch::kCPU);
  }
};

/// All eight: four methods, FP16 and FP32.
inline std::vector<MinizooRow> minizoo_rows() {
  std::vector<MinizooRow> rows;
  for (const auto* name : {"minizoo", "minizoo_fp32"}) {
    const Suite suite = read_suite("suites/" + std::string(name) + ".json");
    for (const auto& row : suite.rows) {
      const bool half = computes_in_half(row.policy());
      rows.push_back({row.id.substr(0, row.id.find('_')) + (half ? "_fp16" : "_fp32"), row,
                      (suite.folder / row.checkpoint).string()});
    }
  }
  return rows;
}

/// The four that were trained in FP16, or the four that were not.
inline std::vector<MinizooRow> minizoo_rows(bool half) {
  auto rows = minizoo_rows();
  std::erase_if(rows, [half](const MinizooRow& row) { return row.is_half() != half; });
  return rows;
}

/// The row of this name: "fcn_fp16".
inline MinizooRow minizoo_row(std::string_view golden) {
  for (const auto& row : minizoo_rows()) {
    if (row.golden == golden) return row;
  }
  throw std::out_of_range("the mini zoo has no row " + std::string(golden));
}

/// For test names.
inline void PrintTo(const MinizooRow& row, std::ostream* out) {
  *out << row.golden;
}

}  // namespace harness

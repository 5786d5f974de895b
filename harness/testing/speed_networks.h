#pragma once

#include <memory>
#include <string>

#include "harness/network/drawn_model.h"
#include "harness/speed/timed_network.h"

namespace harness {

/// For tests: a network small enough to be timed in milliseconds on a CPU.
inline ModelSpec small_spec(const std::string& method = "FCN") {
  Row row;
  row.id = method;
  row.method = method;
  row.model = {{"decode_head", {{"channels", 16}}},
               {"auxiliary_head", {{"channels", 8}}},
               {"backbone", {{"depth", 50}, {"base_channels", 8}, {"stem_channels", 8}}}};
  return resolve_model(row, Json());
}

inline std::unique_ptr<TimedNetwork> small_network(const std::string& precision,
                                                   Layout layout = Layout::kContiguous,
                                                   const std::string& method = "FCN") {
  const ModelSpec spec = small_spec(method);
  return std::make_unique<TimedNetwork>(precision, spec, drawn_weights(spec, 1), torch::kCPU,
                                        layout);
}

}  // namespace harness

#pragma once

#include <string>
#include <vector>

#include <torch/serialize.h>
#include <torch/types.h>

#include "harness/base/file.h"

namespace harness {

/// For tests: the tensors of a file that PyTorch wrote as a dict of names and tensors.
inline c10::Dict<c10::IValue, c10::IValue> read_golden_tensors(const std::string& path) {
  const auto bytes = read_file(path);
  return torch::pickle_load(std::vector<char>(bytes.begin(), bytes.end())).toGenericDict();
}

}  // namespace harness

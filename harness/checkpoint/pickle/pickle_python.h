#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/checkpoint/pickle/python_value.h"
#include "harness/checkpoint/pickle/stored_pickle.h"

namespace harness {

/// What a file holds, as values that can be written again: the same types, keys, order, views of
/// the same storages. A numpy scalar becomes the number it holds, which is what
/// torch.load(weights_only=True) would refuse to make of it otherwise; `changed` lists its path.
struct RewritableValue {
  PythonValue value;
  std::vector<std::string> changed;   ///< "meta.best_miou: numpy scalar written as a number".
  std::vector<std::string> left_out;  ///< Top-level keys that were asked to be left out and found.
};

/// stored: has to outlive the result, and so has the file. subject: its path, for messages.
/// left_out: keys of the top-level dict to pass over.
/// Throws Error(kInvalidFile), with the path within the file, for a value of a class that is not
/// known, a bare storage, an integer beyond 64 bits, containers that hold themselves or repeat each
/// other out of proportion.
RewritableValue to_python_value(const StoredPickle& stored, std::string_view subject,
                                const std::vector<std::string>& left_out = {});

}  // namespace harness

#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "harness/base/error.h"
#include "harness/checkpoint/pickle/pickle_json.h"
#include "harness/checkpoint/pickle/unpickler.h"

namespace harness {

/// What reading says: the error, or one of the code kUsage when nothing was refused.
inline Error outcome(const std::string& pickle) {
  // Exactly as long as the pickle, so that a sanitizer sees what is read behind it.
  const auto view = std::as_bytes(std::span(pickle));
  const std::vector<std::byte> bytes(view.begin(), view.end());
  try {
    const Unpickled unpickled = unpickle(bytes, "x.pth");
    PickleToJson(unpickled.tree, "x.pth").convert(unpickled.tree.root, "");
  } catch (const Error& error) {
    return error;
  }
  return {ErrorCode::kUsage, "", "nothing was refused"};
}

}  // namespace harness

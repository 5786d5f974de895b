#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "harness/checkpoint/pickle/pickle_value.h"

namespace harness {

struct Unpickled {
  PickleTree tree;       ///< Refers to the bytes it was read from.
  std::size_t size = 0;  ///< Bytes that the pickle took: what follows is not its own.
};

/// Reads one pickle (protocols 0 to 5) as data: nothing is imported, nothing is called.
///
/// bytes: begin with the pickle; may go on after it. They have to outlive the tree.
/// subject: the file, for messages. origin: where `bytes` begins in it.
///
/// What Python would run that is not known to be harmless is listed in the tree's `code`.
///
/// Throws Error(kInvalidFile) for bytes that end too soon, a stack that does not fit, a tensor
/// outside its storage, more values than PickleTree allows; Error(kUnsafePickle) instead where code
/// was named before that place.
Unpickled unpickle(std::span<const std::byte> bytes, std::string_view subject,
                   std::size_t origin = 0);

}  // namespace harness

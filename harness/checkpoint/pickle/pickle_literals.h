#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/checkpoint/byte_cursor.h"
#include "harness/checkpoint/pickle/pickle_opcodes.h"
#include "harness/checkpoint/pickle/pickle_value.h"

namespace harness {

/// Reads the number, text or bytes that an opcode carries with it and adds it to the tree.
/// Nothing for an opcode that carries none. Throws Error(kInvalidFile) by the cursor when bytes are
/// missing and std::invalid_argument when what is there is no number or no quoted text.
std::optional<ValueId> read_literal(Opcode opcode, ByteCursor& cursor, PickleTree& tree);

}  // namespace harness

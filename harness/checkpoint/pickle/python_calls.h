#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/checkpoint/pickle/pickle_value.h"

namespace harness {

/// Whether a call of one of the functions of Python's library that pickle writes (roles kLogger to
/// kTypeAlias) does no more, with these arguments, than make what was pickled:
///
/// - logging.getLogger(name): looks a logger up by a text.
/// - array.array(type, numbers), array._array_reconstructor(array.array, type, code, bytes).
/// - time.struct_time(items, dict) keeps both.
/// - random.Random(seed): of a plain value.
/// - ZoneInfo._unpickle(key, flag): reads a table of a time zone below a folder of the system, for
/// a
///   key of plain letters, which cannot lead out of it.
/// - operator.getitem(typing.X, types) and types.GenericAlias(class, types). Of anything but a name
///   of `typing`, getitem calls what the file holds; of a text, `typing` compiles it.
///
/// Left out on purpose, so that they stay unknown code: operator.attrgetter and functools.reduce
/// (`int | None`), whose objects and calls lead from any object to any code; quantised layers,
/// whose states call back into PyTorch; default_collate, which calls the class of what it is given.
bool is_harmless_call(const PickleTree& tree, ValueId callable, ValueId arguments);

/// Whether an object's state is one that its class takes without more: a logger's changes the whole
/// program's, random.Random computes with what it is given.
bool is_harmless_state(const PickleTree& tree, ValueId object, ValueId state);

/// The numbers of range(...), which is how list(range(3)) pickles; nothing for what is no range of
/// integers, or one of more than 65,536.
std::optional<std::vector<std::int64_t>> integers_of_range(const PickleTree& tree, ValueId value);

/// What bytes(3) and bytes([1, 2]) make; nothing for other values, numbers that are no bytes, and
/// more than 1 MiB.
std::optional<std::string> bytes_of_numbers(const PickleTree& tree, ValueId value);

}  // namespace harness

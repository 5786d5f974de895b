#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/checkpoint/pickle/pickle_value.h"

namespace harness {

/// A value that is to be converted under this name.
using NamedValue = std::pair<std::string, ValueId>;

/// Where the weights of a model stand in what was saved. Everybody calls the place otherwise:
/// "state_dict", "model", "module", "net", "ema_state_dict", one in the other, or no name at all.
struct StateDictPlace {
  std::string path;              ///< "state_dict", "model.state_dict"; "" for the file itself.
  ValueId container = kNoValue;  ///< The dict that holds them; kNoValue where that is the root, and
                                 ///< for a module that was saved whole.
  /// Names as in the model's state_dict(), in file order. Where the root holds them, its entries
  /// without a tensor, the state of an optimizer, of a random generator, ... are not among them.
  std::vector<NamedValue> weights;
  /// The states of optimizers within the container, by names as of weights: they are none.
  std::vector<NamedValue> optimizers;
};

/// Throws std::length_error for modules that hold each other out of proportion to the pickle,
/// std::invalid_argument for a `state_dict` that is a number, a text, ...
StateDictPlace find_state_dict(const PickleTree& tree);

/// Dotted paths of what is the state of an optimizer, under any key, as a dict, a list of them or
/// an object; None and what is empty are none. Nothing of it counts twice: no path is within
/// another. "" is the file itself.
std::vector<std::string> find_optimizers(const PickleTree& tree);

/// The value of a key in a dict, the last one as in Python; kNoValue where there is none.
ValueId find_key(const PickleTree& tree, ValueId dict, std::string_view key);

}  // namespace harness

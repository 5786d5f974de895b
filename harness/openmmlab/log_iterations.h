#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "harness/openmmlab/training_log.h"

namespace harness {

/// Gives every line of `log` the training iteration that it is of, and remarks restarts.
///
/// train_lines_before: for each validation line, how many training lines stand before it.
/// subject: of messages about the config in the first line.
void place_iterations(TrainingLog& log, const std::vector<std::size_t>& train_lines_before,
                      std::string_view subject);

}  // namespace harness

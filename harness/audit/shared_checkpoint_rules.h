#pragma once

#include <vector>

#include "harness/record/contradiction.h"
#include "harness/table/suite.h"

namespace harness {

/// Rule shared: two rows that link one checkpoint, in one arithmetic, and print different mIoUs for
/// it, on the same data sets as far as they are named. One of the links, or of the numbers, is
/// another row's.
std::vector<Contradiction> audit_shared_checkpoints(const Suite& suite);

}  // namespace harness

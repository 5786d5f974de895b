#pragma once

namespace harness {

/// From `low` to `high`, in the unit of what it is an interval of.
struct Interval {
  double low = 0.0;
  double high = 0.0;
};

}  // namespace harness

#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "harness/history/change_points.h"
#include "harness/history/history.h"
#include "harness/history/noise.h"

namespace harness {

/// The measurements of a time line and what they say. A point counts where its claim was measured
/// as a finite number, and measured anew: a result that a run kept from an earlier one says nothing
/// of noise.
struct TimeLine {
  std::vector<double> values;
  std::vector<std::size_t> places;  ///< Of each value, its index among the points.
  Noise noise;
  /// Changes of the level: find_change_points(), or, of a number that repeats exactly, each point
  /// that differs from the one before it.
  std::vector<ChangePoint> changes;
  std::size_t level_since = 0;  ///< Index of the present level's first value.
  double level = 0.0;           ///< Median of the values since; NaN where there are none.
};

TimeLine time_line_of(const std::vector<TimePoint>& points);

/// A number that is not where it was.
struct Move {
  double level = 0.0;  ///< Where it was: the median of the level before.
  double now = 0.0;
  double allowed = 0.0;  ///< largest_quiet_move().
  /// Index among the points of the first that is beyond the noise like the last one is, without a
  /// point between them that is not: the last one itself where it moved just now.
  std::size_t since = 0;
};

/// What the newest measurement says.
struct Newest {
  bool is_measured = false;     ///< The last point is a measurement, and not the first.
  bool is_noise_known = false;  ///< There were enough points before it.
  /// Set when it is beyond the noise of those before; and, of a number that repeats exactly, until
  /// its new level has as many points as any other's (ChangePointSearch::shortest).
  std::optional<Move> move;
};

Newest newest_of(const std::vector<TimePoint>& points);

/// Index of the point since which all have the verdict of the last one. 0 for no points.
std::size_t same_verdict_since(const std::vector<TimePoint>& points);

}  // namespace harness

#include "harness/history/time_line.h"

#include <cmath>
#include <limits>
#include <set>
#include <span>
#include <string>

#include "harness/base/statistics/median.h"

namespace harness {
namespace {

std::vector<ChangePoint> every_change(const std::vector<double>& values) {
  std::vector<ChangePoint> changes;
  for (std::size_t i = 1; i < values.size(); ++i) {
    if (values[i] != values[i - 1]) changes.push_back({i, 0.0});
  }
  return changes;
}

/// Everything but values and places.
void complete(TimeLine& line) {
  line.noise = noise_of(line.values);
  line.changes = line.noise.sd == 0.0 ? every_change(line.values) : find_change_points(line.values);
  line.level_since = line.changes.empty() ? 0 : line.changes.back().at;
  const auto level = std::span(line.values).subspan(line.level_since);
  line.level = median({level.begin(), level.end()});
}

/// A number that repeats exactly stands on its new level at once. It is still told for as long as
/// no other number could have a level that is as short.
std::optional<Move> young_level(const TimeLine& before, double now) {
  const std::size_t points = before.values.size() - before.level_since;
  if (before.noise.sd != 0.0 || before.level_since == 0 || points >= ChangePointSearch{}.shortest) {
    return std::nullopt;
  }
  return Move{before.values[before.level_since - 1], now, 0.0, before.places[before.level_since]};
}

TimeLine measured_of(const std::vector<TimePoint>& points) {
  TimeLine line;
  std::set<std::string> sources;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const auto& [record, source] = points[i].verdict;
    if (!record.measured.is_number()) continue;
    const double value = record.measured.get<double>();
    const bool is_anew = source.empty() || sources.insert(source).second;
    if (!std::isfinite(value) || !is_anew) continue;
    line.values.push_back(value);
    line.places.push_back(i);
  }
  return line;
}

}  // namespace

TimeLine time_line_of(const std::vector<TimePoint>& points) {
  TimeLine line = measured_of(points);
  complete(line);
  return line;
}

Newest newest_of(const std::vector<TimePoint>& points) {
  TimeLine before = measured_of(points);
  if (before.values.size() < 2 || before.places.back() + 1 != points.size()) return {};
  const double now = before.values.back();
  before.values.pop_back();
  complete(before);
  Newest newest;
  newest.is_measured = true;
  newest.is_noise_known = !std::isnan(before.noise.sd);
  const std::size_t level_points = before.values.size() - before.level_since;
  const double allowed = largest_quiet_move(before.noise, level_points);
  const auto is_beyond = [&](double value) {
    const bool same_side = std::signbit(value - before.level) == std::signbit(now - before.level);
    return std::abs(value - before.level) > allowed && same_side;
  };
  if (!newest.is_noise_known) return newest;
  if (!is_beyond(now)) {
    newest.move = young_level(before, now);
    return newest;
  }
  std::size_t since = before.values.size();
  while (since > before.level_since && is_beyond(before.values[since - 1])) --since;
  newest.move = Move{before.level, now, allowed, before.places[since]};
  return newest;
}

std::size_t same_verdict_since(const std::vector<TimePoint>& points) {
  if (points.empty()) return 0;
  std::size_t since = points.size() - 1;
  const auto verdict = points.back().verdict.record.verdict;
  while (since > 0 && points[since - 1].verdict.record.verdict == verdict) --since;
  return since;
}

}  // namespace harness

// How often change points are found in drawn series: false alarms in quiet ones, detections of
// steps, and what drifts and outliers do. Also of the newest point alone (time_line.h).
//
//   change_points_bench [SERIES]           1000 of each kind by default; exit code 1 when false
//                                          alarms are more than stated
//   change_points_bench SERIES --print     the same series, a line each: kind, then points; for
//                                          change_points_bench.py, which gives them to Apache Otava
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "harness/base/statistics/median.h"
#include "harness/history/change_points.h"
#include "harness/history/noise.h"
#include "harness/testing/synthetic_series.h"

namespace {
using harness::SyntheticSeries;

constexpr double kStatedFalseAlarms = 0.01;

struct Kind {
  std::string name;
  bool is_quiet = false;
  std::size_t step_at = 0;  // 0: none.
  std::function<std::vector<double>(SyntheticSeries&)> draw;
};

std::vector<Kind> kinds() {
  std::vector<Kind> all;
  for (const std::size_t points : {10, 20, 50, 100}) {
    for (const int step : {0, 1, 2, 3}) {
      const std::size_t at = points / 2;
      all.push_back({std::to_string(points) + "_points_step_" + std::to_string(step), step == 0,
                     step == 0 ? 0 : at,
                     [=](SyntheticSeries& draw) { return draw.stepped(points, at, step); }});
    }
  }
  for (const int step : {2, 3, 5}) {
    all.push_back({"30_points_last_5_step_" + std::to_string(step), false, 25,
                   [=](SyntheticSeries& draw) { return draw.stepped(30, 25, step); }});
  }
  for (const int height : {2, 3}) {
    all.push_back({"40_points_bump_of_10_height_" + std::to_string(height), false, 15,
                   [=](SyntheticSeries& draw) {
                     auto series = draw.stepped(40, 15, height);
                     for (std::size_t i = 25; i < 40; ++i) series[i] -= height;
                     return series;
                   }});
  }
  all.push_back({"50_points_drift_2", false, 0,
                 [](SyntheticSeries& draw) { return draw.drifting(50, 2.0); }});
  all.push_back({"50_points_outliers_5_percent", true, 0,
                 [](SyntheticSeries& draw) { return draw.with_outliers(50, 0.05); }});
  return all;
}

struct Tally {
  int any = 0;   // Series with a change point.
  int near = 0;  // With one within two points of the step.
  double points = 0.0;
};

bool is_near(const std::vector<harness::ChangePoint>& found, std::size_t at) {
  for (const auto& point : found) {
    if (point.at + 2 >= at && point.at <= at + 2) return true;
  }
  return false;
}

Tally tally_of(const Kind& kind, int series, bool print) {
  Tally tally;
  for (int i = 0; i < series; ++i) {
    SyntheticSeries draw(static_cast<unsigned>(i));
    const auto values = kind.draw(draw);
    if (print) {
      std::printf("%s %zu", kind.name.c_str(), kind.step_at);
      for (const double value : values) std::printf(" %.17g", value);
      std::printf("\n");
      continue;
    }
    const auto found = harness::find_change_points(values);
    tally.any += found.empty() ? 0 : 1;
    tally.near += kind.step_at > 0 && is_near(found, kind.step_at) ? 1 : 0;
    tally.points += static_cast<double>(found.size());
  }
  return tally;
}

/// Of as many series: how many newest points are beyond the noise of those before.
int beyond_noise(int series, std::size_t points, double step) {
  int beyond = 0;
  for (int i = 0; i < series; ++i) {
    SyntheticSeries draw(static_cast<unsigned>(i));
    auto values = draw.stepped(points + 1, points, step);
    const double now = values.back();
    values.pop_back();
    const double level = harness::median(values);
    const double allowed = harness::largest_quiet_move(harness::noise_of(values), points);
    beyond += std::abs(now - level) > allowed ? 1 : 0;
  }
  return beyond;
}

void print_newest(int series) {
  std::printf("\nnewest point beyond the noise, of %d series, by its step in sd\n", series);
  std::printf("%-10s %6s %6s %6s %6s %6s\n", "points", "0", "2", "3", "5", "8");
  for (const std::size_t points : {8, 10, 15, 20, 30, 50, 100}) {
    std::printf("%-10zu", points);
    for (const int step : {0, 2, 3, 5, 8}) std::printf(" %6d", beyond_noise(series, points, step));
    std::printf("\n");
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int series = argc > 1 ? std::atoi(argv[1]) : 1000;
  const bool print = argc > 2 && std::string(argv[2]) == "--print";
  // More than four standard deviations above what is stated.
  const double stated = kStatedFalseAlarms * series;
  const double most = stated + 4.0 * std::sqrt(stated) + 1.0;
  bool too_many = false;
  if (!print) std::printf("%-30s %8s %8s %8s\n", "of 1000 series", "any", "at step", "points");
  for (const auto& kind : kinds()) {
    const Tally tally = tally_of(kind, series, print);
    if (print) continue;
    const double scale = 1000.0 / series;
    std::printf("%-30s %8.1f %8.1f %8.1f\n", kind.name.c_str(), scale * tally.any,
                scale * tally.near, scale * tally.points);
    std::fflush(stdout);
    too_many = too_many || (kind.is_quiet && tally.any > most);
  }
  if (!print) print_newest(10 * series);
  return too_many ? 1 : 0;
}

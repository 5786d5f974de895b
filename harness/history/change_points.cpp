#include "harness/history/change_points.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>

namespace harness {
namespace {

constexpr std::uint64_t kSeed = 20140101;

/// The best division of one part.
struct Division {
  double q = 0.0;  ///< Not above 0: there is none.
  std::size_t at = 0;
};

/// A part of the series: points [begin, end).
struct Part {
  std::size_t begin = 0;
  std::size_t end = 0;
  Division best;
};

/// Mean of the distances of all pairs among `n` points.
double mean_within(double sum, double n) {
  return sum / (n * (n - 1.0) / 2.0);
}

/// Looks for the division (tau, kappa) with the largest Q, where X is the first tau points of a
/// part and Y those from tau to kappa: equation (7) of the paper.
class Divider {
 public:
  explicit Divider(std::size_t shortest) : shortest_(std::max<std::size_t>(shortest, 2)) {}

  Division divide(std::span<const double> points) {
    within_.assign(points.size() + 1, 0.0);
    from_start_.assign(points.size() + 1, 0.0);
    Division best;
    for (std::size_t kappa = 1; kappa <= points.size(); ++kappa) {
      take_in(points, kappa - 1);
      from_start_[kappa] = within_[0];
      for (std::size_t tau = shortest_; tau + shortest_ <= kappa; ++tau) {
        const double q = distance(tau, kappa);
        if (q > best.q) best = {q, tau};
      }
    }
    return best;
  }

 private:
  /// Adds point `last` to the sums of distances within [a, last), for each a.
  void take_in(std::span<const double> points, std::size_t last) {
    double to_last = 0.0;
    for (std::size_t a = last; a-- > 0;) {
      to_last += std::abs(points[a] - points[last]);
      within_[a] += to_last;
    }
  }

  double distance(std::size_t tau, std::size_t kappa) const {
    const auto n = static_cast<double>(tau);
    const auto m = static_cast<double>(kappa - tau);
    const double within_x = from_start_[tau];
    const double within_y = within_[tau];
    const double between = from_start_[kappa] - within_x - within_y;
    const double energy =
        2.0 * between / (n * m) - mean_within(within_x, n) - mean_within(within_y, m);
    return n * m / (n + m) * energy;
  }

  std::size_t shortest_;
  std::vector<double> within_;      ///< By a: sum over pairs in [a, kappa).
  std::vector<double> from_start_;  ///< By kappa: sum over pairs in [0, kappa).
};

class Search {
 public:
  Search(std::span<const double> series, const ChangePointSearch& search)
      : points_(series.begin(), series.end()), search_(search), divider_(search.shortest) {
    parts_.push_back(whole(0, points_.size()));
  }

  std::vector<ChangePoint> run() {
    std::vector<ChangePoint> found;
    for (;;) {
      const auto part = std::ranges::max_element(
          parts_, [](const Part& a, const Part& b) { return a.best.q < b.best.q; });
      if (part->best.q <= 0.0) break;
      const double p = p_value(part->best.q);
      if (p > search_.false_alarms) break;
      const std::size_t at = part->begin + part->best.at;
      found.push_back({at, p});
      const Part right = whole(at, part->end);
      *part = whole(part->begin, at);
      parts_.push_back(right);
    }
    std::ranges::sort(found, {}, &ChangePoint::at);
    return found;
  }

 private:
  Part whole(std::size_t begin, std::size_t end) {
    return {begin, end, divider_.divide(std::span(points_).subspan(begin, end - begin))};
  }

  /// 1 as soon as it must be above the limit.
  double p_value(double q) {
    const auto draws = static_cast<double>(search_.permutations);
    double larger = 0.0;
    for (int draw = 0; draw < search_.permutations; ++draw) {
      if (largest_when_permuted() >= q) larger += 1.0;
      if ((1.0 + larger) / (1.0 + draws) > search_.false_alarms) return 1.0;
    }
    return (1.0 + larger) / (1.0 + draws);
  }

  double largest_when_permuted() {
    double largest = 0.0;
    for (const auto& part : parts_) {
      permuted_.assign(points_.begin() + static_cast<std::ptrdiff_t>(part.begin),
                       points_.begin() + static_cast<std::ptrdiff_t>(part.end));
      // Fisher and Yates; std::shuffle is not the same with every library. The remainder favours
      // small numbers by less than 2^-57.
      for (std::size_t left = permuted_.size(); left > 1; --left) {
        std::swap(permuted_[left - 1], permuted_[engine_() % left]);
      }
      largest = std::max(largest, divider_.divide(permuted_).q);
    }
    return largest;
  }

  std::vector<double> points_;
  ChangePointSearch search_;
  Divider divider_;
  std::vector<Part> parts_;
  std::vector<double> permuted_;
  std::mt19937_64 engine_{kSeed};
};

bool has_two_values(std::span<const double> series) {
  return std::ranges::any_of(series, [&](double value) { return value != series.front(); });
}

}  // namespace

std::vector<ChangePoint> find_change_points(std::span<const double> series,
                                            const ChangePointSearch& search) {
  const std::size_t left_out = series.size() - std::min(series.size(), search.longest);
  const auto last = series.subspan(left_out);
  const bool finite = std::ranges::all_of(last, [](double value) { return std::isfinite(value); });
  if (last.size() < 2 * search.shortest || !finite || !has_two_values(last)) return {};
  auto found = Search(last, search).run();
  for (auto& point : found) point.at += left_out;
  return found;
}

}  // namespace harness

#include "harness/openmmlab/poly_schedule.h"

#include <cmath>

namespace harness {

double PolySchedule::at(std::int64_t iteration) const {
  if (iteration >= iterations) return min_lr;
  const double left = 1.0 - static_cast<double>(iteration) / static_cast<double>(iterations);
  return (base_lr - min_lr) * std::pow(left, power) + min_lr;
}

}  // namespace harness

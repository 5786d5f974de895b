#include "harness/judge/statistics/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace harness {
namespace {

constexpr std::size_t kCountsPerImage = 4;

/// Counts of all images, packed as [image][count][class].
struct CountTable {
  std::size_t images = 0;
  std::size_t classes = 0;
  std::vector<double> values;

  std::size_t stride() const { return kCountsPerImage * classes; }
};

bool append_counts(const PairedCounts& image, CountTable& table) {
  for (const auto* counts :
       {&image.intersect, &image.unite, &image.intersect_reference, &image.unite_reference}) {
    if (counts->size() != table.classes) return false;
    for (const auto count : *counts) {
      if (count < 0) return false;
      table.values.push_back(static_cast<double>(count));
    }
  }
  return true;
}

std::optional<CountTable> table_of(const std::vector<PairedCounts>& per_image) {
  if (per_image.size() < 2 || per_image.front().intersect.empty()) return std::nullopt;
  CountTable table;
  table.images = per_image.size();
  table.classes = per_image.front().intersect.size();
  for (const auto& image : per_image) {
    if (!append_counts(image, table)) return std::nullopt;
  }
  return table;
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014) over a counter.
std::uint64_t random_bits(std::uint64_t counter) {
  std::uint64_t z = (counter + 1) * 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

std::size_t draw(std::uint64_t counter, std::size_t below) {
  // The top 53 bits as a fraction: with fewer than 2^31 images the bias is under 2^-22.
  const double fraction = static_cast<double>(random_bits(counter) >> 11) * 0x1p-53;
  return std::min(below - 1, static_cast<std::size_t>(fraction * static_cast<double>(below)));
}

double mean_iou(const double* intersect, const double* whole, std::size_t classes) {
  double sum = 0.0;
  std::size_t present = 0;
  for (std::size_t c = 0; c < classes; ++c) {
    if (!(whole[c] > 0.0)) continue;
    sum += intersect[c] / whole[c];
    ++present;
  }
  return 100.0 * sum / static_cast<double>(present);
}

double difference_of(const std::vector<double>& sums, std::size_t classes) {
  const double* base = sums.data();
  return mean_iou(base, base + classes, classes) -
         mean_iou(base + 2 * classes, base + 3 * classes, classes);
}

double quantile(const std::vector<double>& sorted, double probability) {
  const double place = probability * static_cast<double>(sorted.size() - 1);
  const auto lower = static_cast<std::size_t>(place);
  const auto upper = std::min(lower + 1, sorted.size() - 1);
  const double part = place - static_cast<double>(lower);
  return sorted[lower] + part * (sorted[upper] - sorted[lower]);
}

}  // namespace

std::optional<BootstrapInterval> bootstrap_difference(const std::vector<PairedCounts>& per_image,
                                                      int resamples, std::uint64_t seed) {
  const auto table = table_of(per_image);
  if (!table || resamples < 1) return std::nullopt;
  std::vector<double> differences;
  std::vector<double> sums(table->stride());
  std::uint64_t counter = random_bits(seed);
  for (int resample = 0; resample < resamples; ++resample) {
    std::fill(sums.begin(), sums.end(), 0.0);
    for (std::size_t i = 0; i < table->images; ++i) {
      const double* image = &table->values[draw(counter++, table->images) * table->stride()];
      for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += image[k];
    }
    const double difference = difference_of(sums, table->classes);
    // Only ignored pixels were drawn: such a set of images has no mIoU.
    if (std::isfinite(difference)) differences.push_back(difference);
  }
  if (differences.empty()) return std::nullopt;
  std::sort(differences.begin(), differences.end());
  return BootstrapInterval{quantile(differences, 0.025), quantile(differences, 0.975),
                           static_cast<std::int64_t>(table->images),
                           static_cast<int>(differences.size())};
}

}  // namespace harness

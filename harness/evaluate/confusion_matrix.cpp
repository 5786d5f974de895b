#include "harness/evaluate/confusion_matrix.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace harness {
namespace {

constexpr std::size_t kValues = 256;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

double percent(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? kNan : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

double mean_of_numbers(const std::vector<double>& values) {
  double sum = 0.0;
  int numbers = 0;
  for (const double value : values) {
    if (std::isnan(value)) continue;
    sum += value;
    ++numbers;
  }
  return numbers == 0 ? kNan : sum / numbers;
}

// Pixels per (label, prediction) in rows of 256 columns: the classes, then the ignored label, then
// labels out of range. Whatever a byte can be has a cell, so that the loop over pixels tests
// nothing.
std::vector<std::int64_t> tally(std::span<const std::uint8_t> prediction,
                                std::span<const std::uint8_t> label, std::uint8_t ignored,
                                std::size_t classes) {
  std::array<std::uint32_t, kValues> row_of{};
  for (std::size_t value = 0; value < kValues; ++value) {
    const auto row = value == ignored ? classes : value < classes ? value : classes + 1;
    row_of[value] = static_cast<std::uint32_t>(row * kValues);
  }
  // Two tables in turn: neighbours are mostly equal, and one counter would wait for itself.
  std::vector<std::int64_t> even((classes + 2) * kValues);
  std::vector<std::int64_t> odd(even.size());
  std::size_t pixel = 0;
  for (; pixel + 1 < label.size(); pixel += 2) {
    ++even[row_of[label[pixel]] + prediction[pixel]];
    ++odd[row_of[label[pixel + 1]] + prediction[pixel + 1]];
  }
  if (pixel < label.size()) ++even[row_of[label[pixel]] + prediction[pixel]];
  for (std::size_t cell = 0; cell < even.size(); ++cell) even[cell] += odd[cell];
  return even;
}

[[noreturn]] void throw_first_bad(std::span<const std::uint8_t> prediction,
                                  std::span<const std::uint8_t> label, std::uint8_t ignored,
                                  std::int64_t num_classes) {
  for (std::size_t pixel = 0; pixel < label.size(); ++pixel) {
    if (label[pixel] == ignored) continue;
    if (label[pixel] < num_classes && prediction[pixel] < num_classes) continue;
    throw std::invalid_argument(
        fmt::format("expected classes 0 to {}, got label {} and prediction {} at pixel {}",
                    num_classes - 1, label[pixel], prediction[pixel], pixel));
  }
  throw std::logic_error("no pixel is out of range");
}

}  // namespace

ConfusionMatrix::ConfusionMatrix(std::int64_t num_classes) : num_classes_(num_classes) {
  if (num_classes < 1 || num_classes > 255) {
    throw std::invalid_argument(fmt::format("expected 1 to 255 classes, got {}", num_classes));
  }
  counts_.resize(static_cast<std::size_t>(num_classes * num_classes));
}

ConfusionMatrix ConfusionMatrix::of_counts(std::int64_t num_classes,
                                           std::vector<std::int64_t> counts) {
  ConfusionMatrix matrix(num_classes);
  const bool negative = std::ranges::any_of(counts, [](auto count) { return count < 0; });
  if (counts.size() != matrix.counts_.size() || negative) {
    throw std::invalid_argument(fmt::format("expected {} counts of at least 0, got {}{}",
                                            matrix.counts_.size(), counts.size(),
                                            negative ? ", some below" : ""));
  }
  matrix.counts_ = std::move(counts);
  return matrix;
}

void ConfusionMatrix::add(std::span<const std::uint8_t> prediction,
                          std::span<const std::uint8_t> label, std::uint8_t ignored) {
  if (prediction.size() != label.size()) {
    throw std::invalid_argument(fmt::format("expected as many predictions as labels, got {} and {}",
                                            prediction.size(), label.size()));
  }
  const auto classes = static_cast<std::size_t>(num_classes_);
  const auto cells = tally(prediction, label, ignored, classes);
  std::vector<std::int64_t> counted(counts_.size());
  std::int64_t bad = 0;
  for (std::size_t cell = 0; cell < cells.size(); ++cell) {
    const auto row = cell / kValues;
    const auto column = cell % kValues;
    if (row < classes && column < classes) {
      counted[row * classes + column] = cells[cell];
    } else if (row != classes) {
      bad += cells[cell];
    }
  }
  if (bad > 0) throw_first_bad(prediction, label, ignored, num_classes_);
  for (std::size_t cell = 0; cell < counts_.size(); ++cell) counts_[cell] += counted[cell];
}

void ConfusionMatrix::merge(const ConfusionMatrix& other) {
  if (other.num_classes_ != num_classes_) {
    throw std::invalid_argument(
        fmt::format("expected {} classes, got {}", num_classes_, other.num_classes_));
  }
  for (std::size_t cell = 0; cell < counts_.size(); ++cell) counts_[cell] += other.counts_[cell];
}

std::int64_t ConfusionMatrix::count(std::int64_t label, std::int64_t prediction) const {
  return counts_.at(static_cast<std::size_t>(label * num_classes_ + prediction));
}

std::int64_t ConfusionMatrix::pixels() const noexcept {
  return std::accumulate(counts_.begin(), counts_.end(), std::int64_t{0});
}

std::vector<std::int64_t> ConfusionMatrix::intersect() const {
  std::vector<std::int64_t> result;
  for (std::int64_t c = 0; c < num_classes_; ++c) result.push_back(count(c, c));
  return result;
}

std::vector<std::int64_t> ConfusionMatrix::unite() const {
  auto result = intersect();
  for (std::int64_t label = 0; label < num_classes_; ++label) {
    for (std::int64_t prediction = 0; prediction < num_classes_; ++prediction) {
      if (label == prediction) continue;
      result[static_cast<std::size_t>(label)] += count(label, prediction);
      result[static_cast<std::size_t>(prediction)] += count(label, prediction);
    }
  }
  return result;
}

std::vector<double> ConfusionMatrix::iou() const {
  const auto both = intersect();
  const auto either = unite();
  std::vector<double> result;
  for (std::size_t c = 0; c < both.size(); ++c) result.push_back(percent(both[c], either[c]));
  return result;
}

std::vector<double> ConfusionMatrix::acc() const {
  std::vector<double> result;
  for (std::int64_t c = 0; c < num_classes_; ++c) {
    const auto row = counts_.begin() + c * num_classes_;
    result.push_back(
        percent(count(c, c), std::accumulate(row, row + num_classes_, std::int64_t{0})));
  }
  return result;
}

double ConfusionMatrix::miou() const {
  return mean_of_numbers(iou());
}

double ConfusionMatrix::macc() const {
  return mean_of_numbers(acc());
}

double ConfusionMatrix::aacc() const {
  const auto both = intersect();
  return percent(std::accumulate(both.begin(), both.end(), std::int64_t{0}), pixels());
}

}  // namespace harness

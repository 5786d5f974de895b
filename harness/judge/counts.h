#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>

namespace harness {

/// What several records' checks of their counts (…_consistency.h) have in common. Each says in
/// words what cannot be, or "".

/// Whether this many things can have been counted: at most 2^52, so that sums of all classes of a
/// matrix, or of the images of a data set, remain exact in a double.
bool is_count(std::int64_t number) noexcept;

/// Sums of doubles in another order differ in their last places: relative, and in percentage
/// points.
inline constexpr double kLastPlaces = 1e-9;
inline constexpr double kLastPoints = 1e-6;

/// Equal, or both NaN.
bool is_same_number(double a, double b) noexcept;

/// The parts exclude each other and are counts, together of no more than the whole.
std::string parts_defect(const std::string& what, std::int64_t whole,
                         std::initializer_list<std::int64_t> parts);

/// Layers or operators by kind and dtype: what is listed was seen at least once.
std::string census_defect(const std::map<std::string, std::map<std::string, std::int64_t>>& census);

/// The first that is not "".
std::string first_of(std::initializer_list<std::string> defects);

}  // namespace harness

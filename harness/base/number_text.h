#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace harness {

/// Numbers and lists as people read them. NaN and infinity are "nan" and "inf".

/// Exactly `digits` digits after the point: fixed_text(76.8, 2) is "76.80".
std::string fixed_text(double value, int digits);

/// A measured number beside a published one: one digit more than was published, and at least two
/// significant ones: measured_text(52.0512, 2) is "52.051", measured_text(0.0123, 0) is "0.012". A
/// whole number beside one that was not rounded (digits < 0) has no point: "600".
std::string measured_text(double value, int published_digits);

/// At most `significant` digits, no trailing zeros, no exponent between 1e-4 and 1e15: "0.055".
std::string short_text(double value, int significant = 4);

/// A count in groups of three: "1,234,567".
std::string count_text(std::int64_t count);

/// A size in binary units with two digits: 1572561 is "1.50 MiB"; below 1024, "502 bytes".
std::string byte_text(double bytes);

/// Share of a whole in percent: "40 %", "0.012 %"; "0 %" for 0 and "-" for an empty whole.
std::string share_text(std::int64_t part, std::int64_t whole);

/// "1 tensor", "3 tensors".
std::string plural(std::int64_t count, const std::string& noun);

/// The first three names, and "..." if there are more: "a, b", "a, b, c, ...".
std::string listing(const std::vector<std::string>& names);

/// "a", "a and b", "a, b and c".
std::string enumeration(const std::vector<std::string>& parts);

}  // namespace harness

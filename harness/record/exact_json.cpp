#include "harness/record/exact_json.h"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "harness/base/error.h"

namespace harness {
namespace {

constexpr const char* kBits = "float64";

Json spelled_out(double value) {
  char digits[17];
  std::snprintf(digits, sizeof digits, "%016llx",
                static_cast<unsigned long long>(std::bit_cast<std::uint64_t>(value)));
  return {{kBits, digits}};
}

double number_of(const Json& bits, std::string_view subject) {
  const std::string digits = bits.is_string() ? bits.get<std::string>() : "";
  std::uint64_t value = 0;
  const auto end = digits.data() + digits.size();
  const auto [stop, failure] = std::from_chars(digits.data(), end, value, 16);
  if (digits.size() != 16 || failure != std::errc() || stop != end) {
    throw Error(ErrorCode::kInvalidJson, subject,
                "float64: expected 16 hexadecimal digits, got " + bits.dump());
  }
  return std::bit_cast<double>(value);
}

/// Replaces, from the leaves up, each value for which `change` has another one.
template <typename Change>
void replace(Json& value, const Change& change) {
  if (value.is_structured()) {
    for (auto& item : value) replace(item, change);
  }
  change(value);
}

}  // namespace

std::string exact_dump(const Json& value) {
  Json written = value;
  replace(written, [](Json& part) {
    if (!part.is_number_float()) return;
    const double number = part.get<double>();
    if (!std::isfinite(number)) part = spelled_out(number);
  });
  return written.dump();
}

Json parse_exact(std::string_view text, std::string_view subject) {
  Json value = parse_json(text, subject);
  replace(value, [subject](Json& part) {
    if (part.is_object() && part.size() == 1 && part.contains(kBits)) {
      part = number_of(part.at(kBits), subject);
    }
  });
  return value;
}

}  // namespace harness

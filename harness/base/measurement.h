#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "harness/base/json.h"

namespace harness {

/// Accessors for optional JSON fields. Measurements were written by another process, perhaps by
/// another version, perhaps truncated: a field that is absent or of another type is "missing",
/// never 0.

/// The value under a path of keys, or a null pointer.
const Json* find_at(const Json& value, std::initializer_list<std::string_view> path);

/// A finite number, else nullopt.
std::optional<double> number_at(const Json& value, std::initializer_list<std::string_view> path);

/// An integer of at least 0, else nullopt.
std::optional<std::int64_t> count_at(const Json& value,
                                     std::initializer_list<std::string_view> path);

/// A text, else "".
std::string text_at(const Json& value, std::initializer_list<std::string_view> path);

/// The first difference of two JSON values, in the order of `a`'s keys: "data.train.type: \"A\"
/// against \"B\"". Empty when they are equal; 1 equals 1.0.
std::string first_difference(const Json& a, const Json& b);

}  // namespace harness

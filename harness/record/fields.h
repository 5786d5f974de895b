#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "harness/base/error.h"
#include "harness/base/json.h"
#include "harness/record/form.h"

namespace harness {

/// The initial value of a measured number: no comparison with it passes.
inline constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();

/// Records and their JSON. A record is a plain struct that names each of its fields once, in a
/// static member that writing and reading share:
///
///   struct ScaleRecord {
///     double first = 0.0;  ///< Loss scale of the first step.
///     template <typename Self, typename Visit>
///     static void fields(Self& self, Visit&& visit) {
///       visit("first", self.first);
///     }
///   };
///
///   Json value = record_to_json(scale);
///   auto scale = record_from_json<ScaleRecord>(value, "train-fp16-seed0.json", "measurements");
///
/// A field is bool, an integer, double, std::string, Json (kept as it is), an enumeration with
/// to_string(E) and read_name(std::string_view, E&) -> bool beside it, another record, or
/// std::optional, std::vector, std::pair (an array of two) and std::map<std::string, T> of these,
/// or LaterField of one.
///
/// JSON's null is an empty optional. A double that is not finite is written as null, and null is
/// read as NaN: a rule that compares it fails. Reading is strict: a key that is missing, unknown or
/// of another type is Error(kInvalidJson) with the key's path, and so is a value that the record
/// says it cannot have (form.h).
template <typename T>
concept Record = std::is_class_v<T> && requires(T& value) {
  T::fields(value, [](std::string_view, auto&) {});
};

/// A field that came later than records that are kept: its key is left out where the value is T(),
/// and a record without the key says just that.
template <typename T>
struct LaterField {
  T value{};
};

template <Record R>
Json record_to_json(const R& record);

template <Record R>
R record_from_json(const Json& value, std::string_view subject, const std::string& path = "");

namespace fields_detail {

template <typename T>
concept Enumeration = std::is_enum_v<T>;

template <typename T>
inline constexpr bool is_optional = false;
template <typename T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <typename T>
inline constexpr bool is_vector = false;
template <typename T>
inline constexpr bool is_vector<std::vector<T>> = true;
template <typename T>
inline constexpr bool is_pair = false;
template <typename A, typename B>
inline constexpr bool is_pair<std::pair<A, B>> = true;
template <typename T>
inline constexpr bool is_map = false;
template <typename T>
inline constexpr bool is_map<std::map<std::string, T>> = true;

template <typename T>
inline constexpr bool is_later = false;
template <typename T>
inline constexpr bool is_later<LaterField<T>> = true;

template <typename T>
Json write(const T& value) {
  if constexpr (is_later<T>) {
    return write(value.value);
  } else if constexpr (Record<T>) {
    return record_to_json(value);
  } else if constexpr (is_optional<T>) {
    return value ? write(*value) : Json();
  } else if constexpr (is_vector<T>) {
    Json list = Json::array();
    for (const auto& item : value) list.push_back(write<typename T::value_type>(item));
    return list;
  } else if constexpr (is_pair<T>) {
    Json pair = Json::array();
    pair.push_back(write(value.first));
    pair.push_back(write(value.second));
    return pair;
  } else if constexpr (is_map<T>) {
    Json object = Json::object();
    for (const auto& [key, item] : value) object[key] = write(item);
    return object;
  } else if constexpr (Enumeration<T>) {
    return std::string(to_string(value));
  } else if constexpr (std::floating_point<T>) {
    return number_or_null(value);
  } else {
    return value;
  }
}

/// Where a value was read from, for messages.
struct Place {
  std::string_view subject;
  std::string path;

  [[noreturn]] void fail(const std::string& detail) const {
    throw Error(ErrorCode::kInvalidJson, subject,
                path.empty() ? detail : fmt::format("{}: {}", path, detail));
  }
  [[noreturn]] void expected(std::string_view what, const Json& value) const {
    fail(fmt::format("expected {}, got {}", what, describe_type(value)));
  }
  Place key(std::string_view name) const {
    return {subject, path.empty() ? std::string(name) : fmt::format("{}.{}", path, name)};
  }
  Place item(std::size_t index) const { return {subject, fmt::format("{}[{}]", path, index)}; }
};

template <typename T>
void read(const Json& value, const Place& place, T& target);

template <Record R>
void read_record(const Json& value, const Place& place, R& target) {
  if (!value.is_object()) place.expected("an object", value);
  std::vector<std::string_view> known;
  R::fields(target, [&](std::string_view key, auto& field) {
    known.push_back(key);
    const auto found = value.find(key);
    if (found == value.end()) {
      if constexpr (is_later<std::remove_reference_t<decltype(field)>>) {
        field.value = {};
        return;
      }
      place.key(key).fail("expected a value, found none");
    }
    read(*found, place.key(key), field);
  });
  for (const auto& [key, item] : value.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      place.key(key).fail("unknown key");
    }
  }
  if constexpr (requires { R::form_defect(target); }) {
    const FieldDefect defect = R::form_defect(target);
    if (!defect.key.empty()) place.key(defect.key).fail(defect.detail);
  }
}

template <typename T>
void read_integer(const Json& value, const Place& place, T& target) {
  if (!value.is_number_integer()) place.expected("an integer", value);
  const bool fits = value.is_number_unsigned() ? std::in_range<T>(value.get<std::uint64_t>())
                                               : std::in_range<T>(value.get<std::int64_t>());
  if (!fits) place.fail(fmt::format("expected an integer in range, got {}", value.dump()));
  target = value.get<T>();
}

template <typename T>
void read_items(const Json& value, const Place& place, std::vector<T>& target) {
  if (!value.is_array()) place.expected("an array", value);
  target.clear();
  for (std::size_t i = 0; i < value.size(); ++i) {
    T item{};
    read(value[i], place.item(i), item);
    target.push_back(std::move(item));
  }
}

template <typename T>
void read_entries(const Json& value, const Place& place, std::map<std::string, T>& target) {
  if (!value.is_object()) place.expected("an object", value);
  target.clear();
  for (const auto& [key, item] : value.items()) read(item, place.key(key), target[key]);
}

template <typename T>
void read(const Json& value, const Place& place, T& target) {
  if constexpr (is_later<T>) {
    read(value, place, target.value);
  } else if constexpr (Record<T>) {
    read_record(value, place, target);
  } else if constexpr (is_optional<T>) {
    target.reset();
    if (!value.is_null()) read(value, place, target.emplace());
  } else if constexpr (is_vector<T>) {
    read_items(value, place, target);
  } else if constexpr (is_pair<T>) {
    if (!value.is_array() || value.size() != 2) place.expected("an array of two", value);
    read(value[0], place.item(0), target.first);
    read(value[1], place.item(1), target.second);
  } else if constexpr (is_map<T>) {
    read_entries(value, place, target);
  } else if constexpr (Enumeration<T>) {
    if (!value.is_string()) place.expected("a name", value);
    if (!read_name(value.get<std::string>(), target)) {
      place.fail(fmt::format("unknown name {}", value.dump()));
    }
  } else if constexpr (std::same_as<T, bool>) {
    if (!value.is_boolean()) place.expected("a boolean", value);
    target = value.get<bool>();
  } else if constexpr (std::integral<T>) {
    read_integer(value, place, target);
  } else if constexpr (std::floating_point<T>) {
    if (!value.is_null() && !value.is_number()) place.expected("a number", value);
    target = value.is_null() ? std::numeric_limits<T>::quiet_NaN() : value.get<T>();
  } else if constexpr (std::same_as<T, std::string>) {
    if (!value.is_string()) place.expected("a string", value);
    target = value.get<std::string>();
  } else {
    static_assert(std::same_as<T, Json>, "not the type of a field");
    target = value;
  }
}

}  // namespace fields_detail

/// The record's fields in the order in which it names them.
template <Record R>
Json record_to_json(const R& record) {
  Json value = Json::object();
  R::fields(record, [&](std::string_view key, const auto& field) {
    if constexpr (fields_detail::is_later<std::remove_cvref_t<decltype(field)>>) {
      if (field.value == decltype(field.value){}) return;
    }
    value[key] = fields_detail::write(field);
  });
  return value;
}

/// subject: the file, for messages. path: the key path of `value` in it ("" for the root).
template <Record R>
R record_from_json(const Json& value, std::string_view subject, const std::string& path) {
  R record{};
  fields_detail::read_record(value, fields_detail::Place{subject, path}, record);
  return record;
}

}  // namespace harness

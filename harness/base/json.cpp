#include "harness/base/json.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/base/error.h"
#include "harness/base/file.h"

namespace harness {
namespace {

constexpr int kMaxDepth = 100;

/// Refuses what nlohmann's parser accepts: unlimited nesting and keys that occur twice.
class StrictnessCheck {
 public:
  explicit StrictnessCheck(std::string_view subject) : subject_(subject) {}

  bool operator()(int depth, Json::parse_event_t event, Json& parsed) {
    if (depth > kMaxDepth) {
      throw Error(ErrorCode::kInvalidJson, subject_,
                  fmt::format("expected nesting of at most {}, got more", kMaxDepth));
    }
    if (event == Json::parse_event_t::object_start) keys_.emplace_back();
    if (event == Json::parse_event_t::object_end && !keys_.empty()) keys_.pop_back();
    if (event == Json::parse_event_t::key) {
      const auto key = parsed.get<std::string>();
      if (!keys_.back().insert(key).second) {
        throw Error(ErrorCode::kInvalidJson, subject_,
                    fmt::format("expected each key once, got \"{}\" twice in one object", key));
      }
    }
    return true;
  }

 private:
  std::string_view subject_;
  std::vector<std::set<std::string>> keys_;
};

}  // namespace

Json parse_json(std::string_view text, std::string_view subject) {
  // The library takes a byte 0 for the end of the text, whatever follows.
  if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos) {
    throw Error(ErrorCode::kInvalidJson, subject,
                fmt::format("expected JSON, got a byte 0 at byte {}", zero));
  }
  StrictnessCheck check(subject);
  try {
    return Json::parse(text, std::ref(check));
  } catch (const nlohmann::json::exception& failure) {
    // Before "] " the library puts an error number of its own.
    const std::string_view reason(failure.what());
    throw Error(ErrorCode::kInvalidJson, subject,
                fmt::format("expected JSON, got: {}", reason.substr(reason.find("] ") + 2)));
  }
}

Json read_json_file(const std::filesystem::path& path) {
  return parse_json(read_file(path), path.string());
}

void write_json_file(const std::filesystem::path& path, const Json& value) {
  write_file_atomic(path, value.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

Json number_or_null(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json plain_number(double value) {
  constexpr double kLargestExact = 0x1p53;
  const bool is_whole = std::abs(value) <= kLargestExact && value == std::floor(value);
  return is_whole ? Json(static_cast<std::int64_t>(value)) : Json(value);
}

std::string_view describe_type(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return "null";
    case Json::value_t::object:
      return "an object";
    case Json::value_t::array:
      return "an array";
    case Json::value_t::string:
      return "a string";
    case Json::value_t::boolean:
      return "a boolean";
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned:
      return "an integer";
    case Json::value_t::number_float:
      return "a number";
    default:
      return "something else";
  }
}

ObjectReader::ObjectReader(const Json& object, std::string subject, std::string path)
    : object_(object), subject_(std::move(subject)), path_(std::move(path)) {
  if (!object.is_object()) {
    throw Error(ErrorCode::kInvalidSuite, subject_,
                fmt::format("{}: expected an object, got {}", path_.empty() ? "the file" : path_,
                            describe_type(object)));
  }
}

const Json& ObjectReader::required(std::string_view key) {
  const Json* value = optional(key);
  if (value == nullptr) fail(key, "expected a value, got nothing");
  return *value;
}

const Json* ObjectReader::optional(std::string_view key) {
  asked_.emplace_back(key);
  const auto found = object_.find(key);
  return found == object_.end() ? nullptr : &*found;
}

std::optional<std::string> ObjectReader::optional_string(std::string_view key) {
  const Json* value = optional(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) {
    fail(key, fmt::format("expected a string, got {}", describe_type(*value)));
  }
  return value->get<std::string>();
}

std::optional<double> ObjectReader::optional_number(std::string_view key) {
  const Json* value = optional(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number()) {
    fail(key, fmt::format("expected a number, got {}", describe_type(*value)));
  }
  return value->get<double>();
}

std::optional<std::int64_t> ObjectReader::optional_integer(std::string_view key) {
  const Json* value = optional(key);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number_integer()) {
    fail(key, fmt::format("expected an integer, got {}", describe_type(*value)));
  }
  return value->get<std::int64_t>();
}

std::string ObjectReader::required_string(std::string_view key) {
  required(key);
  return *optional_string(key);
}

double ObjectReader::required_number(std::string_view key) {
  required(key);
  return *optional_number(key);
}

std::int64_t ObjectReader::required_integer(std::string_view key) {
  required(key);
  return *optional_integer(key);
}

void ObjectReader::finish() const {
  for (const auto& [key, value] : object_.items()) {
    if (std::find(asked_.begin(), asked_.end(), key) != asked_.end()) continue;
    const std::set<std::string> known(asked_.begin(), asked_.end());
    fail(key, fmt::format("unknown key; expected one of: {}", fmt::join(known, ", ")));
  }
}

void ObjectReader::fail(std::string_view key, std::string_view detail) const {
  throw Error(ErrorCode::kInvalidSuite, subject_, fmt::format("{}: {}", path_of(key), detail));
}

std::string ObjectReader::path_of(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

}  // namespace harness

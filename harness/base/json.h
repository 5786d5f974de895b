#pragma once

#include <filesystem>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace harness {

/// JSON that keeps the order in which keys were written.
using Json = nlohmann::ordered_json;

/// Throws an Error(kInvalidJson) that names `subject`, the line and the column. Nesting deeper than
/// 100 and a key that occurs twice in one object are refused.
Json parse_json(std::string_view text, std::string_view subject);

/// read_file + parse_json. Throws Error(kIo) or Error(kInvalidJson).
Json read_json_file(const std::filesystem::path& path);

/// Indented, ends with a line feed, written atomically. NaN and infinity become null.
void write_json_file(const std::filesystem::path& path, const Json& value);

/// A double for JSON: null if it is not finite, so that a reader sees "missing", never "0".
Json number_or_null(double value);

/// A finite double as people write it: a whole number up to 2^53 is an integer, 512, not 512.0.
Json plain_number(double value);

/// Reads an object strictly: each key is asked for by name and type, and finish() refuses whatever
/// was not asked for. Errors are Error(kInvalidSuite) with the path of the key, as in
/// `minizoo.json: rows[2].claims[0].digits: expected an integer, got a string`.
class ObjectReader {
 public:
  /// subject: the file's name. path: the key path of `object` in it ("" for the root).
  ObjectReader(const Json& object, std::string subject, std::string path);

  std::string required_string(std::string_view key);
  double required_number(std::string_view key);
  std::int64_t required_integer(std::string_view key);
  /// Any JSON value, absent key is an error.
  const Json& required(std::string_view key);

  std::optional<std::string> optional_string(std::string_view key);
  std::optional<double> optional_number(std::string_view key);
  std::optional<std::int64_t> optional_integer(std::string_view key);
  /// Null pointer when absent.
  const Json* optional(std::string_view key);

  /// Throws when the object has a key that was not asked for; the message lists the known keys.
  void finish() const;

  /// Throws Error(kInvalidSuite) for a key of this object.
  [[noreturn]] void fail(std::string_view key, std::string_view detail) const;

  /// "rows[2].claims" for key "claims" of an object at "rows[2]".
  std::string path_of(std::string_view key) const;

 private:
  const Json& object_;
  std::string subject_;
  std::string path_;
  std::vector<std::string> asked_;
};

/// "a string", "an integer", "null": for messages.
std::string_view describe_type(const Json& value);

}  // namespace harness

#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "harness/base/json.h"

namespace harness {

/// At most 80 bytes of a text from outside, for a message; whole UTF-8 characters.
std::string excerpt(std::string_view text);

/// excerpt(text) in quotation marks.
std::string in_quotes(std::string_view text);

/// excerpt() of a value's JSON text.
std::string excerpt_of(const Json& value);

/// May `text` name a file and stand on a command line? Not empty, at most 200 bytes, no slash or
/// backslash, no control character, no dot or dash in front.
bool is_name(std::string_view text) noexcept;

/// Throws Error(kInvalidSuite) when the text under `key` is not a name (see is_name).
void require_name(const ObjectReader& reader, std::string_view key, std::string_view text);

/// Throws Error(kInvalidSuite) when `value`, the number under `key`, lies outside [low, high].
std::int64_t require_between(const ObjectReader& reader, std::string_view key, std::int64_t value,
                             std::int64_t low, std::int64_t high);

/// [height, width] under `key`, each from 1 to `high`. Throws Error(kInvalidSuite).
std::pair<std::int64_t, std::int64_t> pair_of_integers(const ObjectReader& reader,
                                                       std::string_view key, const Json& value,
                                                       std::int64_t high);

/// `text`, the text under `key`, when it is one of `known`. Throws Error(kInvalidSuite).
std::string require_one_of(const ObjectReader& reader, std::string_view key,
                           const std::string& text, const std::set<std::string>& known);

/// The text under `key`, which must be there and not be empty. Throws Error(kInvalidSuite).
std::string require_text(ObjectReader& reader, std::string_view key);

}  // namespace harness

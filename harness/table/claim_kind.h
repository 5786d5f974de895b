#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "harness/base/json.h"

namespace harness {

/// What is known of a claim id, whatever the row: the one place that lists it. judge/claims.cpp has
/// the rule for each, docs/formats.md the same table for people; tests compare all three.
struct ClaimKind {
  std::string_view id;
  std::string_view evidence;  ///< "file", "log", "evaluated", "retrained".
  enum class Value {
    kNumber,
    kText,
    kNumberOrText,
  } value;
  std::string_view unit;
  /// The value that holds of every sound row and that no page prints; nothing for a claim whose
  /// value somebody has to publish.
  std::variant<std::monostate, std::int64_t, std::string_view> sound_value;
  bool is_imported;          ///< An imported suite lists it; others `halfproof verify` adds.
  std::string_view checked;  ///< What the value is compared with, in Markdown.
};

/// Every claim id, in the order in which an imported suite lists them.
std::span<const ClaimKind> claim_kinds() noexcept;

/// ClaimKind::sound_value; null for none.
Json sound_value(const ClaimKind& kind);

/// Whether another measurement could be the value: published from a measurement of what we measure
/// ourselves. What a rule demands (a hash, a policy, "no cost", FP16's range, a loss scale) is
/// none.
bool is_reference(const ClaimKind& kind) noexcept;

/// Null pointer for an id that is not listed: a suite may have claims of its own.
const ClaimKind* find_claim_kind(std::string_view id) noexcept;

/// Is `value` null ("not published") or of the type that claims of this kind have?
bool accepts(const ClaimKind& kind, const Json& value) noexcept;

/// "a number", "a text", "a number or a text": for messages.
std::string_view describe(ClaimKind::Value value) noexcept;

}  // namespace harness
